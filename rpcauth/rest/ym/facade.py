"""The façade as the server sees it: which paths are its own, and an answer for each request to them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo

from rpcauth.keys.signing import JWKS_MAX_AGE
from rpcauth.model import Millis
from rpcauth.operations.id_token import IdTokens
from rpcauth.rest.ym import routes
from rpcauth.rest.ym.documents import TEXT, Documents
from rpcauth.rest.ym.endpoint import TokenEndpoint
from rpcauth.rest.ym.responses import ResponseWriter
from rpcauth.rest.ym.routes import RouteKind, find_route
from rpcauth.rest.ym.services import TokenServices
from rpcauth.rest.ym.settings import YmSettings
from rpcauth.web.messages import HttpReply, HttpRequest, RequestLog

_CALLED = frozenset({RouteKind.SERVICE, RouteKind.WRONG_METHOD, RouteKind.UNKNOWN_OPERATION})


class YmFacade:
    """YM REST Services (a `web.messages.RestFacade`). `zone` is that of local times; None: the system's."""

    name = "ym"

    def __init__(
        self,
        services: TokenServices,
        id_tokens: IdTokens,
        settings: YmSettings,
        *,
        clock: Callable[[], Millis],
        zone: tzinfo | None = None,
    ) -> None:
        writer = ResponseWriter(settings, clock=clock, zone=zone)
        self._endpoint = TokenEndpoint(services, writer, settings)
        self._documents = Documents(services, id_tokens, settings, clock=clock, jwks_seconds=JWKS_MAX_AGE, zone=zone)

    def serves(self, path: str) -> bool:
        """Whether `path`, as it stands in the request target, is one of ours."""
        return routes.serves(path)

    def judges_head(self, path: str) -> bool:
        """Never: the request is in the body."""
        return False

    async def answer(self, request: HttpRequest) -> HttpReply:
        """The answer to a request. What has no route is 404 in plain text, whatever was asked for."""
        route = find_route(request.method, request.path)
        if route is None:
            return _not_found(404)
        if route.kind in _CALLED:
            return await self._endpoint.answer(route, request)
        return await self._documents.answer(route, request)

    def refuse(self, request: HttpRequest, status: int) -> HttpReply:
        """The answer to a request whose body was not taken, in its format where it has one."""
        route = find_route(request.method, request.path)
        if route is None:
            return _not_found(404)
        return self._endpoint.refuse(route, request, status) if route.kind in _CALLED else _not_found(status)


def _not_found(status: int) -> HttpReply:
    """A number is all of its text, as the original has it."""
    log = RequestLog("-", None, str(status))
    return HttpReply(status=status, body=b"%d" % status, log=log, content_type=TEXT, headers=(("Vary", "Accept"),))
