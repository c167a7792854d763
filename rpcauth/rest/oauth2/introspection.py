"""Token introspection, RFC 7662: what an access token stands for, for resource servers and gateways.

Only access tokens are told about. A refresh token is no credential at a resource, so for whoever protects one it is
inactive, like everything else that is unknown, expired, revoked, malformed or of another service.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from rpcauth.errors import ErrorCode, OAuthError
from rpcauth.model import AccessToken, Millis, Service
from rpcauth.operations.caching import find_cache_end
from rpcauth.operations.id_token import issuer_of
from rpcauth.operations.introspect import find_live_token, find_live_tokens
from rpcauth.rest.oauth2.clients import Clients
from rpcauth.rest.oauth2.forms import Form, read_form
from rpcauth.rest.oauth2.replies import reply_json
from rpcauth.storage.port import Store
from rpcauth.web.messages import HttpReply, HttpRequest, RequestLog

METHOD: Final = "oauth2.introspect"
"""What a caller's `methods` must allow, and the name in the log."""

INACTIVE: Final[Mapping[str, Any]] = {"active": False}

LIST_LIMIT: Final = 500
"""Most tokens of one request."""

_SECOND: Final = 1000
_MANY: Final = "tokens"


class Introspection:
    """The endpoint. `base_url` is where the world reaches this daemon; `cache_seconds` how long answers may be kept."""

    method = METHOD

    def __init__(self, store: Store, clients: Clients, *, base_url: str, cache_seconds: int) -> None:
        self._store = store
        self._clients = clients
        self._base_url = base_url
        self._cache_seconds = cache_seconds

    async def answer(self, service: Service, request: HttpRequest) -> HttpReply:
        """One token's answer, or those of `tokens` in their order.

        Raises OAuthError, CallerRefused, LimitReached, StorageUnavailable.
        """
        form = read_form(request, repeatable=(_MANY,))
        await self._clients.check_may_ask(service, request, form, METHOD)
        log = RequestLog(METHOD, service.service_key, "ok")
        if _MANY in form.values:
            return reply_json({"tokens": await self._describe_all(service, form)}, log)
        token = await find_live_token(self._store, service, form.get("token"))
        return reply_json(self._describe(service, token), log)

    async def _describe_all(self, service: Service, form: Form) -> list[Mapping[str, Any]]:
        texts = form.values[_MANY]
        if form.find("token") is not None:
            raise OAuthError(ErrorCode.INVALID_REQUEST, "Give token or tokens, not both", "introspect.both")
        if len(texts) > LIST_LIMIT:
            raise OAuthError(ErrorCode.INVALID_REQUEST, "Too many tokens at once", "introspect.too_many")
        found = await find_live_tokens(self._store, service, texts)
        return [self._describe(service, found.get(text)) for text in texts]

    def _describe(self, service: Service, token: AccessToken | None) -> Mapping[str, Any]:
        if token is None:
            return INACTIVE
        members = {
            "active": True,
            "scope": token.scope,
            "client_id": token.client_id,
            "username": token.user_context,
            "token_type": token.token_type,
            "exp": _second(token.expires_at),
            "iat": _second(token.issued_at),
            "sub": token.user_context,
            "aud": token.grant_resource,
            "iss": issuer_of(service, self._base_url),
            "cnf": _read_confirmation(token.grant_cnf),
            "cache_until": _second(find_cache_end(token, self._store.now(), self._cache_seconds)),
        }
        return {name: value for name, value in members.items() if value is not None}


def _second(time: Millis | None) -> int | None:
    return None if time is None else time // _SECOND


def _read_confirmation(text: str | None) -> object:
    """The confirmation as the object that RFC 7800 §3.1 wants; what is none stays the text that it is.

    It is never left out: a bound token must not look like one that is good in anybody's hands.
    """
    if text is None:
        return None
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError):
        return text
