"""What the tests of signing keys and id_tokens share: tokens, and a client that verifies with another library."""

from __future__ import annotations

import json
from typing import Any

import jwt

from rpcauth.keys.signing import KeyState, SigningKey, list_states
from rpcauth.model import Secret, Service
from rpcauth.oauth.grants import AuthorizationCodeRequest, RefreshTokenRequest, TokenRequest
from rpcauth.operations.authentication import ClientAuthenticator
from rpcauth.operations.id_token import IdTokens
from rpcauth.operations.issuing import IssuedTokens
from rpcauth.operations.signing_keys import Occasion, add_signing_key
from rpcauth.operations.token import IssueTokens
from tests.support.provider import CLIENT, REDIRECT_URI, Provider

BASE_URL = "https://auth.example.com"
ISSUER = f"{BASE_URL}/services/service"


def id_tokens_of(provider: Provider) -> IdTokens:
    return IdTokens(provider.store, master=lambda: provider.master, base_url=BASE_URL)


def service_of(provider: Provider, service_key: str = "service") -> Service:
    return provider.store.definitions.services[service_key]


async def add(provider: Provider, occasion: Occasion = Occasion.ROTATION, service_key: str = "service") -> SigningKey:
    service = service_of(provider, service_key)
    return await add_signing_key(provider.store, service, occasion, master=lambda: provider.master)


def states_of(provider: Provider, service_key: str = "service") -> dict[int, KeyState]:
    """version -> state of the signing keys of a service, now."""
    keys = provider.store.keyring.signing_keys(service_key)
    listed = list_states(keys, service_of(provider, service_key), provider.store.now())
    return {key.version: state for key, state in listed}


async def buy(provider: Provider, scope: str | None = "openid", **authorization_data: Any) -> IssuedTokens:
    """A code issued over JSON-RPC and redeemed by the operation that the façades share."""
    code = await provider.issue_code(scope=scope, authorization_data=authorization_data)
    request = AuthorizationCodeRequest(
        code=code, redirect_uri=REDIRECT_URI, code_verifier=None, scope=None, user_context=None
    )
    return await issue(provider, request)


async def refresh(provider: Provider, tokens: IssuedTokens) -> IssuedTokens:
    assert tokens.refresh_token is not None
    return await issue(provider, RefreshTokenRequest(refresh_token=tokens.refresh_token, scope=None))


async def issue(provider: Provider, request: TokenRequest) -> IssuedTokens:
    store = provider.store
    authenticator = ClientAuthenticator(
        keyring=lambda: store.keyring, now=store.now, concurrency=1, failures_per_minute=10
    )
    try:
        application = store.definitions.applications["client"]
        proof = await authenticator.prove(application, "client", Secret(CLIENT["client_secret"]))
    finally:
        authenticator.close()
    return await store.execute(IssueTokens(service_key="service", proof=proof, request=request))


class RelyingParty:
    """A client that fetched a service's published keys, and verifies id_tokens by PyJWT. It has no clock of its own."""

    def __init__(self, jwks: bytes, clock: Any) -> None:
        self._keys = {key["kid"]: key for key in json.loads(jwks)["keys"]}
        self._clock = clock

    @property
    def kids(self) -> list[str]:
        return list(self._keys)

    def verify(self, id_token: str, issuer: str = ISSUER) -> dict[str, Any]:
        """The claims. Raises KeyError for a key that is not published, jwt.InvalidTokenError for whatever is wrong."""
        key = jwt.PyJWK(self._keys[jwt.get_unverified_header(id_token)["kid"]])
        claims: dict[str, Any] = jwt.decode(
            id_token,
            key,
            algorithms=[key.algorithm_name],
            audience="client",
            issuer=issuer,
            # PyJWT knows the system's time alone: the times are compared here with the virtual clock.
            options={"verify_exp": False, "verify_iat": False, "require": ["iss", "sub", "aud", "exp", "iat"]},
        )
        if not claims["iat"] * 1000 <= self._clock.time < claims["exp"] * 1000:
            raise jwt.ExpiredSignatureError
        return claims


async def relying_party(provider: Provider, service_key: str = "service") -> RelyingParty:
    """A client that has fetched the published keys just now."""
    jwks = await id_tokens_of(provider).jwks(service_of(provider, service_key))
    return RelyingParty(jwks, provider.clock)


def kid_of(id_token: str | None) -> str:
    assert id_token is not None
    kid: str = jwt.get_unverified_header(id_token)["kid"]
    return kid
