"""The token endpoint's one operation (RFC 6749 §3.2): prove the client, decide the grant, issue or refuse.

A refusal with effects is committed like an issue; only then is it raised.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from rpcauth.errors import ErrorCode, OAuthError
from rpcauth.frozen import dataclass
from rpcauth.keys.keyring import Keyring
from rpcauth.model import AccessToken, Application, AuthorizationCode, GrantType, Millis, RecordId, Service
from rpcauth.oauth.client import ClientProof, check_authenticated, check_grant_type
from rpcauth.oauth.decision import Issue, Refuse, Reissue
from rpcauth.oauth.grants import (
    AuthorizationCodeRequest,
    ClientCredentialsRequest,
    PasswordRequest,
    RefreshTokenRequest,
    TokenRequest,
    authorization_code,
    client_credentials,
    password,
    refresh_token,
)
from rpcauth.oauth.token_text import Kind, Presented
from rpcauth.operations.answers import token_answer
from rpcauth.operations.current import find_key, find_reusable, hand_out, remember
from rpcauth.operations.issuing import SECOND, TOMBSTONE, Issuance, IssuedTokens, Issuer
from rpcauth.operations.reissuing import reissue
from rpcauth.operations.services import get_service
from rpcauth.operations.token_values import is_genuine, parse
from rpcauth.storage.effects import CurrentKey, Effect, Event, EventKind, RevokeGrant, SpendCode
from rpcauth.storage.port import Decision, Facts, Locks, Mint

_GRANT_TYPES: dict[type[TokenRequest], GrantType] = {
    AuthorizationCodeRequest: GrantType.AUTHORIZATION_CODE,
    PasswordRequest: GrantType.PASSWORD,
    ClientCredentialsRequest: GrantType.CLIENT_CREDENTIALS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueTokens:
    """A token request as an operation; its result are the tokens.

    Raises AnsweredError with the answer for the OAuth client; CallerRefused when the service is gone.
    """

    service_key: str
    proof: ClientProof
    request: TokenRequest

    @property
    def locks(self) -> Locks:
        presented = self._presented()
        if isinstance(self.request, RefreshTokenRequest):
            return Locks(refresh_token=None if presented is None else presented.id)
        return Locks(code=None if presented is None else presented.id, current=self._find_current_key)

    def decide(self, facts: Facts, mint: Mint) -> Decision[IssuedTokens]:
        service = get_service(facts.definitions, self.service_key)
        facts = self._verify(facts, mint.keyring)
        try:
            application = check_authenticated(facts.definitions, service, self.proof)
            decided = self._decide_grant(facts, service, application)
            match decided:
                case Refuse():
                    return self._refuse(facts, service, decided)
                case Reissue():
                    return self._reissue(facts, mint.keyring)
                case Issue():
                    return self._issue(facts, mint, service, application, decided)
                case _:
                    assert_never(decided)
        except OAuthError as error:
            raise token_answer(error, service) from None

    def _presented(self) -> Presented | None:
        match self.request:
            case AuthorizationCodeRequest(code=text):
                return parse(text, Kind.CODE)
            case RefreshTokenRequest(refresh_token=text):
                return parse(text, Kind.REFRESH)
            case _:
                return None

    def _verify(self, facts: Facts, keyring: Keyring) -> Facts:
        """The facts without rows that the presented text was not made for: a made-up text changes nothing."""
        presented = self._presented()
        for row in (facts.code, facts.refresh_token):
            if row is not None and (presented is None or not is_genuine(keyring, row, presented)):
                return replace(facts, code=None, refresh_token=None)
        return facts

    def _decide_grant(self, facts: Facts, service: Service, application: Application) -> Issue | Reissue | Refuse:
        request = self.request
        grant_type = _GRANT_TYPES.get(type(request))
        if grant_type is not None:
            check_grant_type(service, application, grant_type, ErrorCode.UNSUPPORTED_GRANT_TYPE)
        match request:
            case AuthorizationCodeRequest():
                return authorization_code.decide(request, service, application, facts.code, facts.now)
            case RefreshTokenRequest():
                return refresh_token.decide(request, service, application, facts.refresh_token, facts.now)
            case PasswordRequest():
                return password.decide(request, service, application)
            case ClientCredentialsRequest():
                return client_credentials.decide(request, service, application)
            case _:
                assert_never(request)

    def _find_current_key(self, facts: Facts) -> CurrentKey | None:
        """Whose token may be handed out again: known only when the grant has been decided."""
        service = facts.definitions.services.get(self.service_key)
        application = facts.definitions.applications.get(self.proof.client_id)
        if service is None or application is None or service.allow_multiple_tokens:
            return None
        try:
            decided = self._decide_grant(facts, service, application)
        except OAuthError:
            return None  # the operation itself meets the same refusal and answers it
        return find_key(service, application.client_id, decided) if isinstance(decided, Issue) else None

    def _refuse(self, facts: Facts, service: Service, refuse: Refuse) -> Decision[IssuedTokens]:
        effects: list[Effect] = []
        events: list[Event] = []
        code, now = facts.code, facts.now
        if refuse.spend and code is not None:
            effects.append(SpendCode(id=code.id, spent_at=now, grant_id=None, remove_at=_burnt_until(code, service)))
            events.append(replace(self._event(EventKind.SPENT, facts), code_id=code.id))
        grant = code.grant if code is not None else None if facts.refresh_token is None else facts.refresh_token.grant
        if refuse.revoke and grant is not None and grant.revoked_at is None:
            effects.append(RevokeGrant(grant.id, now, Millis(now + TOMBSTONE)))
            event = self._event(EventKind.REVOKED, facts)
            events.append(replace(event, grant_id=grant.id, user_context=grant.user_context))
        return Decision(refusal=token_answer(refuse.error, service), effects=effects, events=events)

    def _reissue(self, facts: Facts, keyring: Keyring) -> Decision[IssuedTokens]:
        presented = self._presented()
        if facts.refresh_token is None or presented is None:
            raise ValueError("a retry was decided without a refresh token")
        return Decision(result=reissue(keyring, facts.refresh_token, presented, facts.now))

    def _issue(
        self, facts: Facts, mint: Mint, service: Service, application: Application, issue: Issue
    ) -> Decision[IssuedTokens]:
        parent = facts.refresh_token
        key = find_key(service, application.client_id, issue)
        reusable = None if parent is not None else find_reusable(facts, service, key)
        # A code must buy something that its replay can revoke: a token without a grant is not handed out for one.
        if reusable is not None and (facts.code is None or reusable.grant_id is not None):
            return self._hand_out(facts, mint.keyring, reusable)
        issuer = Issuer(
            mint,
            service,
            application,
            facts.now,
            parent=parent,
            presented=None if parent is None else self._presented(),
            requested_scope=self.request.scope,
        )
        issuance = issuer.issue(issue)
        effects = [*issuance.effects, *_spend(facts, issuance.grant_id, issuance.grant_expires_at)]
        if key is not None:
            effects.append(remember(key, issuance))
        kind = EventKind.ISSUED if parent is None else EventKind.REFRESHED
        events = [self._issued(kind, facts, issuance)]
        if parent is not None and service.refresh_revokes_access_token:
            event = self._event(EventKind.REVOKED, facts)
            user = parent.grant.user_context
            events.append(replace(event, access_token_id=parent.access_token_id, user_context=user))
        return Decision(result=issuance.tokens, effects=effects, events=events)

    def _hand_out(self, facts: Facts, keyring: Keyring, token: AccessToken) -> Decision[IssuedTokens]:
        """The current token again; a code is spent for it all the same."""
        tokens = hand_out(facts, keyring, token, None)
        if facts.code is None:
            return Decision(result=tokens)
        spent = replace(self._event(EventKind.SPENT, facts), code_id=facts.code.id, grant_id=token.grant_id)
        return Decision(result=tokens, effects=_spend(facts, token.grant_id, token.grant_expires_at), events=[spent])

    def _issued(self, kind: EventKind, facts: Facts, issuance: Issuance) -> Event:
        token = issuance.access.token
        return Event(
            kind=kind,
            at=facts.now,
            service_key=self.service_key,
            client_id=self.proof.client_id,
            user_context=token.user_context,
            grant_id=token.grant_id,
            code_id=None if facts.code is None else facts.code.id,
            access_token_id=token.id,
            refresh_token_id=issuance.refresh_token_id,
        )

    def _event(self, kind: EventKind, facts: Facts) -> Event:
        return Event(kind=kind, at=facts.now, service_key=self.service_key, client_id=self.proof.client_id)


def _spend(facts: Facts, grant_id: RecordId | None, end: Millis | None) -> list[Effect]:
    """Burn the redeemed code, if the request had one; its tombstone lasts as long as what it bought."""
    if facts.code is None:
        return []
    remove_at = Millis(facts.now + TOMBSTONE) if end is None else end
    return [SpendCode(id=facts.code.id, spent_at=facts.now, grant_id=grant_id, remove_at=remove_at)]


def _burnt_until(code: AuthorizationCode, service: Service) -> Millis:
    """A code that bought nothing need only last to its own end, so that it stays spent; it goes when lapsed ones do."""
    return Millis(code.expires_at + service.inactive_retention * SECOND)
