"""The authorization request behind createAuthorizationCode (contract §3, authorization_data)."""

from __future__ import annotations

from rpcauth.errors import OAuthError
from rpcauth.model import Authentication
from rpcauth.operations.authorize import CodeRequest
from rpcauth.rpc.params import AuthorizationData, Reader, Uri


def read_code_request(
    read: Reader,
    uri: Uri,
    *,
    scope: str | None,
    user_context: str | None,
    response_type: str | None,
    authorization_data: object,
) -> CodeRequest:
    """The request, with what is wrong with a member of authorization_data as its fault.

    The OAuth client is owed a redirect for that one, which the operation offers once the redirect_uri is found good.
    """
    fault = None
    data = AuthorizationData()
    try:
        data = read.forwarded(AuthorizationData, "authorization_data", authorization_data)
    except OAuthError as error:
        fault = error
    return CodeRequest(
        redirect_uri=uri.redirect_uri,
        state=uri.state,
        scope=scope,
        user_context=user_context,
        response_type=response_type,
        code_challenge=data.code_challenge,
        code_challenge_method=data.code_challenge_method,
        authentication=_read_authentication(data),
        fault=fault,
    )


def _read_authentication(data: AuthorizationData) -> Authentication:
    return Authentication(
        nonce=data.nonce,
        auth_time=data.auth_time,
        acr=data.acr,
        amr=" ".join(data.amr) if isinstance(data.amr, list) else data.amr,
        resource=data.resource,
        cnf=data.cnf,
    )
