"""Connections: aiohttp's HTTP/1 machinery with our clocks, our errors, and nothing of its own in the log.

aiohttp logs a malformed request with a traceback that quotes the offending line, lets a half-sent head stay as long as
an idle connection, and waits for ever for a client that takes no answer: all three are replaced here.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
import sys
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final, Protocol, cast
from weakref import WeakSet

from aiohttp import StreamReader, web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.streams import EMPTY_PAYLOAD

from rpcauth.log.bridge import describe_error
from rpcauth.log.lines import LineLog
from rpcauth.log.tally import Tally
from rpcauth.model import Millis
from rpcauth.server.answers import Answer, DateHeader, answer_status
from rpcauth.server.exchange import Exchange
from rpcauth.server.limits import FrontLimits
from rpcauth.server.peers import Peer, read_peer

POLL: Final = 0.005
"""Seconds between two looks at whether all connections have ended."""

LINGER: Final = 2.0
"""Seconds that a refused body is read and dropped, so that the client can read its answer before the end."""

UNTAKEN: Final = 64 * 1024 * 1024
"""Bytes of answers that clients may leave untaken, all together. Beyond it who leaves the most loses its connection."""

_RESET: Final = struct.pack("ii", 1, 0)
"""SO_LINGER: what is not sent by now never will be, and the kernel does not keep it for a client that takes nothing."""


class Handler(Protocol):
    """What stands behind the connections."""

    async def __call__(self, exchange: Exchange) -> Answer:
        """Answers one request."""
        ...

    def answer_defect(self, exchange: Exchange, error: BaseException | None) -> Answer:
        """Answers a request that made the handler raise, and logs it."""
        ...


class ConnectionPool(web.Server):
    """All connections of all listeners: makes them, counts them, and ends them. Needs a running loop."""

    def __init__(self, handler: Handler, *, limits: FrontLimits, clock: Callable[[], Millis], log: LineLog) -> None:
        # Exchange and Answer have what RequestHandler uses of a request and a response; its types name whole classes.
        super().__init__(cast(Any, handler), request_factory=cast(Any, Exchange))
        self.handler = handler
        self.limits = limits
        self.log = log
        self.date = DateHeader(clock)
        self.malformed = Tally(log, "malformed_requests", self._loop)
        self.refused = Tally(log, "connections_refused", self._loop)
        self.is_draining = False
        self.expected: WeakSet[Connection] = WeakSet()
        self.untaken: dict[Connection, int] = {}

    def __call__(self) -> Connection:
        connection = Connection(self, self._loop)
        # Accepted, but not made before its TLS is agreed. One that never will be is only forgotten.
        self.expected.add(connection)
        return connection

    @property
    def size(self) -> int:
        """Open connections, and closed ones whose last request is still worked on."""
        return len(self._connections)

    def adopt(self, handler: Handler, limits: FrontLimits) -> None:
        """Takes another handler and other limits. The connections that there are keep their idle time alone."""
        self.limits = limits
        self.handler = handler
        self.request_handler = cast(Any, handler)
        for connection in (*self.connections, *self.expected):
            cast(Connection, connection).adopt()

    def leave_untaken(self, connection: Connection, size: int) -> None:
        """Notes how many bytes wait for the client of a connection, and keeps all of them together bounded."""
        self.untaken[connection] = size
        while sum(self.untaken.values()) > UNTAKEN:
            most = max(self.untaken, key=self.untaken.__getitem__)
            del self.untaken[most]
            self.refused.add("took_no_answer")
            most.abort()

    def end_idle(self) -> None:
        """Closes the connections that wait for a request."""
        for connection in self.connections:
            cast(Connection, connection).end_if_idle()

    async def wait_empty(self, seconds: float, *, expected: bool = False) -> bool:
        """Whether the last connection ended within `seconds`; `expected` waits for those still to be made as well."""
        deadline = self._loop.time() + seconds
        while self._connections or (expected and self.expected):
            if self._loop.time() >= deadline:
                return False
            await asyncio.sleep(POLL)
        return True


class Connection(web.RequestHandler):
    """One connection. `peer` is what it proves of its other end."""

    __slots__ = ("__weakref__", "_head_timer", "_is_lingering", "_last_payload", "peer", "pool")

    def __init__(self, pool: ConnectionPool, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(
            pool,
            loop=loop,
            keepalive_timeout=pool.limits.idle_timeout,
            access_log=None,  # type: ignore[arg-type]  # documented: None turns it off
            auto_decompress=False,
            lingering_time=min(LINGER, pool.limits.body_timeout),
        )
        self.pool = pool
        self.peer = Peer()
        self._head_timer: asyncio.TimerHandle | None = None
        self._last_payload: StreamReader = EMPTY_PAYLOAD
        self._is_lingering = False

    def adopt(self) -> None:
        """Takes the pool's handler, which has changed."""
        if self._request_handler is not None:
            self._request_handler = self.pool.request_handler

    def stays_open(self) -> bool:
        """Whether another request may follow on this connection."""
        return not (self._close or self._force_close or self.pool.is_draining)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.pool.expected.discard(self)
        if self.pool.size >= self.pool.limits.max_connections:
            self._force_close = True
            self.pool.refused.add("too_many")
            cast(asyncio.Transport, transport).abort()
            return
        self.peer = read_peer(transport)
        # Any unsent byte pauses the protocol: an answer counts as taken only when the kernel has all of it.
        cast(asyncio.Transport, transport).set_write_buffer_limits(high=1, low=0)
        self._start_head_timer()
        super().connection_made(transport)

    def connection_lost(self, exc: BaseException | None) -> None:
        self._stop_head_timer()
        super().connection_lost(exc)
        if self._is_lingering:
            # There is nothing more to drop; aiohttp would wait for it until the linger time is over.
            self._last_payload.feed_eof()
        # Both lead back here. What is in a cycle stays until a collection, and those are rare (app/daemon.py).
        self._last_payload = EMPTY_PAYLOAD
        self._keepalive_handle = None

    def data_received(self, data: bytes) -> None:
        count = self._request_count
        body = self._last_payload
        is_body = not body.is_eof()
        super().data_received(data)
        if self._request_count != count:
            self._last_payload = self._messages[-1][1]
            self._stop_head_timer()
            if is_body and not body.is_eof():
                # Nothing can follow an unfinished body but the parser's complaint; aiohttp leaves its reader waiting.
                body.set_exception(web.RequestPayloadError("malformed body"))
        elif data and not is_body and self._head_timer is None:
            self._start_head_timer()

    def invite_body(self) -> None:
        """Tells a client that waits for it to send the body (RFC 9110 §10.1.1)."""
        if self.transport is not None:
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def linger(self) -> None:
        """Says that an answer was given before the body came whole: what is still to come of it will be dropped."""
        self._is_lingering = True

    def skip_linger(self) -> None:
        """Ends the connection right after the answer, whatever of the body is still to come."""
        self._lingering_time = 0.0

    async def wait_until_taken(self, size: int) -> None:
        """Waits until all of an answer is with the kernel; a client that is too slow loses the connection.

        `size` is of the whole answer: uvloop keeps it until the last byte is gone.
        """
        self.pool.leave_untaken(self, size)
        try:
            async with asyncio.timeout(self.pool.limits.body_timeout):
                await self._drain_helper()
        except TimeoutError:
            self.abort()
        finally:
            self.pool.untaken.pop(self, None)

    def end_if_idle(self) -> None:
        """Closes the connection if it waits for a request."""
        if self._is_waiting():
            self.force_close()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """In place of aiohttp's: a malformed request is counted, a defect is the handler's to answer."""
        if isinstance(exc, HttpProcessingError):
            self.pool.malformed.add(type(exc).__name__)
            answer = answer_status(HTTPStatus.BAD_REQUEST, hang_up=True)
        else:
            answer = self.pool.handler.answer_defect(cast(Any, request), exc or sys.exc_info()[1])
        return cast(web.StreamResponse, answer)

    def log_exception(self, *args: Any, **kw: Any) -> None:
        """In place of aiohttp's: what went wrong outside of the handler, without its text."""
        self.pool.log.event(logging.ERROR, "connection_error", describe_error(sys.exc_info()[1]))

    def _is_waiting(self) -> bool:
        return self._waiter is not None and not self._waiter.done()

    def _start_head_timer(self) -> None:
        self._head_timer = self._loop.call_later(self.pool.limits.header_timeout, self._give_up_head)

    def _stop_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _give_up_head(self) -> None:
        self._head_timer = None
        if self._is_waiting():
            self.abort()
        else:
            # A request is being answered, and what came behind it is no whole head yet.
            self.close()

    def abort(self) -> None:
        """Ends the connection at once, with a reset: what is unsent is given up."""
        transport = self.transport
        if transport is not None:
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.force_close()
        if transport is not None:
            transport.abort()
