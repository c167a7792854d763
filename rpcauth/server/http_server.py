"""The HTTP server: its listeners, and how it ends."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from rpcauth.log.lines import LineLog
from rpcauth.model import Millis
from rpcauth.server.connections import ConnectionPool, Handler
from rpcauth.server.limits import FrontLimits
from rpcauth.server.listeners import BACKLOG, Listener
from rpcauth.server.reserve import Reserve, ReservedAcceptor

TLS_SHUTDOWN: Final = 1.0
"""Seconds in which a client must agree to the end of TLS."""

LAST_CHANCE: Final = 0.05
"""Seconds past the deadline, before and again after a request is told of its end, until it is cancelled."""


AT_ONCE: Final = 16
"""Connections that asyncio accepts in one turn. It takes the backlog for that, and when there are no descriptors left
it tries, and complains, as often in a turn."""

SEND_BUFFER: Final = 128 * 1024
"""Bytes asked of the kernel for answers on their way; it would keep megabytes for each client that does not read."""


class Acceptor(Protocol):
    """What accepts on a socket of its own: asyncio's, or one with a reserve."""

    async def start_serving(self) -> None: ...

    def close(self) -> None: ...


ACCEPTORS: Final = 16
"""Duplicates of a listening socket that uvloop accepts at."""


@dataclass(slots=True)
class _Open:
    """A listener, and what accepts on a duplicate of its socket."""

    listener: Listener
    server: Acceptor
    sock: socket.socket


class HttpServer:
    """Serves any number of listeners with one handler. To be made where the event loop runs."""

    def __init__(self, handler: Handler, *, limits: FrontLimits, clock: Callable[[], Millis], log: LineLog) -> None:
        self._loop = asyncio.get_running_loop()
        self._limits = limits
        self._pool = ConnectionPool(handler, limits=limits, clock=clock, log=log)
        self._open: list[_Open] = []

    @property
    def connections(self) -> int:
        """How many connections there are."""
        return self._pool.size

    @property
    def requests(self) -> int:
        """How many requests have come in so far."""
        return self._pool.requests_count

    @property
    def max_connections(self) -> int:
        """How many there may be."""
        return self._limits.max_connections

    @property
    def refused(self) -> int:
        """How many connections were too many so far."""
        return self._pool.refused.total

    @property
    def malformed(self) -> int:
        """How many requests were no HTTP so far."""
        return self._pool.malformed.total

    async def listen(
        self,
        listener: Listener,
        tls: ssl.SSLContext | None = None,
        *,
        waits: bool = False,
        reserve: Reserve | None = None,
    ) -> None:
        """Accepts connections at `listener`, with TLS where a context is given.

        With `waits` they queue in the kernel until `start_accepting`. With a `reserve`, for plain connections alone,
        they are accepted when the process has no descriptor left as well.
        """
        if reserve is None:
            for _ in range(_count_acceptors(self._loop)):
                self._open.append(await self._accept(listener, tls, waits=waits))
            return
        acceptor = ReservedAcceptor(self._loop, listener.sock.dup(), self._pool, reserve)
        await acceptor.start_serving()
        self._open.append(_Open(listener, acceptor, acceptor.sock))

    async def start_accepting(self) -> None:
        """Accepts at the listeners that waited for it."""
        for opened in self._open:
            await opened.server.start_serving()
            opened.listener.sock.listen(BACKLOG)

    def adopt(self, handler: Handler, limits: FrontLimits) -> None:
        """Serves by another handler and limits from the next request on; no connection notices."""
        self._limits = limits
        self._pool.adopt(handler, limits)

    async def renew_tls(self, tls: ssl.SSLContext | None) -> None:
        """Greets new TCP connections by another context; those that there are keep theirs.

        Raises OSError, when there are no descriptors left; then nothing has changed.
        """
        fresh: dict[int, _Open] = {}
        try:
            for place, old in enumerate(self._open):
                if old.listener.is_tcp:
                    fresh[place] = await self._accept(old.listener, tls, waits=True)
        except OSError:
            for made in fresh.values():
                made.server.close()
            raise
        for place, new in fresh.items():
            # Both accept for a moment, from one queue: nobody is turned away.
            await new.server.start_serving()
            new.listener.sock.listen(BACKLOG)
            old, self._open[place] = self._open[place], new
            await self._stop_accepting(old)

    async def _accept(self, listener: Listener, tls: ssl.SSLContext | None, *, waits: bool = False) -> _Open:
        sock, pool = listener.sock.dup(), self._pool
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)  # connections inherit it
        if tls is None:
            server = await self._loop.create_server(pool, sock=sock, backlog=AT_ONCE, start_serving=not waits)
        else:
            server = await self._loop.create_server(
                pool,
                sock=sock,
                ssl=tls,
                backlog=AT_ONCE,
                start_serving=not waits,
                ssl_handshake_timeout=self._limits.header_timeout,
                ssl_shutdown_timeout=TLS_SHUTDOWN,
            )
        listener.sock.listen(BACKLOG)  # the loop has just asked for a shorter one
        return _Open(listener, server, sock)

    async def _stop_accepting(self, opened: _Open) -> None:
        # asyncio makes a connection that it accepted one turn later, and a server that is closed by then drops it.
        self._loop.remove_reader(opened.sock)
        await asyncio.sleep(0)
        opened.server.close()

    async def stop_accepting(self) -> None:
        """Closes the listeners; from now on each answer is the last of its connection.

        A socket that the service manager holds too goes on queueing clients, for the next process.
        """
        self._pool.is_draining = True
        closing, self._open = self._open, []
        for opened in closing:
            await self._stop_accepting(opened)
            opened.listener.sock.close()
            opened.listener.remove()

    async def drain(self, *, grace: float, deadline: float) -> bool:
        """Ends well: whether every request that had begun was answered within `deadline` seconds.

        Stops accepting at once. Idle connections are left alone for `grace` seconds, so that a client that is just
        sending gets an answer instead of a reset; after the deadline what is left is cancelled.
        """
        await self.stop_accepting()
        is_empty = await self._pool.wait_empty(min(grace, deadline), expected=True)
        if not is_empty:
            self._pool.end_idle()
            is_empty = await self._pool.wait_empty(max(deadline - grace, 0))
        await self._pool.shutdown(LAST_CHANCE)
        self._pool.malformed.report()
        self._pool.refused.report()
        return is_empty


def _count_acceptors(loop: asyncio.AbstractEventLoop) -> int:
    """How many are needed so that a busy loop takes up newcomers as fast as they come.

    In each of its turns uvloop accepts one connection at a socket. A turn takes long under load, and whoever came anew
    would wait for seconds, while those that were there are served; asyncio accepts whatever has come.
    """
    return ACCEPTORS if type(loop).__module__.partition(".")[0] == "uvloop" else 1
