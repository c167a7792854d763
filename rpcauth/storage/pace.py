"""How fast the writer works off a backlog, and so how long whoever joins it will wait."""

from __future__ import annotations


class Pace:
    """Seconds that each job takes while jobs are waiting, averaged over the last few groups. Times are in seconds."""

    def __init__(self, *, backlog: int) -> None:
        self._backlog = backlog
        self._each = 0.0
        self._since: float | None = None

    def note(self, count: int, now: float, depth: int) -> None:
        """A group of `count` jobs was answered `now`, and leaves `depth` waiting.

        What lies between two such times tells the pace only if the writer never waited: that is known of a backlog.
        """
        if self._since is not None:
            each = (now - self._since) / count
            self._each = (self._each + each) / 2 if self._each else each
        self._since = now if depth >= self._backlog else None

    def estimate(self, depth: int) -> float:
        """Seconds until a job is answered that comes behind `depth` others; 0 where that is not known yet."""
        return depth * self._each
