"""The cache of rows, and what a revocation means for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from rpcauth.model import AccessToken, RecordId
from rpcauth.storage.cache import ROWS, TokenCache
from tests.support.provider import CLIENT, Provider, open_provider


class Table:
    """Rows that can be read, and which reads there were."""

    def __init__(self) -> None:
        self.epoch = 0
        self.reads: list[list[int]] = []

    def read(self, ids: Sequence[RecordId]) -> dict[RecordId, AccessToken]:
        self.reads.append(list(ids))
        return {one: cast(AccessToken, f"row {one} of epoch {self.epoch}") for one in ids if one != 404}

    def cache(self) -> TokenCache:
        return TokenCache(self.read, lambda: self.epoch)


def shown(rows: Mapping[RecordId, AccessToken]) -> dict[int, object]:
    return {int(record_id): row for record_id, row in rows.items()}


def ids(*numbers: int) -> list[RecordId]:
    return [RecordId(number) for number in numbers]


def test_a_row_is_read_once_until_the_epoch_moves_on() -> None:
    table = Table()
    cache = table.cache()
    for _ in range(2):
        assert shown(cache.find(ids(1, 2))) == {1: "row 1 of epoch 0", 2: "row 2 of epoch 0"}
    assert table.reads == [[1, 2]]
    table.epoch = 1
    assert shown(cache.find(ids(1))) == {1: "row 1 of epoch 1"}


def test_only_what_is_missing_is_read_and_what_is_not_there_is_asked_for_again() -> None:
    table = Table()
    cache = table.cache()
    cache.find(ids(1))
    assert list(cache.find(ids(3, 1, 404))) == [3, 1]
    cache.find(ids(404))
    assert table.reads == [[1], [3, 404], [404]]


def test_a_row_read_before_a_revocation_and_kept_after_it_never_counts() -> None:
    table = Table()

    def read_slowly(wanted: Sequence[RecordId]) -> dict[RecordId, AccessToken]:
        found = table.read(wanted)
        table.epoch += 1  # the commit comes in just behind the read
        return found

    cache = TokenCache(read_slowly, lambda: table.epoch)
    assert shown(cache.find(ids(1))) == {1: "row 1 of epoch 0"}
    assert shown(cache.find(ids(1))) == {1: "row 1 of epoch 1"}


def test_the_cache_is_bounded() -> None:
    table = Table()
    cache = table.cache()
    for start in range(0, 3 * ROWS, 500):
        cache.find(ids(*range(start, start + 500)))
    assert len(cache._rows) <= ROWS + 500


async def revoke_token(provider: Provider, tokens: dict[str, Any]) -> None:
    params = {"service_key": "service", "client": CLIENT, "access_token": tokens["access_token"]}
    await provider.result("oauth2.revokeAccessToken", params)


async def revoke_grant(provider: Provider, tokens: dict[str, Any]) -> None:
    params = {"service_key": "service", "client": CLIENT, "access_token": tokens["refresh_token"]}
    await provider.result("oauth2.revokeAccessToken", params)


async def revoke_user(provider: Provider, tokens: dict[str, Any]) -> None:
    params = {"service_key": "service", "client": CLIENT, "user_context": "user"}
    await provider.result("oauth2.revokeUserApplication", params)


async def revoke_by_watermark(provider: Provider, tokens: dict[str, Any]) -> None:
    params = {"service_key": "service", "where": {"client_id": CLIENT["client_id"]}}
    await provider.result("oauth2.revokeTokens", params)


async def refresh_with_revocation(provider: Provider, tokens: dict[str, Any]) -> None:
    await provider.set_service(refresh_revokes_access_token=True)
    await provider.refresh(tokens["refresh_token"])


async def shorten(provider: Provider, tokens: dict[str, Any]) -> None:
    params = {"service_key": "service", "client": CLIENT, "access_token": tokens["access_token"], "expires_in": 1}
    await provider.result("oauth2.updateAccessToken", params)
    provider.clock.advance(seconds=1)


@pytest.mark.parametrize(
    "end", [revoke_token, revoke_grant, revoke_user, revoke_by_watermark, refresh_with_revocation, shorten]
)
async def test_whatever_ends_a_token_is_in_force_at_the_next_call_for_a_token_just_seen(
    tmp_path: Path, end: Any
) -> None:
    async with open_provider(tmp_path) as provider:
        tokens = await provider.authorize()
        assert await provider.is_live(tokens["access_token"])
        await end(provider, tokens)
        assert not await provider.is_live(tokens["access_token"])


async def test_issuing_and_redeeming_leave_the_cache_alone(tmp_path: Path) -> None:
    async with open_provider(tmp_path) as provider:
        before = provider.store._group.epoch
        tokens = await provider.authorize()
        await provider.refresh(tokens["refresh_token"])
        assert provider.store._group.epoch == before
