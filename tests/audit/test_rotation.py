"""Another audit file while the store is served: the former one is whole, and the chain goes on through both."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from rpcauth.audit.walk import walk
from rpcauth.errors import StoreRefused
from rpcauth.operations.audit_rotation import RotateAudit
from rpcauth.storage.verification import verify_offline
from tests.audit.places import Place
from tests.audit.test_losses import revoke
from tests.support.provider import Provider


def former_of(place: Place) -> list[Path]:
    """The files that were written before the present one, oldest first."""
    found = (path for path in place.folder.glob("audit.log.*"))
    return sorted(found, key=lambda path: int(path.name.rpartition("-")[2]))


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def check_whole(place: Place, tmp_path: Path) -> list[dict[str, Any]]:
    """All records of all files; each file is good by itself, and all of them one behind the other are too."""
    files = [*former_of(place), place.file]
    for file in files:
        found, is_ours = verify_offline(place.store, place.master, file)
        assert (found.fault, found.unchecked, is_ours) == (None, 0, True), file
    joined = tmp_path / "joined.log"
    joined.write_bytes(b"".join(file.read_bytes() for file in files))
    found, _ = verify_offline(place.store, place.master, joined)
    records = read(joined)
    assert (found.fault, found.first, found.last) == (None, 1, len(records))
    return records


async def test_the_former_file_is_named_by_its_numbers_and_the_next_one_carries_the_chain_on(
    place: Place, tmp_path: Path
) -> None:
    async with place.open() as provider:
        tokens = await provider.authorize()
        before = place.records()
        await provider.store.execute(RotateAudit())
        (former,) = former_of(place)
        assert provider.store.trail.former == former
        await revoke(provider, tokens["access_token"])
    assert former.name == f"audit.log.1-{len(before)}"
    assert read(former) == before
    assert (former.stat().st_mode & 0o777, place.file.stat().st_mode & 0o777) == (0o600, 0o600)
    begun, rotated, revoked = place.records()
    assert (begun["kind"], begun["seq"], begun["previous"]) == ("begun", len(before) + 1, before[-1]["mac"])
    assert [rotated["kind"], revoked["kind"]] == ["rotated", "revoked"]
    check_whole(place, tmp_path)
    assert [path.name for path in place.folder.iterdir() if path.suffix == ".next"] == []


async def test_nothing_is_lost_while_files_change_under_load(place: Place, tmp_path: Path) -> None:
    async with place.open() as provider:
        work: list[Awaitable[object]] = [provider.authorize() for _ in range(60)]
        for at in range(50, 0, -10):
            work.insert(at, provider.store.execute(RotateAudit()))
        await asyncio.gather(*work)
        await provider.store.execute(RotateAudit())
    kinds = [record["kind"] for record in check_whole(place, tmp_path)]
    assert kinds.count("rotated") == 6
    assert kinds.count("issued") == 60 * 2
    assert kinds.count("begun") == 1 + len(former_of(place))


async def test_a_restart_goes_on_in_the_new_file_and_needs_the_former_ones_no_more(
    place: Place, tmp_path: Path
) -> None:
    async with place.open() as provider:
        await provider.store.execute(RotateAudit())
    async with place.open() as provider:
        await provider.authorize()
        await provider.store.execute(RotateAudit())
    check_whole(place, tmp_path)
    for former in former_of(place):
        former.unlink()
    async with place.open() as provider:
        await provider.authorize()


def put_former_back(place: Place) -> None:
    (former,) = former_of(place)
    former.replace(place.file)


def cut_to(size: int) -> Callable[[Place], object]:
    def cut(place: Place) -> object:
        return place.file.write_bytes(place.file.read_bytes()[:size])

    return cut


def cut_second_line(place: Place) -> object:
    return place.file.write_bytes(place.file.read_bytes().splitlines(keepends=True)[0] + b'{"seq":')


@pytest.mark.parametrize(
    "crash",
    [
        pytest.param(put_former_back, id="before the former file had its name"),
        pytest.param(cut_to(0), id="before anything was written to the new one"),
        pytest.param(cut_to(40), id="inside its first line"),
        pytest.param(cut_second_line, id="behind its first line"),
    ],
)
async def test_a_crash_at_any_moment_is_caught_up_by_the_next_start(
    place: Place, tmp_path: Path, crash: Callable[[Place], object]
) -> None:
    async with place.open() as provider:
        await provider.authorize()
        await provider.store.execute(RotateAudit())
        crashed = place.crash("crashed")
    crash(crashed)
    async with crashed.open() as provider:
        await provider.issue_code()
    kinds = [record["kind"] for record in check_whole(crashed, tmp_path)]
    assert kinds[-3:] == ["begun", "rotated", "issued"]


async def test_a_name_that_is_taken_leaves_the_audit_in_its_file(place: Place, tmp_path: Path) -> None:
    async with place.open() as provider:
        taken = place.folder / f"audit.log.1-{len(place.records())}"
        taken.write_text("somebody else's")
        await provider.store.execute(RotateAudit())
        assert provider.store.trail.former is None
        await provider.authorize()
        assert not provider.store.trail.is_failing
    assert taken.read_text() == "somebody else's"
    taken.unlink()
    kinds = [record["kind"] for record in check_whole(place, tmp_path)]
    assert kinds[3:5] == ["begun", "rotated"]
    async with place.open() as provider:
        await provider.store.execute(RotateAudit())
        assert provider.store.trail.former == place.folder / f"audit.log.1-{len(kinds)}"


async def test_behind_a_link_the_audit_stays_in_its_file(place: Place, tmp_path: Path) -> None:
    place.file.symlink_to(tmp_path / "elsewhere.log")
    async with place.open() as provider:
        await provider.store.execute(RotateAudit())
        await provider.authorize()
        assert (provider.store.trail.former, provider.store.trail.is_failing) == (None, False)
    assert place.file.is_symlink()
    check_whole(place, tmp_path)


async def test_a_file_that_stands_in_the_place_of_the_audit_is_not_taken_for_it(place: Place) -> None:
    async with place.open() as provider:
        away = place.folder / "away.log"
        place.file.rename(away)
        place.file.write_text("not ours")
        await provider.store.execute(RotateAudit())
        assert provider.store.trail.former is None
        assert place.file.read_text() == "not ours"
    away.replace(place.file)
    async with place.open() as provider:
        await provider.authorize()


async def restore_as_it_was(place: Place, provider: Provider) -> Place:
    """A copy of the place that knows nothing of what follows; and what follows: a revocation, then another file."""
    tokens = await provider.authorize()
    older = place.crash("older")
    await revoke(provider, tokens["access_token"])
    await provider.store.execute(RotateAudit())
    return older


async def test_an_older_store_is_told_to_have_the_former_file_before_the_new_one(place: Place) -> None:
    async with place.open() as provider:
        older = await restore_as_it_was(place, provider)
    older.file.write_bytes(place.file.read_bytes())
    with pytest.raises(StoreRefused, match="in a former file"):
        async with older.open():
            pass
    (former,) = former_of(place)
    older.file.write_bytes(former.read_bytes() + place.file.read_bytes())
    with pytest.raises(StoreRefused, match="lost what came last"):
        async with older.open():
            pass


async def test_a_walk_through_a_former_file_reaches_its_end(place: Place) -> None:
    async with place.open() as provider:
        await provider.authorize()
        await provider.store.execute(RotateAudit())
        (former,) = former_of(place)
        found = walk(former, provider.store.keyring.chain_mac)
        assert (found.fault, found.size) == (None, former.stat().st_size)
