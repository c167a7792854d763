"""The authorization endpoint's operations (RFC 6749 §4.1.1, §4.2.1): a code, or a token for the implicit grant.

The client is identified, not authenticated. Nothing is redirected before client and redirect_uri were found good,
and no error ever to a URI that is not registered.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NoReturn

from rpcauth.errors import ErrorCode, OAuthError
from rpcauth.model import (
    Application,
    Authentication,
    AuthorizationCode,
    GrantType,
    Millis,
    PkcePolicy,
    Service,
)
from rpcauth.oauth import pkce
from rpcauth.oauth.client import ClientProof, check_grant_type
from rpcauth.oauth.granted_scope import choose_scope
from rpcauth.oauth.grants import implicit
from rpcauth.oauth.grants.implicit import ImplicitRequest
from rpcauth.oauth.token_text import Kind
from rpcauth.operations.answers import AnsweredError, RedirectAnswer, token_answer
from rpcauth.operations.current import find_key, find_reusable, hand_out, remember
from rpcauth.operations.issuing import SECOND, IssuedTokens, Issuer
from rpcauth.operations.redirects import Redirect, choose_redirect
from rpcauth.operations.services import get_identified, get_service
from rpcauth.operations.token_values import mint_text
from rpcauth.storage.effects import CurrentKey, Event, EventKind, InsertCode
from rpcauth.storage.port import Decision, Facts, Locks, Mint


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRequest:
    """What came to the authorization endpoint for a code, with what the caller learnt of the resource owner.

    `fault` is what made a part of it unreadable; it is told when the redirect_uri has been found good.
    """

    redirect_uri: str | None
    state: str | None
    scope: str | None
    user_context: str | None
    response_type: str | None
    code_challenge: str | None
    code_challenge_method: str | None
    authentication: Authentication = Authentication()
    fault: OAuthError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedCode:
    """A code, and where the browser goes with it."""

    code: str
    redirect_uri: str
    state: str | None
    issuer: str | None

    def __repr__(self) -> str:
        return "IssuedCode(***)"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateCode:
    """Mint an authorization code. Raises AnsweredError once the error may be redirected, OAuthError before."""

    service_key: str
    proof: ClientProof
    request: CodeRequest

    @property
    def locks(self) -> Locks:
        return Locks()

    def decide(self, facts: Facts, mint: Mint) -> Decision[IssuedCode]:
        service = get_service(facts.definitions, self.service_key)
        application = get_identified(facts.definitions, service, self.proof)
        redirect = choose_redirect(service, application, self.request.redirect_uri)
        try:
            return self._issue(facts, mint, service, application, redirect)
        except OAuthError as error:
            raise_redirected(error, service, redirect, self.request.state, in_fragment=False)

    def _issue(
        self, facts: Facts, mint: Mint, service: Service, application: Application, redirect: Redirect
    ) -> Decision[IssuedCode]:
        request = self.request
        challenge = self._check(service, application)
        scope = choose_scope(service, application, request.scope)
        record_id = mint.next_id()
        text = mint_text(mint, Kind.CODE, record_id)
        expires_at = Millis(facts.now + service.authorization_code_ttl * SECOND)
        code = AuthorizationCode(
            id=record_id,
            key_version=mint.keyring.digest_version,
            digest=mint.keyring.digest(text),
            service_key=service.service_key,
            client_id=application.client_id,
            user_context=request.user_context,
            redirect_uri=redirect.uri,
            redirect_uri_given=redirect.given,
            scope=scope,
            code_challenge=None if challenge is None else challenge[0],
            code_challenge_method=None if challenge is None else challenge[1],
            issued_at=facts.now,
            expires_at=expires_at,
            authentication=replace(request.authentication, issuer=service.issuer),
        )
        issued = IssuedCode(code=text, redirect_uri=redirect.uri, state=request.state, issuer=service.issuer)
        event = Event(
            kind=EventKind.ISSUED,
            at=facts.now,
            service_key=service.service_key,
            client_id=application.client_id,
            user_context=request.user_context,
            code_id=record_id,
        )
        remove_at = Millis(expires_at + service.inactive_retention * SECOND)
        return Decision(result=issued, effects=[InsertCode(code, remove_at)], events=[event])

    def _check(self, service: Service, application: Application) -> tuple[str, str] | None:
        """The code_challenge and its method, of a request that may be granted. Raises OAuthError."""
        request = self.request
        if request.fault is not None:
            raise request.fault
        if request.response_type not in (None, "code"):
            text = "The response_type must be code"
            raise OAuthError(ErrorCode.UNSUPPORTED_RESPONSE_TYPE, text, "response_type.unknown")
        asked = ErrorCode.UNSUPPORTED_RESPONSE_TYPE
        check_grant_type(service, application, GrantType.AUTHORIZATION_CODE, asked)
        return pkce.check_challenge(
            request.code_challenge,
            request.code_challenge_method,
            required=is_challenge_required(service, application),
            allow_plain=service.pkce_allow_plain,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueImplicit:
    """Issue an access token to an identified client. `state` goes with an error that is redirected."""

    service_key: str
    proof: ClientProof
    request: ImplicitRequest
    state: str | None

    @property
    def locks(self) -> Locks:
        return Locks(current=self._find_current_key)

    def decide(self, facts: Facts, mint: Mint) -> Decision[IssuedTokens]:
        service = get_service(facts.definitions, self.service_key)
        try:
            application = get_identified(facts.definitions, service, self.proof)
            redirect = self._choose_redirect(service, application)
        except OAuthError as error:
            if self.request.as_redirect or isinstance(error, AnsweredError):
                raise
            raise token_answer(error, service) from None
        try:
            check_grant_type(service, application, GrantType.IMPLICIT, self._asked)
            issue = implicit.decide(self.request, service, application)
        except OAuthError as error:
            if not self.request.as_redirect:
                raise token_answer(error, service) from None
            raise_redirected(error, service, redirect, self.state, in_fragment=True)
        key = find_key(service, application.client_id, issue)
        reusable = find_reusable(facts, service, key)
        if reusable is not None:
            return Decision(result=hand_out(facts, mint.keyring, reusable, redirect.uri))
        issuance = Issuer(mint, service, application, facts.now).issue(issue)
        effects = [*issuance.effects, *([] if key is None else [remember(key, issuance)])]
        event = Event(
            kind=EventKind.ISSUED,
            at=facts.now,
            service_key=service.service_key,
            client_id=application.client_id,
            user_context=issue.user_context,
            grant_id=issuance.grant_id,
            access_token_id=issuance.access.token.id,
        )
        return Decision(result=issuance.tokens, effects=effects, events=[event])

    @property
    def _asked(self) -> ErrorCode:
        redirected = self.request.as_redirect
        return ErrorCode.UNSUPPORTED_RESPONSE_TYPE if redirected else ErrorCode.UNSUPPORTED_GRANT_TYPE

    def _choose_redirect(self, service: Service, application: Application) -> Redirect:
        if self.request.redirect_uri is None:
            text = "A redirect_uri is required"
            raise OAuthError(ErrorCode.INVALID_REQUEST, text, "redirect_uri.missing")
        return choose_redirect(service, application, self.request.redirect_uri)

    def _find_current_key(self, facts: Facts) -> CurrentKey | None:
        service = facts.definitions.services.get(self.service_key)
        application = facts.definitions.applications.get(self.proof.client_id)
        if service is None or application is None or service.allow_multiple_tokens:
            return None
        try:
            return find_key(service, application.client_id, implicit.decide(self.request, service, application))
        except OAuthError:
            return None  # the operation itself meets the same refusal and answers it


def is_challenge_required(service: Service, application: Application) -> bool:
    """Whether PKCE is a must here: an application may be stricter or looser than its service (RFC 9700 §2.1.1)."""
    policy = application.pkce or service.pkce
    return policy is PkcePolicy.ALWAYS or (policy is PkcePolicy.PUBLIC and application.public)


def raise_redirected(
    error: OAuthError, service: Service, redirect: Redirect, state: str | None, *, in_fragment: bool
) -> NoReturn:
    """Raise the error with a redirect as its answer, or as it is when the URI is not a registered one."""
    if not redirect.registered:
        raise error from None
    answer = RedirectAnswer(redirect_uri=redirect.uri, state=state, in_fragment=in_fragment, issuer=service.issuer)
    raise AnsweredError(error, answer) from None
