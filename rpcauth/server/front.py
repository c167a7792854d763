"""The front: what HTTP asks of a request before JSON-RPC sees it, and the answer on its way back (contract §1).

The order is fixed: path, method, origin, address, caller, rate, encoding, body. A caller that is not proven, or over a
limit, is refused before a byte of its body is read. Requests at paths that JSON-RPC has not go to the REST façades.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from http import HTTPMethod, HTTPStatus
from time import perf_counter_ns
from typing import Final, Protocol

from aiohttp import hdrs
from multidict import istr

from rpcauth.errors import LimitReached
from rpcauth.log.bridge import describe_error
from rpcauth.log.lines import LineLog
from rpcauth.model import Caller
from rpcauth.rpc.codes import Code
from rpcauth.rpc.dialect import MASHERY, RPC, Dialect
from rpcauth.rpc.envelope import UNREADABLE
from rpcauth.rpc.reply import Reply
from rpcauth.rpc.writing import NOT_AUTHORIZED, internal_error, rate_limited, write_error
from rpcauth.server.admission import Admission, unlimited
from rpcauth.server.answers import JSON_TYPE, Answer, answer_facade, answer_reply, answer_status, build_head
from rpcauth.server.bodies import read_body
from rpcauth.server.callers import CallerProof, shows_credentials
from rpcauth.server.exchange import Exchange
from rpcauth.server.heads import check_encoding, check_version
from rpcauth.server.limits import FrontLimits
from rpcauth.server.refusals import NO_METHOD, CallerUnproven, Refusal
from rpcauth.server.rest_front import RestFront
from rpcauth.server.routes import find_dialect
from rpcauth.web.incident_book import IncidentBook
from rpcauth.web.incidents import describe_defect, new_incident
from rpcauth.web.messages import RequestLog, RestFacade
from rpcauth.web.trace_context import find_trace

SEC_FETCH_SITE: Final = istr("Sec-Fetch-Site")
CHALLENGE: Final = 'WWW-Authenticate: Basic realm="rpcauth"'


class RpcDispatch(Protocol):
    """What stands behind the front: it answers whatever bytes there are, and does not raise."""

    async def __call__(self, body: bytes, caller: Caller, dialect: Dialect) -> Reply: ...


class Front:
    """Answers one request after the other, for all connections. `challenge` goes with every 401.

    `label` is what the metrics call it.
    """

    challenge = CHALLENGE

    def __init__(
        self,
        dispatch: RpcDispatch,
        *,
        prove: CallerProof,
        limits: FrontLimits,
        allowed_origins: Collection[str],
        log: LineLog,
        facades: Sequence[RestFacade] = (),
        admission: Admission | None = None,
        incidents: IncidentBook | None = None,
        label: str = "rpc",
    ) -> None:
        self._label = label
        self._dispatch = dispatch
        self._prove = prove
        self._limits = limits
        self._allowed_origins = frozenset(allowed_origins)
        self._log = log
        self._admission = admission or unlimited()
        self._incidents = incidents
        self._rest = RestFront(facades, limits=limits, allowed_origins=self._allowed_origins, admission=self._admission)

    async def __call__(self, exchange: Exchange) -> Answer:
        """The answer to one request, which is also logged."""
        started = perf_counter_ns()
        try:
            path, query = exchange.split_target()
            exchange.dialect = dialect = find_dialect(path)
            if dialect is None:
                return await self._answer_rest(exchange, path, query, started)
            caller = self._admit(exchange, dialect, query, started)
            body = await read_body(exchange, self._limits)
        except Refusal as refusal:
            return self._refuse(exchange, started, refusal)
        except CallerUnproven as unproven:
            return self._answer_unproven(exchange, started, shows=unproven.shows)
        except LimitReached as limit:
            return self._answer_limited(exchange, started, limit)
        reply = await self._dispatch(body, caller, dialect)
        self._tell(exchange, started, reply.status, reply.log)
        return answer_reply(reply)

    def answer_defect(self, exchange: Exchange, error: BaseException | None) -> Answer:
        """-32603 for what the dispatcher raised, which it must not; the log tells where, under the same incident.

        Where JSON-RPC is not spoken, a 500 of plain text.
        """
        incident = new_incident()
        dialect = exchange.dialect
        self._log.event(logging.ERROR, "defect", {"incident": incident, **describe_error(error)})
        place = None if error is None else describe_defect(error)
        what = RequestLog(NO_METHOD, None, str(Code.INTERNAL_ERROR.value), incident, place)
        self._record(exchange, what)
        self._count(exchange, what, 0)
        if dialect is None:
            return answer_status(HTTPStatus.INTERNAL_SERVER_ERROR, text=f"500 incident {incident}")
        body = write_error(UNREADABLE, internal_error(incident), dialect)
        return Answer(build_head(dialect.status_of(Code.INTERNAL_ERROR), JSON_TYPE), body)

    async def _answer_rest(self, exchange: Exchange, path: str, query: str, started: int) -> Answer:
        reply = await self._rest.reply(exchange, path, query, started)
        self._tell(exchange, started, reply.status, reply.log)
        return answer_facade(reply)

    def _admit(self, exchange: Exchange, dialect: Dialect, query: str, started: int) -> Caller:
        self._check_head(exchange)
        self._admission.check_address(exchange, started)
        # On other paths a signature proves nothing, so it is not even read.
        query_with_proof = query if dialect is MASHERY else None
        caller = self._prove(exchange.message.headers, query_with_proof, exchange.connection.peer)
        if caller is None:
            raise CallerUnproven(shows=shows_credentials(exchange.message.headers, query_with_proof))
        exchange.caller = caller
        self._admission.check_caller(caller, started)
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

    def _refuse(self, exchange: Exchange, started: int, refusal: Refusal) -> Answer:
        self._tell(exchange, started, refusal.status, RequestLog(NO_METHOD, None, refusal.outcome))
        return answer_status(refusal.status, *refusal.lines)

    def _answer_unproven(self, exchange: Exchange, started: int, *, shows: bool) -> Answer:
        dialect = exchange.dialect or RPC
        status = dialect.unproven_caller_status
        if shows:
            self._admission.record_failure(exchange, started)
        rule = "caller.wrong_credentials" if shows else "caller.no_credentials"
        self._tell(exchange, started, status, self._describe_refusal(exchange, Code.NOT_AUTHORIZED, rule))
        lines = (self.challenge,) if status == HTTPStatus.UNAUTHORIZED else ()
        return Answer(build_head(status, JSON_TYPE, *lines), write_error(UNREADABLE, NOT_AUTHORIZED, dialect))

    def _answer_limited(self, exchange: Exchange, started: int, limit: LimitReached) -> Answer:
        """-32002 before the body is read: the id of the call, or that it is a batch, is not known."""
        dialect = exchange.dialect or RPC
        status = dialect.status_of(Code.RATE_LIMITED)
        log = self._describe_refusal(exchange, Code.RATE_LIMITED, limit.detail)
        self._tell(exchange, started, status, log)
        body = write_error(UNREADABLE, rate_limited(limit.retry_after), dialect)
        return answer_reply(Reply(status, body, log, limit.retry_after))

    def _describe_refusal(self, exchange: Exchange, code: Code, rule: str) -> RequestLog:
        source = self._admission.find_address(exchange)
        return RequestLog(NO_METHOD, None, str(code.value), new_incident(), rule, source=source)

    def _tell(self, exchange: Exchange, started: int, status: int, what: RequestLog) -> None:
        caller, microseconds = exchange.caller, (perf_counter_ns() - started) // 1000
        self._count(exchange, what, microseconds)
        self._log.request(
            what,
            status=status,
            caller=None if caller is None else caller.name,
            microseconds=microseconds,
            trace=find_trace(exchange.message.headers),
        )
        if what.incident is not None or what.incidents:
            self._record(exchange, what)

    def _count(self, exchange: Exchange, what: RequestLog, microseconds: int) -> None:
        label = self._label if exchange.dialect is not None else exchange.facade or NO_METHOD
        self._log.count(label, what, microseconds)

    def _record(self, exchange: Exchange, what: RequestLog) -> None:
        if self._incidents is not None:
            caller = None if exchange.caller is None else exchange.caller.name
            self._incidents.record(what, caller=caller, trace=find_trace(exchange.message.headers))
