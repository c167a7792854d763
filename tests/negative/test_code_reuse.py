"""Group D, replays: a code is spent once, whoever else tries, whenever, over restarts, races and failing disks."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.negative.surface import (
    COMMIT,
    CREATE_TOKEN,
    Form,
    Surface,
    case,
    count_rows,
    denying,
    full_disk,
)
from tests.support.provider import Provider, open_provider

PARALLEL = 32


async def is_refreshable(provider: Provider, refresh_token: str) -> bool:
    reply = await provider.call(CREATE_TOKEN, provider.refreshing(refresh_token))
    return "result" in reply


@pytest.mark.parametrize(
    "pause",
    [
        pytest.param(1, id="D04 after 1 s"),
        pytest.param(30, id="D04 after 30 s"),
        pytest.param(600, id="D04 after its own expiry"),
        pytest.param(29 * 86_400, id="D04 after weeks"),
    ],
)
async def test_a_replayed_code_revokes_the_tokens_it_bought(either: Surface, pause: int) -> None:
    provider = either.provider
    await provider.set_service(access_token_ttl=0)
    code = await provider.issue_code()
    tokens = await provider.redeem(code)
    bystander = await provider.authorize()
    provider.clock.advance(seconds=pause)
    await either.denied(CREATE_TOKEN, provider.redemption(code), "invalid_grant", changes={"grants"})
    assert not await provider.is_live(tokens["access_token"])
    assert not await is_refreshable(provider, tokens["refresh_token"])
    assert await provider.is_live(bystander["access_token"])


@case("D05 after two rotations")
async def test_a_replayed_code_revokes_what_its_tokens_became(either: Surface) -> None:
    provider = either.provider
    code = await provider.issue_code()
    tokens = [await provider.redeem(code)]
    for _ in range(2):
        tokens.append(await provider.refresh(tokens[-1]["refresh_token"]))
    provider.clock.advance(seconds=2)
    await either.denied(CREATE_TOKEN, provider.redemption(code), "invalid_grant", changes={"grants"})
    assert not any([await provider.is_live(one["access_token"]) for one in tokens])
    assert not await is_refreshable(provider, tokens[-1]["refresh_token"])


@pytest.mark.parametrize("form", list(Form))
@pytest.mark.parametrize(
    "pause",
    [pytest.param(2, id="D06 after a restart"), pytest.param(7200, id="D06 after a restart and its own expiry")],
)
async def test_a_restart_forgets_no_spent_code(tmp_path: Path, form: Form, pause: int) -> None:
    async with open_provider(tmp_path) as provider:
        clock, master = provider.clock, provider.master
        await provider.set_service(access_token_ttl=86_400)
        code = await provider.issue_code()
        tokens = await provider.redeem(code)
    clock.advance(seconds=pause)
    async with open_provider(tmp_path, clock, master) as provider:
        assert await provider.is_live(tokens["access_token"])
        await Surface(provider, form).denied(
            CREATE_TOKEN, provider.redemption(code), "invalid_grant", changes={"grants"}
        )
        assert not await provider.is_live(tokens["access_token"])
        assert not await is_refreshable(provider, tokens["refresh_token"])


@case("D08 32 parallel redemptions", "D10 losers inside 1 s do not revoke")
async def test_of_many_redemptions_at_once_exactly_one_gets_tokens(either: Surface) -> None:
    provider = either.provider
    code = await provider.issue_code()
    replies = await asyncio.gather(*(either.ask(CREATE_TOKEN, provider.redemption(code)) for _ in range(PARALLEL)))
    (tokens,) = [reply["result"] for reply in replies if "result" in reply]
    errors = [reply["error"]["data"]["error"] for reply in replies if "error" in reply]
    assert errors == ["invalid_grant"] * (PARALLEL - 1)
    assert count_rows(provider, "codes", "grants", "access_tokens", "refresh_tokens") == [1, 1, 1, 1]
    assert await provider.is_live(tokens["access_token"])
    assert await is_refreshable(provider, tokens["refresh_token"])


@case("D10 a loser with a wrong redirect_uri, inside 1 s")
async def test_a_second_use_that_is_no_double_submit_revokes_at_once(either: Surface) -> None:
    provider = either.provider
    code = await provider.issue_code()
    tokens = await provider.redeem(code)
    other = {**provider.redemption(code), "uri": {"redirect_uri": "https://other.example.com/cb"}}
    await either.denied(CREATE_TOKEN, other, "invalid_grant", changes={"grants"})
    assert not await provider.is_live(tokens["access_token"])


@case("D34 the answer was lost, the code is tried again")
async def test_a_double_submit_gets_nothing_and_costs_nothing(either: Surface) -> None:
    provider = either.provider
    code = await provider.issue_code()
    tokens = await provider.redeem(code)
    provider.clock.advance(seconds=0.999)
    await either.denied(CREATE_TOKEN, provider.redemption(code), "invalid_grant")
    assert await provider.is_live(tokens["access_token"])
    assert await is_refreshable(provider, tokens["refresh_token"])


@case("D33 full disk")
async def test_a_code_that_a_full_disk_refused_is_still_good(either: Surface) -> None:
    provider = either.provider
    codes = [await provider.issue_code() for _ in range(60)]
    bought = []
    with full_disk(provider):
        for code in codes:
            reply = await either.ask(CREATE_TOKEN, provider.redemption(code))
            if "error" in reply:
                break
            bought.append(reply["result"]["access_token"])
    assert (reply["error"]["code"], reply["error"]["data"]) == (-32003, {"outcome": "not_done"})
    assert count_rows(provider, "grants", "access_tokens", "refresh_tokens") == [len(bought)] * 3
    await either.result(CREATE_TOKEN, provider.redemption(code))
    assert all([await provider.is_live(token) for token in bought])


@case("D33 failed commit")
async def test_a_failed_commit_leaves_the_code_and_a_store_that_recovers(either: Surface) -> None:
    provider = either.provider
    code, other = await provider.issue_code(), await provider.issue_code()
    with denying(provider, COMMIT):
        unknown = await either.ask(CREATE_TOKEN, provider.redemption(code))
        refused = await either.ask(CREATE_TOKEN, provider.redemption(other))
    assert unknown["error"]["data"] == {"outcome": "unknown"}
    assert refused["error"]["data"] == {"outcome": "not_done"}
    assert count_rows(provider, "grants", "access_tokens", "refresh_tokens") == [0, 0, 0]
    for good in (code, other):
        tokens = await either.result(CREATE_TOKEN, provider.redemption(good))
        assert await provider.is_live(tokens["access_token"])
