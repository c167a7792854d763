"""A backup in the place of the store: what was revoked or spent since it was made does not live again."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pysqlite3
import pytest

from rpcauth.errors import StoreRefused
from rpcauth.operations.data_loss import DATA_LOSS
from rpcauth.storage.restoring import put_back
from rpcauth.storage.safeguards.pages import sums_path
from rpcauth.storage.verification import verify_offline
from tests.audit.places import RESTORED, Place
from tests.audit.test_losses import authorize, revoke, revoke_user


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    return tmp_path / "backup.db"


async def test_a_restored_backup_revives_nothing(place: Place, backup: Path) -> None:
    async with place.open() as provider:
        kept, revoked, below = [await authorize(provider, name) for name in ("kept", "revoked", "below")]
        refreshed = await authorize(provider, "refreshed")
        code = await provider.issue_code()
        await provider.store.backup(backup)
        await provider.redeem(code)
        await revoke(provider, revoked["access_token"])
        await revoke_user(provider, "below")
        await provider.refresh(refreshed["refresh_token"])
    before = place.file.read_bytes()
    kept_files = await put_back(backup, place.store, place.master)
    assert [path.name for path in kept_files] == ["store.db.replaced"]
    for circumstances in (RESTORED, None, None):
        async with place.open(*([circumstances] if circumstances else [])) as provider:
            assert [await provider.is_live(one["access_token"]) for one in (kept, revoked, below)] == [
                True,
                False,
                False,
            ]
            for tokens in (kept, revoked, below, refreshed):
                asked = provider.refreshing(tokens["refresh_token"])
                assert await provider.oauth_error("oauth2.createAccessToken", asked) == "invalid_grant"
            assert await provider.oauth_error("oauth2.createAccessToken", provider.redemption(code)) == "invalid_grant"
    assert place.file.read_bytes().startswith(before)
    found, is_ours = verify_offline(place.store, place.master, place.file)
    assert (found.fault, is_ours) == (None, True)


async def test_a_backup_that_lacks_nothing_is_restored_with_codes_and_refresh_tokens_refused_all_the_same(
    place: Place, backup: Path
) -> None:
    async with place.open() as provider:
        tokens = await provider.authorize()
        await provider.store.backup(backup)
    await put_back(backup, place.store, place.master)
    async with place.open(RESTORED) as provider:
        assert await provider.is_live(tokens["access_token"])
        asked = provider.refreshing(tokens["refresh_token"])
        assert await provider.oauth_error("oauth2.createAccessToken", asked) == "invalid_grant"
        assert b"restored from a backup" in (provider.store.find_meta(DATA_LOSS) or b"")


@pytest.mark.parametrize("has_audit", [True, False])
async def test_without_an_audit_file_all_that_a_backup_holds_is_revoked(
    place: Place, backup: Path, has_audit: bool
) -> None:
    async with place.open() as provider:
        tokens = await provider.authorize()
        await provider.store.backup(backup)
        await revoke(provider, tokens["access_token"])
    place.file.unlink()
    if not has_audit:
        place.audit = None
    await put_back(backup, place.store, place.master)
    async with place.open(RESTORED) as provider:
        assert not await provider.is_live(tokens["access_token"])
        fresh = await provider.authorize()
    async with place.open() as provider:
        assert await provider.is_live(fresh["access_token"])
        assert not await provider.is_live(tokens["access_token"])


async def test_a_backup_from_before_the_audit_is_taken_with_all_revoked(place: Place, backup: Path) -> None:
    path, place.audit = place.audit, None
    async with place.open() as provider:
        tokens = await provider.authorize()
        await provider.store.backup(backup)
    place.audit = path
    async with place.open() as provider:
        await revoke(provider, tokens["access_token"])
    await put_back(backup, place.store, place.master)
    async with place.open(RESTORED) as provider:
        assert not await provider.is_live(tokens["access_token"])
    assert place.kinds() == ["begun", "recovered"]
    assert (place.folder / "audit.log.before").exists()


async def test_a_backup_that_was_put_there_by_hand_is_noticed(place: Place, backup: Path) -> None:
    async with place.open() as provider:
        await provider.authorize()
        await provider.store.backup(backup)
        await provider.authorize()
    os.replace(backup, place.store)
    for _ in range(2):
        with pytest.raises(StoreRefused, match="restore"):
            async with place.open():
                pass
        sums_path(place.store).unlink(missing_ok=True)


async def test_the_wal_of_the_former_store_is_not_read_into_the_restored_one(place: Place, backup: Path) -> None:
    async with place.open() as provider:
        await provider.store.backup(backup)
        await provider.authorize()
        crashed = place.crash("crashed")
    assert crashed.wal.stat().st_size > 0
    kept = await put_back(backup, crashed.store, crashed.master)
    assert [path.name for path in kept] == ["store.db.replaced-wal", "store.db.replaced"]
    async with crashed.open(RESTORED):
        pass
    with closing(pysqlite3.connect(str(crashed.store))) as connection:
        assert connection.execute("SELECT COUNT(*) FROM access_tokens").fetchone() == (0,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def damage(backup: Path) -> None:
    content = bytearray(backup.read_bytes())
    content[4096 : 4096 * 3] = bytes(4096 * 2)
    backup.write_bytes(content)


def empty(backup: Path) -> None:
    backup.write_bytes(b"")


def replace_by_another_database(backup: Path) -> None:
    backup.unlink()
    with closing(sqlite3.connect(backup)) as connection:
        connection.execute("CREATE TABLE grants (id INTEGER)")


def replace_by_text(backup: Path) -> None:
    backup.write_text("no database" * 1000)


@pytest.mark.parametrize("spoil", [damage, empty, replace_by_another_database, replace_by_text])
async def test_what_is_no_whole_backup_replaces_nothing(place: Place, backup: Path, spoil: object) -> None:
    async with place.open() as provider:
        tokens = await provider.authorize()
        await provider.store.backup(backup)
    assert callable(spoil)
    spoil(backup)
    before = {path.name: path.read_bytes() for path in place.folder.iterdir()}
    with pytest.raises(StoreRefused, match=r"name another file|take another backup"):
        await put_back(backup, place.store, place.master)
    assert {path.name: path.read_bytes() for path in place.folder.iterdir()} == before
    async with place.open() as provider:
        assert await provider.is_live(tokens["access_token"])


async def test_a_backup_under_another_master_key_replaces_nothing(place: Place, backup: Path) -> None:
    async with place.open() as provider:
        await provider.store.backup(backup)
    with pytest.raises(StoreRefused, match="not the master key"):
        await put_back(backup, place.store, bytes(32))
    async with place.open():
        pass
