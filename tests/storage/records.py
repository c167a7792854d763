"""Rows as tests need them, and operations that do what a test says."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rpcauth.errors import ErrorCode, OAuthError
from rpcauth.model import (
    AccessToken,
    AuthorizationCode,
    Grant,
    GrantType,
    Millis,
    RecordId,
    TokenType,
)
from rpcauth.storage import effects
from rpcauth.storage.effects import Effect, InsertAccessToken, InsertCode, InsertGrant, InsertRefreshToken
from rpcauth.storage.port import NO_LOCKS, Decision, Facts, Locks, Mint, Store
from tests.support.provider import START

HOUR = 3_600_000
DAY = 24 * HOUR
END = Millis(START + DAY)
DIGEST = bytes(range(32))


@dataclass(frozen=True, slots=True)
class Do:
    """An operation that decides as a test says."""

    decision: Callable[[Facts, Mint], Decision[Any]]
    locks: Locks = NO_LOCKS

    def decide(self, facts: Facts, mint: Mint) -> Decision[Any]:
        return self.decision(facts, mint)


def writing(*wanted: Effect) -> Do:
    """An operation of these effects; its result is True."""
    return Do(lambda facts, mint: Decision(result=True, effects=wanted))


def refuse(detail: str = "test") -> OAuthError:
    return OAuthError(ErrorCode.INVALID_GRANT, "refused", detail)


async def write(store: Store, *wanted: Effect) -> None:
    await store.execute(writing(*wanted))


async def read(store: Store, **locks: Any) -> Facts:
    """The facts that an operation with these locks gets."""
    facts: Facts = await store.execute(Do(lambda facts, mint: Decision(result=facts), Locks(**locks)))
    return facts


async def new_ids(store: Store, count: int) -> list[RecordId]:
    ids: list[RecordId] = await store.execute(
        Do(lambda facts, mint: Decision(result=[mint.next_id() for _ in range(count)]))
    )
    return ids


async def new_id(store: Store) -> RecordId:
    return (await new_ids(store, 1))[0]


async def run_together(store: Store, *operations: Any) -> list[Any]:
    """Run the operations in one group: all wait behind one that is being decided. Results and exceptions, in order."""
    deciding, go_on = threading.Event(), threading.Event()

    def hold(facts: Facts, mint: Mint) -> Decision[None]:
        deciding.set()
        go_on.wait(30)
        return Decision()

    held = asyncio.ensure_future(store.execute(Do(hold)))
    await asyncio.to_thread(deciding.wait, 30)
    tasks = [asyncio.ensure_future(store.execute(operation)) for operation in operations]
    await asyncio.sleep(0)
    go_on.set()
    await held
    return list(await asyncio.gather(*tasks, return_exceptions=True))


def make_grant(record_id: int, **changes: Any) -> Grant:
    return Grant(
        **{
            "id": RecordId(record_id),
            "service_key": "service",
            "client_id": "client",
            "user_context": "user",
            "grant_type": GrantType.AUTHORIZATION_CODE,
            "scope": "read write",
            "redirect_uri": None,
            "issued_at": START,
            "expires_at": END,
            **changes,
        }
    )


def make_code(record_id: int, **changes: Any) -> AuthorizationCode:
    return AuthorizationCode(
        **{
            "id": RecordId(record_id),
            "key_version": 1,
            "digest": DIGEST,
            "service_key": "service",
            "client_id": "client",
            "user_context": "user",
            "redirect_uri": "https://client.example.com/cb",
            "redirect_uri_given": True,
            "scope": "read",
            "code_challenge": None,
            "code_challenge_method": None,
            "issued_at": START,
            "expires_at": Millis(START + 60_000),
            **changes,
        }
    )


def make_access(record_id: int, **changes: Any) -> AccessToken:
    return AccessToken(
        **{
            "id": RecordId(record_id),
            "key_version": 1,
            "digest": DIGEST,
            "service_key": "service",
            "client_id": "client",
            "user_context": "user",
            "grant_id": None,
            "grant_type": GrantType.PASSWORD,
            "token_type": TokenType.BEARER,
            "scope": "read",
            "issued_at": START,
            "expires_at": END,
            **changes,
        }
    )


def insert_grant(record_id: int, **changes: Any) -> InsertGrant:
    grant = make_grant(record_id, **changes)
    return InsertGrant(grant, grant.expires_at)


def insert_code(record_id: int, **changes: Any) -> InsertCode:
    return InsertCode(make_code(record_id, **changes), END)


def insert_access(record_id: int, **changes: Any) -> InsertAccessToken:
    token = make_access(record_id, **changes)
    return InsertAccessToken(token, token.expires_at)


def insert_refresh(record_id: int, grant_id: int, access_id: int, **changes: Any) -> InsertRefreshToken:
    return InsertRefreshToken(
        **{
            "id": RecordId(record_id),
            "key_version": 1,
            "digest": DIGEST,
            "grant_id": RecordId(grant_id),
            "access_token_id": RecordId(access_id),
            "parent_id": None,
            "issued_at": START,
            "expires_at": END,
            "idle_expires_at": None,
            "remove_at": END,
            **changes,
        }
    )


def spend_code(record_id: int, **changes: Any) -> effects.SpendCode:
    return effects.SpendCode(
        **{"id": RecordId(record_id), "spent_at": START, "grant_id": None, "remove_at": END, **changes}
    )


def spend_refresh(record_id: int, access_id: int, refresh_id: int, **changes: Any) -> effects.SpendRefreshToken:
    return effects.SpendRefreshToken(
        **{
            "id": RecordId(record_id),
            "spent_at": START,
            "requested_scope": None,
            "salt": bytes(32),
            "derivation_version": 1,
            "retry_until": Millis(START + 30_000),
            "successor_access_id": RecordId(access_id),
            "successor_refresh_id": RecordId(refresh_id),
            "remove_at": END,
            **changes,
        }
    )


def put_watermark(before_id: int, **changes: Any) -> effects.PutWatermark:
    return effects.PutWatermark(
        **{
            "service_key": "service",
            "client_id": None,
            "user_context": None,
            "before_id": RecordId(before_id),
            "created_at": START,
            **changes,
        }
    )
