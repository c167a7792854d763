"""The survey: what is counted is what is true, without reading all of a store at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from rpcauth.keys.keyring import FIRST_PURPOSES, Purpose
from rpcauth.keys.signing import ANNOUNCEMENT
from rpcauth.model import RecordId
from rpcauth.operations import survey
from rpcauth.operations.key_rotation import RotateKey
from rpcauth.operations.survey import Findings, count_tokens, look
from rpcauth.storage.surveying import LiveTokens
from tests.operations.signing import add
from tests.support.provider import CLIENT, START, Provider, open_provider

DAY = 86_400


@pytest.fixture
async def provider(tmp_path: Path) -> AsyncIterator[Provider]:
    async with open_provider(tmp_path) as opened:
        yield opened


async def issue(provider: Provider, user: str) -> str:
    code = await provider.issue_code(user_context=user)
    token: str = (await provider.redeem(code))["access_token"]
    return token


async def test_live_tokens_are_those_that_a_gateway_would_let_pass(provider: Provider) -> None:
    await provider.set_service(access_token_ttl=3600)
    tokens = [await issue(provider, f"user{number}") for number in range(5)]
    assert await count_tokens(provider.store) == 5

    params = {"service_key": "service", "client": {"client_id": CLIENT["client_id"]}, "access_token": tokens[0]}
    await provider.result("oauth2.revokeAccessToken", params)
    await provider.result("oauth2.revokeTokens", {"service_key": "service", "where": {"user_context": "user1"}})
    live = [await provider.is_live(token) for token in tokens]
    assert live == [False, False, True, True, True]
    assert await count_tokens(provider.store) == 3

    provider.clock.advance(seconds=3600)
    assert await count_tokens(provider.store) == 0


@dataclass(slots=True)
class ManyRows:
    """A store of so many tokens, of which every second is good."""

    total: int
    reads: int = 0

    async def count_live_tokens(self, after: RecordId, limit: int) -> LiveTokens:
        self.reads += 1
        rows = min(limit, self.total - after)
        return LiveTokens(rows, rows // 2, RecordId(after + rows) if rows else None)


@pytest.mark.parametrize(("total", "reads"), [(0, 1), (10, 1), (2000, 2), (10_000, 6), (10_002, 6)])
async def test_tokens_are_counted_in_small_reads(total: int, reads: int) -> None:
    store = ManyRows(total)
    assert survey.STEP == 2000
    assert await count_tokens(store, pause=0) == total // 2
    assert store.reads == reads


async def test_the_sweeper_is_behind_by_what_the_oldest_row_is_overdue(provider: Provider) -> None:
    findings = Findings()
    await look(provider.store, findings)
    assert findings.sweeper_lag == 0

    code = await provider.issue_code()
    provider.clock.advance(seconds=2 * DAY)
    await look(provider.store, findings)
    behind = findings.sweeper_lag
    provider.clock.advance(seconds=60)
    await look(provider.store, findings)
    assert behind is not None
    assert findings.sweeper_lag == behind + 60_000
    assert behind > 1_000

    assert provider.store.swept == 0
    while await provider.store.sweep(500):
        pass
    await look(provider.store, findings)
    assert (findings.sweeper_lag, provider.store.swept) == (0, 1)
    assert await provider.oauth_error("oauth2.createAccessToken", provider.redemption(code)) == "invalid_grant"


async def test_the_age_of_a_key_is_that_of_its_newest_version(provider: Provider) -> None:
    findings = Findings()
    await look(provider.store, findings)
    assert findings.keys == dict.fromkeys(FIRST_PURPOSES, START)

    provider.clock.advance(seconds=DAY)
    await provider.store.execute(RotateKey(purpose=Purpose.TOKEN_DIGEST, master=provider.master))
    await look(provider.store, findings)
    assert findings.keys == {**dict.fromkeys(FIRST_PURPOSES, START), Purpose.TOKEN_DIGEST: START + DAY * 1000}


async def test_the_age_of_signing_keys_is_that_of_the_one_that_has_signed_longest(provider: Provider) -> None:
    findings = Findings()
    await add(provider)
    provider.clock.advance(seconds=DAY)
    await look(provider.store, findings)
    assert findings.keys[Purpose.SIGNING] == START
    await add(provider)
    await look(provider.store, findings)
    assert findings.keys[Purpose.SIGNING] == START
    provider.clock.advance(seconds=ANNOUNCEMENT)
    await look(provider.store, findings)
    assert findings.keys[Purpose.SIGNING] == START + (DAY + ANNOUNCEMENT) * 1000
