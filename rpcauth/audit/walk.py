"""Walking an audit file from its first line to its last good one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from rpcauth.audit.chain import GENESIS, LineBroken, MacOf, check_line, read_record
from rpcauth.audit.file import check_regular
from rpcauth.audit.record import BEGUN, Record

_LONGEST_LINE = 16 * 1024 * 1024
_BUFFER = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """The first line that does not belong: its number from 1 on, and what is wrong with it."""

    line: int
    what: str


@dataclass(slots=True, kw_only=True)
class Walk:
    """What a file holds up to its first fault.

    `store` is whose file it is, `previous` the mac before its first record, `first` and `last` are the numbers of its
    records (0: none), `mac` is the last one's, `size` the bytes of the good lines, `length` those of the file.
    `unchecked` counts records made with keys that are not known, `first_unchecked` is the first of them. `marked` is
    the mac of the record that was asked for.
    """

    store: str = ""
    previous: bytes = GENESIS
    first: int = 0
    last: int = 0
    mac: bytes = GENESIS
    size: int = 0
    length: int = 0
    unchecked: int = 0
    first_unchecked: int = 0
    marked: bytes | None = None
    fault: Fault | None = None

    @property
    def records(self) -> int:
        return self.last - self.first + 1 if self.last else 0


def walk(path: Path, mac_of: MacOf, *, mark: int = 0, limit: int | None = None) -> Walk:
    """Follow the chain of a file to its end or first fault. Raises OSError.

    `mark` is a record whose mac is wanted; `limit` is where the file ends for this walk, while it is being written: one
    that ends before has lost something.
    """
    check_regular(path)
    found = Walk()
    with path.open("rb", buffering=_BUFFER) as file:
        found.length = file.seek(0, 2) if limit is None else limit
        file.seek(0)
        try:
            _follow(file, found, mac_of, mark)
        except LineBroken as broken:
            found.fault = Fault(line=found.records + 1, what=str(broken))
    return found


def _follow(file: BinaryIO, found: Walk, mac_of: MacOf, mark: int) -> None:
    while line := file.readline(min(_LONGEST_LINE, found.length - found.size)):
        if not found.last:
            _begin(found, read_record(line))
        link = check_line(line, found.mac, mac_of)
        if found.last and link.seq != found.last + 1:
            raise LineBroken(f"has the number {link.seq}, not {found.last + 1}")
        found.first = found.first or link.seq
        found.last, found.mac = link.seq, link.mac
        found.size += len(line)
        if not link.is_checked:
            found.unchecked += 1
            found.first_unchecked = found.first_unchecked or link.seq
        if link.seq == mark:
            found.marked = link.mac
    if found.size < found.length:
        raise LineBroken("is missing, and there was one")


def _begin(found: Walk, record: Record) -> None:
    if record.kind != BEGUN or record.store is None or record.previous is None or record.seq < 1:
        raise LineBroken("does not begin an audit file")
    try:
        found.previous = found.mac = bytes.fromhex(record.previous)
    except ValueError:
        raise LineBroken("does not begin an audit file") from None
    found.store = record.store


def read_first(path: Path) -> Record:
    """The record that a file begins with. Raises LineBroken, OSError."""
    with path.open("rb") as file:
        return read_record(file.readline(_LONGEST_LINE))


def read_all(path: Path) -> Iterator[Record]:
    """Every record that can be read, checked or not, of a file whose chain may be broken. Raises OSError."""
    with path.open("rb", buffering=_BUFFER) as file:
        while line := file.readline(_LONGEST_LINE):
            try:
                yield read_record(line)
            except LineBroken:
                continue  # nobody can tell what it was: that is why all that is older is refused
