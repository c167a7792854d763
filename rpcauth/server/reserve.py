"""Descriptors held back, so that operators get an answer from a process that has none left.

asyncio stops accepting for a second then, on every listener; uvloop closes whoever comes.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

_log = logging.getLogger(__name__)

SIZE: Final = 4
"""Descriptors held: for connections, and for what is read of /proc."""

PAUSE: Final = 0.05
"""Seconds until a reserve that is not full, or a listener with no descriptor to accept on, is looked after again."""


class Reserve:
    """Holds descriptors that mean nothing, and gives one up where one is wanted. To be made where the loop runs."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._held: list[int] = []
        self._timer: asyncio.TimerHandle | None = None
        self._refill()

    def give(self) -> bool:
        """Whether one was given up; it is taken back as soon as there is a free one again."""
        if not self._held:
            return False
        os.close(self._held.pop())
        if self._timer is None:
            self._timer = self._loop.call_later(PAUSE, self._refill)
        return True

    @contextmanager
    def lend(self) -> Iterator[None]:
        """One more may be opened within the block, which waits for nothing."""
        if self._held:
            os.close(self._held.pop())
        try:
            yield
        finally:
            self._refill()

    def close(self) -> None:
        """Give up all of them."""
        if self._timer is not None:
            self._timer.cancel()
        for descriptor in self._held:
            os.close(descriptor)
        self._held.clear()

    def _refill(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        try:
            while len(self._held) < SIZE:
                self._held.append(os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC))
        except OSError:  # there is none: that is what this is for
            self._timer = self._loop.call_later(PAUSE, self._refill)


class ReservedAcceptor:
    """Accepts at a listening socket, with descriptors of a reserve when there are no others."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        sock: socket.socket,
        make: Callable[[], asyncio.Protocol],
        reserve: Reserve,
    ) -> None:
        self._loop = loop
        self.sock = sock
        self._make = make
        self._reserve = reserve
        self._timer: asyncio.TimerHandle | None = None
        self._making: set[asyncio.Task[object]] = set()

    async def start_serving(self) -> None:
        self._watch()

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._loop.remove_reader(self.sock)
        self.sock.close()

    def _watch(self) -> None:
        self._loop.add_reader(self.sock, self._accept)

    def _accept(self) -> None:
        try:
            connection = self._take()
        except OSError:
            self._pause()
            return
        if connection is None:
            return
        connection.setblocking(False)
        task = self._loop.create_task(self._loop.connect_accepted_socket(self._make, connection))
        self._making.add(task)
        task.add_done_callback(self._report)

    def _take(self) -> socket.socket | None:
        """The next connection; None where whoever wanted one has gone. Raises OSError when no descriptor is left."""
        try:
            return self.sock.accept()[0]
        except (BlockingIOError, ConnectionAbortedError):
            return None
        except OSError:
            if not self._reserve.give():
                raise
            return self.sock.accept()[0]

    def _pause(self) -> None:
        self._loop.remove_reader(self.sock)
        self._timer = self._loop.call_later(PAUSE, self._watch)

    def _report(self, task: asyncio.Task[object]) -> None:
        self._making.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.warning("a connection could not be made: %s", type(error).__name__)
