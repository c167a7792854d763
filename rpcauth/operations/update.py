"""Changing a live access token: scope, user_context, lifetime. Mashery's own; no RFC knows it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rpcauth.errors import ErrorCode, OAuthError
from rpcauth.model import DAY, AccessToken, Application, Millis, Service
from rpcauth.oauth import token_text
from rpcauth.oauth.client import ClientProof, check_identified
from rpcauth.oauth.granted_scope import choose_scope
from rpcauth.oauth.liveness import is_live
from rpcauth.oauth.token_text import Kind
from rpcauth.operations.issuing import SECOND, earlier
from rpcauth.operations.revoke import find_named_access_token
from rpcauth.operations.services import get_service
from rpcauth.storage.effects import Event, EventKind, UpdateAccessToken
from rpcauth.storage.port import Decision, Facts, Locks, Mint

UNABLE = "Unable to update token"
LONGEST_LIFETIME = 100 * 366 * DAY
"""Seconds; a longer one is no lifetime."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateToken:
    """Change what is not None; `expires_in` counts seconds from now and never outlives the grant.

    Result: the token as it is then. Raises invalid_request, one answer for every token that cannot be updated.
    """

    service_key: str
    proof: ClientProof
    token: str
    scope: str | None
    user_context: str | None
    expires_in: int | None

    @property
    def locks(self) -> Locks:
        presented = token_text.parse(self.token)
        named = presented is not None and presented.kind in (Kind.ACCESS, Kind.REFERENCE)
        return Locks(access_token=presented.id if presented is not None and named else None)

    def decide(self, facts: Facts, mint: Mint) -> Decision[AccessToken]:
        service = get_service(facts.definitions, self.service_key)
        application = self._check_client(facts, service)
        token = find_named_access_token(mint.keyring, facts, self.token)
        if token is None or token.client_id != application.client_id:
            raise _unable("update.unknown_or_foreign")
        if not is_live(token, service, facts.definitions, facts.now):
            raise _unable("update.not_live")
        updated = self._change(token, service, application, facts.now)
        removal = None
        if updated.expires_at is not None:
            removal = Millis(updated.expires_at + service.inactive_retention * SECOND)
        effect = UpdateAccessToken(
            id=updated.id,
            scope=updated.scope,
            user_context=updated.user_context,
            expires_at=updated.expires_at,
            remove_at=removal,
        )
        event = Event(
            kind=EventKind.UPDATED,
            at=facts.now,
            service_key=service.service_key,
            client_id=token.client_id,
            user_context=updated.user_context,
            grant_id=token.grant_id,
            access_token_id=token.id,
        )
        return Decision(result=updated, effects=[effect], events=[event])

    def _check_client(self, facts: Facts, service: Service) -> Application:
        try:
            return check_identified(facts.definitions, service, self.proof)
        except OAuthError as error:
            raise unable(error) from None

    def _change(self, token: AccessToken, service: Service, application: Application, now: Millis) -> AccessToken:
        scope, expires_at = token.scope, token.expires_at
        if self.scope is not None:
            try:
                scope = choose_scope(service, application, self.scope)
            except OAuthError as error:
                raise unable(error) from None
        if self.expires_in is not None:
            if not 1 <= self.expires_in <= LONGEST_LIFETIME:
                raise _unable("update.expires_in")
            expires_at = earlier(Millis(now + self.expires_in * SECOND), token.grant_expires_at)
        user_context = token.user_context if self.user_context is None else self.user_context
        return replace(token, scope=scope, user_context=user_context, expires_at=expires_at)


def unable(reason: OAuthError) -> OAuthError:
    """The one answer, whatever the reason; only the log learns it."""
    return _unable(reason.detail or reason.code.value)


def _unable(detail: str) -> OAuthError:
    return OAuthError(ErrorCode.INVALID_REQUEST, UNABLE, detail)
