"""The believed wall clock. The only file of the package that may ask the system for the time of day.

A wall clock that steps against the monotonic one by more than five minutes is not believed: time then goes on from
the last believed instant at the monotonic clock's pace, until an operator resets it. Believed time never goes back.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from rpcauth.model import Millis

_log = logging.getLogger(__name__)

MAX_STEP = 5 * 60 * 1000
"""Milliseconds by which wall and monotonic clock may part before the wall clock is no longer believed."""


def wall_clock() -> Millis:
    return Millis(time.time_ns() // 1_000_000)


def monotonic_clock() -> int:
    return time.monotonic_ns() // 1_000_000


class Clock:
    """`now()` in epoch milliseconds. `after` is the highest time that the store has seen.

    `lag` is by how many milliseconds that may have been written down too early: behind a wall clock that was set back
    time goes on from the latest instant that can have been believed, or what had expired would be good again.
    The event loop and the writer's thread both ask it, so each answer is one step under a lock.
    """

    def __init__(
        self,
        *,
        after: Millis = Millis(0),
        lag: int = 0,
        wall: Callable[[], Millis] = wall_clock,
        monotonic: Callable[[], int] = monotonic_clock,
    ) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._pace = monotonic()
        first = wall()
        self._believed = Millis(after + lag) if after - first > lag else max(first, after)
        self.suspect = False
        if after - first > MAX_STEP:
            self._suspect(first, after)

    def now(self) -> Millis:
        """The believed time. Sets `suspect` when the wall clock has jumped."""
        with self._lock:
            pace = self._monotonic()
            expected = self._believed + pace - self._pace
            wall = self._wall()
            if not self.suspect and abs(wall - expected) > MAX_STEP:
                self._suspect(wall, expected)
            believed = expected if self.suspect else max(wall, self._believed)
            self._believed, self._pace = Millis(believed), pace
            return self._believed

    def reset(self) -> Millis:
        """Believe the wall clock again, as an operator asked. Returns the time that was believed until then."""
        before = self.now()
        with self._lock:
            self._believed, self._pace = self._wall(), self._monotonic()
            self.suspect = False
        return before

    def distrust(self, believed: Millis) -> None:
        """Take a reset back: time goes on from what was believed before it."""
        with self._lock:
            self._believed, self._pace = believed, self._monotonic()
            self.suspect = True

    def _suspect(self, wall: int, expected: int) -> None:
        self.suspect = True
        _log.critical("the wall clock is off by %d s and is not believed", (wall - expected) // 1000)
