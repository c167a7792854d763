"""The console's listener: there only where the configuration names an address for it."""

from __future__ import annotations

from collections.abc import Mapping

from rpcauth.app.core import Core
from rpcauth.app.fronts import ADMIN_LIMITS, build_console_front
from rpcauth.log.lines import LineLog
from rpcauth.server.http_server import HttpServer
from rpcauth.server.listeners import listen_tcp
from rpcauth.storage.clock import wall_clock


class ConsoleServer:
    """The listener from start to end; without an address, nothing."""

    def __init__(self, core: Core, log: LineLog) -> None:
        self._core = core
        self._log = log
        self._server: HttpServer | None = None

    @property
    def servers(self) -> Mapping[str, HttpServer]:
        """The listener by its name, if there is one."""
        return {} if self._server is None else {"console": self._server}

    async def listen(self) -> None:
        """Take the address; connections wait until `start_accepting`. Raises ConfigurationInvalid."""
        address = self._core.config.console.listen
        if address is None:
            return
        listener = listen_tcp(address.host, address.port)
        self._core.console.name = listener.name
        front = build_console_front(self._core, self._log, listener.name)
        self._server = HttpServer(front, limits=ADMIN_LIMITS, clock=wall_clock, log=self._log)
        await self._server.listen(listener, waits=True)

    async def start_accepting(self) -> None:
        if self._server is not None:
            await self._server.start_accepting()

    def adopt(self) -> None:
        """Serve by the core's new dispatchers."""
        if self._server is not None and self._core.console.name is not None:
            front = build_console_front(self._core, self._log, self._core.console.name)
            self._server.adopt(front, ADMIN_LIMITS)

    async def stop(self, deadline: float) -> None:
        """Answer what has begun, for at most `deadline` seconds."""
        if self._server is not None:
            await self._server.drain(grace=0, deadline=deadline)
