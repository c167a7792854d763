"""Token revocation, RFC 7009: a client gives back what it was issued."""

from __future__ import annotations

from typing import Final

from rpcauth.errors import ErrorCode, OAuthError
from rpcauth.model import Service
from rpcauth.oauth import token_text
from rpcauth.oauth.client import check_authenticated
from rpcauth.oauth.token_text import Kind
from rpcauth.operations.revoke import RevokeToken
from rpcauth.rest.oauth2.clients import Clients
from rpcauth.rest.oauth2.forms import read_form
from rpcauth.rest.oauth2.replies import reply_empty
from rpcauth.storage.port import Store
from rpcauth.web.messages import HttpReply, HttpRequest, RequestLog

METHOD: Final = "oauth2.revoke"
"""The name in the log. Callers revoke by JSON-RPC: this endpoint is for clients alone."""

_TOKENS: Final = frozenset({Kind.ACCESS, Kind.REFRESH})


class Revocation:
    """The endpoint. token_type_hint is not looked at: a token's own text says what it is (§2.1 allows that)."""

    method = METHOD

    def __init__(self, store: Store, clients: Clients) -> None:
        self._store = store
        self._clients = clients

    async def answer(self, service: Service, request: HttpRequest) -> HttpReply:
        """An empty 200, also for a token that there is not (§2.2).

        Raises OAuthError (unauthorized_client for a token of another client, which stays good), LimitReached,
        StorageUnavailable.
        """
        form = read_form(request)
        proof = await self._clients.prove(service, request, form)
        text = form.get("token")
        check_authenticated(self._store.definitions, service, proof)
        _check_kind(text)
        # The operation asks for the proof again: the client may have changed since.
        operation = RevokeToken(service_key=service.service_key, proof=proof, token=text, must_authenticate=True)
        try:
            await self._store.execute(operation)
        except OAuthError as error:
            if error.code is not ErrorCode.UNAUTHORIZED_CLIENT:
                raise
            raise OAuthError(error.code, "The token was not issued to this client", error.detail) from None
        return reply_empty(RequestLog(METHOD, service.service_key, "ok"))


def _check_kind(text: str) -> None:
    """Refuses a code and a reference: "revoked" would be untrue, and whoever holds one should learn that."""
    presented = token_text.parse(text)
    if presented is not None and presented.kind not in _TOKENS:
        words = "The endpoint revokes access tokens and refresh tokens"
        raise OAuthError(ErrorCode.UNSUPPORTED_TOKEN_TYPE, words, f"revoke.{presented.kind.name.lower()}")
