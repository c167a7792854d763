"""The believed wall clock. The only file of the package that may ask the system for the time of day.

A wall clock that steps against the monotonic one by more than five minutes is not believed: time then goes on from
the last believed instant at the monotonic clock's pace, until an operator resets it. Believed time never goes back.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from rpcauth.model import Millis

MAX_STEP = 5 * 60 * 1000
"""Milliseconds by which wall and monotonic clock may part before the wall clock is no longer believed."""


def wall_clock() -> Millis:
    return Millis(time.time_ns() // 1_000_000)


def monotonic_clock() -> int:
    return time.monotonic_ns() // 1_000_000


class Clock:
    """`now()` in epoch milliseconds. `after` is the highest time that the store has seen.

    The event loop and the writer's thread both ask it, so each answer is one step under a lock.
    """

    def __init__(
        self,
        *,
        after: Millis = Millis(0),
        wall: Callable[[], Millis] = wall_clock,
        monotonic: Callable[[], int] = monotonic_clock,
    ) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._believed = after
        self._pace = monotonic()
        self.suspect = False
        first = wall()
        if first < after - MAX_STEP:
            self.suspect = True
        else:
            self._believed = max(first, after)

    def now(self) -> Millis:
        """The believed time. Sets `suspect` when the wall clock has jumped."""
        with self._lock:
            pace = self._monotonic()
            expected = self._believed + pace - self._pace
            wall = self._wall()
            if not self.suspect and abs(wall - expected) > MAX_STEP:
                self.suspect = True
            believed = expected if self.suspect else max(wall, self._believed)
            self._believed, self._pace = Millis(believed), pace
            return self._believed

    def reset(self) -> None:
        """Believe the wall clock again, as an operator asked."""
        with self._lock:
            self._believed, self._pace = self._wall(), self._monotonic()
            self.suspect = False
