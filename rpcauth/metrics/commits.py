"""Commits, counted by the writer: how many operations each held, and how long it and its audit took to the disk."""

from __future__ import annotations

from typing import Final

from rpcauth.metrics.histogram import Histogram

SIZES: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256)
BOUNDS: Final = tuple(
    int(milliseconds * 1000)
    for milliseconds in (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000)
)
"""Microseconds up to which a commit counts as so fast."""


class CommitCounts:
    """Filled in the writer's thread, once a group and without a lock; read anywhere. `audits` are the audit's syncs."""

    __slots__ = ("audits", "failed", "sizes", "times")

    def __init__(self) -> None:
        self.sizes = Histogram(SIZES)
        self.times = Histogram(BOUNDS)
        self.audits = Histogram(BOUNDS)
        self.failed = 0

    def add(self, operations: int, microseconds: int | None) -> None:
        """One commit; without a time it failed, and counts by itself."""
        if microseconds is None:
            self.failed += 1
        else:
            self.sizes.add(operations)
            self.times.add(microseconds)
