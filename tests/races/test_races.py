"""One credential in 32 hands at once, over HTTP, against a real daemon: it is spent once, and nobody is logged out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.races.racing import CALLERS, Racers, open_racers, winners, without_remaining_time
from tests.support.daemon import BASIC, CLIENT, REDIRECT_URI, SERVICE_KEY, RunningDaemon, run_daemon
from tests.support.soak import rounds

ROUNDS = rounds(short=200, long=2000)
PROOF = f"Authorization: {BASIC}\r\n".encode()


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDaemon]:
    folder: Path = tmp_path_factory.mktemp("races")
    with run_daemon(folder) as running:
        yield running


async def issue_code(racers: Racers) -> str:
    client = {"client_id": CLIENT["client_id"]}
    params = {"service_key": SERVICE_KEY, "client": client, "uri": {"redirect_uri": REDIRECT_URI}}
    code: str = (await racers.result("oauth2.createAuthorizationCode", params))["code"]
    return code


def redemption(code: str) -> dict[str, Any]:
    data = {"grant_type": "authorization_code", "code": code}
    uri = {"redirect_uri": REDIRECT_URI}
    return {"service_key": SERVICE_KEY, "client": CLIENT, "token_data": data, "uri": uri}


def refreshing(refresh_token: str) -> dict[str, Any]:
    data = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    return {"service_key": SERVICE_KEY, "client": CLIENT, "token_data": data}


async def list_live(racers: Racers, *tokens: str) -> list[str]:
    found = await racers.result("oauth2.fetchAccessToken", {"service_key": SERVICE_KEY, "access_token": list(tokens)})
    return [entry["access_token"] for entry in found]


async def test_one_code_redeemed_by_32_callers_at_once_is_spent_once_and_its_tokens_stay_good(
    daemon: RunningDaemon,
) -> None:
    async with open_racers(daemon.port, PROOF) as racers:
        for _ in range(ROUNDS):
            replies = await racers.race("oauth2.createAccessToken", redemption(await issue_code(racers)))
            (tokens,) = winners(replies)
            daemon.remember(str(tokens).encode())
            assert await list_live(racers, tokens["access_token"]) == [tokens["access_token"]]
            await racers.result("oauth2.createAccessToken", refreshing(tokens["refresh_token"]))


async def test_one_refresh_token_used_by_32_callers_at_once_gives_all_of_them_the_same_new_tokens(
    daemon: RunningDaemon,
) -> None:
    async with open_racers(daemon.port, PROOF) as racers:
        tokens = await racers.result("oauth2.createAccessToken", redemption(await issue_code(racers)))
        for _ in range(ROUNDS):
            replies = await racers.race("oauth2.createAccessToken", refreshing(tokens["refresh_token"]))
            first, *others = without_remaining_time(replies)
            assert others == [first] * (CALLERS - 1)
            assert first["refresh_token"] != tokens["refresh_token"]
            both = [tokens["access_token"], first["access_token"]]
            assert await list_live(racers, *both) == both
            daemon.remember(str(first).encode())
            tokens = first
