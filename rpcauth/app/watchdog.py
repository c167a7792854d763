"""Whether the daemon can still work: a sign of life goes the whole way through event loop, writer and disk.

What answers is alive, if only with an error: a full disk is told in the status and the log, and killing a daemon that
still serves reads would mend nothing. What hangs is not, and the service manager ends it.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from rpcauth.errors import StorageUnavailable
from rpcauth.operations.key_rotation import TakeTurn
from rpcauth.server.notification import Notifier
from rpcauth.storage.port import Store

_log = logging.getLogger(__name__)

STATUS_EVERY: Final = 10.0
"""Seconds between two words on how things stand, where no watchdog sets the pace."""

PATIENCE: Final = 5.0
"""Seconds in which the writer, and the disk, must answer."""

LEAST_PAUSE: Final = 0.05
"""Seconds between two rounds, however short the period is: looking after itself must not be all that a daemon does."""

HANGS: Final = "does not answer"
_PROBE: Final = b"rpcauth\n" * 64


class DiskProbe:
    """Writes and syncs a few bytes beside the store, in a thread that may hang without anybody else hanging too."""

    def __init__(self, store: Path) -> None:
        self._path = store.with_name(store.name + ".watchdog")
        self._last: asyncio.Future[str | None] | None = None

    def start(self) -> asyncio.Future[str | None]:
        """The name of what went wrong, None for nothing. While the last probe hangs, it is that one's answer."""
        if self._last is None or self._last.done():
            loop = asyncio.get_running_loop()
            self._last = loop.create_future()
            threading.Thread(target=self._run, args=(loop, self._last), name="rpcauth-probe", daemon=True).start()
        return self._last

    def remove(self) -> None:
        """Takes the probe's file away."""
        self._path.unlink(missing_ok=True)

    def _run(self, loop: asyncio.AbstractEventLoop, answer: asyncio.Future[str | None]) -> None:
        try:
            self._write()
            trouble = None
        except OSError as error:
            trouble = errno.errorcode.get(error.errno or 0, "OSError")
        with suppress(RuntimeError):  # the loop has ended: nobody waits any more
            loop.call_soon_threadsafe(answer.set_result, trouble)

    def _write(self) -> None:
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.pwrite(descriptor, _PROBE, 0)
            os.fdatasync(descriptor)
        finally:
            os.close(descriptor)


class Watchdog:
    """Looks after a store; `period` is how often the service manager must hear from it, in seconds, None for never."""

    def __init__(
        self, store: Store, folder_of: Path, notifier: Notifier, *, period: float | None, describe: Callable[[], str]
    ) -> None:
        self._store = store
        self._probe = DiskProbe(folder_of)
        self._notifier = notifier
        self._period = period
        self._describe = describe
        self._pause = STATUS_EVERY if period is None else max(period / 3, LEAST_PAUSE)
        self._patience = min(PATIENCE, self._pause)

    async def watch_for_ever(self) -> None:
        """Round after round, until cancelled."""
        try:
            while True:
                await self.look()
                await asyncio.sleep(self._pause)
        finally:
            self._probe.remove()

    async def look(self) -> None:
        """One round: a sign of life if nothing hangs, and a word on how things stand."""
        troubles = await asyncio.gather(self._ask_writer(), self._ask_disk())
        told = [
            f"{what} {trouble}" for what, trouble in zip(("the writer", "the disk"), troubles, strict=True) if trouble
        ]
        if HANGS in troubles:
            _log.critical("no sign of life: %s", ", ".join(told))
        elif self._period is not None:
            self._notifier.tell_alive()
        self._notifier.tell_status("; ".join((self._describe(), *told)))

    async def _ask_writer(self) -> str | None:
        try:
            async with asyncio.timeout(self._patience):
                await self._store.execute(TakeTurn())
        except TimeoutError:
            return HANGS
        except StorageUnavailable as error:
            return f"answers {error.detail}"
        return None

    async def _ask_disk(self) -> str | None:
        answer = self._probe.start()
        done, _ = await asyncio.wait([answer], timeout=self._patience)
        if not done:
            return HANGS
        return None if answer.result() is None else f"answers {answer.result()}"
