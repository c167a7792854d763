"""Everything that is counted, in Prometheus' text format.

To add a metric: its line in SIMPLE, and its value where app/observation.py reads the daemon.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector, CollectorRegistry

from rpcauth.metrics.commits import CommitCounts
from rpcauth.metrics.histogram import Histogram
from rpcauth.metrics.process import ProcessCollector
from rpcauth.metrics.requests import RequestCounts

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
_MICROSECOND: Final = 1_000_000

Family: TypeAlias = CounterMetricFamily | GaugeMetricFamily | HistogramMetricFamily
Value: TypeAlias = float | Mapping[str, float] | None
"""A number, None for one that is not known, or one for each value of the metric's label."""


@dataclass(frozen=True, slots=True)
class Simple:
    """A number that is read as it stands: a counter if its name ends in `_total`, else a gauge."""

    name: str
    text: str
    label: str | None = None


SIMPLE: Final = (
    Simple("rpcauth_ready", "1 when /readyz answers 200."),
    Simple("rpcauth_trouble", "1 for each reason why /readyz answers 503.", "kind"),
    Simple("rpcauth_data_loss_alarm", "1 while a loss of data was accepted and nobody has acknowledged it."),
    Simple("rpcauth_queue_operations", "Operations that wait for the writer."),
    Simple("rpcauth_queue_limit_operations", "Operations that may wait; more are refused."),
    Simple("rpcauth_writer_busy_seconds", "How long the writer has been at its present transaction."),
    Simple(
        "rpcauth_live_access_tokens",
        "Access tokens that are good, as of the last count: seconds ago, of millions a minute.",
    ),
    Simple("rpcauth_sweeper_lag_seconds", "How long the oldest row that is to be removed has been due."),
    Simple("rpcauth_swept_rows_total", "Rows that the sweeper removed or wrote a revocation onto."),
    Simple("rpcauth_key_created_timestamp_seconds", "When the key in use was made.", "purpose"),
    Simple("rpcauth_connections", "Open connections.", "listener"),
    Simple("rpcauth_connections_limit", "Open connections that callers may have."),
    Simple("rpcauth_connections_refused_total", "Connections closed: too many, or too much that was not taken."),
    Simple("rpcauth_malformed_requests_total", "Requests that are no HTTP."),
    Simple("rpcauth_log_lines_lost_total", "Lines that the log could not write."),
)


class Exposition(Collector):
    """All metrics of one daemon. `read` gives the value of each in SIMPLE; `build` are the labels of the build info."""

    def __init__(
        self,
        requests: RequestCounts,
        commits: CommitCounts,
        *,
        read: Callable[[], Mapping[str, Value]],
        build: Mapping[str, str],
        started: float,
    ) -> None:
        self._requests = requests
        self._commits = commits
        self._read = read
        self._build = build
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)
        self._registry.register(ProcessCollector(started))

    def render(self) -> bytes:
        """The text."""
        return generate_latest(self._registry)

    def describe(self) -> Iterator[Family]:
        """Nothing: no other collector here has names that could be the same."""
        return iter(())

    def collect(self) -> Iterator[Family]:
        build = GaugeMetricFamily("rpcauth_build_info", "What is running.", labels=list(self._build))
        build.add_metric(list(self._build.values()), 1)
        yield build
        yield from self._collect_requests()
        yield from self._collect_commits()
        values = self._read()
        for simple in SIMPLE:
            yield _write_simple(simple, values[simple.name])

    def _collect_requests(self) -> Iterator[Family]:
        requests = self._requests
        labels = ["front", "method", "outcome"]
        answered = CounterMetricFamily("rpcauth_requests", "Requests answered. A batch is one.", labels=labels)
        for kind, count in requests.answered.items():
            answered.add_metric(list(kind), count)
        yield answered
        failed = CounterMetricFamily(
            "rpcauth_failed_requests",
            "Requests that failed by no fault of whoever sent them: defect, unavailable, limited.",
            labels=["front", "reason"],
        )
        for pair, count in requests.failed.items():
            failed.add_metric(list(pair), count)
        yield failed
        batched = CounterMetricFamily("rpcauth_batched_calls", "Calls that came in batches.", labels=["front"])
        for front, count in requests.batched.items():
            batched.add_metric([front], count)
        yield batched
        times = HistogramMetricFamily(
            "rpcauth_request_duration_seconds", "From a request's head to its answer.", labels=["front", "method"]
        )
        for method, seen in requests.times.items():
            _add_histogram(times, list(method), seen, _MICROSECOND)
        yield times

    def _collect_commits(self) -> Iterator[Family]:
        commits = self._commits
        sizes = HistogramMetricFamily("rpcauth_commit_operations", "Operations of one commit.")
        _add_histogram(sizes, [], commits.sizes, 1)
        yield sizes
        for name, text, seen in (
            ("rpcauth_commit_duration_seconds", "How long a commit took until it was on the disk.", commits.times),
            ("rpcauth_audit_sync_duration_seconds", "How long the audit of a commit took to the disk.", commits.audits),
        ):
            times = HistogramMetricFamily(name, text)
            _add_histogram(times, [], seen, _MICROSECOND)
            yield times
        failed = CounterMetricFamily("rpcauth_failed_commits", "Commits whose outcome is not known.")
        failed.add_metric([], commits.failed)
        yield failed


def _add_histogram(family: HistogramMetricFamily, labels: list[str], seen: Histogram, unit: int) -> None:
    """`unit` is how many of the histogram's units one of the metric has."""
    total, counts = seen.total, list(seen.counts)
    below, buckets = 0, []
    for bound, count in zip((*seen.bounds, None), counts, strict=True):
        below += count
        buckets.append(("+Inf" if bound is None else str(bound / unit), below))
    family.add_metric(labels, buckets, total / unit)


def _write_simple(simple: Simple, value: Value) -> Family:
    kind = CounterMetricFamily if simple.name.endswith("_total") else GaugeMetricFamily
    family = kind(simple.name, simple.text, labels=[] if simple.label is None else [simple.label])
    if isinstance(value, Mapping):
        for label, number in value.items():
            family.add_metric([label], number)
    elif value is not None:
        family.add_metric([], value)
    return family
