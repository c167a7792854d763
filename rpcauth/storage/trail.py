"""The audit of a store, in the writer's thread: rows in the transaction that they describe, lines behind its commit.

Law of this file: nothing is committed while lines of an earlier commit, or sums of pages that it moved, are not on the
disk, and no commit is acknowledged before its own lines are. So the rows of one group are all that the file can ever be
behind by, and the next group removes them.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import SimpleQueue
from time import perf_counter_ns
from typing import Protocol

from rpcauth.audit.chain import write_line
from rpcauth.audit.file import AuditFile
from rpcauth.audit.record import Record, format_time
from rpcauth.keys.keyring import Keyring
from rpcauth.storage.driver import Connection, Error
from rpcauth.storage.effects import Event
from rpcauth.storage.failures import name_of
from rpcauth.storage.pages import PageSums

_log = logging.getLogger(__name__)

_ADD_ROW = "INSERT INTO audit_outbox (id, event) VALUES (?, ?)"
_DROP_ROWS = "DELETE FROM audit_outbox WHERE id <= ?"

Deed = tuple[Event, str | None]
"""An event, and the name of the caller whose operation it was, where one asked for it."""


Concluded = Callable[[Callable[[], object], bool], None]
"""Called when a commit's audit is synced, or could not be: with what sends the answers out, and whether it is."""


class Trail(Protocol):
    """What is kept of every commit beside the store.

    `measured` is told of each sync its microseconds, in the thread that syncs.
    """

    measured: Callable[[int], None]

    @property
    def is_failing(self) -> bool:
        """Whether something that is owed could not be written when it was last tried. For any thread."""

    def write(self, deeds: Sequence[Deed], keyring: Keyring) -> None:
        """Add the rows of these events to the transaction that is open. Raises the driver's errors."""

    def forget(self) -> None:
        """The transaction was not committed."""

    def is_ready(self) -> bool:
        """Before a transaction: whether the sums of what earlier commits moved are written; if not, they are tried."""

    def settle(self) -> bool:
        """Wait until the lines of all earlier commits are on the disk; what failed is tried again. False: in vain."""

    def follow(self) -> bool:
        """After a commit: take note of what it owes. Whether it has lines, for which `sync` is to be called."""

    def sync(self, concluded: Concluded, answer: Callable[[], object]) -> None:
        """Have the lines written and synced, and then `concluded` called, by another thread."""

    def find_size(self, path: Path) -> int | None:
        """How many bytes of the file at `path` are good, if it is the one that is written; None for others."""

    def close(self) -> None:
        """Sync the last lines, empty the WAL into the store, let go of the files. Raises OSError, driver's errors."""


class NoTrail:
    """Where no audit is kept."""

    is_failing = False

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.measured: Callable[[int], None] = lambda microseconds: None

    def write(self, deeds: Sequence[Deed], keyring: Keyring) -> None:
        return

    def forget(self) -> None:
        return

    def is_ready(self) -> bool:
        return True

    def settle(self) -> bool:
        return True

    def follow(self) -> bool:
        return False

    def sync(self, concluded: Concluded, answer: Callable[[], object]) -> None:
        concluded(answer, True)

    def find_size(self, path: Path) -> int | None:
        return None

    def close(self) -> None:
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


class AuditTrail:
    """Where one is kept: `seq` and `mac` are those of the file's last record.

    The file is synced by a thread of its own, while the writer's decides what the next group does.
    """

    def __init__(self, connection: Connection, *, file: AuditFile, sums: PageSums, seq: int, mac: bytes) -> None:
        self._connection = connection
        self._file = file
        self._sums = sums
        self._seq, self._mac = seq, mac
        self._next: tuple[int, bytes, bytes] | None = None
        self._owed = b""
        self._owes_sums = self._owes_lines = False
        self.measured: Callable[[int], None] = lambda microseconds: None
        self._synced = threading.Event()
        self._synced.set()
        # None ends the thread.
        self._to_sync: SimpleQueue[tuple[Concluded, Callable[[], object]] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._sync_for_ever, name="rpcauth-audit", daemon=True)
        self._thread.start()

    @property
    def is_failing(self) -> bool:
        return self._owes_lines or self._owes_sums

    def write(self, deeds: Sequence[Deed], keyring: Keyring) -> None:
        lines, mac = write_lines(deeds, self._seq, self._mac, keyring)
        seq = self._seq + len(deeds)
        self._connection.execute(_DROP_ROWS, (self._seq,))
        self._connection.execute(_ADD_ROW, (seq, lines))
        self._next = seq, mac, lines

    def forget(self) -> None:
        self._next = None

    def is_ready(self) -> bool:
        if self._owes_sums:
            self._sum_up()
        return not self._owes_sums

    def settle(self) -> bool:
        self._synced.wait()
        return not self._owed or self._catch_up()

    def follow(self) -> bool:
        if self._next is not None:
            self._seq, self._mac, self._owed = self._next
            self._next = None
        self._sum_up()
        return self._owed != b""

    def sync(self, concluded: Concluded, answer: Callable[[], object]) -> None:
        self._synced.clear()
        self._to_sync.put((concluded, answer))

    def find_size(self, path: Path) -> int | None:
        return self._file.size if path.exists() and path.samefile(self._file.path) else None

    def close(self) -> None:
        self._to_sync.put(None)
        self._thread.join()
        try:
            if not self._owes_sums:
                self._sums.empty_wal()
        finally:
            self._sums.close()
            self._file.close()

    def _sync_for_ever(self) -> None:
        while (due := self._to_sync.get()) is not None:
            began = perf_counter_ns()
            try:
                self._file.append(self._owed)
                self._owed = b""
                self.measured((perf_counter_ns() - began) // 1000)
            except OSError as error:
                self._owes_lines = True
                _log.critical("the audit of a commit cannot be written: %s", name_of(error))
            concluded, answer = due
            try:
                concluded(answer, not self._owed)
            except RuntimeError:
                _log.error("nobody is there any more to be answered")
            self._synced.set()

    def _catch_up(self) -> bool:
        try:
            self._file.cut()
            self._file.append(self._owed)
            self._owed = b""
        except OSError as error:
            _log.critical("the store takes no writes, since its audit cannot be written: %s", name_of(error))
            return False
        self._owes_lines = False
        _log.warning("the audit is written again")
        return True

    def _sum_up(self) -> None:
        try:
            self._sums.follow()
        except (OSError, Error) as error:
            self._owes_sums = True
            _log.critical("the sums of the store's pages cannot be written: %s", name_of(error))
        else:
            self._owes_sums = False


def write_lines(deeds: Sequence[Deed], seq: int, mac: bytes, keyring: Keyring) -> tuple[bytes, bytes]:
    """The lines of these events behind the record `seq`, whose mac is `mac`; and the mac of their last one."""
    key, lines = keyring.audit_version, []
    for event, caller in deeds:
        seq += 1
        line, mac = write_line(record_of(event, caller, seq, key), mac, keyring.chain_mac)
        lines.append(line)
    return b"".join(lines), mac


def record_of(event: Event, caller: str | None, seq: int, key: int) -> Record:
    """The record of an event; `key` is the version of the audit key."""
    return Record(
        seq=seq,
        time=format_time(event.at),
        kind=event.kind,
        caller=caller,
        service_key=event.service_key,
        client_id=event.client_id,
        user_context=event.user_context,
        grant_id=event.grant_id,
        code_id=event.code_id,
        access_token_id=event.access_token_id,
        refresh_token_id=event.refresh_token_id,
        before_id=event.before_id,
        subject=event.subject,
        key=key,
    )
