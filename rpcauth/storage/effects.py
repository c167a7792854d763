"""What operations want written, as values. Engines turn each into statements; nothing here knows a driver.

An operation's effects are whole or absent, whatever its neighbours in a group commit do.
"""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum

from rpcauth.frozen import dataclass
from rpcauth.keys.keyring import Purpose, SealedKey
from rpcauth.model import AccessToken, Application, AuthorizationCode, Caller, Grant, Millis, RecordId, Service


@dataclass(frozen=True, slots=True)
class InsertGrant:
    grant: Grant
    remove_at: Millis | None


@dataclass(frozen=True, slots=True)
class InsertCode:
    code: AuthorizationCode
    remove_at: Millis


@dataclass(frozen=True, slots=True)
class InsertAccessToken:
    token: AccessToken
    remove_at: Millis | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertRefreshToken:
    """A fresh refresh token of a grant; `parent_id` is the spent one it succeeds."""

    id: RecordId
    key_version: int
    digest: bytes
    grant_id: RecordId
    access_token_id: RecordId
    parent_id: RecordId | None
    issued_at: Millis
    expires_at: Millis | None
    idle_expires_at: Millis | None
    remove_at: Millis | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendCode:
    """Burn a code: one conditional statement that must hit exactly one unspent row.

    `grant_id` is what it bought, None when it was burnt for nothing. The row stays as a tombstone to `remove_at`.
    """

    id: RecordId
    spent_at: Millis
    grant_id: RecordId | None
    remove_at: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendRefreshToken:
    """Rotate away a refresh token: one conditional statement that must hit exactly one unspent row.

    With `salt`, a retry until `retry_until` can make the successors again; without, no retry is offered.
    """

    id: RecordId
    spent_at: Millis
    requested_scope: str | None
    salt: bytes | None
    derivation_version: int | None
    retry_until: Millis | None
    successor_access_id: RecordId
    successor_refresh_id: RecordId
    remove_at: Millis


@dataclass(frozen=True, slots=True)
class CloseWindows:
    """What was open for a short time is over: codes that are not spent, and the retries of spent refresh tokens."""


@dataclass(frozen=True, slots=True)
class EraseSalt:
    """End the retry window of a spent refresh token: its successors cannot be made again."""

    id: RecordId


@dataclass(frozen=True, slots=True)
class KeepGrant:
    """Let a grant without an absolute end stay until `remove_at`: its refresh token's idle time began anew."""

    id: RecordId
    remove_at: Millis


@dataclass(frozen=True, slots=True)
class RevokeGrant:
    """End a grant and, with it, every token of it. What had no end of its own may be removed at `remove_at`."""

    id: RecordId
    at: Millis
    remove_at: Millis


@dataclass(frozen=True, slots=True)
class RevokeAccessToken:
    """End one access token; it stays listed as inactive until `remove_at`."""

    id: RecordId
    at: Millis
    remove_at: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateAccessToken:
    """Replace what may change of an access token."""

    id: RecordId
    scope: str | None
    user_context: str | None
    expires_at: Millis | None
    remove_at: Millis | None


@dataclass(frozen=True, slots=True)
class CurrentKey:
    """Whose live token is handed out again where a service does not allow several."""

    service_key: str
    client_id: str
    user_context: str | None
    scope: str | None


@dataclass(frozen=True, slots=True)
class PutCurrentToken:
    key: CurrentKey
    access_token_id: RecordId
    remove_at: Millis | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PutWatermark:
    """Revoke, in one row, all of a service with an id below `before_id`; None for client or user means any."""

    service_key: str
    client_id: str | None
    user_context: str | None
    before_id: RecordId
    created_at: Millis


@dataclass(frozen=True, slots=True)
class RecordNonce:
    """Remember a MAC request. The row must be new: the same nonce twice fails the operation."""

    token_id: RecordId
    nonce: str
    remove_at: Millis


@dataclass(frozen=True, slots=True)
class PutService:
    service: Service


@dataclass(frozen=True, slots=True)
class DropService:
    service_key: str


@dataclass(frozen=True, slots=True)
class PutApplication:
    application: Application


@dataclass(frozen=True, slots=True)
class DropApplication:
    client_id: str


@dataclass(frozen=True, slots=True)
class PutCaller:
    caller: Caller


@dataclass(frozen=True, slots=True)
class DropCaller:
    name: str


@dataclass(frozen=True, slots=True)
class PutKey:
    """Add or rewrap one version of a key."""

    key: SealedKey


@dataclass(frozen=True, slots=True)
class DropKey:
    """Forget one version of a key: nothing that it made can be checked or opened any more."""

    purpose: Purpose
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeMaster:
    """Replace every key's wrapping and the check value: the store then belongs to another master key."""

    keys: tuple[SealedKey, ...]
    check: bytes
    master: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class PutMeta:
    """One named value of the store itself, such as the master key's check value."""

    name: str
    value: bytes


@dataclass(frozen=True, slots=True)
class DropMeta:
    name: str


Effect = (
    InsertGrant
    | InsertCode
    | InsertAccessToken
    | InsertRefreshToken
    | SpendCode
    | SpendRefreshToken
    | CloseWindows
    | EraseSalt
    | KeepGrant
    | RevokeGrant
    | RevokeAccessToken
    | UpdateAccessToken
    | PutCurrentToken
    | PutWatermark
    | RecordNonce
    | PutService
    | DropService
    | PutApplication
    | DropApplication
    | PutCaller
    | DropCaller
    | PutKey
    | DropKey
    | ChangeMaster
    | PutMeta
    | DropMeta
)

DEFINITION_EFFECTS = (PutService, DropService, PutApplication, DropApplication, PutCaller, DropCaller)
"""After these, the engine reads the definitions anew before the next operation decides."""


KEY_EFFECTS = (PutKey, DropKey, ChangeMaster)
"""After these, the engine opens the keyring anew."""


class EventKind(StrEnum):
    ISSUED = "issued"
    SPENT = "spent"
    REFRESHED = "refreshed"
    REVOKED = "revoked"
    UPDATED = "updated"
    CHANGED = "changed"
    ROTATED = "rotated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What a committed operation did. Audit, caches and the revocation feed all consume this one value.

    Tokens appear by id only. `before_id` belongs to a revocation by watermark; `subject` names what a change of
    definitions or keys touched.
    """

    kind: EventKind
    at: Millis
    service_key: str | None = None
    client_id: str | None = None
    user_context: str | None = None
    grant_id: RecordId | None = None
    code_id: RecordId | None = None
    access_token_id: RecordId | None = None
    refresh_token_id: RecordId | None = None
    before_id: RecordId | None = None
    subject: str | None = None
