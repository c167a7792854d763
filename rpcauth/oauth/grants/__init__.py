"""The grants of RFC 6749, one file each: a frozen request, and a pure `decide` that issues or refuses.

To add one: its file here, a member of `TokenRequest`, the match arm in operations/token.py that mypy then asks for.
"""

from __future__ import annotations

from rpcauth.oauth.grants.authorization_code import AuthorizationCodeRequest
from rpcauth.oauth.grants.client_credentials import ClientCredentialsRequest
from rpcauth.oauth.grants.password import PasswordRequest
from rpcauth.oauth.grants.refresh_token import RefreshTokenRequest

TokenRequest = AuthorizationCodeRequest | RefreshTokenRequest | PasswordRequest | ClientCredentialsRequest
"""What a token endpoint is asked. The implicit grant is an authorization request: operations/authorize.py."""

__all__ = [
    "AuthorizationCodeRequest",
    "ClientCredentialsRequest",
    "PasswordRequest",
    "RefreshTokenRequest",
    "TokenRequest",
]
