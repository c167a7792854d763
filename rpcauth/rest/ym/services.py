"""The two services: a bound request becomes a token request, and the tokens the members of the response.

They run the operation that JSON-RPC's createAccessToken runs, in the same transaction.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rpcauth.errors import ErrorCode, OAuthError
from rpcauth.model import Secret, Service, TokenType
from rpcauth.oauth.client import INVALID_CLIENT, ClientProof, find_application
from rpcauth.oauth.grants import AuthorizationCodeRequest, RefreshTokenRequest
from rpcauth.operations.authentication import ClientAuthenticator
from rpcauth.operations.id_token import IdTokens
from rpcauth.operations.issuing import IssuedTokens
from rpcauth.operations.token import IssueTokens
from rpcauth.operations.token_rate import UNLIMITED, TokenRate
from rpcauth.rest.ym.dates import MAX_VALUE, utc_of
from rpcauth.rest.ym.failures import FieldsMissing
from rpcauth.rest.ym.types import Values
from rpcauth.storage.port import Store
from rpcauth.web.basic import ClientCredentials

_log = logging.getLogger(__name__)

Request = AuthorizationCodeRequest | RefreshTokenRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class _Client:
    """Who a request says it is; without a secret it can only be a public client."""

    client_id: str
    secret: Secret | None


class TokenServices:
    """GetAccessToken and OIDCGetAccessToken over one service definition."""

    def __init__(
        self,
        store: Store,
        authenticator: ClientAuthenticator,
        id_tokens: IdTokens,
        *,
        service_key: str,
        token_rate: TokenRate = UNLIMITED,
    ) -> None:
        self._store = store
        self._token_rate = token_rate
        self._authenticator = authenticator
        self._id_tokens = id_tokens
        self._service_key = service_key
        self._warned: set[str] = set()

    def find_service(self) -> Service | None:
        """The service definition, if it is there."""
        return self._store.definitions.services.get(self._service_key)

    def find_client_id(self, values: Values, basic: ClientCredentials | None) -> str | None:
        """The client that a request names, if it is defined: any other name is a text of the request."""
        named = values.get("client_id") or values.get("AppId") or (basic and basic.client_id)
        return named if isinstance(named, str) and named in self._store.definitions.applications else None

    async def get_oidc_access_token(self, values: Values, basic: ClientCredentials | None) -> Values:
        """OIDCGetAccessToken: RFC 6749 §4.1.3 and §6, with an id_token for scope openid.

        Raises FieldsMissing, OAuthError, LimitReached, StorageUnavailable.
        """
        text = _texts(values)
        request = _read_oidc(text, basic, is_public=self._is_public(text.get("client_id")))
        service = self._get_service()
        client = _client_of(text, basic)
        proof = await self._prove(service, client)
        if proof.matched is not None or not proof.secret_given:
            # Not for a wrong secret: whoever proves nothing makes nothing either.
            await self._id_tokens.prepare(service)
        tokens = await self._issue(service, proof, request)
        refreshed = isinstance(request, RefreshTokenRequest)
        return {
            "access_token": tokens.access_token,
            "token_type": "Bearer",
            "refresh_token": tokens.refresh_token,
            "expires_in": tokens.expires_in,
            "id_token": await self._id_tokens.sign(service, client.client_id, tokens, refreshed=refreshed),
        }

    async def get_access_token(self, values: Values) -> Values:
        """GetAccessToken: it has no redirect_uri, so the client must have a secret (contract, decision 16).

        Raises FieldsMissing, OAuthError, LimitReached, StorageUnavailable.
        """
        text = _texts(values)
        request = _read_request(text)
        client = _Client(client_id=text["AppId"], secret=Secret(_choose_secret(text)))
        service = self._get_service()
        proof = await self._prove(service, client)
        if text.get("AppSecert") and proof.matched is not None:
            self._warn(client.client_id)
        tokens = await self._issue(service, proof, request)
        return {
            "AccessToken": tokens.access_token,
            "ExpiresOnUtc": MAX_VALUE if tokens.expires_at is None else utc_of(tokens.expires_at * 1_000_000),
            "GrantType": text.get("GrantType"),
            "Scope": tokens.scope,
            "RefreshToken": tokens.refresh_token,
        }

    def _get_service(self) -> Service:
        service = self.find_service()
        if service is None:
            raise OAuthError(ErrorCode.INVALID_CLIENT, INVALID_CLIENT, "ym.service_not_defined")
        if service.access_token_type is not TokenType.BEARER:
            text = "This service issues MAC tokens, which have no place in this answer"
            raise OAuthError(ErrorCode.UNAUTHORIZED_CLIENT, text, "ym.mac_tokens")
        return service

    def _is_public(self, client_id: str | None) -> bool:
        service = self.find_service()
        if client_id is None or service is None:
            return False
        application = find_application(self._store.definitions, service, client_id)
        return application is not None and application.public

    async def _prove(self, service: Service, client: _Client) -> ClientProof:
        application = find_application(self._store.definitions, service, client.client_id)
        proof = await self._authenticator.prove(application, client.client_id, client.secret, front="ym")
        self._token_rate.check(proof, self._store.definitions, front="ym")
        return proof

    async def _issue(self, service: Service, proof: ClientProof, request: Request) -> IssuedTokens:
        return await self._store.execute(IssueTokens(service_key=service.service_key, proof=proof, request=request))

    def _warn(self, client_id: str) -> None:
        """Once a client, and only for one that proved itself: a made-up name never reaches the log."""
        if client_id not in self._warned:
            self._warned.add(client_id)
            _log.warning("the client %s sends its secret as AppSecert, which is deprecated: AppSecret", client_id)


def _texts(values: Values) -> dict[str, str]:
    return {name: value for name, value in values.items() if isinstance(value, str)}


def _read_oidc(text: Mapping[str, str], basic: ClientCredentials | None, *, is_public: bool) -> Request:
    """Raises FieldsMissing with each member that the grant_type needs, in the order of the documentation."""
    refreshes = text.get("grant_type") == "refresh_token"
    needed = ["grant_type"]
    if "grant_type" in text:
        needed.append("refresh_token" if refreshes else "code")
    if basic is None:
        needed += ["client_id"] if is_public else ["client_id", "client_secret"]
    _check_there(text, needed)
    if refreshes:
        return RefreshTokenRequest(refresh_token=text["refresh_token"], scope=text.get("scope"))
    return AuthorizationCodeRequest(
        code=text["code"],
        redirect_uri=text.get("redirect_uri"),
        code_verifier=text.get("code_verifier"),
        scope=text.get("scope"),
        user_context=None,
    )


def _read_request(text: Mapping[str, str]) -> Request:
    """Raises FieldsMissing. A GrantType that is not given is Code, as the enum's first value is."""
    refreshes = text.get("GrantType") == "RefreshToken"
    missing = [name for name in ("AppId", "RefreshToken" if refreshes else "Code") if name not in text]
    if "AppSecret" not in text and "AppSecert" not in text:
        missing.append("AppSecret")
    if missing:
        raise FieldsMissing(missing)
    if refreshes:
        return RefreshTokenRequest(refresh_token=text["RefreshToken"], scope=text.get("Scope"))
    return AuthorizationCodeRequest(
        code=text["Code"],
        redirect_uri=None,
        code_verifier=None,
        scope=text.get("Scope"),
        user_context=None,
        redirect_uri_compared=False,
    )


def _check_there(text: Mapping[str, str], needed: list[str]) -> None:
    missing = [name for name in needed if name not in text]
    if missing:
        raise FieldsMissing(missing)


def _client_of(text: Mapping[str, Any], basic: ClientCredentials | None) -> _Client:
    """RFC 6749 §2.3.1: the header or the body, and not both."""
    if basic is None:
        secret = text.get("client_secret")
        return _Client(client_id=text["client_id"], secret=None if secret is None else Secret(secret))
    if "client_id" in text or "client_secret" in text:
        problem = "The client proves itself twice; use the Authorization header or the body"
        raise OAuthError(ErrorCode.INVALID_REQUEST, problem, "ym.basic_and_body")
    # An empty secret is none, here as in a body: libraries send a public client's id with an empty password.
    secret = basic.client_secret or None
    return _Client(client_id=basic.client_id, secret=None if secret is None else Secret(secret))


def _choose_secret(text: Mapping[str, str]) -> str:
    """The secret under its name of today or its misspelt old one; two different ones are a contradiction."""
    old, new = text.get("AppSecert"), text.get("AppSecret")
    if old is not None and new is not None and not hmac.compare_digest(old.encode(), new.encode()):
        problem = "AppSecert and AppSecret differ; send AppSecret alone"
        raise OAuthError(ErrorCode.INVALID_REQUEST, problem, "ym.two_secrets")
    return new if new is not None else old or ""
