"""The composition root: the one place where configuration, store, methods and servers are plugged together."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import rpcauth
from rpcauth.config import Config, UnixAddress
from rpcauth.definitions.execution import open_caller_secret
from rpcauth.errors import ConfigurationInvalid, StoreRefused
from rpcauth.keys.keyring import KEY_BYTES
from rpcauth.keys.master import Master, load_master_key, write_master_key
from rpcauth.log.bridge import LineHandler, report_loop_errors
from rpcauth.log.lines import LineLog, LineStyle, open_log
from rpcauth.model import Caller
from rpcauth.operations.authentication import ClientAuthenticator
from rpcauth.operations.key_rotation import RotateMaster, TakeTurn
from rpcauth.operations.sweeper import sweep_for_ever
from rpcauth.rpc.admin import AdminMethods
from rpcauth.rpc.dispatch import Dispatcher
from rpcauth.rpc.invocation import Backend
from rpcauth.server.callers import CallerProof, CallerRegistry, prove_by_uid
from rpcauth.server.front import Front
from rpcauth.server.http_server import HttpServer
from rpcauth.server.limits import FrontLimits
from rpcauth.server.listeners import ADMIN_MODE, RPC_MODE, Listener, listen_tcp, listen_unix
from rpcauth.server.tls import build_tls
from rpcauth.storage.clock import wall_clock
from rpcauth.storage.driver import sqlite_version
from rpcauth.storage.opening import StoreSettings, is_empty, open_store, pending_migrations
from rpcauth.storage.sqlite import SqliteStore

_log = logging.getLogger(__name__)

ADMINISTRATOR = Caller(name="administrator", services=("*",), methods=("*",), mac_keys=True)
"""Whoever may connect to the administrative socket."""

ADMIN_LIMITS = FrontLimits(body_limit=64 * 1024 * 1024, max_connections=64)
"""A definitions file may be large, and its sender is trusted."""

GRACE = 0.2
"""Seconds that idle connections are left alone when the daemon ends."""


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
        make_folder(file.parent, say)
        write_master_key(file, os.urandom(KEY_BYTES))
        say(f"made the master key {file}; keep a copy where the store's backups are not")
    return Master(file, load_master_key(file))


def make_folder(folder: Path, say: Callable[[str], None]) -> None:
    """Make a folder that is not there yet, and those above it. Raises OSError."""
    if not folder.is_dir():
        folder.mkdir(parents=True)
        say(f"made the folder {folder}")


class Core:
    """A store with its methods, and no listener: what the daemon serves, and what commands without a daemon use."""

    def __init__(self, config: Config, store: SqliteStore, master: Master) -> None:
        self.config = config
        self.store = store
        self.master = master
        self._changing_master = asyncio.Lock()
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
        async with self._changing_master:
            if self.master.successor.exists():
                await self._settle_master()
            key = os.urandom(KEY_BYTES)
            write_master_key(self.master.successor, key)
            await self.store.execute(RotateMaster(master=key))
            self.master.adopt_successor()

    async def _settle_master(self) -> None:
        """End a change whose outcome was not known: the file that the store is not under goes, never the other."""
        # What was asked of the store before is done or refused once this is.
        await self.store.execute(TakeTurn())
        if self.store.is_under(load_master_key(self.master.successor)):
            self.master.adopt_successor()
        else:
            self.master.drop_successor()


@asynccontextmanager
async def open_core(config: Config, say: Callable[[str], None]) -> AsyncIterator[Core]:
    """Open the store of a configuration and everything behind the listeners. Raises StoreRefused.

    An empty or older store is migrated first; `say` gets a line of whatever was made or migrated.
    """
    path = config.storage.url.path
    try:
        made = "made" if is_empty(path) else "migrated"
        pending = await pending_migrations(path)
        master = load_or_make_master(config, say)
        make_folder(path.parent, say)
        core = await _open(config, master)
    except OSError as error:
        what = f"{error.filename or path}: {error.strerror}"
        raise StoreRefused(f"{what}; check the owner and mode of {path.parent} and {config.keys.file}") from None
    if pending:
        say(f"{made} the store {path} ({', '.join(migration.name for migration in pending)})")
    try:
        yield core
    finally:
        await core.close()


async def _open(config: Config, master: Master) -> Core:
    try:
        return Core(config, await open_store(settings_of(config), master.key), master)
    except StoreRefused:
        if not master.successor.exists():
            raise
        # The master key was being changed when the daemon died: perhaps the store knows the new one already.
        core = Core(config, await open_store(settings_of(config), load_master_key(master.successor)), master)
        master.adopt_successor()
        return core


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
            core.dispatcher, prove=callers.prove, limits=limits, origins=server.allowed_origins, log=log
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
