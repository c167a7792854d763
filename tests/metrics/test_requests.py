"""Counting requests: each once, under names that are the program's, with all that is told of it adding up."""

from __future__ import annotations

import pytest

from rpcauth.metrics.histogram import Histogram
from rpcauth.metrics.requests import BOUNDS, MOST, RequestCounts
from rpcauth.web.messages import RequestLog

FETCH = "oauth2.fetchAccessToken"


def tell(counts: RequestCounts, method: str, outcome: str, microseconds: int = 1, *, front: str = "rpc") -> None:
    counts.add(front, RequestLog(method, None, outcome), microseconds)


def test_requests_are_told_apart_by_front_method_and_outcome() -> None:
    counts = RequestCounts(("rpc", "ym"))
    tell(counts, FETCH, "ok")
    tell(counts, FETCH, "ok")
    tell(counts, FETCH, "-2001:invalid_token")
    tell(counts, FETCH, "ok", front="ym")
    assert counts.answered == {
        ("rpc", FETCH, "ok"): 2,
        ("rpc", FETCH, "-2001:invalid_token"): 1,
        ("ym", FETCH, "ok"): 1,
    }


def test_the_times_of_a_method_hold_all_its_outcomes() -> None:
    counts = RequestCounts(("rpc",))
    tell(counts, FETCH, "ok", 499)
    tell(counts, FETCH, "-32001", 501)
    tell(counts, FETCH, "ok", 6_000_000)
    times = counts.times["rpc", FETCH]
    assert (sum(times.counts), times.total) == (3, 6_001_000)
    assert (times.counts[0], times.counts[1], times.counts[-1]) == (1, 1, 1)


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        ("-32603", "defect"),
        ("InternalServerError", "defect"),
        ("server_error", "defect"),
        ("-32003", "unavailable"),
        ("ServiceUnavailable", "unavailable"),
        ("temporarily_unavailable", "unavailable"),
        ("-32002", "limited"),
        ("TooManyRequests", "limited"),
        ("http_500", "defect"),
        ("http_503", "unavailable"),
        ("http_429", "limited"),
    ],
)
def test_what_fails_by_no_fault_of_its_sender_is_told_apart(outcome: str, reason: str) -> None:
    counts = RequestCounts(("rpc",))
    assert counts.failed["rpc", reason] == 0
    tell(counts, FETCH, outcome)
    assert {pair for pair, count in counts.failed.items() if count} == {("rpc", reason)}


@pytest.mark.parametrize("outcome", ["ok", "-32602", "-2001:invalid_grant", "-32001", "http_404", "invalid_client"])
def test_a_refusal_is_no_failure(outcome: str) -> None:
    counts = RequestCounts(("rpc",))
    tell(counts, FETCH, outcome)
    assert not any(counts.failed.values())


def test_the_calls_of_a_batch_are_counted_beside_the_batch() -> None:
    counts = RequestCounts(("rpc",))
    for calls in (1, 50):
        counts.add("rpc", RequestLog("batch", None, "ok", calls=calls), 1)
    assert counts.answered["rpc", "batch", "ok"] == 2
    assert counts.batched["rpc"] == 51


def test_names_without_end_take_no_memory_without_end() -> None:
    counts = RequestCounts(("rpc",))
    for number in range(MOST + 500):
        tell(counts, f"method{number}", "ok")
    assert len(counts.answered) == MOST + 1
    assert counts.answered["rpc", "other", "other"] == 500


@pytest.mark.parametrize(("value", "place"), [(0, 0), (500, 0), (501, 1), (BOUNDS[-1], len(BOUNDS) - 1)])
def test_a_bound_belongs_to_what_is_below_it(value: int, place: int) -> None:
    histogram = Histogram(BOUNDS)
    histogram.add(value)
    assert histogram.counts.index(1) == place
