"""The client credentials grant, RFC 6749 §4.4: confidential clients only, never a refresh token (§4.4.3)."""

from __future__ import annotations

from rpcauth.errors import ErrorCode, OAuthError
from rpcauth.frozen import dataclass
from rpcauth.model import Application, GrantType, Service
from rpcauth.oauth.decision import Issue
from rpcauth.oauth.granted_scope import choose_scope


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCredentialsRequest:
    """`user_context` is stored as it is given; it plays no part in the decision."""

    scope: str | None
    user_context: str | None


def decide(request: ClientCredentialsRequest, service: Service, application: Application) -> Issue:
    """Issue for an authenticated `application`. Raises OAuthError."""
    if application.public:
        text = "A client without credentials cannot use this grant"
        raise OAuthError(ErrorCode.UNAUTHORIZED_CLIENT, text, "client_credentials.public_client")
    scope = choose_scope(service, application, request.scope)
    return Issue(
        grant_type=GrantType.CLIENT_CREDENTIALS,
        user_context=request.user_context,
        scope=scope,
        access_scope=scope,
    )
