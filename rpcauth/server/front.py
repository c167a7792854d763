"""The front: what HTTP asks of a request before JSON-RPC sees it, and the answer on its way back (contract §1).

The order is fixed: path, method, origin, caller, encoding, body. A caller that is not proven is refused before a byte
of its body is read. Requests at paths that JSON-RPC has not go to the REST façades.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Collection, Sequence
from http import HTTPMethod, HTTPStatus
from time import perf_counter_ns
from typing import Final, Protocol

from aiohttp import hdrs
from multidict import istr

from rpcauth.log.bridge import describe_error
from rpcauth.log.lines import LineLog
from rpcauth.model import Caller
from rpcauth.rpc.codes import Code
from rpcauth.rpc.dialect import MASHERY, RPC, Dialect
from rpcauth.rpc.envelope import UNREADABLE
from rpcauth.rpc.reply import Reply
from rpcauth.rpc.writing import NOT_AUTHORIZED, internal_error, write_error
from rpcauth.server.answers import JSON_TYPE, Answer, answer_facade, answer_reply, answer_status, build_head
from rpcauth.server.bodies import read_body
from rpcauth.server.callers import CallerProof
from rpcauth.server.exchange import Exchange
from rpcauth.server.heads import check_encoding, check_version
from rpcauth.server.limits import FrontLimits
from rpcauth.server.refusals import NO_METHOD, CallerUnproven, Refusal
from rpcauth.server.rest_front import RestFront
from rpcauth.server.routes import find_dialect
from rpcauth.web.messages import RequestLog, RestFacade

SEC_FETCH_SITE: Final = istr("Sec-Fetch-Site")
CHALLENGE: Final = 'WWW-Authenticate: Basic realm="rpcauth"'


class RpcDispatch(Protocol):
    """What stands behind the front: it answers whatever bytes there are, and does not raise."""

    async def __call__(self, body: bytes, caller: Caller, dialect: Dialect) -> Reply: ...


class Front:
    """Answers one request after the other, for all connections."""

    def __init__(
        self,
        dispatch: RpcDispatch,
        *,
        prove: CallerProof,
        limits: FrontLimits,
        allowed_origins: Collection[str],
        log: LineLog,
        facades: Sequence[RestFacade] = (),
    ) -> None:
        self._dispatch = dispatch
        self._prove = prove
        self._limits = limits
        self._allowed_origins = frozenset(allowed_origins)
        self._log = log
        self._rest = RestFront(facades, limits=limits, allowed_origins=self._allowed_origins)

    async def __call__(self, exchange: Exchange) -> Answer:
        """The answer to one request, which is also logged."""
        started = perf_counter_ns()
        try:
            path, query = exchange.split_target()
            exchange.dialect = dialect = find_dialect(path)
            if dialect is None:
                return await self._answer_rest(exchange, path, query, started)
            caller = self._admit(exchange, dialect, query)
            body = await read_body(exchange, self._limits)
        except Refusal as refusal:
            self._tell(exchange, started, refusal.status, RequestLog(NO_METHOD, None, refusal.outcome))
            return answer_status(refusal.status, *refusal.lines)
        except CallerUnproven:
            return self._answer_unproven(exchange, started)
        reply = await self._dispatch(body, caller, dialect)
        self._tell(exchange, started, reply.status, reply.log)
        return answer_reply(reply)

    def answer_defect(self, exchange: Exchange, error: BaseException | None) -> Answer:
        """-32603 for what the dispatcher raised, which it must not; the log tells where, under the same incident.

        Where JSON-RPC is not spoken, a 500 of plain text.
        """
        incident = secrets.token_hex(8)
        dialect = exchange.dialect
        self._log.event(logging.ERROR, "defect", {"incident": incident, **describe_error(error)})
        if dialect is None:
            return answer_status(HTTPStatus.INTERNAL_SERVER_ERROR, text=f"500 incident {incident}")
        body = write_error(UNREADABLE, internal_error(incident), dialect)
        return Answer(build_head(dialect.status_of(Code.INTERNAL_ERROR), JSON_TYPE), body)

    async def _answer_rest(self, exchange: Exchange, path: str, query: str, started: int) -> Answer:
        reply = await self._rest.reply(exchange, path, query)
        self._tell(exchange, started, reply.status, reply.log)
        return answer_facade(reply)

    def _admit(self, exchange: Exchange, dialect: Dialect, query: str) -> Caller:
        self._check_head(exchange)
        # On other paths a signature proves nothing, so it is not even read.
        query_with_proof = query if dialect is MASHERY else None
        caller = self._prove(exchange.message.headers, query_with_proof, exchange.connection.peer)
        if caller is None:
            raise CallerUnproven
        exchange.caller = caller
        check_encoding(exchange.message)
        return caller

    def _check_head(self, exchange: Exchange) -> None:
        message = exchange.message
        check_version(message)
        if message.method != HTTPMethod.POST:
            raise Refusal(HTTPStatus.METHOD_NOT_ALLOWED, "Allow: POST")
        headers = message.headers
        if hdrs.ORIGIN in headers and not self._allowed_origins.issuperset(headers.getall(hdrs.ORIGIN)):
            raise Refusal(HTTPStatus.FORBIDDEN)
        if SEC_FETCH_SITE in headers and "cross-site" in headers.getall(SEC_FETCH_SITE):
            raise Refusal(HTTPStatus.FORBIDDEN)

    def _answer_unproven(self, exchange: Exchange, started: int) -> Answer:
        dialect = exchange.dialect or RPC
        status = dialect.unproven_caller_status
        self._tell(exchange, started, status, RequestLog(NO_METHOD, None, str(Code.NOT_AUTHORIZED.value)))
        lines = (CHALLENGE,) if status == HTTPStatus.UNAUTHORIZED else ()
        return Answer(build_head(status, JSON_TYPE, *lines), write_error(UNREADABLE, NOT_AUTHORIZED, dialect))

    def _tell(self, exchange: Exchange, started: int, status: int, what: RequestLog) -> None:
        caller = exchange.caller
        self._log.request(
            what,
            status=status,
            caller=None if caller is None else caller.name,
            microseconds=(perf_counter_ns() - started) // 1000,
        )
