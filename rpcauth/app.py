"""The composition root: the one place where configuration, store, methods and servers are plugged together."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rpcauth
from rpcauth.config import Config, UnixAddress
from rpcauth.definitions.execution import open_caller_secret
from rpcauth.errors import StoreRefused
from rpcauth.keys.keyring import KEY_BYTES
from rpcauth.keys.master import load_master_key, write_master_key
from rpcauth.log.bridge import LineHandler, report_loop_errors
from rpcauth.log.lines import LineLog, LineStyle, open_log
from rpcauth.model import Caller
from rpcauth.operations.authentication import ClientAuthenticator
from rpcauth.operations.key_rotation import RotateMaster
from rpcauth.operations.sweeper import sweep_for_ever
from rpcauth.rpc.admin import AdminMethods
from rpcauth.rpc.dispatch import Dispatcher
from rpcauth.rpc.invocation import Backend
from rpcauth.server.callers import CallerProof, CallerRegistry, prove_by_uid
from rpcauth.server.front import Front
from rpcauth.server.http_server import HttpServer
from rpcauth.server.limits import FrontLimits
from rpcauth.server.listeners import ADMIN_MODE, Listener, listen_tcp, listen_unix
from rpcauth.server.tls import build_tls
from rpcauth.storage.clock import wall_clock
from rpcauth.storage.driver import sqlite_version
from rpcauth.storage.opening import StoreSettings, is_empty, open_store
from rpcauth.storage.sqlite import SqliteStore

_log = logging.getLogger(__name__)

ADMINISTRATOR = Caller(name="administrator", services=("*",), methods=("*",), mac_keys=True)
"""Whoever may connect to the administrative socket."""

ADMIN_LIMITS = FrontLimits(body_limit=64 * 1024 * 1024, max_connections=64)
"""A definitions file may be large, and its sender is trusted."""

GRACE = 0.2
"""Seconds that idle connections are left alone when the daemon ends."""


@dataclass(slots=True)
class Master:
    """The master key of a store, and the file that it stands in."""

    file: Path
    key: bytes


def settings_of(config: Config) -> StoreSettings:
    """The store of a configuration."""
    return StoreSettings(
        path=config.storage.url.path,
        node=config.storage.node,
        queue_limit=config.limits.queue,
        patience=config.server.request_timeout,
    )


def load_or_make_master(config: Config, say: Callable[[str], None]) -> Master:
    """The master key; a new one is made beside an empty store only. Raises StoreRefused."""
    file = config.keys.file
    if not file.exists() and is_empty(config.storage.url.path):
        write_master_key(file, os.urandom(KEY_BYTES))
        say(f"made the master key {file}; keep a copy where the store's backups are not")
    return Master(file, load_master_key(file))


class Core:
    """A store with its methods, and no listener: what the daemon serves, and what commands without a daemon use."""

    def __init__(self, config: Config, store: SqliteStore, master: Master) -> None:
        self.config = config
        self.store = store
        self.master = master
        self._authenticator = ClientAuthenticator(
            keyring=lambda: store.keyring,
            now=store.now,
            concurrency=config.limits.argon2_concurrency,
            failures_per_minute=config.limits.client_failures,
        )
        backend = Backend(store=store, authenticator=self._authenticator, cache_seconds=config.server.cache_seconds)
        admin = AdminMethods(
            store,
            master=lambda: self.master.key,
            change_master=self._change_master,
            describe=self.describe,
        )
        self.dispatcher = Dispatcher(backend, batch_limit=config.server.batch_limit)
        self.admin_dispatcher = Dispatcher(backend, batch_limit=config.server.batch_limit, extra=admin.handlers())

    def describe(self) -> Mapping[str, Any]:
        """How the daemon stands: for `doctor`."""
        return {
            "version": rpcauth.__version__,
            "sqlite": sqlite_version(),
            "store": str(self.store.path),
            "clock_suspect": self.store.clock.suspect,
            "queue_depth": self.store.queue_depth,
            "services": len(self.store.definitions.services),
            "applications": len(self.store.definitions.applications),
            "callers": len(self.store.definitions.callers),
        }

    async def close(self) -> None:
        self._authenticator.close()
        await self.store.close()

    async def _change_master(self) -> None:
        """Put a new key beside the old file, rewrap, then let it take the old one's place.

        A crash between leaves both files: the next start takes the one that the store knows.
        """
        fresh = _successor_of(self.master.file)
        fresh.unlink(missing_ok=True)
        key = os.urandom(KEY_BYTES)
        write_master_key(fresh, key)
        await self.store.execute(RotateMaster(master=key, rows=await self.store.list_keys()))
        os.replace(fresh, self.master.file)
        self.master.key = key


@asynccontextmanager
async def open_core(config: Config, say: Callable[[str], None]) -> AsyncIterator[Core]:
    """Open the store of a configuration and everything behind the listeners. Raises StoreRefused."""
    core = await _open(config, load_or_make_master(config, say))
    try:
        yield core
    finally:
        await core.close()


async def _open(config: Config, master: Master) -> Core:
    try:
        return Core(config, await open_store(settings_of(config), master.key), master)
    except StoreRefused:
        fresh = _successor_of(master.file)
        if not fresh.exists():
            raise
        # The master key was being changed when the daemon died: perhaps the store knows the new one already.
        core = Core(config, await open_store(settings_of(config), load_master_key(fresh)), master)
        os.replace(fresh, master.file)
        master.key = load_master_key(master.file)
        return core


def _successor_of(file: Path) -> Path:
    return file.with_name(file.name + ".new")


class Daemon:
    """A core with its listeners. `addresses` are where it listens, with the ports that were taken."""

    def __init__(self, core: Core, log: LineLog) -> None:
        self.core = core
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
            core, core.dispatcher, prove=callers.prove, limits=limits, origins=server.allowed_origins, log=log
        )
        self._admin = _make_server(
            core, core.admin_dispatcher, prove=operators, limits=ADMIN_LIMITS, origins=(), log=log
        )
        self._sweeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen everywhere, then begin to sweep. Raises ConfigurationInvalid."""
        server = self.core.config.server
        tls = server.tls
        context = build_tls(tls.certificate, tls.key, tls.client_ca) if tls.certificate and tls.key else None
        for address in server.listen:
            if isinstance(address, UnixAddress):
                address.path.parent.mkdir(parents=True, exist_ok=True)
                listener = listen_unix(address.path)
                await self._server.listen(listener)
            else:
                listener = listen_tcp(address.host, address.port)
                await self._server.listen(listener, context)
            self.addresses.append(_name_of(listener))
        server.admin.path.parent.mkdir(parents=True, exist_ok=True)
        await self._admin.listen(listen_unix(server.admin.path, mode=ADMIN_MODE))
        self._sweeper = asyncio.get_running_loop().create_task(sweep_for_ever(self.core.store))
        self._sweeper.add_done_callback(_report_end)

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
        daemon = Daemon(core, log)
        await daemon.start()
        started(daemon)
        await end.wait()
        await daemon.stop()
        log.detach()


def _make_server(
    core: Core,
    dispatcher: Dispatcher,
    *,
    prove: CallerProof,
    limits: FrontLimits,
    origins: Collection[str],
    log: LineLog,
) -> HttpServer:
    front = Front(dispatcher, prove=prove, limits=limits, allowed_origins=origins, log=log)
    return HttpServer(front, limits=limits, clock=wall_clock, log=log)


def _name_of(listener: Listener) -> str:
    if listener.path is not None:
        return f"unix:{listener.path}"
    host, port = listener.sock.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _report_end(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.critical("the sweeper ended: %s", type(error).__name__)
