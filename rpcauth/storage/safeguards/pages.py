"""Checksums of the store's pages: SQLite has none of its own, and would serve a page with a flipped bit.

A page changes in the store's file when a checkpoint moves it there from the WAL, whose frames have checksums. A
completed checkpoint is noticed after the commit that made it, and before the next one, which may overwrite the WAL: in
between, the sums of the pages that it moved are written and synced. So at any time a page is in the WAL, or its sum is
in the file. The sums stand in `<store>-sums`, eight bytes a page.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterable, Iterator
from functools import partial
from io import FileIO
from pathlib import Path

from rpcauth.errors import StoreRefused
from rpcauth.folders import sync_folder
from rpcauth.storage.driver import Connection

_MAGIC = b"rpcsums1"
_ENTRY = struct.Struct("<II")
_WAL_HEADER = 32
_FRAME_HEADER = 24
_PAGES_AT_ONCE = 256


def sums_path(store: Path) -> Path:
    """Where the sums of a store are."""
    return store.with_name(store.name + "-sums")


def forget_sums(store: Path) -> None:
    """Remove the sums for good, before something writes to the store that does not keep them. Raises OSError."""
    sums_path(store).unlink(missing_ok=True)
    sync_folder(store.parent)


class PageSums:
    """The sums of a store that is open for writing by `connection`, which alone makes checkpoints."""

    def __init__(self, store: Path, connection: Connection) -> None:
        self._store = store
        self._connection = connection
        self._page_size: int = connection.execute("PRAGMA page_size").fetchone()[0]
        self._descriptor = -1

    def open(self) -> bool:
        """Open the sums; False where there were none, and they were made of what the store holds. Raises OSError."""
        path = sums_path(self._store)
        there = path.exists()
        if not there:
            self._make(path)
        self._descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        return there

    def verify(self) -> None:
        """Hold every page of the store's file that the WAL does not replace against its sum. Raises StoreRefused."""
        count = self._connection.execute("PRAGMA page_count").fetchone()[0]
        size = self._store.stat().st_size
        if size > count * self._page_size:
            raise StoreRefused(f"{self._store}: it is longer than it was made")
        in_wal = self._connection.execute("PRAGMA wal_checkpoint(NOOP)").fetchone()[1]
        replaced = self._find_frames(in_wal) if in_wal > 0 else {}
        sums = self._read_sums(count)
        wrong = [number for number in self._find_wrong(count, sums) if number not in replaced]
        if wrong or sums[: len(_MAGIC)] != _MAGIC:
            what = f"{len(wrong)} of its {count} pages" if wrong else "its page sums"
            raise StoreRefused(f"{self._store}: {what} are not as they were written")

    def renew(self) -> None:
        """Make the sums anew of what the store holds, since that is what is right from now on. Raises OSError."""
        self.close()
        self._make(sums_path(self._store))
        self.open()

    def follow(self) -> None:
        """After a commit: if it completed a checkpoint, write and sync the sums of what that moved. Raises OSError."""
        _, in_wal, moved = self._connection.execute("PRAGMA wal_checkpoint(NOOP)").fetchone()
        if in_wal == moved and in_wal > 0:
            self._write(self._sum_frames(in_wal))

    def empty_wal(self) -> None:
        """Move all that the WAL holds into the store, then cut it off: sums first. Raises OSError, driver's errors."""
        self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
        self.follow()
        _, in_wal, moved = self._connection.execute("PRAGMA wal_checkpoint(NOOP)").fetchone()
        if in_wal == moved:
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    # --- the WAL -----------------------------------------------------------------------------------------------------

    def _find_frames(self, count: int) -> dict[int, int]:
        """The pages of the first `count` frames of the WAL, each with the place of its last one."""
        size = _FRAME_HEADER + self._page_size
        with self._open_wal() as wal:
            places = range(_WAL_HEADER, _WAL_HEADER + count * size, size)
            return {int.from_bytes(os.pread(wal.fileno(), 4, place), "big"): place for place in places}

    def _sum_frames(self, count: int) -> dict[int, int]:
        """The same pages with their sums. Most come again and again: only the last of each is read."""
        places = self._find_frames(count)
        with self._open_wal() as wal:
            read = partial(os.pread, wal.fileno(), self._page_size)
            return {number: zlib.crc32(read(place + _FRAME_HEADER)) for number, place in places.items()}

    def _open_wal(self) -> FileIO:
        return FileIO(self._store.with_name(self._store.name + "-wal"))

    # --- the sums ----------------------------------------------------------------------------------------------------

    def _write(self, sums: dict[int, int]) -> None:
        for number, run in _join(sums):
            os.pwrite(self._descriptor, run, number * _ENTRY.size)
        os.fdatasync(self._descriptor)

    def _read_sums(self, count: int) -> bytes:
        length = (count + 1) * _ENTRY.size
        read = os.pread(self._descriptor, length, 0)
        return read.ljust(length, b"\0")

    def _find_wrong(self, count: int, sums: bytes) -> Iterator[int]:
        for number, found in self._sum_pages(count):
            expected = sums[number * _ENTRY.size : (number + 1) * _ENTRY.size]
            # A page that was never used has no sum, and nothing in it.
            is_unused = not any(expected) and found in (zlib.crc32(bytes(self._page_size)), zlib.crc32(b""))
            if expected != _ENTRY.pack(number, found) and not is_unused:
                yield number

    def _sum_pages(self, count: int) -> Iterator[tuple[int, int]]:
        with self._store.open("rb", buffering=0) as store:
            for start in range(0, count, _PAGES_AT_ONCE):
                pages = memoryview(store.read(self._page_size * min(_PAGES_AT_ONCE, count - start)))
                for place in range(0, self._page_size * min(_PAGES_AT_ONCE, count - start), self._page_size):
                    number = start + place // self._page_size + 1
                    yield number, zlib.crc32(pages[place : place + self._page_size])

    def _make(self, path: Path) -> None:
        """The sums of the store's file as it is; a page that is in the WAL gets its own when it is moved."""
        draft = path.with_name(path.name + ".new")
        draft.unlink(missing_ok=True)
        count = self._store.stat().st_size // self._page_size
        self._descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            os.pwrite(self._descriptor, _MAGIC, 0)
            self._write(dict(self._sum_pages(count)))
        finally:
            self.close()
        os.replace(draft, path)


def _join(sums: dict[int, int]) -> Iterable[tuple[int, bytes]]:
    """Neighbours in one piece: the first one's number, and their entries."""
    first, run = 0, bytearray()
    for number in sorted(sums):
        if run and number != first + len(run) // _ENTRY.size:
            yield first, bytes(run)
            run.clear()
        if not run:
            first = number
        run += _ENTRY.pack(number, sums[number])
    if run:
        yield first, bytes(run)
