"""What a clock that was believed ahead, or was set back over a start, must not lead to."""

from __future__ import annotations

from pathlib import Path

from rpcauth.model import Millis
from rpcauth.storage.clock import Clock
from tests.support.provider import START, Provider, VirtualClock, open_provider

LAG = 30_000
YEAR = 365 * 86_400


def test_behind_a_clock_that_was_set_back_time_goes_on_from_the_latest_that_can_have_been_believed() -> None:
    source = VirtualClock()
    for back, expected in [(0, 0), (LAG, 0), (LAG + 1, LAG), (86_400_000, LAG)]:
        seen = START + back
        clock = Clock(after=Millis(seen), lag=LAG, wall=source.wall, monotonic=source.monotonic)
        assert clock.now() == seen + expected, back


def test_a_reset_that_was_taken_back_leaves_time_where_it_was() -> None:
    source = VirtualClock()
    clock = Clock(wall=source.wall, monotonic=source.monotonic)
    source.jump(seconds=-86_400)
    before = clock.reset()
    assert (before, clock.now()) == (START, START - 86_400_000)
    clock.distrust(before)
    source.advance(seconds=1)
    assert (clock.now(), clock.suspect) == (START + 1000, True)


async def test_a_new_store_does_not_believe_a_clock_that_was_never_set(tmp_path: Path) -> None:
    async with open_provider(tmp_path, VirtualClock(time=0)) as provider:
        assert provider.store.clock.suspect
    async with open_provider(tmp_path, provider.clock, provider.master) as again:
        assert again.store.clock.suspect


async def test_a_code_that_was_spent_later_than_now_is_no_double_submit(provider: Provider) -> None:
    code = await provider.issue_code()
    bought = await provider.redeem(code)
    provider.clock.jump(seconds=-86_400)
    provider.store.reset_clock()
    provider.store.now()
    assert await provider.oauth_error("oauth2.createAccessToken", provider.redemption(code)) == "invalid_grant"
    assert not await provider.is_live(bought["access_token"])


async def test_after_ids_have_run_ahead_of_time_issued_before_revokes_them_too(provider: Provider) -> None:
    provider.clock.jump(seconds=10 * YEAR)
    provider.store.reset_clock()
    await provider.authorize()
    provider.clock.jump(seconds=-10 * YEAR)
    provider.store.reset_clock()
    issued = await provider.authorize()
    provider.clock.advance(seconds=10)
    params = {"service_key": "service", "where": {"issued_before": provider.store.now() // 1000}}
    await provider.result("oauth2.revokeTokens", params)
    assert not await provider.is_live(issued["access_token"])
