"""Restoring a store from a backup, without a daemon."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rpcauth.app.core import load_master, make_folder, settings_of
from rpcauth.config import Config
from rpcauth.errors import StoreRefused
from rpcauth.operations.data_loss import DATA_LOSS
from rpcauth.storage.lock import StoreLock
from rpcauth.storage.opening import open_store
from rpcauth.storage.restoring import put_back


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """Where the former files are, what was done in one line, and the changes since the backup that are lost."""

    kept: Sequence[Path]
    text: str
    changes: Sequence[str]


async def restore(config: Config, backup: Path, say: Callable[[str], None]) -> Restored:
    """Put the backup in place and replay the audit. Raises StoreRefused, OSError.

    What was put in place before such an error is served only with what it lacks made good, whoever opens it first.
    """
    path = config.storage.url.path
    _check_named(backup, path)
    master = load_master(config)
    make_folder(path.parent, say)
    lock = StoreLock(path)
    try:
        kept = await put_back(backup, path, master.key)
    except BaseException:
        lock.release()
        raise
    store = await open_store(settings_of(config), master.key, lock)
    try:
        alarm = json.loads(store.find_meta(DATA_LOSS) or b"{}")
    finally:
        await store.close()
    return Restored(kept=kept, text=alarm["text"], changes=alarm["changes"])


def _check_named(backup: Path, store: Path) -> None:
    if not backup.is_file():
        raise StoreRefused(f"{backup}: no such file; name a backup that `rpcauth backup` wrote")
    if store.exists() and backup.samefile(store):
        raise StoreRefused(f"{backup}: the store itself; name a backup of it")
