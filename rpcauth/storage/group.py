"""One group commit on SQLite: many operations, one transaction (transaction.py), one sync.

Law of this file: nothing is answered before its commit, nor before the audit of any commit that it rests on, and a
commit that failed is never reported as a no. Its frames lie in the WAL behind the valid end and could come back after a
crash, so before anything else is committed a marker overwrites them, on the same connection.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from time import perf_counter_ns

from rpcauth.errors import Outcome, StorageUnavailable
from rpcauth.keys.keyring import Keyring
from rpcauth.model import Definitions, Millis
from rpcauth.oauth.record_id import IdSequence
from rpcauth.storage import stored
from rpcauth.storage.driver import Connection, Error
from rpcauth.storage.effects import Event
from rpcauth.storage.failures import name_of, unavailable
from rpcauth.storage.minting import FreshMint
from rpcauth.storage.safeguards.trail import NoTrail, Trail
from rpcauth.storage.transaction import Transaction
from rpcauth.storage.writer import Pending

_log = logging.getLogger(__name__)

IDS_AHEAD = 1_000
"""Milliseconds of ids reserved at a time, so that the reservation is not written with every commit."""

SEEN_EVERY = 20_000
"""Milliseconds by which the time that the store has seen may lag behind the believed clock."""


class GroupCommit:
    """The writing side of a SQLite store; its methods run in the writer's thread alone.

    `definitions` and `keyring` are those of the last commit; inside a group the operations see uncommitted changes
    of their predecessors. `epoch` moves on with every commit that altered what is read of a token. `failing` tells
    that a commit failed and its frames are not overwritten yet. `trail` is what is kept of every commit beside the
    store. `measured` is told of each commit how many operations it held, and its microseconds: None where it failed.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        master: bytes,
        node: int,
        ids: IdSequence,
        now: Callable[[], Millis],
        trail: Trail | None = None,
    ) -> None:
        self._connection = connection
        self._master = master
        self._node = node
        self._ids = ids
        self._ids_until = ids.last
        self._seen_at = Millis(0)
        self._now = now
        self.definitions: Definitions = stored.read_definitions(connection)
        self.keyring: Keyring = stored.read_keyring(connection, master)
        self.failing = False
        self.epoch = 0
        self.trail = trail or NoTrail(connection)
        self.committed: Callable[[Sequence[Event]], None] = lambda events: None
        self.measured: Callable[[int, int | None], None] = lambda operations, microseconds: None

    def run(self, group: Sequence[Pending]) -> None:
        """Run a group in one transaction and leave in each member what is to be answered."""
        if (trouble := self._find_trouble()) is not None:
            self._fail(group, StorageUnavailable(Outcome.NOT_DONE, trouble))
            return
        mint = FreshMint(ids=self._ids, now=self._now, keyring=self.keyring)
        work = Transaction(
            self._connection, definitions=self.definitions, master=self._master, mint=mint, now=self._now
        )
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for pending in group:
                work.run(pending)
            self._keep_times(work)
            if work.deeds:
                self.trail.write(work.deeds, work.keyring)
        except Exception as error:  # noqa: BLE001 - whatever it was, nothing was committed
            _log.error("a transaction was given up: %s", name_of(error))
            self._forget_times()
            self._rollback()
            self._fail(group, unavailable(error))
        else:
            self._commit(group, work)

    def renew_times(self) -> None:
        """Have the next commit write the times anew. The one method for other threads too: a single assignment."""
        self._ids_until = Millis(0)

    # --- the transaction ---------------------------------------------------------------------------------------------

    def _commit(self, group: Sequence[Pending], work: Transaction) -> None:
        if not work.has_written:
            self._rollback()
            return
        began = perf_counter_ns()
        try:
            self._connection.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - only a COMMIT that returned is a yes
            self.measured(len(group), None)
            _log.critical("a commit failed: %s", name_of(error))
            self._fail(group, unavailable(error, Outcome.UNKNOWN))
            self._forget_times()
            self._overwrite_failed_commit()
            return
        self.measured(len(group), (perf_counter_ns() - began) // 1000)
        self._adopt(work)
        if not self.trail.follow():
            self._fail(group, StorageUnavailable(Outcome.UNKNOWN, "audit.failed"))
        self.committed(work.events)

    def _adopt(self, work: Transaction) -> None:
        # Keys first: whoever reads between the two lines must not meet a version that it does not know.
        self.keyring, self._master = work.keyring, work.master
        self.definitions = work.definitions
        if work.has_altered:
            self.epoch += 1

    def _keep_times(self, work: Transaction) -> None:
        """Write down how far ids may get and which time it is, when what stands there no longer covers them.

        Where nobody else writes, the sweeper's turn is enough to write the time.
        """
        is_stale = abs(self._now() - self._seen_at) >= SEEN_EVERY
        work.has_written = work.has_written or (work.has_swept and is_stale)
        if work.has_written and (is_stale or self._ids.last >= self._ids_until):
            self._ids_until, self._seen_at = Millis(self._ids.last + IDS_AHEAD), self._now()
            stored.write_times(self._connection, self._node, self._ids_until, self._seen_at)

    def _forget_times(self) -> None:
        """What was written down last may be undone: the next commit writes it anew."""
        self._ids_until = self._seen_at = Millis(0)

    # --- what failed -------------------------------------------------------------------------------------------------

    def _find_trouble(self) -> str | None:
        """What failed and is still owed, having been tried again; nothing is run behind it.

        A commit that fails finds nothing owed, and the marker over it may come to owe something itself: so it is first.
        """
        if self.failing and not self._overwrite_failed_commit():
            return "writer.failing"
        return self.trail.find_trouble()

    def _overwrite_failed_commit(self) -> bool:
        """Commit a marker over the frames of the commit that failed; until that is done nothing else is written."""
        self.failing = True
        self._rollback()
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            stored.bump_commit_marker(self._connection)
            self._connection.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - until the marker is in, nothing else may be
            self._rollback()
            _log.critical("the store takes no writes: %s", name_of(error))
            return False
        self.failing = False
        self.trail.follow()
        return True

    def _rollback(self) -> None:
        self.trail.forget()
        if self._connection.in_transaction:
            try:
                self._connection.execute("ROLLBACK")
            except Error as error:  # nothing was acknowledged; the next BEGIN tells whether the connection lives
                _log.error("a rollback failed: %s", name_of(error))

    @staticmethod
    def _fail(group: Sequence[Pending], error: StorageUnavailable) -> None:
        for pending in group:
            pending.result, pending.error = None, error
