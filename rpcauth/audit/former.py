"""Finding the files that were written before the present one: beside it, named by the numbers of their records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from rpcauth.audit.chain import GENESIS, MacOf
from rpcauth.audit.walk import Walk, walk


def name_former(path: Path, first: int, last: int) -> Path:
    """Where a file with these records is kept when another takes its place at `path`."""
    return path.with_name(f"{path.name}.{first}-{last}")


def find_former(path: Path, found: Walk, *, last: int, mac: bytes, mac_of: MacOf) -> Sequence[Path]:
    """The files, oldest first, that lead from the record `last`, whose mac is `mac`, to the walked one at `path`.

    Empty where one is missing or not as it was written: only a whole chain tells all. Raises OSError.
    """
    files: list[Path] = []
    first, previous = found.first, found.previous
    while first > last + 1:
        file = _find_ending(path, first - 1)
        walked = None if file is None else walk(file, mac_of, mark=last)
        if file is None or walked is None or not _leads_to(walked, found.store, first - 1, previous):
            return ()
        files.insert(0, file)
        first, previous = walked.first, walked.previous
        if first <= last:
            previous = walked.marked or GENESIS
    return files if previous == mac else ()


def _leads_to(walked: Walk, store: str, last: int, mac: bytes) -> bool:
    is_whole = walked.fault is None and not walked.unchecked
    return is_whole and (walked.store, walked.last, walked.mac) == (store, last, mac)


def _find_ending(path: Path, last: int) -> Path | None:
    return next(_list_ending(path, last), None)


def _list_ending(path: Path, last: int) -> Iterator[Path]:
    for file in sorted(path.parent.iterdir()):
        numbers = file.name.removeprefix(path.name + ".").split("-")
        if file.name.startswith(path.name + ".") and len(numbers) == 2 and numbers[1] == str(last) and file.is_file():
            yield file
