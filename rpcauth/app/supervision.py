"""What a service manager is told of a daemon, from its start to its end."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from rpcauth.app.watchdog import Watchdog
from rpcauth.server.inheritance import Inherited, take_inherited
from rpcauth.server.notification import Notifier, take_notifier, take_watchdog
from rpcauth.storage.sqlite import SqliteStore

STARTING: Final = 30.0
"""Seconds that a start may go on without a word; migrations of a large store take longer, and say so."""

CLOSING: Final = 10.0
"""Seconds after the drain that emptying queue and WAL may take, before the service manager loses patience."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervision:
    """What the environment says of a service manager: whom to tell, how often, and which sockets it opened.

    `period` is how often it must hear from the daemon, in seconds; None: it does not watch.
    """

    notifier: Notifier
    period: float | None
    inherited: Inherited

    async def ask_for_patience(self) -> None:
        """Says that the start goes on, until cancelled."""
        while self.notifier.is_wanted:
            self.notifier.tell_starting(STARTING)
            await asyncio.sleep(STARTING / 3)

    @asynccontextmanager
    async def watching(self, store: SqliteStore, describe: Callable[[], str]) -> AsyncIterator[None]:
        """Gives signs of life, and a word on how things stand, as long as the block lasts."""
        if not self.notifier.is_wanted:
            yield
            return
        watchdog = Watchdog(store, store.path, self.notifier, period=self.period, describe=describe)
        task = asyncio.get_running_loop().create_task(watchdog.watch_for_ever())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    def tell_stopping(self, drain_timeout: float) -> None:
        """The end has begun, and takes as long as the drain may."""
        self.notifier.tell_stopping(drain_timeout + CLOSING)


def take_supervision() -> Supervision:
    """What the environment of this process says; it is taken out of there. Raises ConfigurationInvalid."""
    pid = os.getpid()
    return Supervision(
        notifier=take_notifier(os.environ),
        period=take_watchdog(os.environ, pid),
        inherited=take_inherited(os.environ, pid),
    )
