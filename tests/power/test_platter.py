"""The disk of the trials takes nothing for granted: what it calls synced is, and all else may be gone."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.power.diary import Entry, Kind
from tests.power.losses import LOSSES, SECTOR, keep_prefix, keep_some
from tests.power.platter import Change, Platter, State, Write

ROOT = Path("/root-of-the-test")
FILE, OTHER = ROOT / "file", ROOT / "other"


def entry(kind: Kind, content: bytes = b"", *, file: int = 7, offset: int = 0) -> Entry:
    return Entry(kind, file, offset, content)


def created(path: Path = FILE, file: int = 7) -> Entry:
    return entry(Kind.CREATED, bytes(path), file=file)


def synced(content: bytes = b"", number: int = 1) -> list[Entry]:
    """A whole sync: of the file, or of a folder by its path."""
    return [entry(Kind.SYNCING, content, offset=number), entry(Kind.SYNCED, offset=number)]


def left_by(*entries: Entry) -> dict[Path, bytes]:
    """What is on the disk for certain."""
    platter = Platter()
    for one in entries:
        platter.follow(one)
    return contents(platter.leave([]))


def contents(state: State) -> dict[Path, bytes]:
    return {name: bytes(state.files.get(file, b"")) for name, file in state.names.items()}


NAMED = [created(), *synced(bytes(ROOT))]


def test_what_was_written_is_there_only_when_a_sync_has_ended() -> None:
    written = entry(Kind.WRITTEN, b"text")
    assert left_by(*NAMED, written) == {FILE: b""}
    assert left_by(*NAMED, written, synced()[0]) == {FILE: b""}
    assert left_by(*NAMED, written, *synced()) == {FILE: b"text"}


def test_a_write_during_a_sync_is_not_covered_by_it() -> None:
    begin, end = synced()
    assert left_by(*NAMED, begin, entry(Kind.WRITTEN, b"text"), end) == {FILE: b""}


def test_a_write_after_a_sync_is_unsynced_again() -> None:
    first, second = entry(Kind.WRITTEN, b"first"), entry(Kind.WRITTEN, b"second")
    assert left_by(*NAMED, first, *synced(), second) == {FILE: b"first"}


def test_a_file_whose_name_was_not_synced_is_gone() -> None:
    assert left_by(created(), entry(Kind.WRITTEN, b"text"), *synced()) == {}


def test_a_cut_is_synced_like_a_write() -> None:
    written = [*NAMED, entry(Kind.WRITTEN, b"text"), *synced()]
    assert left_by(*written, entry(Kind.CUT, offset=2)) == {FILE: b"text"}
    assert left_by(*written, entry(Kind.CUT, offset=2), *synced()) == {FILE: b"te"}


@pytest.mark.parametrize(
    ("kind", "names", "after"),
    [
        (Kind.UNLINKED, bytes(FILE), {}),
        (Kind.RENAMED, bytes(FILE) + b"\n" + bytes(OTHER), {OTHER: b""}),
        (Kind.LINKED, bytes(FILE) + b"\n" + bytes(OTHER), {FILE: b"", OTHER: b""}),
    ],
)
def test_a_name_changes_with_the_sync_of_its_folder(kind: Kind, names: bytes, after: dict[Path, bytes]) -> None:
    assert left_by(*NAMED, entry(kind, names)) == {FILE: b""}
    assert left_by(*NAMED, entry(kind, names), *synced()) == {FILE: b""}
    assert left_by(*NAMED, entry(kind, names), *synced(bytes(ROOT))) == after


def test_a_number_that_is_given_again_is_another_file() -> None:
    gone = [entry(Kind.WRITTEN, b"text"), *synced(), entry(Kind.UNLINKED, bytes(FILE)), *synced(bytes(ROOT))]
    assert left_by(*NAMED, *gone, created(OTHER), *synced(bytes(ROOT))) == {OTHER: b""}


def pages(count: int) -> list[Change]:
    return [Write(1, number * 4 * SECTOR, bytes([number + 1]) * 4 * SECTOR) for number in range(count)]


def sectors_of(changes: list[Change]) -> list[int]:
    """Which sectors are on the disk, as the numbers of the pages that they are of; 0 for none."""
    state = State()
    for change in changes:
        state.apply(change)
    content = state.files.get(1, bytearray())
    sectors = [content[place : place + SECTOR] for place in range(0, len(content), SECTOR)]
    assert all(len(set(sector)) == 1 for sector in sectors), "a sector is whole, or is not there"
    return [sector[0] for sector in sectors]


def test_a_beginning_ends_within_a_page_too() -> None:
    kept = [sectors_of(keep_prefix(pages(3), Random(seed))) for seed in range(200)]
    whole = sectors_of(pages(3))
    assert all(sectors == whole[: len(sectors)] for sectors in kept)
    assert {len(sectors) for sectors in kept} == set(range(13))


def test_anything_may_be_kept_in_any_order() -> None:
    kept = [sectors_of(keep_some(pages(3), Random(seed))) for seed in range(400)]
    assert any(sectors[:8] == [0] * 8 and 3 in sectors for sectors in kept), "the last page alone"
    assert any(0 in page and 1 in page for page in (sectors[:4] for sectors in kept)), "a torn page"
    assert any(sectors and not any(sectors[-4:]) for sectors in kept), "a size without its bytes"


@pytest.mark.parametrize("loss", LOSSES)
def test_without_pending_changes_nothing_is_left_to_chance(loss: str) -> None:
    assert LOSSES[loss]([], Random(1)) == []
