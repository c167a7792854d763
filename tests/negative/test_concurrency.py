"""Group V: what is done at once has an outcome that some order would have had."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from rpcauth.definitions import Wanted, WantedApplication
from rpcauth.model import Secret
from tests.negative.surface import CREATE_TOKEN, REVOKE_TOKEN, case, count_rows
from tests.support.provider import APPLICATION, CLIENT, Provider

Step = Callable[[Provider, str], Awaitable[Any]]
Outcome = tuple[str | None, bool]
"""The error of the redemption, and whether its token is live when the client is back in the end."""


async def redeem(provider: Provider, code: str) -> Any:
    return await provider.call(CREATE_TOKEN, provider.redemption(code))


async def revoke_user(provider: Provider, code: str) -> Any:
    params = {"service_key": "service", "client": {"client_id": "client"}, "user_context": "user"}
    return await provider.call("oauth2.revokeUserApplication", params)


async def take_client_away(provider: Provider, code: str) -> Any:
    await put_client(provider, services=())


async def put_client(provider: Provider, services: tuple[str, ...]) -> None:
    secrets = (Secret(CLIENT["client_secret"]),)
    wanted = WantedApplication(application=replace(APPLICATION, services=services), client_secrets=secrets)
    await provider.define(Wanted(applications=(wanted,)))


async def run(provider: Provider, steps: Sequence[Step], *, at_once: bool) -> Outcome:
    """The steps on a fresh code, in their order or all at once."""
    await put_client(provider, ("service",))
    provider.clock.advance(seconds=1)
    code = await provider.issue_code()
    if at_once:
        done = await asyncio.gather(*(step(provider, code) for step in steps))
    else:
        done = [await step(provider, code) for step in steps]
    reply = done[steps.index(redeem)]
    if "error" in reply:
        return reply["error"]["data"]["error"], False
    await put_client(provider, ("service",))
    return None, await provider.is_live(reply["result"]["access_token"])


@case("V01 redeem, revoke, take the client away")
async def test_whatever_happens_at_once_happens_in_some_order(provider: Provider) -> None:
    orders = list(permutations((redeem, revoke_user, take_client_away)))
    possible = {await run(provider, order, at_once=False) for order in orders}
    assert possible == {(None, True), (None, False), ("invalid_grant", False), ("invalid_client", False)}
    for order in orders * 3:
        assert await run(provider, order, at_once=True) in possible


@case("V02 refresh, revoke")
@pytest.mark.parametrize("first", ["refresh", "revoke"])
async def test_after_an_acknowledged_revocation_nothing_of_the_family_lives(provider: Provider, first: str) -> None:
    for _ in range(10):
        tokens = await provider.authorize()
        client = {"client_id": "client"}
        revocation = {"service_key": "service", "client": client, "access_token": tokens["refresh_token"]}
        refreshing = [provider.call(CREATE_TOKEN, provider.refreshing(tokens["refresh_token"])) for _ in range(4)]
        revoking = [provider.result(REVOKE_TOKEN, revocation)]
        calls = [*refreshing, *revoking] if first == "refresh" else [*revoking, *refreshing]
        replies = await asyncio.gather(*calls)
        pairs = [reply["result"] for reply in replies if reply is not True and "result" in reply]
        for pair in (tokens, *pairs):
            assert not await provider.is_live(pair["access_token"])
            again = await provider.call(CREATE_TOKEN, provider.refreshing(pair["refresh_token"]))
            assert again["error"]["data"]["error"] == "invalid_grant"


@case("V09 sweep and redemption at the instant of expiry")
@pytest.mark.parametrize("pause", [59.999, 60, 60.001, 86_460, 86_460.001])
async def test_a_sweep_never_makes_a_redemption_fail_otherwise(provider: Provider, pause: float) -> None:
    codes = [await provider.issue_code() for _ in range(8)]
    provider.clock.advance(seconds=pause)
    calls: list[Awaitable[Any]] = []
    for code in codes:
        calls += [provider.store.sweep(3), redeem(provider, code)]
    replies = [reply for reply in await asyncio.gather(*calls) if isinstance(reply, dict)]
    outcomes = {reply["error"]["data"]["error"] if "error" in reply else None for reply in replies}
    assert outcomes == ({None} if pause < 60 else {"invalid_grant"})
    assert count_rows(provider, "access_tokens") == [8 if pause < 60 else 0]
