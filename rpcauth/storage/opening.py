"""Opening a SQLite store: version, lock, master key, migrations, clock; in that order, and nothing before the lock.

A wrong master key refuses to start and changes nothing. Keys are made for an empty store only: beside data a missing
one means loss.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from rpcauth.errors import StoreRefused
from rpcauth.keys.keyring import FIRST_PURPOSES, KEY_BYTES, NONCE_BYTES, Keyring, Purpose, SealedKey, seal_key
from rpcauth.keys.master import check_value
from rpcauth.model import Millis
from rpcauth.oauth.record_id import IdSequence
from rpcauth.storage import stored
from rpcauth.storage.auditing import Circumstances, check_free
from rpcauth.storage.clock import Clock, monotonic_clock, wall_clock
from rpcauth.storage.driver import Connection, DatabaseError, check_version, close_writer, connect, connect_async
from rpcauth.storage.effects import PutKey, PutMeta
from rpcauth.storage.group import GroupCommit
from rpcauth.storage.lock import StoreLock
from rpcauth.storage.migrate import Migration, list_pending, load_migrations, migrate
from rpcauth.storage.pages import forget_sums
from rpcauth.storage.precautions import find_damage, open_trail
from rpcauth.storage.sqlite import SqliteStore
from rpcauth.storage.writing import write


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """Where a store is and how it is run.

    `queue_wait` is how many seconds a backlog may last before it takes in no more, `patience` how many an answer may
    take; `wall` and `monotonic` are the clocks to believe, in ms. `audit` is the audit file, None where none is kept;
    `circumstances` tell what is to be done where it and the store differ.
    """

    path: Path
    node: int = 0
    queue_limit: int = 4096
    queue_wait: float = 1.0
    patience: float = 30.0
    wall: Callable[[], Millis] = field(default=wall_clock)
    monotonic: Callable[[], int] = field(default=monotonic_clock)
    audit: Path | None = None
    circumstances: Circumstances = field(default_factory=Circumstances)


def is_empty(path: Path) -> bool:
    """Whether nothing was ever stored at `path`, so that a fresh master key may be made beside it."""
    return not path.exists() or path.stat().st_size == 0


async def open_store(settings: StoreSettings, master: bytes, lock: StoreLock | None = None) -> SqliteStore:
    """Lock, migrate and open a store; `lock` is taken over from a caller that has it.

    Raises StoreRefused: lock held, newer store, wrong key, not a database, audit and store at odds.
    """
    check_version()
    settings.path.parent.mkdir(parents=True, exist_ok=True)
    lock = lock or StoreLock(settings.path)
    try:
        _make_private(settings.path)
        connection = connect(settings.path, writer=True)
        try:
            _check_writable(connection)
            return await _open(settings, master, lock, connection)
        except BaseException:
            close_writer(settings.path, connection)
            raise
    except DatabaseError as error:
        lock.release()
        raise _refusal_of(settings.path, error) from None
    except BaseException:
        lock.release()
        raise


async def _open(settings: StoreSettings, master: bytes, lock: StoreLock, connection: Connection) -> SqliteStore:
    is_new = not check_master(connection, master)
    circumstances = _look_round(settings, connection, is_new=is_new)
    if await apply_migrations(settings.path, settings.wall()):
        forget_sums(settings.path)
    if is_new:
        make_keys(connection, master, settings.wall())
    trail = open_trail(
        connection,
        store=settings.path,
        audit=settings.audit,
        master=master,
        node=settings.node,
        now=_clock_of(settings, connection).now,
        circumstances=circumstances,
    )
    # A loss that was accepted has moved the times on.
    clock, ids_until = _clock_of(settings, connection), stored.read_times(connection)[0]
    ids = IdSequence(node=settings.node, after=ids_until)
    group = GroupCommit(connection, master=master, node=settings.node, ids=ids, now=clock.now, trail=trail)
    _check_complete(group.keyring)
    return SqliteStore(
        path=settings.path,
        lock=lock,
        connection=connection,
        group=group,
        clock=clock,
        queue_limit=settings.queue_limit,
        queue_wait=settings.queue_wait,
        patience=settings.patience,
    )


def _clock_of(settings: StoreSettings, connection: Connection) -> Clock:
    return Clock(after=stored.read_times(connection)[1], wall=settings.wall, monotonic=settings.monotonic)


def _look_round(settings: StoreSettings, connection: Connection, *, is_new: bool) -> Circumstances:
    """Before anything is written: what is wrong, and accepted. Raises StoreRefused where it is not."""
    if settings.audit is None:
        return settings.circumstances
    if is_new:
        check_free(settings.audit)
        return settings.circumstances
    has_damage = find_damage(settings.path, connection, settings.circumstances)
    return replace(settings.circumstances, has_damage=has_damage)


async def apply_migrations(path: Path, now: Millis) -> list[Migration]:
    """Bring the store at `path` up to date; returns what was applied. The caller holds its lock."""
    connection = await connect_async(path, writer=True)
    try:
        return await migrate(connection, load_migrations(), now)
    finally:
        await connection.close()


async def pending_migrations(path: Path) -> list[Migration]:
    """What opening the store would apply; writes nothing. Raises StoreRefused: newer store, not a database."""
    known = load_migrations()
    if is_empty(path):
        return known
    try:
        connection = await connect_async(path, writer=False)
        try:
            return await list_pending(connection, known)
        finally:
            await connection.close()
    except DatabaseError as error:
        raise _refusal_of(path, error) from None


def _make_private(path: Path) -> None:
    """The file of a new store, for its owner alone; SQLite gives its mode to what it puts beside it."""
    if not path.exists():
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _check_writable(connection: Connection) -> None:
    """SQLite opens a read-only file as well, even for BEGIN IMMEDIATE, and says so only when something is written."""
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("PRAGMA user_version = 0")
    connection.execute("ROLLBACK")


def _refusal_of(path: Path, error: DatabaseError) -> StoreRefused:
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    if name.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM")):
        return StoreRefused(f"{path}: cannot be opened ({name}); check the owner and mode of it and of its folder")
    return StoreRefused(f"{path}: not a store that can be served ({name}); restore a backup")


def check_master(connection: Connection, master: bytes) -> bool:
    """Whether the store has keys, which are then this master key's. False for a store that never held anything.

    Raises StoreRefused: another master key, or data without the keys that it was made with.
    """
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    expected = stored.read_meta(connection, stored.MASTER_CHECK) if "meta" in tables else None
    if expected is not None:
        if not hmac.compare_digest(expected, check_value(master)):
            raise StoreRefused("this is not the master key that the store was made with; put that one back")
        return True
    for table in sorted(tables - {"migrations"}):
        if connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is not None:
            raise StoreRefused("the store holds data but has lost the keys that it was made with; restore a backup")
    return False


def make_keys(connection: Connection, master: bytes, now: Millis) -> None:
    """The first keys of an empty store, and the value that recognises its master key."""
    connection.execute("BEGIN IMMEDIATE")
    for purpose in FIRST_PURPOSES:
        write(connection, PutKey(_fresh_key(master, purpose, now)))
    write(connection, PutMeta(stored.MASTER_CHECK, check_value(master)))
    connection.execute("COMMIT")


def _check_complete(keyring: Keyring) -> None:
    for purpose in FIRST_PURPOSES:
        if purpose not in keyring.keys:
            raise StoreRefused(f"the store has lost its {purpose} key; restore a backup")


def _fresh_key(master: bytes, purpose: Purpose, now: Millis) -> SealedKey:
    return seal_key(master, purpose, 1, os.urandom(KEY_BYTES), nonce=os.urandom(NONCE_BYTES), now=now)
