"""The SQLite engine of the storage port.

One connection writes, in the writer's thread (group.py). Hot reads run inline on a read-only connection of the event
loop: 5 microseconds, where a hop to a thread costs several times that. Cold reads and backups have a thread of
their own.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite

from rpcauth.audit.walk import Walk, walk
from rpcauth.folders import sync_file, sync_folder
from rpcauth.keys.keyring import Keyring, Purpose, SealedKey
from rpcauth.keys.master import check_value
from rpcauth.model import AccessToken, Definitions, Millis, RecordId
from rpcauth.storage import reading, rows, stored
from rpcauth.storage.cache import TokenCache
from rpcauth.storage.clock import Clock
from rpcauth.storage.driver import Connection, Error, close_writer, connect, connect_async
from rpcauth.storage.effects import Event
from rpcauth.storage.failures import name_of, unavailable
from rpcauth.storage.group import GroupCommit
from rpcauth.storage.lock import StoreLock
from rpcauth.storage.mending import Mending
from rpcauth.storage.port import Operation, UserTokens
from rpcauth.storage.safeguards.auditing import AUDIT_STORE
from rpcauth.storage.safeguards.trail import Trail
from rpcauth.storage.surveying import LIVE_TOKENS, OLDEST_DUE, LiveTokens
from rpcauth.storage.sweeping import Sweep
from rpcauth.storage.writer import Writer

_log = logging.getLogger(__name__)
R = TypeVar("R")

_SECOND = 1000


class SqliteStore:
    """A store that is open for service (port.Store). Made by storage/opening.py, which also locks and migrates."""

    def __init__(
        self,
        *,
        path: Path,
        lock: StoreLock,
        connection: Connection,
        group: GroupCommit,
        clock: Clock,
        queue_limit: int,
        queue_wait: float,
        patience: float,
    ) -> None:
        self._path = path
        self._lock = lock
        self._connection = connection
        self._group = group
        self.clock = clock
        self._reader = connect(path, writer=False)
        self._tokens = TokenCache(partial(reading.find_access_tokens, self._reader), lambda: group.epoch)
        self._cold: aiosqlite.Connection | None = None
        self._cold_opening = asyncio.Lock()
        self.swept = 0
        self._events: deque[Event] = deque()
        self._consumers: list[Callable[[Sequence[Event]], None]] = []
        group.committed = self._events.extend
        self._writer = Writer(
            group.run,
            queue_limit=queue_limit,
            queue_wait=queue_wait,
            patience=patience,
            on_answers=self._deliver_events,
        )
        self._mending = Mending(lambda: self.is_failing or self.trail.is_failing, self._writer.submit)

    @property
    def path(self) -> Path:
        return self._path

    @property
    def definitions(self) -> Definitions:
        return self._group.definitions

    @property
    def keyring(self) -> Keyring:
        return self._group.keyring

    @property
    def queue_depth(self) -> int:
        return self._writer.queue_depth

    @property
    def queue_limit(self) -> int:
        return self._writer.queue_limit

    @property
    def is_failing(self) -> bool:
        """Whether a commit failed, so that none is made until the disk takes writes again."""
        return self._group.failing

    @property
    def trail(self) -> Trail:
        """What is kept of every commit beside the store."""
        return self._group.trail

    @property
    def busy_for(self) -> float:
        """Seconds for which the writer has been at the same transaction; 0 when it is at none."""
        return self._writer.busy_for

    def reset_clock(self) -> Millis:
        """Believe the wall clock again after a jump. The next commit writes the time that is believed now."""
        before = self.clock.reset()
        self._group.renew_times()
        return before

    def distrust_clock(self, believed: Millis) -> None:
        """Take a reset back that could not be written down."""
        self.clock.distrust(believed)

    def now(self) -> Millis:
        return self.clock.now()

    async def execute(self, operation: Operation[R]) -> R:
        result: R = await self._writer.submit(operation)
        return result

    async def find_access_tokens(self, ids: Sequence[RecordId]) -> dict[RecordId, AccessToken]:
        try:
            return self._tokens.find(ids)
        except Error as error:
            raise unavailable(error) from None

    async def list_user_tokens(self, service_key: str, user_context: str, limit: int) -> UserTokens:
        tokens, clients = [
            await self._read_cold(statement, parameters)
            for statement, parameters in reading.user_token_queries(service_key, user_context, limit, self.now())
        ]
        return UserTokens(
            access_tokens=tuple(rows.access_token(row) for row in tokens),
            refreshable_clients=frozenset(client for (client,) in clients),
        )

    async def sweep(self, limit: int) -> int:
        """One bounded step of the sweeper; returns the rows it touched, 0 when nothing was due."""
        retention = {key: service.inactive_retention * _SECOND for key, service in self.definitions.services.items()}
        touched: int = await self._writer.submit(Sweep(now=self.now(), limit=limit, retention=retention))
        self.swept += touched
        return touched

    async def find_oldest_due(self) -> Millis | None:
        """Since when the row that the sweeper is latest with has been due; None when there is none."""
        oldest = await self._read_cold(OLDEST_DUE, {"now": self.now()})
        return None if oldest[0][0] is None else Millis(oldest[0][0])

    async def count_live_tokens(self, after: RecordId, limit: int) -> LiveTokens:
        """The access tokens that are good now, among the next `limit` rows behind the id `after`."""
        parameters = {"now": self.now(), "after": after, "limit": limit}
        return LiveTokens(*(await self._read_cold(LIVE_TOKENS, parameters))[0])

    async def list_keys(self) -> list[SealedKey]:
        """The rows of the keys, still sealed."""
        try:
            return stored.read_keys(self._reader)
        except Error as error:
            raise unavailable(error) from None

    def is_under(self, master: bytes) -> bool:
        """Whether this is the master key of the store, as of the last commit."""
        return stored.read_meta(self._reader, stored.MASTER_CHECK) == check_value(master)

    def find_meta(self, name: str) -> bytes | None:
        """A named value of the store itself, as of the last commit. Raises StorageUnavailable."""
        try:
            return stored.read_meta(self._reader, name)
        except Error as error:
            raise unavailable(error) from None

    async def verify_audit(self, path: Path) -> tuple[Walk, bool]:
        """The walk through a file of the audit, and whether it is this store's. Raises OSError, StorageUnavailable."""
        limit = self.trail.find_size(path)
        found = await asyncio.to_thread(walk, path, self.keyring.chain_mac, limit=limit)
        return found, found.store == (self.find_meta(AUDIT_STORE) or b"").hex()

    def limit(self, *, queue_limit: int, queue_wait: float, patience: float) -> None:
        """Take other limits, from the next operation on."""
        self._writer.limit(queue_limit=queue_limit, queue_wait=queue_wait, patience=patience)

    async def find_unused_digest_versions(self) -> list[int]:
        """Versions of the digest key that no code or token names. Never the current one: new rows name that."""
        unused = []
        for version in sorted(self.keyring.keys[Purpose.TOKEN_DIGEST])[:-1]:
            named = await self._read_cold(reading.DIGEST_VERSION_NAMED, (version,))
            if not named[0][0] and not _is_named_by_secret(self.definitions, version):
                unused.append(version)
        return unused

    async def backup(self, target: Path) -> None:
        """Write a consistent copy of the store to a file that does not exist yet (0600), in a single step.

        A copy in many steps starts anew whenever something is written; one step reads one snapshot, and the writer
        goes on meanwhile. Raises FileExistsError, OSError, StorageUnavailable; then nothing stays at `target`.
        """
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        try:
            await _copy(self._path, target)
            await asyncio.to_thread(sync_file, target)
            await asyncio.to_thread(sync_folder, target.parent)
        except Error as error:
            _remove_store(target)
            raise unavailable(error) from None
        except BaseException:
            _remove_store(target)
            raise

    def subscribe(self, consumer: Callable[[Sequence[Event]], None]) -> None:
        self._consumers.append(consumer)

    def measure(self, commit: Callable[[int, int | None], None], audit: Callable[[int], None]) -> None:
        """Have each commit, and each sync of its audit, told in the thread that made it (GroupCommit, Trail)."""
        self._group.measured = commit
        self.trail.measured = audit

    async def close(self) -> None:
        """Finish what is queued, empty the WAL into the store, and let go of the lock."""
        self._mending.stop()
        await self._writer.stop()
        if self._cold is not None:
            await self._cold.close()
        self._reader.close()
        try:
            await asyncio.to_thread(self.trail.close)
        except (Error, OSError) as error:  # nothing is lost: the WAL stays there, and the next start reads it
            _log.warning("the WAL could not be emptied: %s", name_of(error))
        finally:
            close_writer(self._path, self._connection)
            self._lock.release()

    def _deliver_events(self) -> None:
        self._mending.look()
        if not self._events:
            return
        events = [self._events.popleft() for _ in range(len(self._events))]
        for consumer in self._consumers:
            try:
                consumer(events)
            except Exception as error:  # noqa: BLE001 - the next consumer may be the one that invalidates a cache
                _log.critical("a consumer of events failed: %s", type(error).__name__)

    async def _read_cold(self, statement: str, parameters: Any) -> list[Any]:
        try:
            async with self._cold_opening:
                if self._cold is None:
                    self._cold = await connect_async(self._path, writer=False)
            return list(await self._cold.execute_fetchall(statement, parameters))
        except Error as error:
            raise unavailable(error) from None


def _is_named_by_secret(definitions: Definitions, version: int) -> bool:
    secrets = (secret for application in definitions.applications.values() for secret in application.secrets)
    return any(secret.stored.startswith(f"v{version}:") for secret in secrets)


async def _copy(path: Path, target: Path) -> None:
    source = await connect_async(path, writer=False)
    try:
        copy = await connect_async(target, writer=True)
        try:
            await source.backup(copy)
            await copy.execute("PRAGMA journal_mode = DELETE")
        finally:
            await copy.close()
    finally:
        await source.close()


def _remove_store(target: Path) -> None:
    for suffix in ("", "-journal", "-wal", "-shm"):
        target.with_name(target.name + suffix).unlink(missing_ok=True)
