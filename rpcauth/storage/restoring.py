"""Putting a backup in the place of a store, whole, with the former files kept beside it.

The WAL goes first: one that stayed would be read into the store that it does not belong to. The store itself is then
replaced by one rename. A crash in between leaves the former store without what its WAL held, which its audit tells.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from rpcauth.errors import StoreRefused
from rpcauth.storage.driver import DatabaseError, connect
from rpcauth.storage.opening import check_master, pending_migrations
from rpcauth.storage.pages import forget_sums

_KEPT = ".replaced"


async def put_back(backup: Path, store: Path, master: bytes) -> list[Path]:
    """Replace `store` by a copy of `backup`; returns where the former files are. The caller holds the store's lock.

    Raises StoreRefused and changes nothing: not a whole store, newer than this program, under another master key.
    """
    draft = store.with_name(store.name + ".restoring")
    draft.unlink(missing_ok=True)
    try:
        _copy(backup, draft)
        await _check(backup, draft, master)
        kept = _set_aside(store)
        os.replace(draft, store)
    finally:
        draft.unlink(missing_ok=True)
    _sync(store.parent)
    return kept


def _copy(backup: Path, draft: Path) -> None:
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    shutil.copyfile(backup, draft)
    _sync(draft)


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


def _set_aside(store: Path) -> list[Path]:
    number, suffix = 1, _KEPT
    while store.with_name(store.name + suffix).exists():
        number += 1
        suffix = f"{_KEPT}.{number}"
    former, kept = store.with_name(store.name + suffix), []
    wal = store.with_name(store.name + "-wal")
    if wal.exists():
        kept.append(Path(f"{former}-wal"))
        os.rename(wal, kept[-1])
    store.with_name(store.name + "-shm").unlink(missing_ok=True)
    forget_sums(store)
    if store.exists():
        kept.append(former)
        os.link(store, former)
    _sync(store.parent)
    return kept


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
