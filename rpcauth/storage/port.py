"""The storage port: domain verbs, no CRUD, no row types, no driver.

An operation is a value: what it must lock or read, a pure `decide(facts, mint)`, the effects that follow.
`Store.execute(operation)` runs it whole, in one transaction: it locks on read, decides, writes, commits, and only
then answers or raises. One contract suite (tests/storage/contract.py) runs against every engine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Generic, Protocol, TypeVar

from rpcauth.errors import OAuthError
from rpcauth.frozen import dataclass
from rpcauth.keys.keyring import Keyring
from rpcauth.model import AccessToken, AuthorizationCode, Definitions, Millis, RecordId, RefreshToken
from rpcauth.storage.effects import CurrentKey, Effect, Event

CALLER: ContextVar[str | None] = ContextVar("caller", default=None)
"""The name of the caller whose request is being answered: the audit of what it asks for names it."""

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Locks:
    """The rows that an operation reads for update, by id. What is None is not read.

    `current` names, once the other facts are known, whose current token is to be read as well.
    """

    code: RecordId | None = None
    refresh_token: RecordId | None = None
    access_token: RecordId | None = None
    current: Callable[[Facts], CurrentKey | None] | None = None
    nonce: tuple[RecordId, str] | None = None


NO_LOCKS = Locks()


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What an operation decides on, read inside its transaction.

    `now` is read by the executor, not at arrival. Rows are as stored: whether a presented text is theirs is for the
    operation to verify. `current` is the token that `Locks.current` leads to.
    """

    now: Millis
    definitions: Definitions
    code: AuthorizationCode | None = None
    refresh_token: RefreshToken | None = None
    access_token: AccessToken | None = None
    current: AccessToken | None = None
    nonce_seen: bool = False


class Mint(Protocol):
    """Fresh things and keys, as arguments of a decision."""

    @property
    def keyring(self) -> Keyring:
        """The opened keys of this store."""

    def next_id(self) -> RecordId:
        """A new id, above every id of this node before it."""

    def random(self, size: int) -> bytes:
        """`size` bytes from the system's randomness."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision(Generic[R_co]):
    """The outcome of an operation: a result or a refusal, and what to write either way."""

    result: R_co | None = None
    refusal: OAuthError | None = None
    effects: Sequence[Effect] = ()
    events: Sequence[Event] = ()


class Conflict(Exception):
    """An effect did not meet the row that it counted on: what it was to spend is spent, what was to be new is there.

    The operation left no trace. A defect, or another writer.
    """


class Operation(Protocol[R_co]):
    """One transaction, as a value."""

    @property
    def locks(self) -> Locks: ...

    def decide(self, facts: Facts, mint: Mint) -> Decision[R_co]:
        """Pure but for `mint`. May run again from the start when the engine retries."""


@dataclass(frozen=True, slots=True)
class UserTokens:
    """What fetchUserApplications lists: a user's tokens newest first, and the clients with a live refresh token."""

    access_tokens: Sequence[AccessToken]
    refreshable_clients: frozenset[str]


class Store(Protocol):
    """An engine.

    Errors: StorageUnavailable with its outcome; Conflict; what `decide` raises; a refusal, raised after its effects are
    committed.
    """

    @property
    def definitions(self) -> Definitions:
        """The services, applications and callers of the last commit."""

    @property
    def keyring(self) -> Keyring:
        """The opened keys of this store."""

    def now(self) -> Millis:
        """The believed wall clock (storage/clock.py)."""

    async def execute(self, operation: Operation[R]) -> R:
        """Run one operation; returns its result, or raises its refusal, after the commit."""

    async def find_access_tokens(self, ids: Sequence[RecordId]) -> dict[RecordId, AccessToken]:
        """The rows of these ids as of the last commit; ids without a row are left out."""

    async def list_user_tokens(self, service_key: str, user_context: str, limit: int) -> UserTokens:
        """A user's tokens of a service, newest first: at most `limit` living and `limit` dead ones of each client."""

    def subscribe(self, consumer: Callable[[Sequence[Event]], None]) -> None:
        """Have `consumer` called with the events of every commit, in order, before its answers go out."""
