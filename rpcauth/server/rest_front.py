"""The front of the REST façades: what HTTP asks of a request before its façade sees it.

Clients prove themselves within their request and browsers add nothing to it, so no caller is asked for, and any page
may send one. What a page may read of the answer is for `allowed_origins` to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from http import HTTPMethod, HTTPStatus
from typing import Final, TypeAlias

from aiohttp import hdrs
from aiohttp.http import RawRequestMessage

from rpcauth.errors import ErrorCode, LimitReached
from rpcauth.server.admission import Admission
from rpcauth.server.bodies import read_body
from rpcauth.server.exchange import Exchange
from rpcauth.server.heads import check_encoding, check_version
from rpcauth.server.limits import FrontLimits
from rpcauth.server.refusals import CLIENT_GONE, NO_METHOD, Refusal
from rpcauth.web.incidents import new_incident
from rpcauth.web.messages import HttpReply, HttpRequest, RequestLog, RestFacade

Fields: TypeAlias = tuple[tuple[str, str], ...]

BODY_LIMIT: Final = 65_536
"""Bytes of a body, however much JSON-RPC may take."""

METHODS: Final = "GET, POST, OPTIONS"
SHARED: Final[Fields] = (
    ("Access-Control-Allow-Methods", METHODS),
    (
        "Access-Control-Allow-Headers",
        "Content-Type, X-Requested-With, X-ss-id, Accept, Origin, Access-Control-Request-Method, "
        "Access-Control-Request-Headers, Authorization",
    ),
    ("Access-Control-Max-Age", "3600"),
)
"""What pages of allowed origins may send, said before they do."""


class RestFront:
    """Replies to one request after the other, for all connections."""

    def __init__(
        self,
        facades: Sequence[RestFacade],
        *,
        limits: FrontLimits,
        allowed_origins: frozenset[str],
        admission: Admission,
    ) -> None:
        self._facades = facades
        self._admission = admission
        self._limits = replace(limits, body_limit=min(limits.body_limit, BODY_LIMIT))
        self._allowed_origins = allowed_origins

    async def reply(self, exchange: Exchange, path: str, query: str, started: int) -> HttpReply:
        """The reply of the first façade that serves `path`. Raises Refusal: 404 when none does, 505.

        `started` is when the request came, by the clock of the admission.
        """
        facade = next((facade for facade in self._facades if facade.serves(path)), None)
        if facade is None:
            raise Refusal(HTTPStatus.NOT_FOUND)
        exchange.facade = facade.name
        message = exchange.message
        check_version(message)
        if facade.judges_head(path):
            return await facade.answer(_describe(exchange, path, query))
        origin = self._find_origin(message)
        if message.method == HTTPMethod.OPTIONS:
            reply = _describe_options(origin)
        else:
            reply = await self._ask(facade, exchange, _describe(exchange, path, query), started)
        return self._share(reply, origin)

    async def _ask(self, facade: RestFacade, exchange: Exchange, request: HttpRequest, started: int) -> HttpReply:
        try:
            self._admission.check_address(exchange, started)
            check_encoding(exchange.message)
            body = await read_body(exchange, self._limits)
        except Refusal as refusal:
            reply = facade.refuse(request, refusal.status)
            if refusal.outcome == CLIENT_GONE:
                return replace(reply, log=replace(reply.log, outcome=CLIENT_GONE))
            return reply
        except LimitReached as limit:
            return self._refuse_sender(facade.refuse(request, HTTPStatus.TOO_MANY_REQUESTS), exchange, limit)
        reply = await facade.answer(replace(request, body=body))
        if reply.log.outcome != ErrorCode.INVALID_CLIENT:
            return reply
        self._admission.record_failure(exchange, started)
        return replace(reply, log=replace(reply.log, source=self._admission.find_address(exchange)))

    def _refuse_sender(self, reply: HttpReply, exchange: Exchange, limit: LimitReached) -> HttpReply:
        if reply.status != HTTPStatus.TOO_MANY_REQUESTS:
            return reply  # nothing is there that could be asked for again
        log = replace(
            reply.log, incident=new_incident(), detail=limit.detail, source=self._admission.find_address(exchange)
        )
        return replace(reply, log=log, headers=(*reply.headers, ("Retry-After", str(limit.retry_after))))

    def _find_origin(self, message: RawRequestMessage) -> str | None:
        """The one origin that the request names, if its pages may read the answer."""
        origins = message.headers.getall(hdrs.ORIGIN, ())
        return origins[0] if len(origins) == 1 and origins[0] in self._allowed_origins else None

    def _share(self, reply: HttpReply, origin: str | None) -> HttpReply:
        if not self._allowed_origins:
            return reply
        # Said to every request: a cache must not give one page the answer that it keeps for another.
        headers = _vary_by_origin(reply.headers)
        if origin is not None:
            headers = (*headers, ("Access-Control-Allow-Origin", origin))
        return replace(reply, headers=headers)


def _describe(exchange: Exchange, path: str, query: str) -> HttpRequest:
    message = exchange.message
    return HttpRequest(
        method=message.method,
        path=path,
        query=query,
        headers=message.headers,
        source=exchange.connection.peer.source,
    )


def _describe_options(origin: str | None) -> HttpReply:
    headers = (("Allow", METHODS), *(SHARED if origin is not None else ()))
    log = RequestLog(NO_METHOD, None, "ok")
    return HttpReply(status=HTTPStatus.OK, body=b"", log=log, content_type=None, headers=headers)


def _vary_by_origin(headers: Fields) -> Fields:
    varying = [value for name, value in headers if name.lower() == "vary"]
    others = (field for field in headers if field[0].lower() != "vary")
    return (*others, ("Vary", ", ".join((*varying, "Origin"))))
