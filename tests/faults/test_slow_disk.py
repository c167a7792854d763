"""A disk that takes its time: no answer comes before the sync that it rests on, of whichever file; reads go on."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.faults.disk import FILES, Disk, Fault
from tests.support.daemon import CLIENT, PATIENCE, SERVICE_KEY, RunningDaemon, run_daemon

HANGING = 60_000
"""Milliseconds, if it is not mended before."""

BATCH = 100
BATCHES = 30
"""Enough commits for a checkpoint."""


@pytest.fixture
def daemon(tmp_path: Path, disk: Disk) -> Iterator[RunningDaemon]:
    with run_daemon(tmp_path, environment=disk.environment) as running:
        yield running


def issue_many(daemon: RunningDaemon) -> list[Any]:
    """The replies to a batch."""
    params = {"service_key": SERVICE_KEY, "client": CLIENT, "token_data": {"grant_type": "client_credentials"}}
    call = {"jsonrpc": "2.0", "method": "oauth2.createAccessToken", "params": params, "id": 1}
    replies: list[Any] = json.loads(daemon.post(json.dumps([call] * BATCH).encode())[2])
    return replies


def issue_until_it_hangs(daemon: RunningDaemon, disk: Disk) -> list[Any]:
    """The replies to the batch that met the fault."""
    for _ in range(BATCHES):
        replies = issue_many(daemon)
        if disk.failed:
            return replies
    return []


def is_live(daemon: RunningDaemon, token: str) -> bool:
    found = daemon.call("oauth2.fetchAccessToken", {"service_key": SERVICE_KEY, "access_token": [token]})
    return bool(found["result"])


@pytest.mark.parametrize("suffix", FILES)
def test_no_answer_comes_before_its_sync_and_reads_go_on(daemon: RunningDaemon, disk: Disk, suffix: str) -> None:
    good = issue_many(daemon)[0]["result"]["access_token"]
    disk.fail(Fault("hanging sync", error=0, delay=HANGING, suffix=suffix))
    with ThreadPoolExecutor(1) as caller:
        batch = caller.submit(issue_until_it_hangs, daemon, disk)
        deadline = time.monotonic() + PATIENCE
        while not disk.failed:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        for _ in range(20):
            assert is_live(daemon, good)
        assert not batch.done()
        disk.mend()
        replies = batch.result(PATIENCE)
    assert len(replies) == BATCH
    assert all(is_live(daemon, reply["result"]["access_token"]) for reply in replies)
