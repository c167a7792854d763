"""Refreshing a grant, RFC 6749 §6, with rotation and reuse detection (RFC 9700 §4.14.2).

Each use rotates. A retry within the service's window gets the same successors again, because a lost reply must not
log a user out; any later use of a spent token means that two parties hold it, and ends the grant.
"""

from __future__ import annotations

from dataclasses import dataclass

from rpcauth.errors import ErrorCode, OAuthError
from rpcauth.model import Application, Millis, RefreshToken, Service
from rpcauth.oauth.decision import Issue, Refuse, Reissue
from rpcauth.oauth.granted_scope import narrow_scope, reduce_scope
from rpcauth.oauth.redirect_uri import is_registered


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshTokenRequest:
    """What an OAuth client sends to refresh; `scope` may narrow this access token only."""

    refresh_token: str
    scope: str | None

    def __repr__(self) -> str:
        return "RefreshTokenRequest(***)"


def invalid_refresh_token(detail: str) -> OAuthError:
    """The one answer for every refresh token that is good for nothing; only the log learns why."""
    return OAuthError(ErrorCode.INVALID_GRANT, "The refresh token is invalid", f"refresh.{detail}")


def decide(
    request: RefreshTokenRequest,
    service: Service,
    application: Application,
    token: RefreshToken | None,
    now: Millis,
) -> Issue | Reissue | Refuse:
    """Refresh for an authenticated `application`. `token` is None unless the presented text verified.

    Raises OAuthError where the refusal has no effect: unsupported_grant_type when the service does not refresh.
    """
    if not service.refresh_token_enabled:
        text = "The service does not offer this flow"
        raise OAuthError(ErrorCode.UNSUPPORTED_GRANT_TYPE, text, "refresh.not_enabled")
    if token is None or token.grant.service_key != service.service_key:
        raise invalid_refresh_token("unknown")
    if token.grant.client_id != application.client_id:
        raise invalid_refresh_token("of_another_client")
    if token.grant.revoked_at is not None or token.watermarked:
        raise invalid_refresh_token("revoked")
    if token.spent_at is not None:
        return _decide_reuse(request, service, application, token, now)
    if _is_over(token.expires_at, now) or _is_over(token.idle_expires_at, now):
        raise invalid_refresh_token("expired")
    return _rotate(request, service, application, token)


def _decide_reuse(
    request: RefreshTokenRequest, service: Service, application: Application, token: RefreshToken, now: Millis
) -> Reissue | Refuse:
    retry = token.salt is not None and not token.successor_spent and not _is_over(token.retry_until, now)
    if not retry or token.successor_access is None:
        return Refuse(error=invalid_refresh_token("reused"), revoke=True)
    if _is_over(token.grant.expires_at, now):
        raise invalid_refresh_token("expired")
    _check_still_registered(service, application, token)
    if request.scope != token.requested_scope:
        text = "A retried refresh must ask for the same scope"
        raise OAuthError(ErrorCode.INVALID_SCOPE, text, "refresh.retry_with_other_scope")
    return Reissue(access_token_id=token.successor_access.id)


def _rotate(request: RefreshTokenRequest, service: Service, application: Application, token: RefreshToken) -> Issue:
    grant = token.grant
    _check_still_registered(service, application, token)
    access_scope = narrow_scope(reduce_scope(service, application, grant.scope), request.scope)
    return Issue(
        grant_type=grant.grant_type,
        user_context=grant.user_context,
        scope=grant.scope,
        access_scope=access_scope,
        redirect_uri=grant.redirect_uri,
        refresh=True,
        authentication=grant.authentication,
    )


def _check_still_registered(service: Service, application: Application, token: RefreshToken) -> None:
    uri = token.grant.redirect_uri
    if uri is not None and service.force_redirect_uri and not is_registered(uri, application.redirect_uris):
        raise invalid_refresh_token("redirect_uri_unregistered_since")


def _is_over(end: Millis | None, now: Millis) -> bool:
    return end is not None and now >= end
