"""A core with its listeners, from start to end."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
from collections.abc import Callable, Collection, Sequence

from rpcauth.app.core import ADMINISTRATOR, Core, make_folder, open_core
from rpcauth.config import Config, UnixAddress
from rpcauth.definitions.execution import open_caller_secret
from rpcauth.errors import ConfigurationInvalid
from rpcauth.log.bridge import LineHandler, report_loop_errors
from rpcauth.log.lines import LineLog, LineStyle, open_log
from rpcauth.operations.sweeper import sweep_for_ever
from rpcauth.rpc.dispatch import Dispatcher
from rpcauth.server.callers import CallerProof, CallerRegistry, prove_by_uid
from rpcauth.server.front import Front
from rpcauth.server.http_server import HttpServer
from rpcauth.server.limits import FrontLimits
from rpcauth.server.listeners import ADMIN_MODE, RPC_MODE, Listener, listen_tcp, listen_unix
from rpcauth.server.tls import build_tls
from rpcauth.storage.clock import wall_clock
from rpcauth.web.messages import RestFacade

_log = logging.getLogger(__name__)

ADMIN_LIMITS = FrontLimits(body_limit=64 * 1024 * 1024, max_connections=64)
"""A definitions file may be large, and its sender is trusted."""

GRACE = 0.2
"""Seconds that idle connections are left alone when the daemon ends."""


class Daemon:
    """A core with its listeners. `addresses` are where it listens, with the ports that were taken."""

    def __init__(self, core: Core, log: LineLog, say: Callable[[str], None]) -> None:
        self.core = core
        self._say = say
        self.addresses: list[str] = []
        server = core.config.server
        limits = FrontLimits(
            body_limit=server.body_limit,
            body_timeout=server.body_timeout,
            header_timeout=server.header_timeout,
            idle_timeout=server.idle_timeout,
            max_connections=server.max_connections,
        )
        callers = CallerRegistry(
            definitions=lambda: core.store.definitions,
            open_secret=lambda caller: open_caller_secret(core.store.keyring, caller),
            clock=core.store.now,
        )
        operators = prove_by_uid(ADMINISTRATOR, {0, os.geteuid()})
        self._server = _make_server(
            core.dispatcher,
            facades=core.facades,
            prove=callers.prove,
            limits=limits,
            origins=server.allowed_origins,
            log=log,
        )
        self._admin = _make_server(core.admin_dispatcher, prove=operators, limits=ADMIN_LIMITS, origins=(), log=log)
        self._sweeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen everywhere, then begin to sweep. Raises ConfigurationInvalid."""
        server = self.core.config.server
        tls = server.tls
        context = build_tls(tls.certificate, tls.key, tls.client_ca) if tls.certificate and tls.key else None
        await self._admin.listen(self._listen_unix(server.admin, mode=ADMIN_MODE))
        for address in server.listen:
            if isinstance(address, UnixAddress):
                listener = self._listen_unix(address)
                await self._server.listen(listener)
            else:
                listener = listen_tcp(address.host, address.port)
                await self._server.listen(listener, context)
            self.addresses.append(_name_of(listener))
        for problem in self.core.find_problems():
            _log.warning("%s", problem)
        self._sweeper = asyncio.get_running_loop().create_task(sweep_for_ever(self.core.store))
        self._sweeper.add_done_callback(_report_end)

    def _listen_unix(self, address: UnixAddress, mode: int = RPC_MODE) -> Listener:
        try:
            make_folder(address.path.parent, self._say)
        except OSError as error:
            problem = f'listen "{address}": {error.filename}: {error.strerror}; make the folder, or choose another'
            raise ConfigurationInvalid([problem]) from None
        return listen_unix(address.path, mode=mode)

    async def stop(self) -> None:
        """Drain, then stop sweeping. The core is closed by whoever opened it."""
        await self._server.drain(grace=GRACE, deadline=self.core.config.server.drain_timeout)
        await self._admin.drain(grace=0, deadline=GRACE)
        if self._sweeper is not None:
            self._sweeper.cancel()
            await asyncio.wait([self._sweeper])


async def serve(config: Config, *, say: Callable[[str], None], started: Callable[[Daemon], None]) -> None:
    """Run the daemon until SIGTERM or SIGINT. `say` gets a line of what was made, `started` the running daemon."""
    loop = asyncio.get_running_loop()
    log = open_log(
        clock=wall_clock,
        style=LineStyle(config.log.format),
        level=logging.getLevelNamesMapping()[config.log.level.upper()],
    )
    logging.basicConfig(handlers=[LineHandler(log)], level=config.log.level.upper(), force=True)
    report_loop_errors(loop, log)
    end = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end.set)
    async with open_core(config, say) as core:
        log.attach(loop)
        daemon = Daemon(core, log, say)
        try:
            await daemon.start()
            _spare_from_collection()
            started(daemon)
            await end.wait()
        finally:
            await daemon.stop()
            log.detach()


def _spare_from_collection() -> None:
    """What start-up made stays to the end: looking through it for garbage would cost milliseconds, again and again."""
    gc.collect()
    gc.freeze()
    # Requests under way are no garbage: looking at them every 700 objects only makes them old.
    gc.set_threshold(20_000, 20, 20)


def _make_server(
    dispatcher: Dispatcher,
    *,
    prove: CallerProof,
    limits: FrontLimits,
    origins: Collection[str],
    log: LineLog,
    facades: Sequence[RestFacade] = (),
) -> HttpServer:
    front = Front(dispatcher, facades=facades, prove=prove, limits=limits, allowed_origins=origins, log=log)
    return HttpServer(front, limits=limits, clock=wall_clock, log=log)


def _name_of(listener: Listener) -> str:
    if listener.path is not None:
        return f"unix:{listener.path}"
    host, port = listener.sock.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _report_end(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.critical("the sweeper ended: %s", type(error).__name__)
