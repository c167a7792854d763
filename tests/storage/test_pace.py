"""The pace of the writer: known of a backlog alone, an average that follows the disk."""

from __future__ import annotations

import pytest

from rpcauth.storage.pace import Pace

BACKLOG = 100


def test_before_a_backlog_was_seen_nothing_is_known() -> None:
    pace = Pace(backlog=BACKLOG)
    pace.note(10, 1.0, 0)
    pace.note(10, 9.0, BACKLOG - 1)
    pace.note(10, 99.0, BACKLOG)
    assert pace.estimate(1000) == 0


def test_whoever_joins_a_backlog_waits_for_all_that_are_before_it() -> None:
    pace = Pace(backlog=BACKLOG)
    pace.note(50, 10.0, BACKLOG)
    pace.note(50, 10.5, BACKLOG)
    assert pace.estimate(200) == pytest.approx(2.0)


def test_the_estimate_follows_the_disk() -> None:
    pace = Pace(backlog=BACKLOG)
    now = 0.0
    for _ in range(5):
        pace.note(100, now, BACKLOG)
        now += 1.0
    assert pace.estimate(100) == pytest.approx(1.0)
    for _ in range(12):
        pace.note(100, now, BACKLOG)
        now += 0.1
    assert pace.estimate(100) == pytest.approx(0.1, rel=0.01)


def test_time_without_a_backlog_is_not_counted() -> None:
    pace = Pace(backlog=BACKLOG)
    pace.note(100, 0.0, BACKLOG)
    pace.note(100, 1.0, 0)
    pace.note(100, 500.0, BACKLOG)
    pace.note(100, 501.0, BACKLOG)
    assert pace.estimate(100) == pytest.approx(1.0)
