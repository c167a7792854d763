"""Opening a SQLite store: lock, version, migrations, master key, clock; in that order, and nothing before the lock.

A wrong master key refuses to start. Keys are made for an empty store only: beside data a missing one means loss.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from rpcauth.errors import StoreRefused
from rpcauth.keys.keyring import FIRST_PURPOSES, KEY_BYTES, NONCE_BYTES, Purpose, SealedKey, seal_key
from rpcauth.keys.master import check_value
from rpcauth.model import Millis
from rpcauth.oauth.record_id import IdSequence
from rpcauth.storage import stored
from rpcauth.storage.clock import Clock, monotonic_clock, wall_clock
from rpcauth.storage.driver import Connection, DatabaseError, check_version, connect, connect_async
from rpcauth.storage.effects import PutKey, PutMeta
from rpcauth.storage.group import GroupCommit
from rpcauth.storage.lock import StoreLock
from rpcauth.storage.migrate import Migration, list_pending, load_migrations, migrate
from rpcauth.storage.sqlite import SqliteStore
from rpcauth.storage.writing import write


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """Where a store is and how it is run.

    `patience` is how many seconds an answer may take; `wall` and `monotonic` are the clocks to believe, in ms.
    """

    path: Path
    node: int = 0
    queue_limit: int = 4096
    patience: float = 30.0
    wall: Callable[[], Millis] = field(default=wall_clock)
    monotonic: Callable[[], int] = field(default=monotonic_clock)


def is_empty(path: Path) -> bool:
    """Whether nothing was ever stored at `path`, so that a fresh master key may be made beside it."""
    return not path.exists() or path.stat().st_size == 0


async def open_store(settings: StoreSettings, master: bytes) -> SqliteStore:
    """Lock, migrate and open a store. Raises StoreRefused: lock held, newer store, wrong key, not a database."""
    check_version()
    settings.path.parent.mkdir(parents=True, exist_ok=True)
    lock = StoreLock(settings.path)
    try:
        await apply_migrations(settings.path, settings.wall())
        connection = connect(settings.path, writer=True)
        prepare_keys(connection, master, settings.wall())
        ids_until, seen_at = stored.read_times(connection)
        clock = Clock(after=seen_at, wall=settings.wall, monotonic=settings.monotonic)
        ids = IdSequence(node=settings.node, after=ids_until)
        group = GroupCommit(connection, master=master, node=settings.node, ids=ids, now=clock.now)
        return SqliteStore(
            path=settings.path,
            lock=lock,
            connection=connection,
            group=group,
            clock=clock,
            queue_limit=settings.queue_limit,
            patience=settings.patience,
        )
    except DatabaseError as error:
        lock.release()
        name = getattr(error, "sqlite_errorname", type(error).__name__)
        raise StoreRefused(f"{settings.path}: not a store that can be served ({name}); restore a backup") from None
    except BaseException:
        lock.release()
        raise


async def apply_migrations(path: Path, now: Millis) -> list[Migration]:
    """Bring the store at `path` up to date; returns what was applied. The caller holds its lock."""
    connection = await connect_async(path, writer=True)
    try:
        return await migrate(connection, load_migrations(), now)
    finally:
        await connection.close()


async def pending_migrations(path: Path) -> list[Migration]:
    """What opening the store would apply; writes nothing."""
    known = load_migrations()
    if is_empty(path):
        return known
    connection = await connect_async(path, writer=False)
    try:
        return await list_pending(connection, known)
    finally:
        await connection.close()


def prepare_keys(connection: Connection, master: bytes, now: Millis) -> None:
    """Check the master key against the store, or make the first keys of an empty one."""
    expected = stored.read_meta(connection, stored.MASTER_CHECK)
    if expected is not None:
        if not hmac.compare_digest(expected, check_value(master)):
            raise StoreRefused("this is not the master key that the store was made with; put that one back")
        return
    connection.execute("BEGIN IMMEDIATE")
    for purpose in FIRST_PURPOSES:
        write(connection, PutKey(_fresh_key(master, purpose, now)))
    write(connection, PutMeta(stored.MASTER_CHECK, check_value(master)))
    connection.execute("COMMIT")


def _fresh_key(master: bytes, purpose: Purpose, now: Millis) -> SealedKey:
    return seal_key(master, purpose, 1, os.urandom(KEY_BYTES), nonce=os.urandom(NONCE_BYTES), now=now)
