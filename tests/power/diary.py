"""The diary of a disk: what a preloaded process did to its files, entry by entry (recorder.c writes it)."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import pytest

SOURCE = Path(__file__).with_name("recorder.c")
NOTES = "notes"
"""Writes to the file of this name are entries of their own."""

_SYNC_TAKES = 300
"""Microseconds of a sync, so that groups form and that threads meet it halfway."""

_HEAD = struct.Struct("<IIQq")


class Kind(Enum):
    CREATED = "C"
    WRITTEN = "W"
    CUT = "T"
    LINKED = "L"
    RENAMED = "R"
    UNLINKED = "U"
    FOLDER = "D"
    SYNCING = "S"
    SYNCED = "s"
    NOTED = "N"
    UNKNOWN = "?"


@dataclass(frozen=True, slots=True)
class Entry:
    """One change, or the begin or end of a sync: `offset` is a place, a size, or the number of a sync."""

    kind: Kind
    file: int
    offset: int
    content: bytes

    @property
    def paths(self) -> list[Path]:
        return [Path(os.fsdecode(name)) for name in self.content.split(b"\n")]


def read_diary(path: Path) -> Iterator[Entry]:
    """The entries, in order; each is whole. Raises AssertionError at a call that the recorder does not follow."""
    diary, place = path.read_bytes(), 0
    while place < len(diary):
        kind, length, file, offset = _HEAD.unpack_from(diary, place)
        place += _HEAD.size
        entry = Entry(Kind(chr(kind)), file, offset, diary[place : place + length])
        assert len(entry.content) == length
        assert entry.kind is not Kind.UNKNOWN, entry.content
        place += length
        yield entry


def begin_diary(diary: Path, root: Path) -> None:
    """Enter what stands in a folder before it is watched, as synced."""
    with diary.open("wb") as file:

        def enter(kind: Kind, number: int, offset: int, content: bytes = b"") -> None:
            file.write(_HEAD.pack(ord(kind.value), len(content), number, offset) + content)

        for path in sorted(root.rglob("*")):
            number = path.stat().st_ino
            enter(Kind.FOLDER if path.is_dir() else Kind.CREATED, number, 0, os.fsencode(path))
            if path.is_file():
                enter(Kind.WRITTEN, number, 0, path.read_bytes())
                enter(Kind.SYNCING, number, 0)
                enter(Kind.SYNCED, number, 0)
        for folder in (root, *(path for path in root.rglob("*") if path.is_dir())):
            enter(Kind.SYNCING, 0, 0, os.fsencode(folder))
            enter(Kind.SYNCED, 0, 0)


def watching(library: Path, root: Path, diary: Path) -> dict[str, str]:
    """The environment of a process whose doings below `root` are to be written down."""
    return {
        "LD_PRELOAD": str(library),
        "POWER_ROOT": str(root),
        "POWER_LOG": str(diary),
        "POWER_SYNC": str(_SYNC_TAKES),
    }


def build_recorder(folder: Path) -> Path:
    """The library to preload. Skips the test where there is no C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("not run: no C compiler here, so a disk cannot be watched")
    library = folder / "recorder.so"
    flags = ["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror"]
    subprocess.run([compiler, *flags, "-o", str(library), str(SOURCE), "-ldl", "-lpthread"], check=True)
    return library
