"""A daemon that nobody writes to, because it is not ready, is ready again soon after its disk is well."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest

from rpcauth.storage.mending import EVERY
from tests.faults.disk import AUDIT, SUMS, WAL, Disk, Fault, faults_of
from tests.metrics.scene import Watched, watch
from tests.support.daemon import CLIENT, PATIENCE, SERVICE_KEY

SOON = 8 * EVERY
ATTEMPTS = 4


@pytest.fixture
def watched(tmp_path: Path, disk: Disk) -> Iterator[Watched]:
    with watch(tmp_path, environment=disk.environment) as running:
        yield running


def break_disk(watched: Watched, disk: Disk, fault: Fault) -> None:
    """Have the disk fail, and somebody meet that; nobody writes afterwards."""
    params = {"service_key": SERVICE_KEY, "client": CLIENT, "token_data": {"grant_type": "client_credentials"}}
    call = {"jsonrpc": "2.0", "method": "oauth2.createAccessToken", "params": params, "id": 1}
    disk.fail(fault)
    while not disk.failed:
        watched.daemon.post(json.dumps([call] * 100).encode())


@pytest.mark.parametrize(
    ("fault", "trouble"),
    [
        *((fault, "store_failing") for fault in faults_of(WAL)[::2]),
        *((fault, "audit_failing") for fault in faults_of(AUDIT)[::2]),
        *((fault, "audit_failing") for fault in faults_of(SUMS)[::2]),
    ],
    ids=str,
)
def test_an_idle_daemon_is_ready_again_seconds_after_its_disk(
    watched: Watched, disk: Disk, fault: Fault, trouble: str
) -> None:
    break_disk(watched, disk, fault)
    watched.wait_for_troubles(trouble)
    disk.mend()
    mended = monotonic()
    watched.wait_for_troubles()
    assert monotonic() - mended < SOON


@pytest.mark.parametrize("suffix", [WAL, AUDIT, SUMS])
def test_a_failing_disk_is_tried_about_once_a_second(watched: Watched, disk: Disk, suffix: str) -> None:
    break_disk(watched, disk, faults_of(suffix)[0])
    before, began = disk.failed, monotonic()
    while disk.failed < before + ATTEMPTS:
        assert monotonic() < began + PATIENCE
        sleep(0.02)
    # The sweeper's turn, each five seconds, may fall in between; by itself it would take too long.
    assert (ATTEMPTS - 2) * EVERY < monotonic() - began < 3 * ATTEMPTS * EVERY
