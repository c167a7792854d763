"""One group commit on SQLite: many operations, one transaction, one sync.

Law of this file: nothing is answered before its commit, an operation's effects are whole or absent whatever its
neighbours do, and a commit that failed is never reported as a no. Its frames lie in the WAL behind the valid end and
could come back after a crash, so before anything else is committed a marker overwrites them, on the same connection.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from time import perf_counter_ns
from typing import Any

from rpcauth.errors import Outcome, StorageUnavailable
from rpcauth.keys.keyring import Keyring
from rpcauth.model import Definitions, Millis
from rpcauth.oauth.record_id import IdSequence
from rpcauth.storage import reading, stored
from rpcauth.storage.driver import Connection, Error
from rpcauth.storage.effects import (
    DEFINITION_EFFECTS,
    KEY_EFFECTS,
    ChangeMaster,
    Effect,
    Event,
    PutWatermark,
    RevokeAccessToken,
    RevokeGrant,
    UpdateAccessToken,
)
from rpcauth.storage.failures import answer_of, name_of, unavailable
from rpcauth.storage.minting import FreshMint
from rpcauth.storage.port import Decision, Facts, Locks, Operation
from rpcauth.storage.sweeping import Sweep, sweep
from rpcauth.storage.trail import Deed, NoTrail, Trail
from rpcauth.storage.writer import Finish, Pending
from rpcauth.storage.writing import write

_log = logging.getLogger(__name__)

IDS_AHEAD = 1_000
"""Milliseconds of ids reserved at a time, so that the reservation is not written with every commit."""

SEEN_EVERY = 60_000
"""Milliseconds by which the time that the store has seen may lag behind the believed clock."""

_COMPOUND = (RevokeGrant, ChangeMaster, *DEFINITION_EFFECTS, *KEY_EFFECTS)
"""Effects of several statements, or with something to be read anew after them: one alone needs a savepoint too."""


_ALTERING = {RevokeGrant, RevokeAccessToken, UpdateAccessToken, PutWatermark}
"""Effects after which an access token's row, or what is read with it, is no longer what it was."""


class _TransactionLost(Exception):
    """An operation could not be undone: nothing of its group may be committed."""


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
        self._next_definitions = self.definitions
        self._next_master = master
        self._mint = FreshMint(ids=ids, now=now, keyring=self.keyring)
        self._wrote = self._altered = False
        self._events: list[Event] = []
        self._deeds: list[Deed] = []
        self.trail = trail or NoTrail(connection)
        self.committed: Callable[[Sequence[Event]], None] = lambda events: None
        self.measured: Callable[[int, int | None], None] = lambda operations, microseconds: None

    def run(self, group: Sequence[Pending]) -> Finish | None:
        """Run a group in one transaction and leave in each member what is to be answered.

        Where its audit is still to be synced, that is left to do.
        """
        if not self.trail.is_ready():
            self._fail(group, StorageUnavailable(Outcome.NOT_DONE, "sums.failing"))
            return None
        if self.failing and not (self.trail.settle() and self._overwrite_failed_commit()):
            self._fail(group, StorageUnavailable(Outcome.NOT_DONE, "writer.failing"))
            return None
        self._next_definitions, self._mint.keyring = self.definitions, self.keyring
        self._next_master = self._master
        self._wrote, self._altered, self._events, self._deeds = False, False, [], []
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for pending in group:
                self._run_one(pending)
            self._keep_times()
            if self._deeds:
                self.trail.write(self._deeds, self._mint.keyring)
        except Exception as error:  # noqa: BLE001 - whatever it was, nothing was committed
            _log.error("a transaction was given up: %s", name_of(error))
            self._forget_times()
            self._rollback()
            self._fail(group, unavailable(error))
            return None
        return self._commit(group)

    def renew_times(self) -> None:
        """Have the next commit write the times anew. The one method for other threads too: a single assignment."""
        self._ids_until = Millis(0)

    # --- one operation -----------------------------------------------------------------------------------------------

    def _run_one(self, pending: Pending) -> None:
        try:
            decision = self._decide(pending.job)
            self._write(decision)
        except Exception as error:
            if isinstance(error, _TransactionLost) or not self._connection.in_transaction:
                raise  # some failures make SQLite roll back all: what follows would commit statement by statement
            pending.error = answer_of(pending.job, error)
        else:
            pending.result, pending.error = decision.result, decision.refusal
            self._events.extend(decision.events)
            if decision.effects:
                self._deeds.extend([(event, pending.caller) for event in decision.events])

    def _decide(self, job: Operation[Any] | Sweep) -> Decision[Any]:
        if isinstance(job, Sweep):
            touched = sweep(self._connection, job)
            self._wrote = self._wrote or touched > 0 or self._is_seen_stale()
            self._altered = self._altered or touched > 0
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
        self._altered = self._altered or any(type(effect) in _ALTERING for effect in effects)
        if len(effects) == 1 and not isinstance(effects[0], _COMPOUND):
            # A statement that fails undoes itself; a savepoint round one alone would only cost.
            write(self._connection, effects[0])
        else:
            self._write_whole(effects)

    def _write_whole(self, effects: Sequence[Effect]) -> None:
        self._connection.execute("SAVEPOINT operation")
        try:
            for effect in effects:
                write(self._connection, effect)
            definitions, keyring, master = self._read_changed(effects)
            self._connection.execute("RELEASE operation")
        except BaseException:
            self._undo_operation()
            raise
        self._next_definitions, self._mint.keyring, self._next_master = definitions, keyring, master

    def _read_changed(self, effects: Sequence[Effect]) -> tuple[Definitions, Keyring, bytes]:
        """Definitions, keys and master key as these effects leave them: the operations that follow see them."""
        definitions, keyring, master = self._next_definitions, self._mint.keyring, self._next_master
        if any(isinstance(effect, DEFINITION_EFFECTS) for effect in effects):
            definitions = stored.read_definitions(self._connection)
        if any(isinstance(effect, KEY_EFFECTS) for effect in effects):
            masters = [effect.master for effect in effects if isinstance(effect, ChangeMaster)]
            master = masters[-1] if masters else master
            keyring = stored.read_keyring(self._connection, master)
        return definitions, keyring, master

    def _undo_operation(self) -> None:
        if not self._connection.in_transaction:
            return
        try:
            self._connection.execute("ROLLBACK TO operation")
            self._connection.execute("RELEASE operation")
        except Error as error:
            raise _TransactionLost from error

    # --- the transaction ---------------------------------------------------------------------------------------------

    def _commit(self, group: Sequence[Pending]) -> Finish | None:
        if not self._wrote:
            self._rollback()
            return None
        if not self.trail.settle():
            self._forget_times()
            self._rollback()
            self._fail(group, StorageUnavailable(Outcome.NOT_DONE, "audit.failing"))
            return None
        began = perf_counter_ns()
        try:
            self._connection.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - only a COMMIT that returned is a yes
            self.measured(len(group), None)
            _log.critical("a commit failed: %s", name_of(error))
            self._fail(group, unavailable(error, Outcome.UNKNOWN))
            self._forget_times()
            self._overwrite_failed_commit()
            return None
        self.measured(len(group), (perf_counter_ns() - began) // 1000)
        # Keys first: whoever reads between the two lines must not meet a version that it does not know.
        self.keyring, self._master = self._mint.keyring, self._next_master
        self.definitions = self._next_definitions
        if self._altered:
            self.epoch += 1
        if self.trail.follow():
            return partial(self.trail.sync, partial(self._conclude, group, self._events))
        self.committed(self._events)
        return None

    def _conclude(
        self, group: Sequence[Pending], events: Sequence[Event], answer: Callable[[], object], is_audited: bool
    ) -> None:
        """What was committed is told, and answered: as not known where its audit could not be written."""
        if not is_audited:
            self._fail(group, StorageUnavailable(Outcome.UNKNOWN, "audit.failed"))
        self.committed(events)
        answer()

    def _keep_times(self) -> None:
        """Write down how far ids may get and which time it is, when what stands there no longer covers them."""
        if self._wrote and (self._ids.last >= self._ids_until or self._is_seen_stale()):
            self._ids_until, self._seen_at = Millis(self._ids.last + IDS_AHEAD), self._now()
            stored.write_times(self._connection, self._node, self._ids_until, self._seen_at)

    def _forget_times(self) -> None:
        """What was written down last may be undone: the next commit writes it anew."""
        self._ids_until = self._seen_at = Millis(0)

    def _is_seen_stale(self) -> bool:
        """Whether time has moved on, or was set back, since it was last written down."""
        return abs(self._now() - self._seen_at) >= SEEN_EVERY

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
