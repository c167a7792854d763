"""A million tokens through a real daemon with its audit on: memory stays flat, and the store has what lives alone."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rpcauth.keys.master import load_master_key
from rpcauth.storage.verification import verify_offline
from tests.endurance.load import Work, hold_tokens, working
from tests.endurance.measures import Measure, measure
from tests.endurance.shift import HELD, REVOKED, TOKENS, define
from tests.metrics.scene import Watched, watch
from tests.support.soak import IS_LONG, rounds

ALL = rounds(short=20_000, long=1_000_000)
SAMPLES = 50
WARM = 0.25 if IS_LONG else 0.6
"""The part of the tokens after which all that remembers something is full, and as many rows go as come."""

LIFETIME = rounds(short=2, long=14)
RATE = rounds(short=3000, long=2500)
"""Tokens a second, at most."""

FLAT = 0.05 if IS_LONG else 0.15
ROW = 320
"""Bytes of the store for each row, its part of the indexes and of pages that are not full included."""

RECORD = (300, 350)
"""Bytes of an audit record, on average."""

REST = 1024 * 1024
WAL = 16 * 1024 * 1024
LAG = 8.0
"""Seconds that a row may stay after it was due: the sweeper looks every five while there is nothing to do."""


async def test_memory_and_disk_are_bounded_by_what_lives_however_many_tokens_are_issued(tmp_path: Path) -> None:
    with watch(tmp_path) as watched:
        watched.daemon.apply(define(LIFETIME))
        done, measures = Work(rate=RATE / TOKENS), []
        await hold_tokens(watched.daemon, done)
        async with working(watched.daemon, done):
            for number in range(1, SAMPLES + 1):
                await done.until(ALL * number // SAMPLES)
                measures.append(measure(watched.daemon, done.tokens))
        sys.stdout.write("".join(f"{asdict(one)}\n" for one in measures))

        check_memory([one for one in measures if one.tokens >= ALL * WARM])
        for one in measures:
            check_disk(one)
        check_growth([one for one in measures if one.tokens >= ALL * WARM])
        await check_that_metrics_are_true(watched, done)
        check_audit(watched)


def check_memory(warm: Sequence[Measure]) -> None:
    """Within FLAT of what it was when all was warm.

    The writer's connection and the reader's remember pages: more of them when a machine that was busy fills the store
    faster.
    """
    first = warm[0]
    for one in warm:
        remembered = 2 * (one.store - first.store)
        assert one.resident <= (1 + FLAT) * first.resident + remembered, (first, one)


def check_disk(one: Measure) -> None:
    """The store has what lives, tombstones, and what is still to be listed: nothing of it has long been due."""
    assert one.overdue <= LAG, one
    assert one.used <= one.rows * ROW + REST, one
    assert one.sums <= 8 * (one.pages + 1), one
    assert one.wal <= WAL, one


def check_growth(warm: Sequence[Measure]) -> None:
    """The file has room for the most that it ever held, and no more; only the audit grows, by whole records."""
    first, last = warm[0], warm[-1]
    most = max(one.used for one in warm)
    assert last.store <= 1.5 * most + REST, (last, most)
    record = (last.audit - first.audit) / (last.records - first.records)
    assert RECORD[0] <= record <= RECORD[1], record
    assert abs(record - last.audit / last.records) <= 0.05 * record


async def check_that_metrics_are_true(watched: Watched, done: Work) -> None:
    """When all that expires is gone: what the metrics say is what the rows and the client say."""

    def is_settled() -> bool:
        lag, live = told.value("rpcauth_sweeper_lag_seconds"), told.value("rpcauth_live_access_tokens")
        return (left.rows, lag, live) == (HELD + REVOKED, left.overdue, left.live)

    left, told = measure(watched.daemon, done.tokens), watched.read()
    async with asyncio.timeout(4 * LIFETIME + 30):
        while not is_settled():
            await asyncio.sleep(0.2)
            left, told = measure(watched.daemon, done.tokens), watched.read()
    assert (left.live, left.overdue) == (HELD, 0)
    assert told.value("rpcauth_batched_calls_total", front="rpc") == done.calls
    assert told.value("rpcauth_swept_rows_total") >= done.issued.total() - left.rows
    assert left.used <= left.rows * ROW + REST


def check_audit(watched: Watched) -> None:
    """Every record, from the first on, is as it was written."""
    daemon = watched.daemon
    found, is_ours = verify_offline(daemon.store, load_master_key(daemon.store.parent / "master.key"), daemon.audit)
    assert (found.fault, is_ours) == (None, True)
