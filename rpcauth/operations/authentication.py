"""Proving clients: which live secret of an application, if any, a presented secret is.

Generated secrets cost a digest. Human-chosen ones cost 14 ms of Argon2id, so they are checked off the event loop, at
most two at a time, and the same secret once however many requests bring it meanwhile; failures are throttled per
client before anything is hashed, and a verified secret is remembered until five minutes after its last use, by a digest
under a key that lives in this process only. So nobody who guesses can lock out a client that is at work.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

from rpcauth.errors import LimitReached
from rpcauth.keys.keyring import Keyring
from rpcauth.keys.passwords import is_password
from rpcauth.model import Application, ClientSecret, Millis, Secret, SecretKind
from rpcauth.oauth.client import ClientProof
from rpcauth.operations.throttle import FailureThrottle

REMEMBERED = 5 * 60 * 1000
"""Milliseconds that a verified human-chosen secret is remembered, from its last use."""

_REMEMBERED_LIMIT = 10_000


@lru_cache(maxsize=1024)
def _read_digest(stored: str) -> tuple[int, bytes]:
    """Key version and digest of a generated secret, as they are stored."""
    version, _, digest = stored.removeprefix("v").partition(":")
    return int(version), bytes.fromhex(digest)


def _make_pool(concurrency: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=concurrency, thread_name_prefix="rpcauth-argon2")


class ClientAuthenticator:
    """Matches presented secrets. `failures_per_minute` bounds wrong secrets of one client; 0 leaves them unbounded."""

    def __init__(
        self, *, keyring: Callable[[], Keyring], now: Callable[[], Millis], concurrency: int, failures_per_minute: int
    ) -> None:
        self._keyring = keyring
        self._now = now
        self._concurrency = concurrency
        self._pool = _make_pool(concurrency)
        self._throttle = FailureThrottle(per_minute=failures_per_minute)
        self._memory = hmac.new(os.urandom(32), digestmod=hashlib.sha256)
        self._remembered: OrderedDict[bytes, Millis] = OrderedDict()
        self._checks: dict[bytes, asyncio.Task[ClientSecret | None]] = {}

    async def prove(
        self, application: Application | None, client_id: str, secret: Secret | None, *, front: str = ""
    ) -> ClientProof:
        """What this secret proves of this client. Raises LimitReached after too many wrong ones.

        `front` names who asks: each front has a budget of its own for wrong secrets, so that guessing at one that is
        open to the world keeps nobody out of the others.

        `application` is the client as the service in question knows it, None when it does not: a caller of one service
        learns nothing of another's clients, and cannot lock them out.

        An unknown client gets no match at the cost of a digest: client ids are no secret (RFC 6749 §2.2), so hiding
        which exist is not worth an Argon2id check that anybody could ask for.
        """
        if secret is None:
            return ClientProof(client_id=client_id)
        matched = None if application is None else await self._find_match(application, secret, front)
        return ClientProof(client_id=client_id, secret_given=True, matched=matched)

    def limit(self, *, concurrency: int, failures_per_minute: int) -> None:
        """Take other limits; checks that were asked for before are still carried out."""
        self._throttle.limit(per_minute=failures_per_minute)
        if concurrency != self._concurrency:
            self._concurrency, former = concurrency, self._pool
            self._pool = _make_pool(concurrency)
            former.shutdown(wait=False)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _find_match(self, application: Application, secret: Secret, front: str) -> ClientSecret | None:
        for stored in application.secrets:
            if stored.kind is SecretKind.DIGEST and self._is_digest(application.client_id, stored, secret):
                return stored
            if stored.kind is SecretKind.ARGON2ID and self._is_remembered(application.client_id, stored, secret):
                return stored
        return await self._check_slowly(application, secret, front)

    async def _check_slowly(self, application: Application, secret: Secret, front: str) -> ClientSecret | None:
        """The outcome of an Argon2id check of this secret: of the one that runs already, if there is one."""
        text = "\0".join((application.client_id, *(each.stored for each in application.secrets), secret.reveal()))
        key = self._memory_digest(text)
        check = self._checks.get(key)
        if check is None:
            budget = f"{front}\0{application.client_id}"
            self._check_throttle(budget)
            # Counted before the slow check, so that parallel tries cannot slip past the limit together.
            self._throttle.record_failure(budget, self._now())
            check = self._checks[key] = asyncio.create_task(self._find_password(application, secret, budget))
            check.add_done_callback(lambda _: self._checks.pop(key))
        return await asyncio.shield(check)

    async def _find_password(self, application: Application, secret: Secret, budget: str) -> ClientSecret | None:
        for stored in application.secrets:
            if stored.kind is SecretKind.ARGON2ID and await self._is_password(stored, secret):
                self._throttle.forgive(budget)
                self._remember(application.client_id, stored, secret)
                return stored
        return None

    def _is_digest(self, client_id: str, stored: ClientSecret, secret: Secret) -> bool:
        version, digest = _read_digest(stored.stored)
        return hmac.compare_digest(self._keyring().client_secret_digest(client_id, secret.reveal(), version), digest)

    def _check_throttle(self, budget: str) -> None:
        retry_after = self._throttle.retry_after(budget, self._now())
        if retry_after:
            raise LimitReached(retry_after, "client.too_many_wrong_secrets")

    async def _is_password(self, stored: ClientSecret, secret: Secret) -> bool:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, is_password, stored.stored, secret.reveal())

    def _memory_digest(self, text: str) -> bytes:
        # A copy of the keyed state: naming the hash anew with each call costs OpenSSL tens of microseconds.
        state = self._memory.copy()
        state.update(text.encode())
        return state.digest()

    def _memory_of(self, client_id: str, stored: ClientSecret, secret: Secret) -> bytes:
        text = "\0".join((client_id, stored.stored, secret.reveal()))
        return self._memory_digest(text)

    def _is_remembered(self, client_id: str, stored: ClientSecret, secret: Secret) -> bool:
        key = self._memory_of(client_id, stored, secret)
        until = self._remembered.get(key)
        if until is None or self._now() >= until:
            return False
        self._remembered[key] = Millis(self._now() + REMEMBERED)
        self._remembered.move_to_end(key)
        return True

    def _remember(self, client_id: str, stored: ClientSecret, secret: Secret) -> None:
        self._remembered[self._memory_of(client_id, stored, secret)] = Millis(self._now() + REMEMBERED)
        if len(self._remembered) > _REMEMBERED_LIMIT:
            self._remembered.popitem(last=False)
