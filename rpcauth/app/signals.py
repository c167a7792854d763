"""The signals that a daemon obeys, told one after the other."""

from __future__ import annotations

import asyncio
import signal
from enum import Enum, auto


class Order(Enum):
    END = auto()
    RELOAD = auto()


class Signals:
    """SIGTERM and SIGINT end; SIGHUP reads the configuration again or, without `reloads`, ends as well.

    From here on none of them kills the process: an order that comes before anybody waits for it is kept.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, *, reloads: bool) -> None:
        self._is_ending = False
        self._arrived = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._end)
        loop.add_signal_handler(signal.SIGHUP, self._reload if reloads else self._end)

    async def wait(self) -> Order:
        """The next order. The end goes before anything else, and two reloads before one is carried out are one."""
        await self._arrived.wait()
        if self._is_ending:
            return Order.END
        self._arrived.clear()
        return Order.RELOAD

    def _end(self) -> None:
        self._is_ending = True
        self._arrived.set()

    def _reload(self) -> None:
        self._arrived.set()
