"""The implicit grant, RFC 6749 §4.2: the client is identified, not authenticated; never a refresh token (§4.2.2)."""

from __future__ import annotations

from dataclasses import dataclass

from rpcauth.errors import ErrorCode, OAuthError
from rpcauth.model import Application, GrantType, Service, TokenType
from rpcauth.oauth.decision import Issue
from rpcauth.oauth.granted_scope import choose_scope


@dataclass(frozen=True, slots=True, kw_only=True)
class ImplicitRequest:
    """`as_redirect`: asked by response_type=token, so the answer is a redirect with the token in its fragment."""

    scope: str | None
    user_context: str | None
    redirect_uri: str | None
    as_redirect: bool


def decide(request: ImplicitRequest, service: Service, application: Application) -> Issue:
    """Issue to an identified `application`, whose redirect_uri has been found good. Raises OAuthError."""
    if request.as_redirect and service.access_token_type is TokenType.MAC:
        # A fragment has no members for a MAC key, and a key must not stand in a URI.
        text = "The service issues MAC tokens, which a redirect cannot carry"
        raise OAuthError(ErrorCode.UNSUPPORTED_RESPONSE_TYPE, text, "implicit.mac_service")
    if request.user_context is None:
        text = "user_context is required: it names the resource owner"
        raise OAuthError(ErrorCode.INVALID_REQUEST, text, "implicit.no_user_context")
    scope = choose_scope(service, application, request.scope)
    return Issue(
        grant_type=GrantType.IMPLICIT,
        user_context=request.user_context,
        scope=scope,
        access_scope=scope,
        redirect_uri=request.redirect_uri,
    )
