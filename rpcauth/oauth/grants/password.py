"""The resource owner password credentials grant, RFC 6749 §4.3.

The caller has checked the password: it never reaches this daemon, and its outcome arrives as `user_context`.
"""

from __future__ import annotations

from dataclasses import dataclass

from rpcauth.errors import ErrorCode, OAuthError
from rpcauth.model import Application, GrantType, Service
from rpcauth.oauth.decision import Issue
from rpcauth.oauth.granted_scope import choose_scope


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordRequest:
    """`user_context` names the resource owner whose password the caller found right."""

    scope: str | None
    user_context: str | None


def decide(request: PasswordRequest, service: Service, application: Application) -> Issue:
    """Issue for an authenticated `application`. Raises OAuthError."""
    if request.user_context is None:
        text = "user_context is required: it names the resource owner whose password was checked"
        raise OAuthError(ErrorCode.INVALID_REQUEST, text, "password.no_user_context")
    scope = choose_scope(service, application, request.scope)
    return Issue(
        grant_type=GrantType.PASSWORD,
        user_context=request.user_context,
        scope=scope,
        access_scope=scope,
        refresh=service.refresh_token_enabled,
    )
