"""Values counted by their size."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence


class Histogram:
    """Counts integers by the first of `bounds` that is not below them; `counts` has one place more, for the others.

    One thread may add while another one reads: it may find the last value in `counts` and not yet in `total`.
    """

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[int]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0

    def add(self, value: int) -> None:
        self.total += value
        self.counts[bisect_left(self.bounds, value)] += 1


def merge(bounds: Sequence[int], histograms: Iterable[Histogram]) -> Histogram:
    """One that counts what all of these do, which have its bounds."""
    merged = Histogram(bounds)
    for one in histograms:
        merged.total += one.total
        merged.counts = [mine + its for mine, its in zip(merged.counts, one.counts, strict=True)]
    return merged
