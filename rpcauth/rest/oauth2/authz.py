"""/authz: may this request pass? For nginx auth_request, Caddy forward_auth, Envoy ext_authz and their like.

Yes is exactly 200 with an empty body. No is 401 or 403 with a challenge (RFC 6750 §3), and never a yes that could not
be made sure of. The identity headers are in every answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from aiohttp import hdrs

from rpcauth.errors import OAuthError, StorageUnavailable
from rpcauth.frozen import dataclass
from rpcauth.model import AccessToken, Service, TokenType
from rpcauth.operations.answers import AnsweredError, JsonAnswer
from rpcauth.operations.caching import find_cache_end
from rpcauth.operations.protect import ResourceRequest, check_request
from rpcauth.rest.oauth2.gateway_requests import DECIDING, GatewayFault, GatewayRequest, read_gateway_request
from rpcauth.rest.oauth2.identity import NOBODY, describe_identity
from rpcauth.rest.oauth2.replies import BUSY, DEFECT, RETRY_AFTER, report_defect
from rpcauth.rest.oauth2.routes import AuthzRoute
from rpcauth.rest.oauth2.scope_routes import ScopeRoute, find_scopes
from rpcauth.storage.port import Store
from rpcauth.web.incidents import new_incident
from rpcauth.web.messages import HttpReply, HttpRequest, RequestLog
from rpcauth.web.trusted_sources import TrustedSources

METHOD: Final = "oauth2.authz"
"""The name in the log."""

ERROR: Final = "X-Auth-Error"

_SECOND: Final = 1000
_NGINX: Final = "deny=nginx"
_TAKEN_BY_NGINX: Final = (401, 403)
_VARY: Final = ("Vary", ", ".join((hdrs.AUTHORIZATION, *DECIDING)))


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthzSettings:
    """`service_key` is the service of the bare /authz; `scopes` what is required beyond a good token.

    What `trusted` sources say of the client's request is believed. `for_nginx` answers every no by 401 or 403, as
    `?deny=nginx` does for one question: nginx makes a 500 of all else. A yes may be kept for `cache_seconds`.
    """

    service_key: str | None
    trusted: TrustedSources
    scopes: tuple[ScopeRoute, ...] = ()
    for_nginx: bool = False
    cache_seconds: int = 0


class Authz:
    """Answers gateways."""

    def __init__(self, store: Store, settings: AuthzSettings) -> None:
        self._store = store
        self._settings = settings

    async def answer(self, route: AuthzRoute, request: HttpRequest) -> HttpReply:
        """The decision. It does not raise."""
        service = None
        try:
            asked = read_gateway_request(request, route, is_trusted=request.source in self._settings.trusted)
            service = self._get_service(asked)
            required = self._find_required(asked)
            token, text = await check_request(self._store, service, _resource_request(request, asked), required)
            return self._allow(service, token, text)
        except Exception as error:  # noqa: BLE001 - every failure is a no; unexpected ones are logged there
            return self._deny(error, service, request)

    def _get_service(self, asked: GatewayRequest) -> Service:
        key = asked.service_key or self._settings.service_key
        service = None if key is None else self._store.definitions.services.get(key)
        if service is None:
            raise GatewayFault("unknown_service")
        return service

    def _find_required(self, asked: GatewayRequest) -> str | None:
        """The scope by the table and by the gateway's word: neither takes back what the other asks for."""
        scopes: Sequence[str] = ()
        if self._settings.scopes:
            if asked.method is None or asked.target is None:
                # Without knowing what is asked for, nobody can say which scope that needs.
                raise GatewayFault("request_not_told")
            scopes = find_scopes(self._settings.scopes, asked.method, asked.target)
        tokens = " ".join((*scopes, *filter(None, [asked.required_scope]))).split()
        return " ".join(dict.fromkeys(tokens)) or None

    def _allow(self, service: Service, token: AccessToken, text: str) -> HttpReply:
        log = RequestLog(METHOD, service.service_key, "ok")
        headers = describe_identity(token, text, service)
        now = self._store.now()
        end = find_cache_end(token, now, self._settings.cache_seconds)
        # A MAC is good once: nobody may answer for it a second time.
        if end is None or token.token_type is TokenType.MAC:
            return _reply(200, headers, log)
        kept = ("Cache-Control", f"private, max-age={(end - now) // _SECOND}")
        return _reply(200, (*headers, kept, _VARY), log, cacheable=True)

    def _deny(self, error: Exception, service: Service | None, request: HttpRequest) -> HttpReply:
        refusal = _refusal_of(error)
        for_nginx = self._settings.for_nginx or _NGINX in request.query.split("&")
        status = refusal.status if not for_nginx or refusal.status in _TAKEN_BY_NGINX else 403
        service_key = None if service is None else service.service_key
        log = RequestLog(METHOD, service_key, refusal.word, refusal.incident or new_incident(), refusal.detail)
        return _reply(status, (*NOBODY, (ERROR, refusal.word), *refusal.headers), log)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refusal:
    """A no: `word` is for the gateway's operator, `detail` for the log alone."""

    status: int
    word: str
    detail: str | None = None
    incident: str | None = None
    headers: tuple[tuple[str, str], ...] = ()


def _refusal_of(error: Exception) -> _Refusal:
    match error:
        case AnsweredError(answer=JsonAnswer(status=status, challenge=challenge)):
            headers = () if challenge is None else (("WWW-Authenticate", challenge),)
            return _Refusal(status=status, word=error.code, detail=error.detail, headers=headers)
        case OAuthError():
            return _Refusal(status=403, word=error.code, detail=error.detail)
        case GatewayFault():
            return _Refusal(status=403, word=error.word, detail=f"authz.{error.word}")
        case StorageUnavailable():
            return _Refusal(status=503, word=BUSY, detail=error.detail, headers=(("Retry-After", str(RETRY_AFTER)),))
        case _:
            incident, place = report_defect(error)
            return _Refusal(status=500, word=DEFECT, detail=place, incident=incident)


def _resource_request(request: HttpRequest, asked: GatewayRequest) -> ResourceRequest:
    authorization = request.headers.getall(hdrs.AUTHORIZATION, ())
    return ResourceRequest(method=asked.method, uri=asked.uri, headers={"authorization": authorization})


def _reply(status: int, headers: tuple[tuple[str, str], ...], log: RequestLog, *, cacheable: bool = False) -> HttpReply:
    return HttpReply(status=status, body=b"", log=log, content_type=None, headers=headers, cacheable=cacheable)
