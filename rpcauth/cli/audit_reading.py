"""Reading the audit file from its end, as a person does."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

PAUSE = 0.2
"""Seconds between two looks at a file that is followed."""

_BLOCK = 65_536


def read_last_lines(path: Path, count: int) -> tuple[list[bytes], int]:
    """The last whole lines, and where the file ends behind them. Raises OSError."""
    with path.open("rb") as file:
        place = file.seek(0, os.SEEK_END)
        read = b""
        while place > 0 and read.count(b"\n") <= count:
            step = min(_BLOCK, place)
            place = file.seek(place - step)
            read = file.read(step) + read
    whole = read[: read.rfind(b"\n") + 1]
    lines = whole.splitlines()
    return lines[len(lines) - min(count, len(lines)) :], place + len(whole)


def follow_lines(path: Path, size: int) -> Iterator[bytes]:
    """The lines that are added behind `size`, for ever; a file that takes its place is read from its beginning.

    Raises OSError.
    """
    while True:
        with path.open("rb") as file:
            file.seek(size)
            yield from _follow(path, file)
        size = 0


def _follow(path: Path, file: BinaryIO) -> Iterator[bytes]:
    """The lines of one file, until another stands in its place."""
    kept = b""
    while True:
        read = file.read(_BLOCK)
        *lines, kept = (kept + read).split(b"\n")
        yield from lines
        if not read:
            if path.exists() and not os.path.samestat(path.stat(), os.fstat(file.fileno())):
                return
            time.sleep(PAUSE)


def read_fields(line: bytes) -> Mapping[str, Any]:
    """The members of a record's line; one that is none says so."""
    try:
        fields = json.loads(line)
    except ValueError:
        fields = None
    return fields if isinstance(fields, dict) else {"unreadable": "this line is no record; type: rpcauth audit verify"}
