"""Requests, counted where their log line is told: by front, method and outcome, each with its time.

A label of prometheus-client costs ten times as much as the two look-ups here, and this is on the way of every request.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from rpcauth.metrics.histogram import Histogram, merge
from rpcauth.web.messages import RequestLog

BOUNDS: Final = tuple(
    int(milliseconds * 1000) for milliseconds in (0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000)
)
"""Microseconds up to which a request counts as so fast."""

MOST: Final = 2_000
"""Kinds of request that are told apart. All names are the program's, which has far fewer; this is the second lock."""

BATCH: Final = "batch"
NO_FRONT: Final = "-"
OTHER: Final = "other"

Kind = tuple[str, str, str]
"""Front, method and outcome."""

_FAILED: Final[Mapping[str, tuple[str, ...]]] = {
    "defect": ("-32603", "InternalServerError", "server_error", "http_500"),
    "unavailable": ("-32003", "ServiceUnavailable", "temporarily_unavailable", "http_503"),
    "limited": ("-32002", "TooManyRequests", "http_429"),
}
"""What is no fault of whoever asked, in the words of each front."""


class RequestCounts:
    """Filled and read on the event loop. `fronts` are the names that it may be told of, so that none appears late."""

    def __init__(self, fronts: tuple[str, ...]) -> None:
        self._fronts = (*fronts, NO_FRONT)
        self._seen: dict[Kind, Histogram] = {}
        self._batched: dict[str, int] = dict.fromkeys(self._fronts, 0)

    def add(self, front: str, what: RequestLog, microseconds: int) -> None:
        """One request that was answered."""
        seen = self._seen.get((front, what.method, what.outcome))
        if seen is None:
            seen = self._begin(front, what)
        seen.add(microseconds)
        if what.method == BATCH:
            self._batched[front] = self._batched.get(front, 0) + what.calls

    @property
    def answered(self) -> Mapping[Kind, int]:
        """How many requests there were of each kind."""
        return {kind: sum(seen.counts) for kind, seen in self._seen.items()}

    @property
    def batched(self) -> Mapping[str, int]:
        """How many calls came in batches, by front."""
        return self._batched

    @property
    def times(self) -> Mapping[tuple[str, str], Histogram]:
        """How long the requests of a front and method took, whatever came of them."""
        grouped: dict[tuple[str, str], list[Histogram]] = defaultdict(list)
        for (front, method, _), seen in self._seen.items():
            grouped[front, method].append(seen)
        return {method: merge(BOUNDS, histograms) for method, histograms in grouped.items()}

    @property
    def failed(self) -> Mapping[tuple[str, str], int]:
        """How many requests failed by no fault of whoever asked, by front and reason; all pairs are there from 0 on."""
        failed = {(front, reason): 0 for front in self._fronts for reason in _FAILED}
        for (front, _, outcome), count in self.answered.items():
            for reason, outcomes in _FAILED.items():
                if outcome in outcomes:
                    failed[front, reason] = failed.get((front, reason), 0) + count
        return failed

    def _begin(self, front: str, what: RequestLog) -> Histogram:
        kind = (front, what.method, what.outcome) if len(self._seen) < MOST else (front, OTHER, OTHER)
        return self._seen.setdefault(kind, Histogram(BOUNDS))
