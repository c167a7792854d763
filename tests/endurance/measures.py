"""What a daemon that works has taken, measured from outside: of memory, of the disk, and in rows."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults.audit import connect
from tests.support.daemon import RunningDaemon

_TABLES = ("codes", "access_tokens", "refresh_tokens", "grants", "current_token", "nonces")
_NEXT_DUE = "SELECT MIN(remove_at) FROM ({})".format(
    " UNION ALL ".join(f"SELECT MIN(remove_at) AS remove_at FROM {table}" for table in _TABLES)
)
_LIVE = "SELECT COUNT(*) FROM access_tokens WHERE revoked_at IS NULL AND expires_at > ?"
_KIBIBYTE = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """Sizes in bytes. `rows` are those of tokens and what belongs to them; the oldest has been due for `overdue`
    seconds. `live` access tokens have neither expired nor been revoked by name. The audit file has `records`.
    """

    tokens: int
    resident: int
    pages: int
    free_pages: int
    page_size: int
    rows: int
    live: int
    overdue: float
    store: int
    wal: int
    sums: int
    audit: int
    records: int

    @property
    def used(self) -> int:
        """Bytes of the store that hold something."""
        return (self.pages - self.free_pages) * self.page_size


def measure(daemon: RunningDaemon, tokens: int) -> Measure:
    """One look, when so many tokens were issued."""
    assert daemon.process is not None
    # The files first: none of them may be ahead of what the store then says.
    audit, records = _measure_audit(daemon.audit)
    store, wal, sums = (daemon.store.with_name(daemon.store.name + end).stat().st_size for end in ("", "-wal", "-sums"))
    with closing(connect(daemon.store)) as reader:
        reader.execute("BEGIN")
        pages, free, size = (_ask(reader, f"PRAGMA {name}") for name in ("page_count", "freelist_count", "page_size"))
        rows = sum(_ask(reader, f"SELECT COUNT(*) FROM {table}") for table in _TABLES)
        now = time.time()
        next_due = _ask(reader, _NEXT_DUE)
        live = _ask(reader, _LIVE, int(now * 1000))
    return Measure(
        tokens=tokens,
        resident=_find_resident(daemon.process.pid),
        pages=pages,
        free_pages=free,
        page_size=size,
        rows=rows,
        live=live,
        overdue=0.0 if next_due is None else max(0.0, now - next_due / 1000),
        store=store,
        wal=wal,
        sums=sums,
        audit=audit,
        records=records,
    )


def _ask(reader: sqlite3.Connection, statement: str, *parameters: int) -> Any:
    return reader.execute(statement, parameters).fetchone()[0]


def _find_resident(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * _KIBIBYTE for line in lines if line.startswith("VmRSS:"))


def _measure_audit(path: Path) -> tuple[int, int]:
    """The bytes of the whole records that are there, and how many they are: records are numbered from 1."""
    with path.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        start = file.seek(max(0, end - 4096))
        tail = file.read()
    whole = tail[: tail.rindex(b"\n") + 1]
    record = json.loads(whole.splitlines()[-1])
    return start + len(whole), record["seq"]
