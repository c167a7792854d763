"""A store and everything behind the listeners: what the daemon serves, and what commands without a daemon use."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import resource
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import rpcauth
from rpcauth import folders
from rpcauth.app.facades import build_facades, find_problems
from rpcauth.app.limiters import Limiters
from rpcauth.app.troubles import find_troubles, is_audit_in_place
from rpcauth.config import Config
from rpcauth.console.access import ConsoleAccess
from rpcauth.definitions.execution import open_caller_secret
from rpcauth.errors import ConfigurationInvalid, StoreHindered, StoreRefused
from rpcauth.keys.keyring import KEY_BYTES
from rpcauth.keys.master import Master, find_credential, load_master_key, write_master_key
from rpcauth.model import Caller
from rpcauth.operations.authentication import ClientAuthenticator
from rpcauth.operations.data_loss import DATA_LOSS
from rpcauth.operations.key_rotation import RotateMaster, TakeTurn
from rpcauth.rpc.admin.methods import AdminMethods
from rpcauth.rpc.dispatch import Dispatcher
from rpcauth.rpc.invocation import Backend
from rpcauth.server.callers import CallerRegistry
from rpcauth.storage.driver import sqlite_version
from rpcauth.storage.opening import StoreSettings, is_empty, open_store, pending_migrations
from rpcauth.storage.safeguards.auditing import Circumstances
from rpcauth.storage.sqlite import SqliteStore
from rpcauth.web.incident_book import IncidentBook

ADMINISTRATOR = Caller(name="administrator", services=("*",), methods=("*",), mac_keys=True)
"""Whoever may connect to the administrative socket."""

CONSOLE = replace(ADMINISTRATOR, name="console")
"""Whoever shows a key to the console."""


_HINDRANCES: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.ESTALE})
"""Errors of a disk that pass, or are mended, without a change to what we are told to use."""


def settings_of(config: Config, circumstances: Circumstances | None = None) -> StoreSettings:
    """The store of a configuration."""
    return StoreSettings(
        path=config.storage.url.path,
        node=config.storage.node,
        queue_limit=config.limits.queue,
        queue_wait=config.limits.queue_wait,
        patience=config.server.request_timeout,
        audit=config.audit.path if config.audit.enabled else None,
        circumstances=circumstances or Circumstances(),
    )


def load_or_make_master(config: Config, say: Callable[[str], None]) -> Master:
    """The master key: the credential, else the file. A new file is made beside an empty store only.

    Raises StoreRefused.
    """
    file = config.keys.file
    is_needed = find_credential(config.keys.credential, os.environ) is None and not file.exists()
    if is_needed and is_empty(config.storage.url.path):
        make_folder(file.parent, say)
        write_master_key(file, os.urandom(KEY_BYTES))
        say(f"made the master key {file}; keep a copy where the store's backups are not")
    return load_master(config)


def load_master(config: Config) -> Master:
    """The master key that is there: the credential, else the file. Raises StoreRefused."""
    credential = find_credential(config.keys.credential, os.environ)
    if credential is not None:
        return Master(credential, load_master_key(credential, is_credential=True), is_credential=True)
    return Master(config.keys.file, load_master_key(config.keys.file))


def make_folder(folder: Path, say: Callable[[str], None]) -> None:
    """Make a folder that is not there yet, and those above it. Raises OSError."""
    if not folder.is_dir():
        folders.make_folder(folder)
        say(f"made the folder {folder}")


class Core:
    """A store with its methods, and no listener: what the daemon serves, and what commands without a daemon use."""

    def __init__(self, config: Config, store: SqliteStore, master: Master) -> None:
        self.config = config
        self.store = store
        self.master = master
        self._changing_master = asyncio.Lock()
        self.console = ConsoleAccess(CONSOLE, clock=store.now)
        self._authenticator = ClientAuthenticator(
            keyring=lambda: store.keyring,
            now=store.now,
            concurrency=config.limits.argon2_concurrency,
            failures_per_minute=config.limits.client_failures,
        )
        self.incidents = IncidentBook(clock=store.now)
        self._admin = AdminMethods(
            store,
            master=lambda: self.master.key,
            change_master=self._change_master,
            describe=self.describe,
            incidents=self.incidents,
            open_console=self.console.open,
        )
        self.callers = CallerRegistry(
            definitions=lambda: store.definitions,
            open_secret=lambda caller: open_caller_secret(store.keyring, caller),
            clock=store.now,
        )
        self.limiters = Limiters(config)
        self._build()

    def _build(self) -> None:
        """What answers, as the configuration has it. What remembers anything is made once, and not here."""
        config, store = self.config, self.store
        backend = Backend(
            store=store,
            authenticator=self._authenticator,
            cache_seconds=config.server.cache_seconds,
            token_rate=self.limiters.tokens,
            caller_rate=self.limiters.callers,
        )
        self.facades = build_facades(
            config, store, self._authenticator, self.callers, lambda: self.master.key, limiters=self.limiters
        )
        self.dispatcher = Dispatcher(backend, batch_limit=config.server.batch_limit)
        self.admin_dispatcher = Dispatcher(backend, batch_limit=config.server.batch_limit, extra=self._admin.handlers())

    def adopt(self, config: Config) -> None:
        """Serve by another configuration of the same store and keys; the dispatchers and façades are new then."""
        self.config = config
        limits = config.limits
        self._authenticator.limit(concurrency=limits.argon2_concurrency, failures_per_minute=limits.client_failures)
        self.store.limit(queue_limit=limits.queue, queue_wait=limits.queue_wait, patience=config.server.request_timeout)
        self.limiters.adopt(config)
        self._build()

    def describe(self) -> Mapping[str, Any]:
        """How the daemon stands: for `doctor`."""
        return {
            "version": rpcauth.__version__,
            "sqlite": sqlite_version(),
            "store": str(self.store.path),
            "admin": str(self.config.server.admin),
            "clock_suspect": self.store.clock.suspect,
            "queue_depth": self.store.queue_depth,
            "services": len(self.store.definitions.services),
            "applications": len(self.store.definitions.applications),
            "callers": len(self.store.definitions.callers),
            "audit": str(self.config.audit.path) if self.config.audit.enabled else None,
            "audit_in_place": is_audit_in_place(self.store, self.config.audit.path),
            "data_loss": self._find_data_loss(),
            "troubles": [str(trouble) for trouble in find_troubles(self.store)],
            "descriptor_limit": resource.getrlimit(resource.RLIMIT_NOFILE)[0],
            "max_connections": self.config.server.max_connections,
            "problems": self.find_problems(),
        }

    def _find_data_loss(self) -> Mapping[str, Any] | None:
        """The alarm of a loss that was accepted, until an operator acknowledges it: its time, text, lost changes."""
        alarm = self.store.find_meta(DATA_LOSS)
        return None if alarm is None else json.loads(alarm)

    def find_problems(self) -> list[str]:
        """What the definitions lack for what the configuration switches on."""
        return find_problems(self.config, self.store.definitions)

    async def close(self) -> None:
        self._authenticator.close()
        await self.store.close()

    async def _change_master(self) -> None:
        """Put a new key beside the old file, rewrap, then let it take the old one's place.

        A crash between leaves both files: the next start takes the one that the store knows. Raises
        ConfigurationInvalid for a credential, which cannot be changed from here.
        """
        if self.master.is_credential:
            what = f'the master key is the credential "{self.master.file.name}", which a daemon cannot change'
            advice = "stop the daemon, type the same as root, and start it again (docs/running.md)"
            raise ConfigurationInvalid([f"{what}; {advice}"])
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
async def open_core(config: Config, say: Callable[[str], None], *, accepts_loss: bool = False) -> AsyncIterator[Core]:
    """Open the store of a configuration and everything behind the listeners. Raises StoreRefused.

    An empty or older store is migrated first; `say` gets a line of whatever was made or migrated. With `accepts_loss`
    a store that has lost something is served all the same (storage/safeguards/auditing.py).
    """
    path = config.storage.url.path
    try:
        made = "made" if is_empty(path) else "migrated"
        pending = await pending_migrations(path)
        master = load_or_make_master(config, say)
        make_folder(path.parent, say)
        core = await _open(config, settings_of(config, Circumstances(accepts_loss=accepts_loss)), master)
    except OSError as error:
        raise _refusal_of(error, path) from None
    if pending:
        say(f"{made} the store {path} ({', '.join(migration.name for migration in pending)})")
    try:
        yield core
    finally:
        await core.close()


def _refusal_of(error: OSError, store: Path) -> StoreRefused:
    what = f"{error.filename or store}: {error.strerror}"
    if error.errno in _HINDRANCES:
        return StoreHindered(f"{what}; look after the disk")
    return StoreRefused(f"{what}; check the owner and mode of it and of its folder")


async def _open(config: Config, settings: StoreSettings, master: Master) -> Core:
    try:
        return Core(config, await open_store(settings, master.key), master)
    except StoreRefused:
        if not master.successor.exists():
            raise
        # The master key was being changed when the daemon died: perhaps the store knows the new one already.
        core = Core(config, await open_store(settings, load_master_key(master.successor)), master)
        master.adopt_successor()
        return core
