"""Putting a backup in the place of a store, whole, with the former files kept beside it.

The WAL goes first: one that stayed would be read into the store that it does not belong to. The store itself is then
replaced by one rename. In between, the backup waits beside the store, which is not served then (opening.py). The backup
knows that it is one: what it lacks is made good by whoever opens it first, be that after a crash.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from rpcauth.errors import StoreRefused
from rpcauth.folders import sync_file, sync_folder
from rpcauth.storage import stored
from rpcauth.storage.driver import DatabaseError, connect
from rpcauth.storage.effects import PutMeta
from rpcauth.storage.opening import check_master, pending_migrations, ready_path
from rpcauth.storage.safeguards.auditing import AUDIT_OFF, RESTORED
from rpcauth.storage.safeguards.pages import forget_sums
from rpcauth.storage.writing import write

_KEPT = ".replaced"


async def put_back(backup: Path, store: Path, master: bytes) -> list[Path]:
    """Replace `store` by a copy of `backup`; returns where the former files are. The caller holds the store's lock.

    Raises StoreRefused and changes nothing: not a whole store, newer than this program, under another master key.
    """
    draft, ready = store.with_name(store.name + ".restoring"), ready_path(store)
    _remove(draft)
    try:
        _copy(backup, draft)
        await _check(backup, draft, master)
        # The one that waits there was marked by an attempt that set the WAL aside, and died.
        _mark(draft, lacks_audit=_lacks_audit(store) or _lacks_audit(ready))
        os.replace(draft, ready)
    finally:
        _remove(draft)
    sync_folder(store.parent)
    kept = _set_aside(store)
    os.replace(ready, store)
    sync_folder(store.parent)
    return kept


def _copy(backup: Path, draft: Path) -> None:
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    shutil.copyfile(backup, draft)
    sync_file(draft)


async def _check(backup: Path, draft: Path, master: bytes) -> None:
    try:
        connection = connect(draft, writer=False)
        try:
            if connection.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
                raise StoreRefused(f"{backup}: damaged; take another backup")
            if not check_master(connection, master):
                raise StoreRefused(f"{backup}: an empty store, and no backup; name another file")
        finally:
            connection.close()
        await pending_migrations(draft)
    except DatabaseError:
        raise StoreRefused(f"{backup}: no backup of a store, or a damaged one; name another file") from None


def _lacks_audit(store: Path) -> bool:
    """Whether the store was served without its audit, as far as it can be read: a backup cannot know that."""
    try:
        connection = connect(store, writer=False)
        try:
            return stored.read_meta(connection, AUDIT_OFF) is not None
        finally:
            connection.close()
    except DatabaseError:
        return False


def _mark(draft: Path, *, lacks_audit: bool) -> None:
    connection = connect(draft, writer=True)
    try:
        write(connection, PutMeta(RESTORED, b""))
        if lacks_audit:
            write(connection, PutMeta(AUDIT_OFF, b""))
        connection.execute("PRAGMA journal_mode = DELETE")
    finally:
        connection.close()
    sync_file(draft)


def _remove(draft: Path) -> None:
    for suffix in ("", "-journal", "-wal", "-shm"):
        draft.with_name(draft.name + suffix).unlink(missing_ok=True)


def _set_aside(store: Path) -> list[Path]:
    number, suffix = 1, _KEPT
    while store.with_name(store.name + suffix).exists():
        number += 1
        suffix = f"{_KEPT}.{number}"
    former, kept = store.with_name(store.name + suffix), []
    wal = store.with_name(store.name + "-wal")
    if wal.exists() and wal.stat().st_size > 0:
        kept.append(Path(f"{former}-wal"))
        os.rename(wal, kept[-1])
    wal.unlink(missing_ok=True)
    store.with_name(store.name + "-shm").unlink(missing_ok=True)
    forget_sums(store)
    if store.exists():
        kept.append(former)
        os.link(store, former)
    sync_folder(store.parent)
    return kept
