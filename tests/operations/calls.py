"""Calls, clients and services that the tests of several methods share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rpcauth.definitions import DropApplication, Wanted, WantedApplication
from rpcauth.definitions.execution import prepare
from rpcauth.model import Application, ClientSecret, Secret, Service
from tests.support.provider import APPLICATION, CLIENT, PUBLIC_CLIENT, REDIRECT_URI, SERVICE, Provider

CREATE = "oauth2.createAccessToken"
AUTHORIZE = "oauth2.createAuthorizationCode"
FETCH = "oauth2.fetchAccessToken"
LIST = "oauth2.fetchUserApplications"
REVOKE = "oauth2.revokeAccessToken"
REVOKE_USER = "oauth2.revokeUserApplication"
REVOKE_TOKENS = "oauth2.revokeTokens"
UPDATE = "oauth2.updateAccessToken"
VALIDATE = "oauth2.validateRequest"

OTHER_CLIENT = {"client_id": "other", "client_secret": "other-secret-of-the-tests"}
NAMED = {"client_id": "client"}
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
"""The pair of RFC 7636, Appendix B."""

PKCE = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}


def token_call(
    token_data: Mapping[str, Any], client: Mapping[str, Any] = CLIENT, service_key: str = "service", **named: Any
) -> dict[str, Any]:
    """The parameters of createAccessToken."""
    return {"service_key": service_key, "client": dict(client), "token_data": dict(token_data), **named}


def password_call(
    client: Mapping[str, Any] = CLIENT, user_context: str | None = "user", service_key: str = "service", **data: Any
) -> dict[str, Any]:
    return token_call({"grant_type": "password", **data}, client, service_key, user_context=user_context)


def implicit_call(client: Mapping[str, Any] = NAMED, uri: Any = None, **data: Any) -> dict[str, Any]:
    """By response_type, so that the answer is a redirect."""
    target = {"redirect_uri": REDIRECT_URI} if uri is None else uri
    return token_call({"response_type": "token", **data}, client, uri=target, user_context="user")


async def issue(provider: Provider, client: Mapping[str, Any] = CLIENT, **options: Any) -> dict[str, Any]:
    """Tokens by the password grant."""
    tokens: dict[str, Any] = await provider.result(CREATE, password_call(client, **options))
    return tokens


async def public_code(provider: Provider, **named: Any) -> str:
    """A code for the public client, with a challenge."""
    return await provider.issue_code(PUBLIC_CLIENT, authorization_data=PKCE, **named)


async def put_application(
    provider: Provider, application: Application, *secrets: str, stored: tuple[ClientSecret, ...] = ()
) -> None:
    """Define an application with exactly these secrets, in the clear or as stored."""
    given = tuple(Secret(secret) for secret in secrets)
    wanted = WantedApplication(application=application, client_secrets=given, stored_secrets=stored)
    await provider.define(Wanted(applications=(wanted,)))


async def change_application(provider: Provider, client_id: str = "client", **settings: Any) -> None:
    """Change settings of an application that is there; its secrets stay."""
    current = provider.store.definitions.applications[client_id]
    await put_application(provider, replace(current, secrets=(), **settings), stored=current.secrets)


async def add_other_client(provider: Provider) -> None:
    """A second confidential client of the same service."""
    other = replace(APPLICATION, client_id="other", id=9, name="Other App")
    await put_application(provider, other, OTHER_CLIENT["client_secret"])


async def add_second_service(provider: Provider, **settings: Any) -> Service:
    """A service `second` that the same client may use."""
    second = replace(SERVICE, service_key="second", name="Second API", **settings)
    await provider.define(Wanted(services=(second,)))
    await change_application(provider, services=("service", "second"))
    return second


async def prune_application(provider: Provider, client_id: str) -> None:
    """Take an application away, as `apply --prune` does."""
    drop = DropApplication(client_id=client_id, line=f"remove {client_id}")
    await provider.store.execute(prepare([drop], provider.store.keyring, provider.store.now()).operation)


async def fault(provider: Provider, method: str, params: object, **options: Any) -> dict[str, Any]:
    """The JSON-RPC error of a call that must fail."""
    reply = await provider.call(method, params, **options)
    assert "error" in reply, reply
    error: dict[str, Any] = reply["error"]
    return error


async def refusal(provider: Provider, method: str, params: object, **options: Any) -> dict[str, Any]:
    """The OAuth detail object of a call that must be refused with -2001."""
    error = await fault(provider, method, params, **options)
    assert error["code"] == -2001, error
    detail: dict[str, Any] = error["data"]
    return detail


async def described(provider: Provider, access_token: str, **options: Any) -> dict[str, Any]:
    """The object of fetchAccessToken of a live token."""
    found: dict[str, Any] = await provider.result(
        FETCH, {"service_key": "service", "access_token": access_token}, **options
    )
    return found
