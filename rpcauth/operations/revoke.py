"""Revocation (RFC 7009): by token, by user and application, and by watermark.

Revoking what does not exist succeeds (§2.2). A watermark is one row, whatever it revokes.
"""

from __future__ import annotations

from dataclasses import dataclass

from rpcauth.errors import ErrorCode, OAuthError
from rpcauth.keys.keyring import Keyring
from rpcauth.model import AccessToken, Application, Definitions, Millis, RecordId, RefreshToken, Service
from rpcauth.oauth import token_text
from rpcauth.oauth.client import UNKNOWN_CLIENT, ClientProof, check_authenticated
from rpcauth.oauth.record_id import first_id_at, time_of
from rpcauth.oauth.token_text import Kind
from rpcauth.operations.issuing import SECOND, TOMBSTONE
from rpcauth.operations.services import get_identified, get_service
from rpcauth.operations.token_values import is_genuine, is_reference
from rpcauth.storage.effects import Event, EventKind, PutWatermark, RevokeAccessToken, RevokeGrant
from rpcauth.storage.port import Decision, Facts, Locks, Mint

_DONE: Decision[None] = Decision()
_IDS_AHEAD = 60 * SECOND
"""Milliseconds by which ids may be ahead of time and still tell it: each restart moves them on by up to a second."""


def find_named_access_token(keyring: Keyring, facts: Facts, text: str) -> AccessToken | None:
    """The locked access token if `text` is its own text or a reference to it."""
    presented, token = token_text.parse(text), facts.access_token
    if presented is None or token is None:
        return None
    if presented.kind is Kind.REFERENCE:
        return token if is_reference(keyring, presented) else None
    return token if is_genuine(keyring, token, presented) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeToken:
    """Revoke one access token (by text or reference), or a refresh token with its whole grant.

    Raises unauthorized_client for an unknown client and for somebody else's token. With `must_authenticate` it is the
    client itself that asks (RFC 7009 §2.1): invalid_client unless its proof is good.
    """

    service_key: str
    proof: ClientProof
    token: str
    must_authenticate: bool = False

    @property
    def locks(self) -> Locks:
        presented = token_text.parse(self.token)
        if presented is None or presented.kind is Kind.CODE:
            return Locks()
        if presented.kind is Kind.REFRESH:
            return Locks(refresh_token=presented.id)
        return Locks(access_token=presented.id)

    def decide(self, facts: Facts, mint: Mint) -> Decision[None]:
        service = get_service(facts.definitions, self.service_key)
        application = self._get_application(facts.definitions, service)
        if facts.refresh_token is not None:
            return self._revoke_grant(facts, mint.keyring, service, application, facts.refresh_token)
        token = find_named_access_token(mint.keyring, facts, self.token)
        if token is None or token.service_key != service.service_key:
            return _DONE
        _check_owner(token.client_id, application)
        if token.revoked_at is not None:
            return _DONE
        removal = Millis(facts.now + service.inactive_retention * SECOND)
        event = self._event(facts, token.user_context, access_token_id=token.id, grant_id=token.grant_id)
        return Decision(effects=[RevokeAccessToken(token.id, facts.now, removal)], events=[event])

    def _get_application(self, definitions: Definitions, service: Service) -> Application:
        if self.must_authenticate:
            return check_authenticated(definitions, service, self.proof)
        return get_identified(definitions, service, self.proof)

    def _revoke_grant(
        self, facts: Facts, keyring: Keyring, service: Service, application: Application, token: RefreshToken
    ) -> Decision[None]:
        presented, grant = token_text.parse(self.token), token.grant
        if presented is None or not is_genuine(keyring, token, presented) or grant.service_key != service.service_key:
            return _DONE
        _check_owner(grant.client_id, application)
        if grant.revoked_at is not None:
            return _DONE
        event = self._event(facts, grant.user_context, grant_id=grant.id)
        return Decision(effects=[RevokeGrant(grant.id, facts.now, Millis(facts.now + TOMBSTONE))], events=[event])

    def _event(
        self,
        facts: Facts,
        user_context: str | None,
        *,
        grant_id: RecordId | None,
        access_token_id: RecordId | None = None,
    ) -> Event:
        return Event(
            kind=EventKind.REVOKED,
            at=facts.now,
            service_key=self.service_key,
            client_id=self.proof.client_id,
            user_context=user_context,
            grant_id=grant_id,
            access_token_id=access_token_id,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeUserApplication:
    """Revoke all that a user gave one application: access and refresh tokens, and codes not spent yet."""

    service_key: str
    proof: ClientProof
    user_context: str

    @property
    def locks(self) -> Locks:
        return Locks()

    def decide(self, facts: Facts, mint: Mint) -> Decision[None]:
        service = get_service(facts.definitions, self.service_key)
        application = get_identified(facts.definitions, service, self.proof)
        return put_watermark(facts, service, application.client_id, self.user_context, mint.next_id())


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeTokens:
    """Revoke all of a service, narrowed by client, user, and time of issue (epoch milliseconds; a later one: all).

    Ids tell the time of issue. After a clock that went ahead was reset they do not: all are revoked then.
    """

    service_key: str
    client_id: str | None
    user_context: str | None
    issued_before: Millis | None

    @property
    def locks(self) -> Locks:
        return Locks()

    def decide(self, facts: Facts, mint: Mint) -> Decision[None]:
        service = get_service(facts.definitions, self.service_key)
        bound = mint.next_id()
        ids_tell = time_of(bound) <= facts.now + _IDS_AHEAD
        if self.issued_before is not None and self.issued_before <= facts.now and ids_tell:
            bound = min(bound, first_id_at(self.issued_before))
        return put_watermark(facts, service, self.client_id, self.user_context, bound)


def put_watermark(
    facts: Facts, service: Service, client_id: str | None, user_context: str | None, before_id: RecordId
) -> Decision[None]:
    """One row that revokes everything below `before_id`; an id made now covers all that was ever issued."""
    watermark = PutWatermark(
        service_key=service.service_key,
        client_id=client_id,
        user_context=user_context,
        before_id=before_id,
        created_at=facts.now,
    )
    event = Event(
        kind=EventKind.REVOKED,
        at=facts.now,
        service_key=service.service_key,
        client_id=client_id,
        user_context=user_context,
        before_id=before_id,
    )
    return Decision(effects=[watermark], events=[event])


def _check_owner(client_id: str, application: Application) -> None:
    if client_id != application.client_id:
        raise OAuthError(ErrorCode.UNAUTHORIZED_CLIENT, UNKNOWN_CLIENT, "token.of_another_client")
