"""The authorization code grant, RFC 6749 §4.1.3, with PKCE (RFC 7636) and the one-use rule of RFC 9700 §4.8.

A code is spent by its first redemption, good or bad. A double submit within a second revokes nothing; any other
use of a spent code by its own client revokes all that the code bought.
"""

from __future__ import annotations

from dataclasses import dataclass

from rpcauth.errors import ErrorCode, OAuthError
from rpcauth.model import Application, AuthorizationCode, GrantType, Millis, Service
from rpcauth.oauth import pkce
from rpcauth.oauth.decision import Issue, Refuse
from rpcauth.oauth.granted_scope import choose_scope, narrow_scope
from rpcauth.oauth.redirect_uri import is_registered

DOUBLE_SUBMIT = 1_000
"""Milliseconds within which a second use of a code counts as the same submit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationCodeRequest:
    """What an OAuth client sends to redeem a code; the code itself has been looked up by then.

    `redirect_uri_compared` is false where the request has no place for a redirect_uri, so that RFC 6749 §4.1.3 cannot
    be kept: the client must then have a secret, and a code with a code_challenge is refused for want of a verifier.
    """

    code: str
    redirect_uri: str | None
    code_verifier: str | None
    scope: str | None
    user_context: str | None
    redirect_uri_compared: bool = True

    def __repr__(self) -> str:
        return "AuthorizationCodeRequest(***)"


def invalid_code(detail: str) -> OAuthError:
    """The one answer for every code that buys nothing; only the log learns why."""
    return OAuthError(ErrorCode.INVALID_GRANT, "The authorization code is invalid", f"code.{detail}")


def decide(
    request: AuthorizationCodeRequest,
    service: Service,
    application: Application,
    code: AuthorizationCode | None,
    now: Millis,
) -> Issue | Refuse:
    """Redeem `code` for an authenticated `application`. `code` is None unless the presented text verified.

    Raises OAuthError where the refusal has no effect.
    """
    if not request.redirect_uri_compared and application.public:
        # Without a secret and without a redirect_uri to compare, whoever holds the code would be served.
        raise OAuthError(ErrorCode.UNAUTHORIZED_CLIENT, "The client needs a secret here", "code.public_uncompared")
    if code is None or code.service_key != service.service_key or code.client_id != application.client_id:
        raise invalid_code("unknown_or_foreign")
    fault = _find_binding_fault(request, code)
    if code.spent_at is not None:
        double_submit = fault is None and 0 <= now - code.spent_at < DOUBLE_SUBMIT
        return Refuse(error=invalid_code("spent"), revoke=not double_submit)
    if code.watermarked or now >= code.expires_at:
        raise invalid_code("expired_or_revoked")
    if fault is not None:
        return Refuse(error=invalid_code(fault), spend=True)
    if service.force_redirect_uri and not is_registered(code.redirect_uri, application.redirect_uris):
        raise invalid_code("redirect_uri_unregistered_since")
    return _issue(request, service, application, code)


def _find_binding_fault(request: AuthorizationCodeRequest, code: AuthorizationCode) -> str | None:
    """Why the redeemer is not whom the code was made for: redirect_uri or verifier; None when both are right."""
    if request.redirect_uri_compared:
        if request.redirect_uri is None and code.redirect_uri_given:
            return "redirect_uri_missing"
        if request.redirect_uri not in (None, code.redirect_uri):
            return "redirect_uri_differs"
    if code.code_challenge is None:
        # RFC 9700 §4.8.2: a verifier without a challenge is a downgrade in progress.
        return None if request.code_verifier is None else "verifier_without_challenge"
    method = code.code_challenge_method or "plain"
    if request.code_verifier is None or not pkce.is_verified(request.code_verifier, code.code_challenge, method):
        return "verifier_wrong"
    return None


def _issue(
    request: AuthorizationCodeRequest, service: Service, application: Application, code: AuthorizationCode
) -> Issue:
    if None not in (code.user_context, request.user_context) and code.user_context != request.user_context:
        text = "The user_context differs from the one of the authorization code"
        raise OAuthError(ErrorCode.INVALID_REQUEST, text, "code.user_context_differs")
    if code.scope is None and not service.scopes:
        scope = choose_scope(service, application, request.scope)
    else:
        scope = narrow_scope(code.scope, request.scope)
    return Issue(
        grant_type=GrantType.AUTHORIZATION_CODE,
        user_context=code.user_context if code.user_context is not None else request.user_context,
        scope=scope,
        access_scope=scope,
        redirect_uri=code.redirect_uri,
        refresh=service.refresh_token_enabled,
        authentication=code.authentication,
    )
