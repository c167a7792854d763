"""What an audit file and the database that it belongs to say of each other, at start.

Law of this file: the database commits first, so the file may be behind by what the database still has in its rows, and
by no more. Whatever else is found means that one of the two lost something, and is a refusal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rpcauth.audit.chain import LineBroken, MacOf, check_line, read_record
from rpcauth.audit.record import BEGUN
from rpcauth.audit.walk import Walk


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the database knows: whose audit it is, and the lines that it still has, at least those of its last group.

    `first` and `last` are their numbers, `mac` is the last one's.
    """

    store: str
    lines: Sequence[bytes]
    first: int
    last: int
    mac: bytes


@dataclass(frozen=True, slots=True)
class Agreed:
    """The first `size` bytes of the file are good; `lines` are to be appended to them.

    `repaired` says what was wrong with what followed them, where that was more than an end that is missing.
    """

    size: int
    lines: bytes = b""
    repaired: str | None = None


@dataclass(frozen=True, slots=True)
class Ahead:
    """The file goes on behind the database's last record: the database lost its end, or an older one was put back.

    `former` are the files that come before it, oldest first, where it begins later than the database ends.
    """

    walk: Walk
    former: Sequence[Path] = ()


@dataclass(frozen=True, slots=True)
class Unusable:
    """The file does not tell what happened: `what` says why."""

    what: str


Verdict = Agreed | Ahead | Unusable


def compare(known: Known, found: Walk, mac_of: MacOf) -> Verdict:
    """Hold the walked file (marked at the database's last record) against what the database knows."""
    if found.store and found.store != known.store:
        return Unusable("it belongs to another store")
    if found.first_unchecked and found.first_unchecked <= known.last:
        return Unusable(f"record {found.first_unchecked} was made with a key that this store does not have")
    if found.last > known.last:
        return _compare_ahead(known, found)
    if found.last == known.last:
        return _compare_equal(known, found)
    return _catch_up(known, found, mac_of)


def is_beginning(line: bytes) -> bool:
    """Whether a line of the database's is the first one of a file."""
    return read_record(line).kind == BEGUN


def _compare_ahead(known: Known, found: Walk) -> Verdict:
    if found.first > known.last + 1:
        former = f"records {known.last + 1} to {found.first - 1} are in a former file"
        return Unusable(f"{former}, which belongs before this one in one file with it (cat FORMER THIS)")
    if known.mac != (found.marked if found.first <= known.last else found.previous):
        return Unusable(f"its record {known.last} is another one than the database has")
    return Ahead(found)


def _compare_equal(known: Known, found: Walk) -> Verdict:
    if found.mac != known.mac:
        return Unusable(f"its record {known.last} is another one than the database has")
    # What stands there was never acknowledged by this database: it was written for a commit that is gone.
    return Agreed(found.size) if found.fault is None else Ahead(found)


def _catch_up(known: Known, found: Walk, mac_of: MacOf) -> Verdict:
    """The file ends, or breaks, before the database's last record: the rows must be able to fill the gap."""
    begins = not found.last and is_beginning(known.lines[0])
    missing = known.first if begins else found.last + 1
    where = "" if found.fault is None else f"line {found.fault.line} {found.fault.what}; "
    if missing < known.first:
        return Unusable(f"{where}it lacks the records {missing} to {known.first - 1}, which the database has no more")
    lines = list(known.lines[missing - known.first :])
    rest = b"".join(lines)
    if found.length - found.size > len(rest):
        # More than the rows can fill: what is cut off might be what the database lost.
        return Unusable(f"{where}what follows is more than the database knows of")
    try:
        if not begins:
            check_line(lines[0], found.mac, mac_of)
    except LineBroken:
        return Unusable(f"{where}its record {found.last} is not the one that the database's next one follows")
    repaired = None if found.fault is None else f"line {found.fault.line} {found.fault.what}"
    return Agreed(found.size, rest, repaired)
