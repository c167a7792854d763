"""Turning a decision to issue into tokens, rows and events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field

from rpcauth.frozen import dataclass
from rpcauth.keys.keyring import NONCE_BYTES
from rpcauth.model import (
    DAY,
    AccessToken,
    Application,
    Authentication,
    Grant,
    MacAlgorithm,
    Millis,
    RecordId,
    RefreshToken,
    Service,
    TokenType,
)
from rpcauth.oauth import token_text
from rpcauth.oauth.decision import Issue
from rpcauth.oauth.token_text import SECRET_BYTES, Kind, Presented
from rpcauth.operations.token_values import derive_text
from rpcauth.storage.effects import (
    Effect,
    EraseSalt,
    InsertAccessToken,
    InsertGrant,
    InsertRefreshToken,
    KeepGrant,
    RevokeAccessToken,
    SpendRefreshToken,
)
from rpcauth.storage.port import Mint

SECOND = 1000
TOMBSTONE = 90 * DAY * SECOND
"""Milliseconds that a spent token of a grant without an absolute end is remembered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedTokens:
    """What an OAuth client gets. `expires_in` is what remains of the time to `expires_at`, in whole seconds; both are
    None without expiry.

    `user_context` and `authentication` are the grant's: what an id_token says. `mac_secret` and `mac_algorithm` are set
    for MAC tokens. `redirect_uri` is the good redirect_uri of an implicit request.
    """

    access_token: str = field(repr=False)
    token_type: TokenType
    expires_in: int | None
    scope: str | None
    expires_at: Millis | None
    user_context: str | None
    authentication: Authentication = Authentication()
    refresh_token: str | None = field(default=None, repr=False)
    mac_secret: str | None = field(default=None, repr=False)
    mac_algorithm: MacAlgorithm | None = None
    redirect_uri: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuance:
    """The tokens, and the rows that they need; `access` is among the effects."""

    tokens: IssuedTokens
    effects: Sequence[Effect]
    access: InsertAccessToken
    grant_expires_at: Millis | None
    refresh_token_id: RecordId | None

    @property
    def grant_id(self) -> RecordId | None:
        return self.access.token.grant_id


def remaining_seconds(expires_at: Millis | None, now: Millis) -> int | None:
    """`expires_in` of RFC 6749 §5.1: whole seconds, rounded down, at least 1."""
    return None if expires_at is None else max(1, (expires_at - now) // SECOND)


def end_after(start: Millis, seconds: int) -> Millis | None:
    """When a lifetime ends; 0 seconds mean that it does not."""
    return Millis(start + seconds * SECOND) if seconds else None


def earlier(first: Millis | None, second: Millis | None) -> Millis | None:
    """The earlier of two ends, None being never."""
    return second if first is None else first if second is None else min(first, second)


def row_of(record_id: RecordId) -> str:
    """How a sealed value names its row."""
    return f"access_tokens|{record_id}"


class Issuer:
    """Issues for one request: `parent` is the refresh token that is being used, `presented` its text, and
    `requested_scope` what the refresh asked for, so that a retry can be told from another request.
    """

    def __init__(
        self,
        mint: Mint,
        service: Service,
        application: Application,
        now: Millis,
        *,
        parent: RefreshToken | None = None,
        presented: Presented | None = None,
        requested_scope: str | None = None,
    ) -> None:
        self._mint = mint
        self._service = service
        self._application = application
        self._now = now
        self._parent = parent
        self._presented = presented
        self._requested_scope = requested_scope
        retry = parent is not None and service.refresh_retry_window > 0
        self._salt = mint.random(SECRET_BYTES) if retry else None

    def issue(self, issue: Issue) -> Issuance:
        """Tokens as decided, with every row that they need."""
        effects: list[Effect] = []
        grant = self._find_grant(issue, effects)
        access_id = self._mint.next_id()
        refresh_id = self._mint.next_id() if issue.refresh else None
        text = self._make_text(Kind.ACCESS, access_id)
        mac_secret = self._make_mac_secret()
        row = self._access_row(issue, access_id, grant, text=text, mac_secret=mac_secret)
        access = InsertAccessToken(row, self._access_removal(row.expires_at))
        effects.append(access)
        refresh_text = None
        if refresh_id is not None and grant is not None:
            refresh_text = self._add_refresh_token(effects, grant, access_id, refresh_id)
        tokens = IssuedTokens(
            access_token=text,
            token_type=row.token_type,
            expires_in=remaining_seconds(row.expires_at, self._now),
            scope=row.scope,
            expires_at=row.expires_at,
            user_context=row.user_context,
            authentication=issue.authentication,
            refresh_token=refresh_text,
            mac_secret=mac_secret,
            mac_algorithm=row.mac_algorithm,
            redirect_uri=issue.redirect_uri,
        )
        return Issuance(
            tokens=tokens,
            effects=effects,
            access=access,
            grant_expires_at=None if grant is None else grant.expires_at,
            refresh_token_id=refresh_id,
        )

    def _find_grant(self, issue: Issue, effects: list[Effect]) -> Grant | None:
        """The grant being refreshed, or a new one where a refresh token or a redirect_uri must outlast the request."""
        if self._parent is not None:
            return self._parent.grant
        if not issue.refresh and issue.redirect_uri is None:
            return None
        lifetime = self._service.refresh_token_ttl if issue.refresh else self._service.access_token_ttl
        grant = Grant(
            id=self._mint.next_id(),
            service_key=self._service.service_key,
            client_id=self._application.client_id,
            user_context=issue.user_context,
            grant_type=issue.grant_type,
            scope=issue.scope,
            redirect_uri=issue.redirect_uri,
            issued_at=self._now,
            expires_at=end_after(self._now, lifetime),
            authentication=issue.authentication,
        )
        effects.append(InsertGrant(grant, self._grant_removal(grant.expires_at)))
        return grant

    def _access_row(
        self,
        issue: Issue,
        access_id: RecordId,
        grant: Grant | None,
        *,
        text: str,
        mac_secret: str | None,
    ) -> AccessToken:
        keyring, service = self._mint.keyring, self._service
        grant_end = None if grant is None else grant.expires_at
        return AccessToken(
            id=access_id,
            key_version=keyring.digest_version,
            digest=keyring.digest(text),
            service_key=service.service_key,
            client_id=self._application.client_id,
            user_context=issue.user_context,
            grant_id=None if grant is None else grant.id,
            grant_type=issue.grant_type,
            token_type=service.access_token_type,
            scope=issue.access_scope,
            issued_at=self._now,
            expires_at=earlier(end_after(self._now, service.access_token_ttl), grant_end),
            mac_algorithm=None if mac_secret is None else service.mac_algorithm,
            sealed_mac_secret=self._seal(mac_secret, "mac_secret", access_id),
            sealed_value=None if service.secure_tokens else self._seal(text, "token_value", access_id),
        )

    def _add_refresh_token(self, effects: list[Effect], grant: Grant, access_id: RecordId, refresh_id: RecordId) -> str:
        keyring = self._mint.keyring
        text = self._make_text(Kind.REFRESH, refresh_id)
        idle_end = end_after(self._now, self._service.refresh_token_idle_ttl)
        effects.append(
            InsertRefreshToken(
                id=refresh_id,
                key_version=keyring.digest_version,
                digest=keyring.digest(text),
                grant_id=grant.id,
                access_token_id=access_id,
                parent_id=None if self._parent is None else self._parent.id,
                issued_at=self._now,
                expires_at=grant.expires_at,
                idle_expires_at=idle_end,
                remove_at=earlier(grant.expires_at, idle_end),
            )
        )
        if self._parent is not None:
            self._spend_parent(effects, self._parent, access_id, refresh_id)
        return text

    def _spend_parent(
        self, effects: list[Effect], parent: RefreshToken, access_id: RecordId, refresh_id: RecordId
    ) -> None:
        end = parent.grant.expires_at
        effects.append(
            SpendRefreshToken(
                id=parent.id,
                spent_at=self._now,
                requested_scope=self._requested_scope,
                salt=self._salt,
                derivation_version=None if self._salt is None else self._mint.keyring.derivation_version,
                retry_until=end_after(self._now, self._service.refresh_retry_window),
                successor_access_id=access_id,
                successor_refresh_id=refresh_id,
                remove_at=Millis(self._now + TOMBSTONE) if end is None else end,
            )
        )
        if parent.parent_id is not None:
            effects.append(EraseSalt(parent.parent_id))
        if end is None and (remove_at := self._grant_removal(end)) is not None:
            effects.append(KeepGrant(parent.grant.id, remove_at))
        if self._service.refresh_revokes_access_token:
            removal = Millis(self._now + self._service.inactive_retention * SECOND)
            effects.append(RevokeAccessToken(parent.access_token_id, self._now, removal))

    def _make_text(self, kind: Kind, record_id: RecordId) -> str:
        if self._salt is None or self._presented is None:
            return token_text.write(kind, record_id, self._mint.random(SECRET_BYTES))
        version = self._mint.keyring.derivation_version
        return derive_text(
            self._mint.keyring, kind, record_id, salt=self._salt, presented=self._presented, version=version
        )

    def _make_mac_secret(self) -> str | None:
        if self._service.access_token_type is TokenType.BEARER:
            return None
        return token_text.write_secret(self._mint.random(SECRET_BYTES))

    def _seal(self, text: str | None, purpose: str, access_id: RecordId) -> bytes | None:
        if text is None:
            return None
        return self._mint.keyring.seal(text, purpose, row_of(access_id), nonce=self._mint.random(NONCE_BYTES))

    def _access_removal(self, expires_at: Millis | None) -> Millis | None:
        """As long as a dead token is listed, and as long as a retried refresh asks for its row."""
        if expires_at is None:
            return None
        listed_until = expires_at + self._service.inactive_retention * SECOND
        window = 0 if self._salt is None else self._service.refresh_retry_window
        return Millis(max(listed_until, self._now + window * SECOND))

    def _grant_removal(self, expires_at: Millis | None) -> Millis | None:
        """A grant stays to its end; one without, but with an idle time, as long as its tombstones after that."""
        idle_end = end_after(self._now, self._service.refresh_token_idle_ttl)
        return expires_at if expires_at is not None or idle_end is None else Millis(idle_end + TOMBSTONE)
