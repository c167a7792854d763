"""Opening a SQLite store: version, lock, master key, migrations, clock; in that order, and nothing before the lock.

A wrong master key refuses to start and changes nothing. Keys are made for an empty store only: beside data a missing
one means loss.
"""

from __future__ import annotations

import asyncio
import hmac
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from rpcauth.errors import StoreHindered, StoreRefused
from rpcauth.folders import make_folder
from rpcauth.keys.keyring import FIRST_PURPOSES, KEY_BYTES, NONCE_BYTES, Keyring, Purpose, SealedKey, seal_key
from rpcauth.keys.master import check_value
from rpcauth.model import Millis
from rpcauth.oauth.record_id import EPOCH, IdSequence
from rpcauth.storage import stored
from rpcauth.storage.clock import Clock, monotonic_clock, wall_clock
from rpcauth.storage.driver import Connection, DatabaseError, check_version, close_writer, connect, connect_async
from rpcauth.storage.effects import PutKey, PutMeta
from rpcauth.storage.group import SEEN_EVERY, GroupCommit
from rpcauth.storage.lock import StoreLock
from rpcauth.storage.migrate import Migration, list_pending, load_migrations, migrate
from rpcauth.storage.safeguards.auditing import RESTORED, Circumstances, check_free
from rpcauth.storage.safeguards.pages import forget_sums
from rpcauth.storage.safeguards.precautions import find_damage, open_trail
from rpcauth.storage.sqlite import SqliteStore
from rpcauth.storage.writing import write

SEEN_LAG = SEEN_EVERY + 10_000
"""Milliseconds by which the time that the store has seen can lag at most: the sweeper looks after it."""


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


def ready_path(store: Path) -> Path:
    """Where a backup waits that is about to take a store's place (storage/restoring.py)."""
    return store.with_name(store.name + ".ready")


def check_settled(store: Path) -> None:
    """Raises StoreRefused where a backup was about to take the store's place when that was interrupted."""
    ready = ready_path(store)
    if ready.exists():
        raise StoreRefused(f"{store}: it was being restored, and that was interrupted; type: rpcauth restore {ready}")


def is_empty(path: Path) -> bool:
    """Whether nothing was ever stored at `path`, so that a fresh master key may be made beside it."""
    return not path.exists() or path.stat().st_size == 0


async def open_store(settings: StoreSettings, master: bytes, lock: StoreLock | None = None) -> SqliteStore:
    """Lock, migrate and open a store; `lock` is taken over from a caller that has it.

    Raises StoreRefused: lock held, newer store, wrong key, not a database, audit and store at odds.
    """
    check_version()
    make_folder(settings.path.parent)
    lock = lock or StoreLock(settings.path)
    try:
        check_settled(settings.path)
        _make_private(settings.path)
        _sync_wal(settings.path)
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
    # In a thread: a large file takes minutes, and a service manager is to hear that the start goes on.
    circumstances = await asyncio.to_thread(_look_round, settings, connection, is_new=is_new)
    if not circumstances.has_damage and await pending_migrations(settings.path):
        forget_sums(settings.path)
    await apply_migrations(settings.path, settings.wall())
    if is_new:
        make_keys(connection, master, settings.wall())
    trail = await asyncio.to_thread(
        open_trail,
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
    """A new store has seen nothing, but no clock is right that stands before the time from which ids count."""
    after = max(stored.read_times(connection)[1], EPOCH)
    return Clock(after=after, lag=SEEN_LAG, wall=settings.wall, monotonic=settings.monotonic)


def _look_round(settings: StoreSettings, connection: Connection, *, is_new: bool) -> Circumstances:
    """Before anything is written: what is wrong, and accepted. Raises StoreRefused where it is not."""
    circumstances = settings.circumstances
    if is_new:
        if settings.audit is not None:
            check_free(settings.audit)
        return circumstances
    if stored.read_meta(connection, RESTORED) is not None:
        circumstances = replace(circumstances, accepts_loss=True, was_restored=True)
    if settings.audit is None:
        return circumstances
    return replace(circumstances, has_damage=find_damage(settings.path, connection, circumstances))


async def apply_migrations(path: Path, now: Millis) -> list[Migration]:
    """Bring the store at `path` up to date; returns what was applied. The caller holds its lock."""
    connection = await connect_async(path, writer=True)
    try:
        return await migrate(connection, load_migrations(), now)
    finally:
        await connection.close()


async def pending_migrations(path: Path) -> list[Migration]:
    """What opening the store would apply; writes nothing. Raises StoreRefused: newer store, not a database.

    What a start that was cut off left half done cannot be read, and is taken back by the next one: it is told as empty.
    """
    known = load_migrations()
    if is_empty(path) or _is_cut_off(path):
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


def _sync_wal(path: Path) -> None:
    """Have on the disk what a process that was killed has written, before anything follows from it.

    Otherwise a commit is read from memory, its audit is made whole and synced, and a power cut then takes the commit.
    """
    wal = path.with_name(path.name + "-wal")
    if wal.exists():
        with wal.open("rb") as file:
            os.fsync(file.fileno())


def _is_cut_off(path: Path) -> bool:
    """Whether a journal has something to take back: of the store's first page, as it was made or replaced."""
    journal = path.with_name(path.name + "-journal")
    return journal.exists() and journal.stat().st_size > 0


def _check_writable(connection: Connection) -> None:
    """SQLite opens a read-only file as well, even for BEGIN IMMEDIATE, and says so only when something is written."""
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("PRAGMA user_version = 0")
    connection.execute("ROLLBACK")


_HINDRANCES: Final = {
    "SQLITE_FULL": "make room on its disk",
    "SQLITE_IOERR": "look after its disk, which fails or is full",
    "SQLITE_BUSY": "another program is at work with it: wait until that has ended",
    "SQLITE_NOMEM": "there is no memory left",
}
"""What may pass by itself, or be mended without a word to us; and what to do."""


def _refusal_of(path: Path, error: DatabaseError) -> StoreRefused:
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    if name.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM")):
        return StoreRefused(f"{path}: cannot be opened ({name}); check the owner and mode of it and of its folder")
    for beginning, advice in _HINDRANCES.items():
        if name.startswith(beginning) and path.is_file():
            return StoreHindered(f"{path}: cannot be opened now ({name}); {advice}")
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
