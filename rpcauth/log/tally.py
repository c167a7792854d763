"""Events that may come in floods, counted and logged at most once in a period."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from typing import Final

from rpcauth.log.lines import LineLog

PERIOD: Final = 1.0


class Tally:
    """Counts occurrences of `event` by kind; one line of information tells all of a second. Kinds are ours, and few.

    `total` is what there was from the start on.
    """

    def __init__(self, log: LineLog, event: str, loop: asyncio.AbstractEventLoop, *, period: float = PERIOD) -> None:
        self._log = log
        self._event = event
        self._loop = loop
        self._period = period
        self.total = 0
        self._counts: Counter[str] = Counter()
        self._timer: asyncio.TimerHandle | None = None

    def add(self, kind: str) -> None:
        self.total += 1
        self._counts[kind] += 1
        if self._timer is None:
            self._timer = self._loop.call_later(self._period, self.report)

    def report(self) -> None:
        """Logs what was counted since the last report, if anything: at the end of a period, and before the end."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._counts:
            kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(self._counts.items()))
            self._log.event(logging.INFO, self._event, {"count": self._counts.total(), "kinds": kinds})
            self._counts.clear()
