"""The same races with a pause between reading and writing, which makes a rare race a sure one, on a virtual clock.

The pause sits in an argument of the decision, the source of randomness; the product's code knows nothing of it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from rpcauth.model import RecordId
from rpcauth.storage.port import NO_LOCKS, Decision, Facts, Locks, Mint, Operation
from rpcauth.storage.sqlite import SqliteStore
from tests.races.racing import CALLERS, Racers, open_racers, winners, without_remaining_time
from tests.server.wire import serve
from tests.support.provider import Provider, open_provider, provider_of
from tests.support.soak import rounds

PAUSE = 0.005
"""Seconds that each draw of randomness takes: longer than it takes all callers to arrive."""

ROUNDS = rounds(short=10, long=200)


class SlowMint:
    """A mint whose randomness is long in coming."""

    def __init__(self, mint: Mint) -> None:
        self._mint = mint
        self.keyring = mint.keyring

    def next_id(self) -> RecordId:
        return self._mint.next_id()

    def random(self, size: int) -> bytes:
        time.sleep(PAUSE)
        return self._mint.random(size)


@dataclass(frozen=True, slots=True)
class Slowed:
    """An operation whose decision takes long."""

    operation: Operation[Any]

    @property
    def locks(self) -> Locks:
        return self.operation.locks

    def decide(self, facts: Facts, mint: Mint) -> Decision[Any]:
        return self.operation.decide(facts, SlowMint(mint))


@dataclass(frozen=True, slots=True)
class Peek:
    """An operation that only decides: its result is the decision of another, which it does not carry out."""

    operation: Operation[Any]

    @property
    def locks(self) -> Locks:
        return self.operation.locks

    def decide(self, facts: Facts, mint: Mint) -> Decision[Decision[Any]]:
        return Decision(result=self.operation.decide(facts, mint))


@dataclass(frozen=True, slots=True)
class Decided:
    """An operation whose decision was made before, on facts that may be true no longer."""

    decision: Decision[Any]
    locks: Locks = NO_LOCKS

    def decide(self, _: Facts, __: Mint) -> Decision[Any]:
        return self.decision


class SlowStore:
    """A store whose every decision takes long."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def execute(self, operation: Operation[Any]) -> Any:
        return await self._store.execute(Slowed(operation))


class StaleStore(SlowStore):
    """A store that does what no store may: it reads in one transaction and writes in another.

    The operations of all callers decide before the first of them writes.
    """

    def __init__(self, store: SqliteStore) -> None:
        super().__init__(store)
        self._all_decided = asyncio.Barrier(CALLERS)

    async def execute(self, operation: Operation[Any]) -> Any:
        decision = await self._store.execute(Peek(operation))
        await self._all_decided.wait()
        return await self._store.execute(Decided(decision))


def behind(provider: Provider, kind: Callable[[SqliteStore], SlowStore]) -> Provider:
    """The same provider, its methods upon another kind of store."""
    store = cast(SqliteStore, kind(provider.store))
    return provider_of(store, provider.clock, provider.path, provider.master)


@asynccontextmanager
async def serve_slowly(folder: Path) -> AsyncIterator[tuple[Provider, Racers]]:
    """A provider on a virtual clock whose decisions take long, and 32 connections to it."""
    async with open_provider(folder) as provider, serve(behind(provider, SlowStore).dispatcher) as house:
        _, port = cast(tuple[str, int], house.address)
        async with open_racers(port) as racers:
            yield provider, racers


async def test_a_slow_redemption_is_not_overtaken_by_another_of_the_same_code(tmp_path: Path) -> None:
    async with serve_slowly(tmp_path) as (provider, racers):
        for _ in range(ROUNDS):
            redemption = provider.redemption(await provider.issue_code())
            (tokens,) = winners(await racers.race("oauth2.createAccessToken", redemption))
            assert await provider.is_live(tokens["access_token"])


async def test_a_slow_refresh_is_not_overtaken_by_another_of_the_same_token(tmp_path: Path) -> None:
    async with serve_slowly(tmp_path) as (provider, racers):
        tokens = await provider.authorize()
        for _ in range(ROUNDS):
            refreshing = provider.refreshing(tokens["refresh_token"])
            replies = await racers.race("oauth2.createAccessToken", refreshing)
            tokens, *others = without_remaining_time(replies)
            assert others == [tokens] * (CALLERS - 1)
            assert await provider.is_live(tokens["access_token"])


async def test_32_replays_within_a_second_revoke_nothing_and_after_it_revoke_what_the_code_bought(
    tmp_path: Path,
) -> None:
    async with serve_slowly(tmp_path) as (provider, racers):
        code = await provider.issue_code()
        tokens = await provider.redeem(code)
        provider.clock.advance(seconds=0.999)
        assert winners(await racers.race("oauth2.createAccessToken", provider.redemption(code))) == []
        assert await provider.is_live(tokens["access_token"])
        provider.clock.advance(seconds=0.001)
        assert winners(await racers.race("oauth2.createAccessToken", provider.redemption(code))) == []
        assert not await provider.is_live(tokens["access_token"])
        refused = await provider.oauth_error("oauth2.createAccessToken", provider.refreshing(tokens["refresh_token"]))
        assert refused == "invalid_grant"


async def test_32_uses_of_a_refresh_token_after_its_window_revoke_the_whole_grant(tmp_path: Path) -> None:
    async with serve_slowly(tmp_path) as (provider, racers):
        first = await provider.authorize()
        second = await provider.refresh(first["refresh_token"])
        provider.clock.advance(seconds=30)
        replies = await racers.race("oauth2.createAccessToken", provider.refreshing(first["refresh_token"]))
        assert winners(replies) == []
        assert not await provider.is_live(first["access_token"])
        assert not await provider.is_live(second["access_token"])


async def test_a_code_is_spent_once_even_where_all_callers_decided_before_the_first_wrote(tmp_path: Path) -> None:
    """The conditional statement alone holds, without the one transaction round reading and writing."""
    async with open_provider(tmp_path) as provider:
        code = await provider.issue_code()
        racing = behind(provider, StaleStore)
        calls = (racing.call("oauth2.createAccessToken", provider.redemption(code)) for _ in range(CALLERS))
        replies = await asyncio.gather(*calls)
        (tokens,) = [reply["result"] for reply in replies if "result" in reply]
        assert {reply["error"]["code"] for reply in replies if "error" in reply} == {-32603}
        assert await provider.is_live(tokens["access_token"])
        await provider.refresh(tokens["refresh_token"])


async def test_a_refresh_token_is_spent_once_even_where_all_callers_decided_before_the_first_wrote(
    tmp_path: Path,
) -> None:
    async with open_provider(tmp_path) as provider:
        refresh_token = (await provider.authorize())["refresh_token"]
        racing = behind(provider, StaleStore)
        calls = (racing.call("oauth2.createAccessToken", provider.refreshing(refresh_token)) for _ in range(CALLERS))
        replies = await asyncio.gather(*calls)
        (tokens,) = [reply["result"] for reply in replies if "result" in reply]
        assert {reply["error"]["code"] for reply in replies if "error" in reply} == {-32603}
        retried = await provider.refresh(refresh_token)
        assert retried["access_token"] == tokens["access_token"]
        assert retried["refresh_token"] == tokens["refresh_token"]
