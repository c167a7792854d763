"""A core with its listeners, from start to end."""

from __future__ import annotations

import asyncio
import faulthandler
import gc
import logging
import ssl
from collections.abc import Callable, Mapping

from rpcauth.app.console import ConsoleServer
from rpcauth.app.core import Core, open_core
from rpcauth.app.fronts import ADMIN_LIMITS, build_admin_front, build_front, limits_of
from rpcauth.app.listening import check_exposure, find_tls, open_admin_listeners, open_listeners
from rpcauth.app.observation import observing
from rpcauth.app.self_test import run_self_test
from rpcauth.app.signals import Order, Signals
from rpcauth.app.supervision import take_supervision
from rpcauth.config import Config
from rpcauth.config.changes import Changes, find_changes
from rpcauth.errors import ConfigurationInvalid
from rpcauth.log.bridge import LineHandler, report_loop_errors
from rpcauth.log.lines import LineLog, LineStyle, open_log
from rpcauth.operations.sweeper import sweep_for_ever
from rpcauth.server.http_server import HttpServer
from rpcauth.server.inheritance import Inherited
from rpcauth.server.notification import Notifier
from rpcauth.storage.clock import wall_clock

_log = logging.getLogger(__name__)

_STDERR = 2
"""The descriptor: sys.stderr is None in a process that was started with it closed."""

GRACE = 0.2
"""Seconds that idle connections are left alone when the daemon ends."""


class Daemon:
    """A core with its listeners. `addresses` are where it listens, with the ports that were taken."""

    def __init__(
        self, core: Core, log: LineLog, say: Callable[[str], None], inherited: Inherited | None = None
    ) -> None:
        self.core = core
        self.addresses: list[str] = []
        self._say = say
        self._log = log
        self._inherited = inherited or Inherited()
        self._tls: ssl.SSLContext | None = None
        self._server = HttpServer(build_front(core, log), limits=limits_of(core.config), clock=wall_clock, log=log)
        self._admin = HttpServer(build_admin_front(core, log), limits=ADMIN_LIMITS, clock=wall_clock, log=log)
        self._console = ConsoleServer(core, log)
        self._sweeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen everywhere and, once a row could be written, accept and begin to sweep.

        Raises ConfigurationInvalid, before anything was written; StoreRefused, StorageUnavailable.
        """
        config = self.core.config
        self._tls = find_tls(config)
        for listener in open_admin_listeners(config, self._inherited, self._say):
            await self._admin.listen(listener, waits=True)
        await self._console.listen()
        for listener in open_listeners(config, self._inherited, self._say):
            await self._server.listen(listener, self._tls if listener.is_tcp else None, waits=True)
            self.addresses.append(listener.name)
        await run_self_test(self.core.store)
        await self._admin.start_accepting()
        await self._console.start_accepting()
        await self._server.start_accepting()
        self._warn()
        self._sweeper = asyncio.get_running_loop().create_task(sweep_for_ever(self.core.store))
        self._sweeper.add_done_callback(_report_end)

    @property
    def servers(self) -> Mapping[str, HttpServer]:
        """Its listeners by name, for metrics."""
        return {"rpc": self._server, "admin": self._admin, **self._console.servers}

    async def reload(self, config: Config) -> Changes:
        """Take over what can be of another configuration, and the TLS files as they are now.

        Raises ConfigurationInvalid, OSError; then nothing has changed.
        """
        changes = find_changes(self.core.config, config)
        check_exposure(changes.config, self._inherited.rpc)
        tls = find_tls(changes.config)
        if tls is not None or self._tls is not None:
            await self._server.renew_tls(tls)
            self._tls = tls
        self.core.adopt(changes.config)
        self._server.adopt(build_front(self.core, self._log), limits_of(changes.config))
        self._admin.adopt(build_admin_front(self.core, self._log), ADMIN_LIMITS)
        self._console.adopt()
        self._warn()
        return changes

    def describe(self) -> str:
        """One line for the operator who asks how it is."""
        server, store = self._server, self.core.store
        counts = f"{server.connections} connections, {server.requests} requests so far, {store.queue_depth} waiting"
        return f"serving {', '.join(self.addresses)}: {counts}"

    def _warn(self) -> None:
        for problem in self.core.find_problems():
            _log.warning("%s", problem)

    async def stop(self) -> None:
        """Drain, then stop sweeping. The core is closed by whoever opened it."""
        await self._server.drain(grace=GRACE, deadline=self.core.config.server.drain_timeout)
        await self._admin.drain(grace=0, deadline=GRACE)
        await self._console.stop(GRACE)
        if self._sweeper is not None:
            self._sweeper.cancel()
            await asyncio.wait([self._sweeper])


async def serve(
    config: Config,
    *,
    say: Callable[[str], None],
    started: Callable[[Daemon], None],
    read_again: Callable[[], Config] | None = None,
    accepts_loss: bool = False,
) -> None:
    """Run the daemon until SIGTERM or SIGINT. `say` gets a line of what was made, `started` the running daemon.

    SIGHUP takes over what `read_again` gives; without it, it ends the daemon as well. `accepts_loss` is open_core's.
    """
    faulthandler.enable(_STDERR)  # the watchdog ends a process that hangs by SIGABRT: then the log shows where
    loop, supervision = asyncio.get_running_loop(), take_supervision()
    log = _open_log(config, loop)
    signals = Signals(loop, reloads=read_again is not None)
    asking = loop.create_task(supervision.ask_for_patience())
    async with (
        observing(config, supervision.inherited, log, say) as observation,
        open_core(config, say, accepts_loss=accepts_loss) as core,
    ):
        log.attach(loop)
        daemon = Daemon(core, log, say, supervision.inherited)
        try:
            await daemon.start()
            observation.begin(core.store, daemon.servers)
            _spare_from_collection()
            asking.cancel()
            started(daemon)
            async with supervision.watching(core.store, daemon.describe):
                supervision.notifier.tell_ready()
                while read_again is not None and await signals.wait() is Order.RELOAD:
                    await _reload(daemon, log, supervision.notifier, read_again)
                await signals.wait()
        finally:
            supervision.tell_stopping(core.config.server.drain_timeout)
            await observation.end()
            await daemon.stop()
            log.detach()


def _open_log(config: Config, loop: asyncio.AbstractEventLoop) -> LineLog:
    log = open_log(clock=wall_clock, style=LineStyle(config.log.format), level=_level_of(config))
    logging.basicConfig(handlers=[LineHandler(log)], level=_level_of(config), force=True)
    report_loop_errors(loop, log)
    return log


def _level_of(config: Config) -> int:
    return logging.getLevelNamesMapping()[config.log.level.upper()]


async def _reload(daemon: Daemon, log: LineLog, notifier: Notifier, read_again: Callable[[], Config]) -> None:
    """Take over the configuration as the file has it now, and say what was and what was not."""
    notifier.tell_reloading()
    try:
        changes = await daemon.reload(await asyncio.to_thread(read_again))
    except (ConfigurationInvalid, OSError) as error:
        problems = error.problems if isinstance(error, ConfigurationInvalid) else [str(error.strerror)]
        for problem in problems:
            _log.error("not reloaded, and nothing has changed: %s", problem)
    else:
        log.restyle(style=LineStyle(changes.config.log.format), level=_level_of(changes.config))
        logging.getLogger().setLevel(_level_of(changes.config))
        _log.info("reloaded; taken over: %s", ", ".join(changes.taken) or "nothing that differs")
        for name in changes.waiting:
            _log.warning("%s differs in the file: restart to change it", name)
    finally:
        notifier.tell_ready()


def _spare_from_collection() -> None:
    """What start-up made stays to the end: looking through it for garbage would cost milliseconds, again and again."""
    gc.collect()
    gc.freeze()
    # Requests under way are no garbage: looking at them every 700 objects only makes them old.
    gc.set_threshold(20_000, 20, 20)


def _report_end(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.critical("a task of the daemon ended: %s", type(error).__name__)
