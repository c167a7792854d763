"""What the operations of one group do inside their transaction: read, decide, write, one after the other.

Law of this file: an operation's effects are whole or absent whatever its neighbours do, and each sees what those before
it wrote. (Of a step of the sweeper each statement is good by itself.) Nothing here commits (group.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from rpcauth.keys.keyring import Keyring
from rpcauth.model import Definitions, Millis
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
from rpcauth.storage.failures import answer_of
from rpcauth.storage.mending import Mend
from rpcauth.storage.minting import FreshMint
from rpcauth.storage.port import Decision, Facts, Locks, Operation
from rpcauth.storage.safeguards.deeds import Deed
from rpcauth.storage.sweeping import Sweep, sweep
from rpcauth.storage.writer import Pending
from rpcauth.storage.writing import write

_COMPOUND = (RevokeGrant, ChangeMaster, *DEFINITION_EFFECTS, *KEY_EFFECTS)
"""Effects of several statements, or with something to be read anew after them: one alone needs a savepoint too."""

_ALTERING = {RevokeGrant, RevokeAccessToken, UpdateAccessToken, PutWatermark}
"""Effects after which an access token's row, or what is read with it, is no longer what it was."""


class _TransactionLost(Exception):
    """An operation could not be undone: nothing of its group may be committed."""


class Transaction:
    """One transaction, open on `connection`; `definitions`, the keys of `mint` and `master` are as it leaves them.

    `has_altered` tells whether it altered what is read of a token, `has_swept` that the sweeper had its turn.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        definitions: Definitions,
        master: bytes,
        mint: FreshMint,
        now: Callable[[], Millis],
    ) -> None:
        self._connection = connection
        self._mint = mint
        self._now = now
        self.definitions = definitions
        self.master = master
        self.has_written = self.has_altered = self.has_swept = False
        self.events: list[Event] = []
        self.deeds: list[Deed] = []

    @property
    def keyring(self) -> Keyring:
        return self._mint.keyring

    def run(self, pending: Pending) -> None:
        """Run one operation and leave in it what is to be answered. Raises where the whole transaction is lost."""
        try:
            decision = self._decide(pending.job)
            self._write(decision)
        except Exception as error:
            if isinstance(error, _TransactionLost) or not self._connection.in_transaction:
                raise  # some failures make SQLite roll back all: what follows would commit statement by statement
            pending.error = answer_of(pending.job, error)
        else:
            pending.result, pending.error = decision.result, decision.refusal
            self.events.extend(decision.events)
            if decision.effects:
                self.deeds.extend([(event, pending.caller) for event in decision.events])

    # --- reading and deciding ----------------------------------------------------------------------------------------

    def _decide(self, job: Operation[Any] | Sweep | Mend) -> Decision[Any]:
        if isinstance(job, Sweep):
            touched = sweep(self._connection, job)
            self.has_swept = True
            self.has_written = self.has_written or touched > 0
            self.has_altered = self.has_altered or touched > 0
            return Decision(result=touched)
        if isinstance(job, Mend):
            return Decision()
        return job.decide(self._read(job.locks), self._mint)

    def _read(self, locks: Locks) -> Facts:
        read = self._connection
        facts = Facts(
            now=self._now(),
            definitions=self.definitions,
            code=None if locks.code is None else reading.find_code(read, locks.code),
            refresh_token=(
                None if locks.refresh_token is None else reading.find_refresh_token(read, locks.refresh_token)
            ),
            access_token=None if locks.access_token is None else reading.find_access_token(read, locks.access_token),
            nonce_seen=locks.nonce is not None and reading.is_nonce_seen(read, locks.nonce),
        )
        key = None if locks.current is None else locks.current(facts)
        return facts if key is None else replace(facts, current=reading.find_current(read, key))

    # --- writing -----------------------------------------------------------------------------------------------------

    def _write(self, decision: Decision[Any]) -> None:
        effects = decision.effects
        if not effects:
            return
        self.has_written = True
        self.has_altered = self.has_altered or any(type(effect) in _ALTERING for effect in effects)
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
            self._undo()
            raise
        self.definitions, self._mint.keyring, self.master = definitions, keyring, master

    def _read_changed(self, effects: Sequence[Effect]) -> tuple[Definitions, Keyring, bytes]:
        """Definitions, keys and master key as these effects leave them: the operations that follow see them."""
        definitions, keyring, master = self.definitions, self._mint.keyring, self.master
        if any(isinstance(effect, DEFINITION_EFFECTS) for effect in effects):
            definitions = stored.read_definitions(self._connection)
        if any(isinstance(effect, KEY_EFFECTS) for effect in effects):
            masters = [effect.master for effect in effects if isinstance(effect, ChangeMaster)]
            master = masters[-1] if masters else master
            keyring = stored.read_keyring(self._connection, master)
        return definitions, keyring, master

    def _undo(self) -> None:
        if not self._connection.in_transaction:
            return
        try:
            self._connection.execute("ROLLBACK TO operation")
            self._connection.execute("RELEASE operation")
        except Error as error:
            raise _TransactionLost from error
