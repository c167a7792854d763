"""The audit of a store, in the writer's thread: rows in the transaction that they describe, lines behind its commit.

Law of this file: no group is run while lines of an earlier commit, or sums of pages that it moved, are not on the disk,
and no commit is acknowledged before its own lines are. So the rows of one group are all that the file can ever be
behind by, and the next group removes them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter_ns
from typing import Protocol

from rpcauth.audit.chain import LineBroken, read_record
from rpcauth.audit.comparison import Known
from rpcauth.audit.file import AuditFile
from rpcauth.audit.former import name_former
from rpcauth.audit.record import Record
from rpcauth.audit.walk import read_first
from rpcauth.keys.keyring import Keyring
from rpcauth.storage.driver import Connection
from rpcauth.storage.effects import EventKind
from rpcauth.storage.failures import name_of
from rpcauth.storage.safeguards.deeds import Deed, write_beginning, write_lines
from rpcauth.storage.safeguards.pages import PageSums

_log = logging.getLogger(__name__)

_ADD_ROW = "INSERT INTO audit_outbox (id, event) VALUES (?, ?)"
_DROP_ROWS = "DELETE FROM audit_outbox WHERE id <= ?"


class Trail(Protocol):
    """What is kept of every commit beside the store.

    `measured` is told of each sync its microseconds.
    """

    measured: Callable[[int], None]
    former: Path | None
    """Where the file is that was written before this one, since another was last asked for; None: nowhere."""

    @property
    def is_kept(self) -> bool:
        """Whether there is an audit at all."""

    @property
    def is_failing(self) -> bool:
        """Whether something that is owed could not be written when it was last tried. For any thread."""

    def write(self, deeds: Sequence[Deed], keyring: Keyring) -> None:
        """Add the rows of these events to the transaction that is open. Raises the driver's errors."""

    def forget(self) -> None:
        """The transaction was not committed."""

    def find_trouble(self) -> str | None:
        """Before a transaction: what failed is tried again; the name of what still cannot be written."""

    def follow(self) -> bool:
        """After a commit: bring what it owes to the disk. False: its lines could not be written."""

    def find_size(self, path: Path) -> int | None:
        """How many bytes of the file at `path` are good, if it is the one that is written; None for others."""

    def close(self) -> None:
        """Empty the WAL into the store and let go of the files. Raises OSError, driver's errors."""


class NoTrail:
    """Where no audit is kept."""

    is_failing = is_kept = False
    former: Path | None = None

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.measured: Callable[[int], None] = lambda microseconds: None

    def write(self, deeds: Sequence[Deed], keyring: Keyring) -> None:
        return

    def forget(self) -> None:
        return

    def find_trouble(self) -> str | None:
        return None

    def follow(self) -> bool:
        return True

    def find_size(self, path: Path) -> int | None:
        return None

    def close(self) -> None:
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


class AuditTrail:
    """Where one is kept: `known` is what the database has of it, which the file has as well."""

    is_kept = True

    def __init__(self, connection: Connection, *, file: AuditFile, sums: PageSums, known: Known) -> None:
        self._connection = connection
        self._file = file
        self._sums = sums
        self._store, self._seq, self._mac = known.store, known.last, known.mac
        self._next: tuple[int, bytes, bytes, bool] | None = None
        self.former: Path | None = None
        self._begins = False
        self._owed = b""
        self._owes_sums = self._owes_lines = False
        self.measured: Callable[[int], None] = lambda microseconds: None

    @property
    def is_failing(self) -> bool:
        return self._owes_lines or self._owes_sums

    def write(self, deeds: Sequence[Deed], keyring: Keyring) -> None:
        begun, mac, seq = b"", self._mac, self._seq
        begins = any(event.kind is EventKind.ROTATED for event, _ in deeds)
        if begins:
            # First in its group: so the rows that a start catches up with are a whole file, or go on in the former one.
            begun, mac = write_beginning(self._store, deeds[0][0].at, seq, mac, keyring)
            seq += 1
        lines, mac = write_lines(deeds, seq, mac, keyring)
        seq += len(deeds)
        self._connection.execute(_DROP_ROWS, (self._seq,))
        self._connection.execute(_ADD_ROW, (seq, begun + lines))
        self._next = seq, mac, begun + lines, begins

    def forget(self) -> None:
        self._next = None

    def find_trouble(self) -> str | None:
        if self._owes_sums:
            self._sum_up()
        if self._owes_lines:
            self._catch_up()
        return "sums.failing" if self._owes_sums else "audit.failing" if self._owes_lines else None

    def follow(self) -> bool:
        if self._next is not None:
            self._seq, self._mac, self._owed, self._begins = self._next
            self._next = None
        self._sum_up()
        return not self._owed or self._sync()

    def find_size(self, path: Path) -> int | None:
        return self._file.size if self._file.stands_at(path) else None

    def close(self) -> None:
        try:
            self._sums.empty_wal()
        finally:
            self._sums.close()
            self._file.close()

    def _sync(self) -> bool:
        began = perf_counter_ns()
        try:
            self._append()
        except Exception as error:  # noqa: BLE001 - whatever it was, the lines are owed
            self._owes_lines = True
            _log.critical("the audit of a commit cannot be written: %s", name_of(error))
            return False
        self.measured((perf_counter_ns() - began) // 1000)
        return True

    def _catch_up(self) -> None:
        try:
            self._file.cut()
            self._append()
        except Exception as error:  # noqa: BLE001 - whatever it was, the lines are owed
            _log.critical("the store takes no writes, since its audit cannot be written: %s", name_of(error))
        else:
            self._owes_lines = False
            _log.warning("the audit is written again")

    def _append(self) -> None:
        if self._begins:
            self._begins = False
            self._begin_file(read_record(self._owed.partition(b"\n")[0]))
        self._file.append(self._owed)
        self._owed = b""

    def _begin_file(self, begun: Record) -> None:
        """Begin another file, or go on in the same: the chain goes on either way."""
        path, self.former = self._file.path, None
        try:
            kept = name_former(path, read_first(path).seq, begun.seq - 1)
            self._file.begin_anew(kept)
        except (OSError, LineBroken) as error:
            _log.error("the audit goes on in the same file, since no other can be begun: %s", name_of(error))
        else:
            self.former = kept
            _log.info("the audit goes on in another file; the former one is %s", kept.name)

    def _sum_up(self) -> None:
        try:
            self._sums.follow()
        except Exception as error:  # noqa: BLE001 - whatever it was, the sums are owed
            self._owes_sums = True
            _log.critical("the sums of the store's pages cannot be written: %s", name_of(error))
        else:
            self._owes_sums = False
