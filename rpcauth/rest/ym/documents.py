"""What is read rather than called: the documentation pages, the descriptions for programs, and the public keys."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from typing import Final
from urllib.parse import urlsplit

from rpcauth.errors import StorageUnavailable
from rpcauth.model import Millis
from rpcauth.operations.id_token import IdTokens
from rpcauth.rest.ym import forms
from rpcauth.rest.ym.dates import local_of
from rpcauth.rest.ym.negotiation import Format
from rpcauth.rest.ym.operations import find_operation
from rpcauth.rest.ym.pages.markup import CONTENT_SECURITY_POLICY
from rpcauth.rest.ym.pages.metadata import metadata_index, operation_page
from rpcauth.rest.ym.pages.openapi import openapi
from rpcauth.rest.ym.pages.samples import SampleFacts
from rpcauth.rest.ym.pages.type_list import type_list
from rpcauth.rest.ym.pages.typescript import typescript
from rpcauth.rest.ym.reading import Malformed
from rpcauth.rest.ym.routes import Route, RouteKind
from rpcauth.rest.ym.services import TokenServices
from rpcauth.rest.ym.settings import YmSettings
from rpcauth.web.messages import HttpReply, HttpRequest, RequestLog

JSON: Final = "application/json; charset=utf-8"
TEXT: Final = "text/plain; charset=utf-8"
HTML: Final = "text/html; charset=utf-8"


class Documents:
    """Answers GET."""

    def __init__(
        self,
        services: TokenServices,
        id_tokens: IdTokens,
        settings: YmSettings,
        *,
        clock: Callable[[], Millis],
        jwks_seconds: int,
        zone: tzinfo | None = None,
    ) -> None:
        self._services = services
        self._id_tokens = id_tokens
        self._settings = settings
        self._clock = clock
        self._jwks_seconds = jwks_seconds
        self._zone = zone
        self._started = clock()

    async def answer(self, route: Route, request: HttpRequest) -> HttpReply:
        """The document of a route. Does not raise StorageUnavailable: 503."""
        base_url = self._settings.base_url
        match route.kind:
            case RouteKind.METADATA_INDEX:
                return self._reply(route, metadata_index().encode(), HTML)
            case RouteKind.METADATA:
                return self._describe(route, request)
            case RouteKind.TYPES_METADATA:
                return self._reply(route, type_list(base_url), JSON)
            case RouteKind.TYPESCRIPT:
                now = local_of(self._clock() * 1_000_000, self._zone)
                return self._reply(route, typescript(base_url, now).encode(), TEXT)
            case RouteKind.OPENAPI:
                return self._reply(route, openapi(base_url), JSON)
            case _:
                return await self._publish_keys(route)

    def _describe(self, route: Route, request: HttpRequest) -> HttpReply:
        dto = find_operation(_read_op(request.query))
        if dto is None:
            return self._reply(route, b"Service Not Available", TEXT, status=403)
        page = operation_page(route.path_format or Format.JSON, dto, facts=self._facts(), jsonp=self._settings.jsonp)
        return self._reply(route, page.encode(), HTML)

    def _facts(self) -> SampleFacts:
        settings, now = self._settings, local_of(self._clock() * 1_000_000, self._zone)
        shown = settings.expose_server_info
        return SampleFacts(
            host=urlsplit(settings.base_url).netloc,
            server_id=settings.server_id if shown else "WS-1-1-001",
            started=local_of(self._started * 1_000_000, self._zone) if shown else now,
            asked=now,
            answered=now,
        )

    async def _publish_keys(self, route: Route) -> HttpReply:
        service = self._services.find_service()
        try:
            keys = b'{"keys":[]}' if service is None else await self._id_tokens.jwks(service)
        except StorageUnavailable as error:
            return self._reply(route, b"503", TEXT, status=503, outcome="ServiceUnavailable", detail=error.detail)
        # Kept by a proxy, no keys would still be the answer when the service is there.
        return self._reply(route, keys, JSON, seconds=0 if service is None else self._jwks_seconds)

    def _reply(
        self,
        route: Route,
        body: bytes,
        content_type: str,
        *,
        status: int = 200,
        outcome: str = "ok",
        detail: str | None = None,
        seconds: int = 0,
    ) -> HttpReply:
        """`seconds` is how long anybody may keep the answer."""
        headers = [("X-Content-Type-Options", "nosniff")]
        if content_type == HTML:
            headers.append(("Content-Security-Policy", CONTENT_SECURITY_POLICY))
        if seconds:
            headers.append(("Cache-Control", f"public, max-age={seconds}"))
        if status == 503:
            headers.append(("Retry-After", "1"))
        log = RequestLog(f"ym.{route.kind.name.lower()}", self._settings.service_key, outcome, None, detail)
        return HttpReply(
            status=status,
            body=body,
            log=log,
            content_type=content_type,
            headers=tuple(headers),
            cacheable=bool(seconds),
        )


def _read_op(query: str) -> str:
    try:
        return next((value for name, value in forms.parse_urlencoded(query) if name.lower() == "op"), "")
    except Malformed:
        return ""
