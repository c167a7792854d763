"""One group commit on SQLite: many operations, one transaction, one sync.

Law of this file: nothing is answered before its commit, an operation's effects are whole or absent whatever its
neighbours do, and a commit that failed is never reported as a no. Its frames lie in the WAL behind the valid end and
could come back after a crash, so before anything else is committed a marker overwrites them, on the same connection.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from rpcauth.errors import CallerRefused, LimitReached, OAuthError, Outcome, ParamsInvalid, StorageUnavailable
from rpcauth.keys.keyring import Keyring
from rpcauth.model import Definitions, Millis, RecordId
from rpcauth.oauth.record_id import IdSequence
from rpcauth.storage import reading, stored
from rpcauth.storage.driver import Connection, Error, IntegrityError
from rpcauth.storage.effects import DEFINITION_EFFECTS, KEY_EFFECTS, ChangeMaster, Event
from rpcauth.storage.port import Decision, Facts, Locks, Operation
from rpcauth.storage.sweeping import Sweep, sweep
from rpcauth.storage.writer import Pending
from rpcauth.storage.writing import write

_log = logging.getLogger(__name__)

IDS_AHEAD = 10_000
"""Milliseconds of ids reserved at a time, so that the reservation is not written with every commit."""

_REFUSALS = (OAuthError, CallerRefused, ParamsInvalid, LimitReached)


def unavailable(error: Error, outcome: Outcome = Outcome.NOT_DONE) -> StorageUnavailable:
    """The driver's error by its symbolic name; its text may hold a path and stays here."""
    return StorageUnavailable(outcome, getattr(error, "sqlite_errorname", type(error).__name__))


class FreshMint:
    """The fresh ids, randomness and keys that decisions take as an argument (port.Mint)."""

    def __init__(self, *, ids: IdSequence, now: Callable[[], Millis], keyring: Keyring) -> None:
        self._ids = ids
        self._now = now
        self.keyring = keyring

    def next_id(self) -> RecordId:
        return self._ids.next(self._now())

    def random(self, size: int) -> bytes:
        return os.urandom(size)


class GroupCommit:
    """The writing side of a SQLite store; its methods run in the writer's thread alone.

    `definitions` and `keyring` are those of the last commit; inside a group the operations see uncommitted changes
    of their predecessors. `failing` tells that a commit failed and its frames are not overwritten yet.
    """

    def __init__(
        self, connection: Connection, *, master: bytes, node: int, ids: IdSequence, now: Callable[[], Millis]
    ) -> None:
        self._connection = connection
        self._master = master
        self._node = node
        self._ids = ids
        self._ids_until = ids.last
        self._now = now
        self.definitions: Definitions = stored.read_definitions(connection)
        self.keyring: Keyring = stored.read_keyring(connection, master)
        self.failing = False
        self._next_definitions = self.definitions
        self._next_master = master
        self._mint = FreshMint(ids=ids, now=now, keyring=self.keyring)
        self._wrote = False
        self._events: list[Event] = []
        self.committed: Callable[[Sequence[Event]], None] = lambda events: None

    def run(self, group: Sequence[Pending]) -> None:
        """Run a group in one transaction and leave in each member what is to be answered."""
        if self.failing and not self._overwrite_failed_commit():
            self._fail(group, StorageUnavailable(Outcome.NOT_DONE, "writer.failing"))
            return
        self._next_definitions, self._mint.keyring = self.definitions, self.keyring
        self._next_master = self._master
        self._wrote, self._events = False, []
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for pending in group:
                self._run_one(pending)
        except Error as error:
            self._rollback()
            self._fail(group, unavailable(error))
            return
        self._commit(group)

    # --- one operation -----------------------------------------------------------------------------------------------

    def _run_one(self, pending: Pending) -> None:
        try:
            decision = self._decide(pending.job)
            self._write(decision)
        except _REFUSALS as refusal:
            pending.error = refusal
        except (IntegrityError, ArithmeticError, LookupError, TypeError, ValueError, RuntimeError) as error:
            _log.error("an operation failed: %s in %s", type(error).__name__, type(pending.job).__name__)
            pending.error = error
        except Error as error:
            if not self._connection.in_transaction:
                raise  # SQLite rolled the whole transaction back: the group is void
            pending.error = unavailable(error)
        else:
            pending.result, pending.error = decision.result, decision.refusal
            self._events.extend(decision.events)

    def _decide(self, job: Operation[Any] | Sweep) -> Decision[Any]:
        if isinstance(job, Sweep):
            touched = sweep(self._connection, job)
            self._wrote = self._wrote or touched > 0
            return Decision(result=touched)
        return job.decide(self._read(job.locks), self._mint)

    def _read(self, locks: Locks) -> Facts:
        read = self._connection
        facts = Facts(
            now=self._now(),
            definitions=self._next_definitions,
            code=None if locks.code is None else reading.find_code(read, locks.code),
            refresh_token=(
                None if locks.refresh_token is None else reading.find_refresh_token(read, locks.refresh_token)
            ),
            access_token=None if locks.access_token is None else reading.find_access_token(read, locks.access_token),
            nonce_seen=locks.nonce is not None and reading.is_nonce_seen(read, locks.nonce),
        )
        key = None if locks.current is None else locks.current(facts)
        return facts if key is None else replace(facts, current=reading.find_current(read, key))

    def _write(self, decision: Decision[Any]) -> None:
        effects = decision.effects
        if not effects:
            return
        self._wrote = True
        if len(effects) == 1:
            # A statement that fails undoes itself; a savepoint round one alone would only cost.
            write(self._connection, effects[0])
        else:
            self._write_whole(effects)
        if any(isinstance(effect, DEFINITION_EFFECTS) for effect in effects):
            self._next_definitions = stored.read_definitions(self._connection)
        if any(isinstance(effect, KEY_EFFECTS) for effect in effects):
            masters = [effect.master for effect in effects if isinstance(effect, ChangeMaster)]
            self._next_master = masters[-1] if masters else self._next_master
            self._mint.keyring = stored.read_keyring(self._connection, self._next_master)

    def _write_whole(self, effects: Sequence[Any]) -> None:
        self._connection.execute("SAVEPOINT operation")
        try:
            for effect in effects:
                write(self._connection, effect)
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK TO operation")
                self._connection.execute("RELEASE operation")
            raise
        self._connection.execute("RELEASE operation")

    # --- the transaction ---------------------------------------------------------------------------------------------

    def _commit(self, group: Sequence[Pending]) -> None:
        if not self._wrote:
            self._rollback()
            return
        try:
            if self._ids.last >= self._ids_until:
                self._ids_until = Millis(self._ids.last + IDS_AHEAD)
                stored.write_times(self._connection, self._node, self._ids_until, self._now())
            self._connection.execute("COMMIT")
        except Error as error:
            _log.critical("a commit failed: %s", getattr(error, "sqlite_errorname", type(error).__name__))
            self._fail(group, unavailable(error, Outcome.UNKNOWN))
            self._ids_until = Millis(0)
            self._overwrite_failed_commit()
            return
        self.definitions, self.keyring = self._next_definitions, self._mint.keyring
        self._master = self._next_master
        self.committed(self._events)

    def _overwrite_failed_commit(self) -> bool:
        """Commit a marker over the frames of the commit that failed; until that is done nothing else is written."""
        self.failing = True
        self._rollback()
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            stored.bump_commit_marker(self._connection)
            self._connection.execute("COMMIT")
        except Error as error:
            self._rollback()
            _log.critical("the store takes no writes: %s", getattr(error, "sqlite_errorname", type(error).__name__))
            return False
        self.failing = False
        return True

    def _rollback(self) -> None:
        if self._connection.in_transaction:
            try:
                self._connection.execute("ROLLBACK")
            except Error as error:  # nothing was acknowledged; the next BEGIN tells whether the connection lives
                _log.error("a rollback failed: %s", getattr(error, "sqlite_errorname", type(error).__name__))

    @staticmethod
    def _fail(group: Sequence[Pending], error: StorageUnavailable) -> None:
        for pending in group:
            pending.result, pending.error = None, error
