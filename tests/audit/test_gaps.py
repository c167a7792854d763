"""What an audit file cannot tell, since it has a gap there: then all that is from before is revoked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from rpcauth.errors import StoreRefused
from rpcauth.operations.audit_rotation import RotateAudit
from rpcauth.storage.restoring import put_back
from tests.audit.places import ACCEPTED, RESTORED, Place
from tests.audit.test_losses import revoke
from tests.support.provider import START, Provider


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    return tmp_path / "backup.db"


async def test_a_backup_from_before_another_file_was_begun_revives_nothing_that_the_former_tells(
    place: Place, backup: Path
) -> None:
    async with place.open() as provider:
        tokens = await provider.authorize()
        await provider.store.backup(backup)
        await revoke(provider, tokens["access_token"])
    place.audit = "next.log"
    async with place.open() as provider:
        await provider.issue_code()
    await put_back(backup, place.store, place.master)
    async with place.open(RESTORED) as provider:
        assert not await provider.is_live(tokens["access_token"])


async def test_the_former_files_before_the_last_one_make_a_file_that_tells_all(place: Place, backup: Path) -> None:
    async with place.open() as provider:
        kept, revoked = await provider.authorize(), await provider.authorize()
        await provider.store.backup(backup)
        await revoke(provider, revoked["access_token"])
    former, place.audit = place.file, "next.log"
    async with place.open() as provider:
        await provider.issue_code()
    place.file.write_bytes(former.read_bytes() + place.file.read_bytes())
    await put_back(backup, place.store, place.master)
    async with place.open(RESTORED) as provider:
        assert await provider.is_live(kept["access_token"])
        assert not await provider.is_live(revoked["access_token"])


async def test_a_file_that_begins_behind_an_older_store_is_refused_and_says_where_the_rest_is(
    place: Place, backup: Path
) -> None:
    async with place.open() as provider:
        tokens = await provider.authorize()
        halfway = place.crash("halfway")
        await revoke(provider, tokens["access_token"])
    place.audit = "next.log"
    async with place.open() as provider:
        await provider.issue_code()
    halfway.audit = "next.log"
    halfway.file.write_bytes(place.file.read_bytes())
    with pytest.raises(StoreRefused, match="in a former file"):
        async with halfway.open():
            pass
    async with halfway.open(ACCEPTED) as provider:
        assert not await provider.is_live(tokens["access_token"])


async def test_a_backup_that_was_made_just_after_the_file_was_begun_is_not_trusted_without_it(
    place: Place, backup: Path
) -> None:
    async with place.open() as provider:
        tokens = await provider.authorize()
    place.audit = "next.log"
    async with place.open() as provider:
        await provider.store.backup(backup)
        await revoke(provider, tokens["access_token"])
    place.file.unlink()
    await put_back(backup, place.store, place.master)
    async with place.open(RESTORED) as provider:
        assert not await provider.is_live(tokens["access_token"])


@pytest.mark.parametrize("elsewhere", [False, True])
async def test_a_file_that_is_lost_right_after_it_was_begun_is_missed(place: Place, elsewhere: bool) -> None:
    async with place.open() as provider:
        await provider.authorize()
    place.audit = "next.log"
    async with place.open():
        pass
    place.file.unlink()
    if elsewhere:
        place.audit = "third.log"
    with pytest.raises(StoreRefused, match="it is missing"):
        async with place.open():
            pass


async def test_an_older_store_whose_last_record_begins_a_file_does_not_leave_that_file_behind(place: Place) -> None:
    async with place.open() as provider:
        tokens = await provider.authorize()
    place.audit = "next.log"
    async with place.open() as provider:
        before = place.crash("before")
        await revoke(provider, tokens["access_token"])
    for path in before.folder.glob("store.db*"):
        (place.folder / path.name).write_bytes(path.read_bytes())
    place.audit = "third.log"
    with pytest.raises(StoreRefused, match="path back to this file"):
        async with place.open():
            pass


async def test_a_backup_from_before_any_audit_is_not_trusted_where_there_is_no_file_either(
    place: Place, backup: Path
) -> None:
    path, place.audit = place.audit, None
    async with place.open() as provider:
        tokens = await provider.authorize()
        await provider.store.backup(backup)
        await revoke(provider, tokens["access_token"])
    place.audit = path
    await put_back(backup, place.store, place.master)
    async with place.open(RESTORED) as provider:
        assert not await provider.is_live(tokens["access_token"])
    assert place.kinds() == ["begun", "recovered"]


@pytest.mark.parametrize("resumes", [True, False])
async def test_what_was_revoked_while_the_audit_was_off_is_not_revived_by_an_older_backup(
    place: Place, backup: Path, resumes: bool
) -> None:
    async with place.open() as provider:
        tokens = await provider.authorize()
        await provider.store.backup(backup)
    path, place.audit = place.audit, None
    async with place.open() as provider:
        await revoke(provider, tokens["access_token"])
    place.audit = path
    if resumes:
        async with place.open():
            pass
    await put_back(backup, place.store, place.master)
    async with place.open(RESTORED) as provider:
        assert not await provider.is_live(tokens["access_token"])
    async with place.open():
        pass


async def test_what_an_accepted_loss_revoked_is_not_revived_by_an_older_backup(place: Place, backup: Path) -> None:
    earlier = backup.with_name("earlier.db")
    async with place.open() as provider:
        await provider.store.backup(earlier)
    path, place.audit = place.audit, None
    async with place.open():
        pass
    place.audit = path
    async with place.open() as provider:
        tokens = await provider.authorize()
        await provider.store.backup(backup)
    await put_back(earlier, place.store, place.master)
    async with place.open():  # it lacks what was done without the audit: all from before is revoked
        assert place.records()[-1]["before_id"] > 0
    await put_back(backup, place.store, place.master)
    async with place.open() as provider:
        assert not await provider.is_live(tokens["access_token"])


async def test_a_clock_that_is_set_back_after_a_loss_gives_no_refresh_token_or_code_back(
    place: Place, backup: Path
) -> None:
    async with place.open() as provider:
        tokens, code = await provider.authorize(), await provider.issue_code()
        await provider.store.backup(backup)
    place.clock.jump(seconds=86_400)
    await put_back(backup, place.store, place.master)
    async with place.open() as provider:
        place.clock.jump(seconds=-86_400)
        provider.store.reset_clock()
        assert provider.store.now() < START + 86_400_000
        for asked in (provider.refreshing(tokens["refresh_token"]), provider.redemption(code)):
            assert await provider.oauth_error("oauth2.createAccessToken", asked) == "invalid_grant"


async def test_a_backup_made_while_the_audit_was_off_does_not_trust_what_the_file_had_told(
    place: Place, backup: Path
) -> None:
    async with place.open():
        pass
    path, place.audit = place.audit, None
    async with place.open() as provider:
        tokens = await provider.authorize()
        await provider.store.backup(backup)
        await revoke(provider, tokens["access_token"])
    place.store.unlink()
    place.audit = path
    await put_back(backup, place.store, place.master)
    async with place.open() as provider:
        assert not await provider.is_live(tokens["access_token"])


async def test_a_restore_that_could_not_be_completed_is_completed_by_the_next_start(place: Place, backup: Path) -> None:
    async with place.open() as provider:
        tokens = await provider.authorize()
        await provider.store.backup(backup)
        await revoke(provider, tokens["access_token"])
    await put_back(backup, place.store, place.master)
    kept, place.audit = place.audit, "audit.log/impossible"
    with pytest.raises(OSError, match="audit"):
        async with place.open():
            pass
    place.audit = kept
    async with place.open() as provider:
        assert not await provider.is_live(tokens["access_token"])
        assert await provider.oauth_error("oauth2.createAccessToken", provider.refreshing(tokens["refresh_token"]))
        fresh = await provider.authorize()
    async with place.open() as provider:
        await provider.refresh(fresh["refresh_token"])
    assert place.kinds().count("recovered") == 1


async def test_numbers_that_leave_no_room_behind_them_are_those_of_a_damaged_line(place: Place) -> None:
    async with place.open() as provider:
        tokens = await provider.authorize()
    records = place.records()
    records[1] |= {"seq": 2**63 - 2}
    records[2] |= {"key": 2**63 - 1}
    place.file.write_bytes(b"".join(msgspec.json.encode(record) + b"\n" for record in records))
    async with place.open(ACCEPTED) as provider:
        assert not await provider.is_live(tokens["access_token"])
        await provider.authorize()
    async with place.open() as provider:
        await provider.authorize()
    assert place.records()[-1]["seq"] < 100


async def rotate(provider: Provider, times: int) -> None:
    for _ in range(times):
        await provider.store.execute(RotateAudit())
        await provider.issue_code()


@pytest.mark.parametrize("times", [1, 3])
async def test_the_former_files_that_stand_beside_it_are_asked_as_well(place: Place, backup: Path, times: int) -> None:
    async with place.open() as provider:
        kept, revoked = await provider.authorize(), await provider.authorize()
        await provider.store.backup(backup)
        await revoke(provider, revoked["access_token"])
        await rotate(provider, times)
    await put_back(backup, place.store, place.master)
    async with place.open() as provider:
        assert await provider.is_live(kept["access_token"])
        assert not await provider.is_live(revoked["access_token"])
        assert await provider.oauth_error("oauth2.createAccessToken", provider.refreshing(kept["refresh_token"]))
    assert place.kinds()[-1] == "recovered"
    async with place.open():
        pass


def remove(former: Path) -> None:
    former.unlink()


def alter(former: Path) -> None:
    former.write_bytes(former.read_bytes().replace(b'"revoked"', b'"Revoked"').replace(b'"rotated"', b'"Rotated"'))


def cut(former: Path) -> None:
    former.write_bytes(b"".join(former.read_bytes().splitlines(keepends=True)[:-1]))


@pytest.mark.parametrize("spoil", [remove, alter, cut])
@pytest.mark.parametrize("which", [0, 1])
async def test_a_former_file_that_does_not_tell_all_is_no_help(
    place: Place, backup: Path, spoil: Callable[[Path], None], which: int
) -> None:
    async with place.open() as provider:
        tokens = await provider.authorize()
        await provider.store.backup(backup)
        await revoke(provider, tokens["access_token"])
        kept = await provider.authorize()
        await rotate(provider, 2)
    spoil(sorted(place.folder.glob("audit.log.*-*"))[which])
    await put_back(backup, place.store, place.master)
    async with place.open() as provider:
        for one in (tokens, kept):
            assert not await provider.is_live(one["access_token"])
    assert place.kinds() == ["begun", "recovered"]


async def test_former_files_of_another_history_are_no_help(place: Place, backup: Path) -> None:
    async with place.open() as provider:
        forked = place.crash("forked")
        await provider.authorize()
        await provider.authorize()
        await rotate(provider, 1)
    place.clock.advance(seconds=5)
    async with forked.open() as provider:
        tokens = await provider.authorize()
        await provider.store.backup(backup)
        await revoke(provider, tokens["access_token"])
    await put_back(backup, place.store, place.master)
    async with place.open() as provider:
        assert not await provider.is_live(tokens["access_token"])
    assert place.kinds() == ["begun", "recovered"]
