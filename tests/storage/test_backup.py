"""Backups: a consistent copy while writes go on, for its owner alone, and a store like the one it was made of."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from rpcauth.errors import Outcome, StorageUnavailable
from rpcauth.storage.effects import PutService
from rpcauth.storage.sqlite import SqliteStore
from tests.storage.contract import SERVICE
from tests.storage.engines import Place, open_sqlite
from tests.storage.faults import file_size_limit
from tests.storage.records import insert_access, insert_grant, new_id, write


def copy_of(place: Place) -> Place:
    """A place in which a backup of this store belongs."""
    folder = place.folder / "copy"
    folder.mkdir()
    return Place(folder, place.clock, place.master)


async def test_a_backup_opens_as_a_store_under_the_same_master_key(store: SqliteStore, place: Place) -> None:
    await write(store, PutService(SERVICE), insert_access(1))
    copy = copy_of(place)
    await store.backup(copy.path)
    last = await new_id(store)
    async with open_sqlite(copy) as restored:
        assert restored.definitions.services == {"service": SERVICE}
        assert list(await restored.find_access_tokens([1])) == [1]  # type: ignore[list-item]
        assert restored.keyring.keys == store.keyring.keys
        assert await new_id(restored) > last - (5000 << 22), "its ids go on about where the store's are"


async def test_a_backup_is_one_file_that_only_its_owner_may_read(store: SqliteStore, place: Place) -> None:
    copy = copy_of(place)
    await store.backup(copy.path)
    assert [path.name for path in copy.folder.iterdir()] == ["store.db"]
    assert copy.path.stat().st_mode & 0o777 == 0o600


async def test_a_backup_made_while_writes_go_on_holds_whole_operations_alone(store: SqliteStore, place: Place) -> None:
    copy = copy_of(place)
    await write(store, *(insert_access(number, scope="x" * 500) for number in range(100_000, 105_000)))
    backing_up = asyncio.ensure_future(store.backup(copy.path))
    number = 0
    while not backing_up.done():
        number += 1
        await write(store, insert_access(number), insert_grant(number))
    await backing_up
    with sqlite3.connect(copy.path) as connection:
        (integrity,) = connection.execute("PRAGMA integrity_check").fetchone()
        copied = [one for (one,) in connection.execute("SELECT id FROM access_tokens WHERE id < 100000 ORDER BY id")]
        grants = [one for (one,) in connection.execute("SELECT id FROM grants ORDER BY id")]
    connection.close()
    assert integrity == "ok"
    assert copied == grants == list(range(1, len(copied) + 1))
    assert number > 1, "nothing was written meanwhile, so the test shows nothing"


async def test_a_backup_never_overwrites(store: SqliteStore, tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("precious")
    with pytest.raises(FileExistsError):
        await store.backup(target)
    assert target.read_text() == "precious"


async def test_a_backup_that_fails_leaves_nothing_behind_and_the_store_serves_on(
    store: SqliteStore, place: Place
) -> None:
    await write(store, *(insert_access(number, scope="x" * 500) for number in range(2000)))
    copy = copy_of(place)
    with file_size_limit(200_000), pytest.raises(StorageUnavailable) as caught:
        await store.backup(copy.path)
    assert caught.value.outcome is Outcome.NOT_DONE
    assert list(copy.folder.iterdir()) == []
    await write(store, insert_access(5000))
    await store.backup(copy.path)


async def test_a_backup_into_no_folder_is_an_os_error(store: SqliteStore, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await store.backup(tmp_path / "nowhere" / "copy.db")
