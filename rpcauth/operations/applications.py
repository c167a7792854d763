"""Looking at applications: one for a consent page, a user's for a page of "connected applications"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from rpcauth.errors import ErrorCode, OAuthError
from rpcauth.keys.keyring import Keyring
from rpcauth.model import AccessToken, Application, Definitions, GrantType, Service
from rpcauth.oauth.client import ClientProof, check_grant_type, find_application
from rpcauth.oauth.liveness import is_live
from rpcauth.operations.authorize import raise_redirected
from rpcauth.operations.current import open_sealed
from rpcauth.operations.redirects import choose_redirect
from rpcauth.operations.services import get_identified
from rpcauth.operations.token_values import write_reference
from rpcauth.storage.port import Store

TOKENS_LISTED = 1_000
"""Most tokens that are listed of one application, the newest."""


class TokenStatus(StrEnum):
    """Which tokens a listing asks for."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class UserApplication:
    """An application that holds something of a user. `access_tokens` are references, or values (`secure_tokens`)."""

    application: Application
    access_tokens: Sequence[str]


def check_application(
    definitions: Definitions,
    service: Service,
    proof: ClientProof,
    *,
    redirect_uri: str | None,
    state: str | None,
    response_type: str | None,
) -> Application:
    """The application that an authorization request names, with the parts of the request that are given found good.

    Raises OAuthError: unauthorized_client for an unknown one, invalid_request for a bad redirect_uri (never
    redirected), unsupported_response_type (redirected when a good, registered redirect_uri was given).
    """
    application = get_identified(definitions, service, proof)
    redirect = None if redirect_uri is None else choose_redirect(service, application, redirect_uri)
    if response_type is None:
        return application
    try:
        _check_response_type(service, application, response_type)
    except OAuthError as error:
        if redirect is None:
            raise
        raise_redirected(error, service, redirect, state, in_fragment=response_type == "token")
    return application


def _check_response_type(service: Service, application: Application, response_type: str) -> None:
    grant_types = {"code": GrantType.AUTHORIZATION_CODE, "token": GrantType.IMPLICIT}
    grant_type = grant_types.get(response_type)
    if grant_type is None:
        text = "The response_type must be code or token"
        raise OAuthError(ErrorCode.UNSUPPORTED_RESPONSE_TYPE, text, "response_type.unknown")
    check_grant_type(service, application, grant_type, ErrorCode.UNSUPPORTED_RESPONSE_TYPE)


async def list_user_applications(
    store: Store, service: Service, user_context: str, status: TokenStatus
) -> list[UserApplication]:
    """The applications with tokens of this status, ordered by id; those with a live refresh token only have none.

    Revoked and expired tokens count as inactive for the service's `inactive_retention`. A live refresh token is
    something active: it puts no application into the list of the inactive.
    """
    definitions, now = store.definitions, store.now()
    held = await store.list_user_tokens(service.service_key, user_context, TOKENS_LISTED)
    listed: dict[str, list[str]] = {}
    if status is not TokenStatus.INACTIVE:
        standing = (one for one in held.refreshable_clients if find_application(definitions, service, one) is not None)
        listed = {client_id: [] for client_id in standing}
    for token in held.access_tokens:
        live = is_live(token, service, definitions, now)
        if status is TokenStatus.ALL or live is (status is TokenStatus.ACTIVE):
            listed.setdefault(token.client_id, []).append(_name_token(store.keyring, service, token))
    found = [
        UserApplication(application, tokens[:TOKENS_LISTED])
        for client_id, tokens in listed.items()
        if (application := definitions.applications.get(client_id)) is not None
    ]
    return sorted(found, key=lambda one: one.application.id)


def _name_token(keyring: Keyring, service: Service, token: AccessToken) -> str:
    """How a listing names a token: by its text where the service keeps that, else by a reference."""
    sealed = None if service.secure_tokens else token.sealed_value
    return open_sealed(keyring, token, sealed, "token_value") or write_reference(keyring, token.id)
