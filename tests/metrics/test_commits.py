"""What the writer counts of its commits."""

from __future__ import annotations

from rpcauth.metrics.commits import CommitCounts


def test_a_commit_is_counted_by_its_operations_and_its_time() -> None:
    counts = CommitCounts()
    counts.add(3, 700)
    counts.add(300, 6_000_000)
    assert (counts.sizes.total, counts.times.total, counts.failed) == (303, 6_000_700, 0)
    assert [counts.sizes.counts[2], counts.sizes.counts[-1], counts.times.counts[-1]] == [1, 1, 1]


def test_a_commit_that_failed_is_counted_as_that_and_has_neither_size_nor_time() -> None:
    counts = CommitCounts()
    counts.add(3, None)
    assert counts.failed == 1
    assert sum(counts.sizes.counts) == sum(counts.times.counts) == 0
