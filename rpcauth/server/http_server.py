"""The HTTP server: its listeners, and how it ends."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import Final

from rpcauth.log.lines import LineLog
from rpcauth.model import Millis
from rpcauth.server.connections import ConnectionPool, Handler
from rpcauth.server.limits import FrontLimits
from rpcauth.server.listeners import BACKLOG, Listener

TLS_SHUTDOWN: Final = 1.0
"""Seconds in which a client must agree to the end of TLS."""

LAST_CHANCE: Final = 0.05
"""Seconds past the deadline, before and again after a request is told of its end, until it is cancelled."""


class HttpServer:
    """Serves any number of listeners with one handler. To be made where the event loop runs."""

    def __init__(self, handler: Handler, *, limits: FrontLimits, clock: Callable[[], Millis], log: LineLog) -> None:
        self._loop = asyncio.get_running_loop()
        self._limits = limits
        self._pool = ConnectionPool(handler, limits=limits, clock=clock, log=log)
        self._open: list[tuple[asyncio.AbstractServer, Listener]] = []

    @property
    def connections(self) -> int:
        """How many connections there are."""
        return self._pool.size

    async def listen(self, listener: Listener, tls: ssl.SSLContext | None = None) -> None:
        """Accepts connections at `listener`, with TLS where a context is given."""
        sock, pool = listener.sock, self._pool
        if tls is None:
            server = await self._loop.create_server(pool, sock=sock, backlog=BACKLOG)
        else:
            server = await self._loop.create_server(
                pool,
                sock=sock,
                ssl=tls,
                backlog=BACKLOG,
                ssl_handshake_timeout=self._limits.header_timeout,
                ssl_shutdown_timeout=TLS_SHUTDOWN,
            )
        self._open.append((server, listener))

    def stop_accepting(self) -> None:
        """Closes the listeners; from now on each answer is the last of its connection.

        A socket that the service manager holds too goes on queueing clients, for the next process.
        """
        self._pool.is_draining = True
        for server, listener in self._open:
            server.close()
            listener.remove()
        self._open.clear()

    async def drain(self, *, grace: float, deadline: float) -> bool:
        """Ends well: whether every request that had begun was answered within `deadline` seconds.

        Stops accepting at once. Idle connections are left alone for `grace` seconds, so that a client that is just
        sending gets an answer instead of a reset; after the deadline what is left is cancelled.
        """
        self.stop_accepting()
        is_empty = await self._pool.wait_empty(min(grace, deadline))
        if not is_empty:
            self._pool.end_idle()
            is_empty = await self._pool.wait_empty(max(deadline - grace, 0))
        await self._pool.shutdown(LAST_CHANCE)
        self._pool.malformed.report()
        self._pool.refused.report()
        return is_empty
