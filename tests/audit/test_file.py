"""The file of the audit itself: what may stand at its path, and who may write it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from rpcauth.audit.file import AuditFile, set_aside
from rpcauth.audit.walk import walk
from rpcauth.storage.verification import verify_offline
from tests.audit.places import Place


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: os.symlink("/dev/null", path)])
@pytest.mark.parametrize("is_first", [True, False])
async def test_what_is_no_regular_file_is_refused_and_not_waited_for(
    place: Place, make: object, is_first: bool
) -> None:
    if not is_first:
        async with place.open():
            pass
        place.file.unlink()
    assert callable(make)
    make(place.file)
    with pytest.raises(OSError, match=r"no regular file.*audit\.log"):
        async with place.open():
            pass
    with pytest.raises(OSError, match="no regular file"):
        walk(place.file, lambda message, version: None)


async def test_a_file_behind_a_link_is_as_good_as_another(place: Place, tmp_path: Path) -> None:
    place.file.symlink_to(tmp_path / "elsewhere.log")
    for _ in range(2):
        async with place.open() as provider:
            await provider.authorize()
    assert len((tmp_path / "elsewhere.log").read_bytes().splitlines()) == len(place.records()) > 5


async def test_two_stores_do_not_write_one_file(place: Place) -> None:
    async with place.open() as provider:
        copy = place.crash("copy")
        copy.file.unlink()
        copy.file.symlink_to(place.file)
        with pytest.raises(OSError, match="another rpcauth process writes this file"):
            async with copy.open():
                pass
        with pytest.raises(OSError, match="another rpcauth process writes this file"):
            set_aside(place.file, ".before")
        await provider.authorize()
    async with place.open():
        pass


async def test_a_file_that_lost_its_last_lines_is_not_good_while_the_daemon_runs(place: Place) -> None:
    async with place.open() as provider:
        await provider.authorize()
        assert (await provider.store.verify_audit(place.file))[0].fault is None
        lines = place.file.read_bytes().splitlines(keepends=True)
        os.truncate(place.file, len(b"".join(lines[:-1])))
        found, is_ours = await provider.store.verify_audit(place.file)
    assert found.fault is not None
    assert (found.fault.line, is_ours) == (len(lines), True)


@pytest.mark.parametrize(("lacking", "is_good"), [(0, True), (1, True), (2, False), (4, False)])
async def test_a_file_that_lost_more_than_the_store_can_fill_in_is_not_good_without_a_daemon(
    place: Place, lacking: int, is_good: bool
) -> None:
    async with place.open() as provider:
        await provider.authorize()
        await provider.issue_code()
    lines = place.file.read_bytes().splitlines(keepends=True)
    place.file.write_bytes(b"".join(lines[: len(lines) - lacking]))
    found, is_ours = verify_offline(place.store, place.master, place.file)
    assert (found.fault is None, is_ours) == (is_good, True)


async def test_a_former_file_is_good_as_far_as_it_goes(place: Place) -> None:
    async with place.open() as provider:
        await provider.authorize()
    former, place.audit = place.file, "next.log"
    async with place.open() as provider:
        await provider.authorize()
    assert verify_offline(place.store, place.master, former)[0].fault is None
    shutil.copyfile(place.file, former)
    assert verify_offline(place.store, place.master, former)[0].fault is None


async def test_a_change_that_says_very_much_stays_a_line_that_can_be_read(place: Place) -> None:
    name = "x" * 20_000_000
    async with place.open() as provider:
        await provider.set_service(name=name)
    assert 100_000 <= len(place.records()[-1]["subject"]) < 200_000
    async with place.open() as provider:
        assert provider.store.definitions.services["service"].name == name


def test_a_file_that_is_closed_can_be_opened_again(tmp_path: Path) -> None:
    for number in range(3):
        file = AuditFile(tmp_path / "audit.log", size=number)
        file.append(b"x")
        file.close()
    assert (tmp_path / "audit.log").read_bytes() == b"xxx"
