"""Which flow a token request asks for, by grant_type and response_type (contract §4, createAccessToken)."""

from __future__ import annotations

from rpcauth.errors import ErrorCode, OAuthError
from rpcauth.oauth.grants import (
    AuthorizationCodeRequest,
    ClientCredentialsRequest,
    PasswordRequest,
    RefreshTokenRequest,
    TokenRequest,
)
from rpcauth.oauth.grants.implicit import ImplicitRequest
from rpcauth.rpc.params import TokenData, Uri


def read_flow(data: TokenData, uri: Uri, user_context: str | None) -> TokenRequest | ImplicitRequest:
    """The request for its grant, with the members that the grant needs. Raises OAuthError."""
    match (data.grant_type, data.response_type):
        case ("authorization_code", None | "code"):
            return AuthorizationCodeRequest(
                code=_needed(data.code, "code"),
                redirect_uri=uri.redirect_uri,
                code_verifier=data.code_verifier,
                scope=data.scope,
                user_context=user_context,
            )
        case ("refresh_token", None):
            return RefreshTokenRequest(refresh_token=_needed(data.refresh_token, "refresh_token"), scope=data.scope)
        case ("password", None):
            return PasswordRequest(scope=data.scope, user_context=user_context)
        case ("client_credentials", None):
            return ClientCredentialsRequest(scope=data.scope, user_context=user_context)
        case ("implicit", None) | ("implicit" | None, "token"):
            return ImplicitRequest(
                scope=data.scope,
                user_context=user_context,
                redirect_uri=uri.redirect_uri,
                as_redirect=data.response_type == "token",
            )
    raise _unreadable(data)


def _needed(value: str | None, name: str) -> str:
    if value is None:
        raise OAuthError(ErrorCode.INVALID_REQUEST, f"The {name} is missing", f"flow.no_{name}")
    return value


_GRANT_TYPES = ("authorization_code", "refresh_token", "password", "client_credentials", "implicit")


def _unreadable(data: TokenData) -> OAuthError:
    if data.grant_type is not None and data.grant_type not in _GRANT_TYPES:
        return OAuthError(ErrorCode.UNSUPPORTED_GRANT_TYPE, "The grant_type is not known", "flow.unknown_grant_type")
    if data.grant_type is None and data.response_type not in (None, "code", "token"):
        text = "The response_type is not known"
        return OAuthError(ErrorCode.UNSUPPORTED_RESPONSE_TYPE, text, "flow.unknown_response_type")
    text = "grant_type and response_type are missing or contradict each other"
    return OAuthError(ErrorCode.INVALID_REQUEST, text, "flow.contradiction")
