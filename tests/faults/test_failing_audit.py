"""An audit file that cannot be written: what it does not tell is not acknowledged, and nothing more is written.

The library of faults.c makes the calls on that file fail, in a daemon that knows nothing of it.
"""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rpcauth.keys.master import load_master_key
from rpcauth.storage.verification import verify_offline
from tests.faults.disk import AUDIT, SUMS, SYNC_EIO, Disk, Fault, faults_of
from tests.faults.load import LASTING_CODES
from tests.support.daemon import CLIENT, PATIENCE, SERVICE_KEY, RunningDaemon, run_daemon

SLOW_SYNC_EIO = replace(SYNC_EIO, suffix=AUDIT, delay=60_000)


ISSUING = {"service_key": SERVICE_KEY, "client": CLIENT, "token_data": {"grant_type": "client_credentials"}}


@pytest.fixture
def daemon(tmp_path: Path, disk: Disk) -> Iterator[RunningDaemon]:
    with run_daemon(tmp_path, definitions=LASTING_CODES, environment=disk.environment) as running:
        issue(running)  # the client's secret is hashed only once
        yield running


def issue(daemon: RunningDaemon) -> dict[str, Any]:
    return daemon.call("oauth2.createAccessToken", ISSUING)


def outcome(reply: dict[str, Any]) -> str:
    assert reply["error"]["code"] == -32003, reply
    word: str = reply["error"]["data"]["outcome"]
    return word


def is_live(daemon: RunningDaemon, issued: dict[str, Any]) -> bool:
    token = issued["result"]["access_token"]
    found = daemon.call("oauth2.fetchAccessToken", {"service_key": SERVICE_KEY, "access_token": [token]})
    return bool(found["result"])


def count_issued(daemon: RunningDaemon) -> int:
    """How many tokens the audit file tells of, every record of it being as it was written."""
    master = load_master_key(daemon.store.parent / "master.key")
    found, is_ours = verify_offline(daemon.store, master, daemon.audit)
    assert (found.fault, is_ours) == (None, True)
    return [json.loads(line)["kind"] for line in daemon.audit.read_bytes().splitlines()].count("issued")


@pytest.mark.parametrize("fault", faults_of(AUDIT), ids=str)
def test_a_record_that_cannot_be_written_is_answered_unknown_and_is_there_before_the_next_answer(
    daemon: RunningDaemon, disk: Disk, fault: Fault
) -> None:
    disk.fail(fault, times=1)
    assert outcome(issue(daemon)) == "unknown"
    good = issue(daemon)
    assert is_live(daemon, good)
    assert count_issued(daemon) == 3
    daemon.end(signal.SIGKILL)
    daemon.start()
    assert is_live(daemon, good)
    assert count_issued(daemon) == 3


@pytest.mark.parametrize("fault", faults_of(AUDIT), ids=str)
def test_while_it_fails_writes_are_not_done_reads_go_on_and_service_resumes_by_itself(
    daemon: RunningDaemon, disk: Disk, fault: Fault
) -> None:
    good = issue(daemon)
    disk.fail(fault)
    assert [outcome(issue(daemon)) for _ in range(4)] == ["unknown", "not_done", "not_done", "not_done"]
    assert is_live(daemon, good)
    disk.mend()
    assert is_live(daemon, issue(daemon))
    assert count_issued(daemon) == 4
    assert "the audit is written again" in daemon.log.read_text()


@pytest.mark.parametrize("fault", faults_of(AUDIT), ids=str)
def test_a_crash_while_it_fails_is_caught_up_by_the_next_start(daemon: RunningDaemon, disk: Disk, fault: Fault) -> None:
    disk.fail(fault)
    assert [outcome(issue(daemon)) for _ in range(3)] == ["unknown", "not_done", "not_done"]
    daemon.end(signal.SIGKILL)
    disk.mend()
    daemon.start()
    assert count_issued(daemon) == 2
    assert is_live(daemon, issue(daemon))


def test_a_start_that_cannot_write_the_file_is_refused(daemon: RunningDaemon, disk: Disk) -> None:
    disk.fail(replace(SYNC_EIO, suffix=AUDIT))
    assert outcome(issue(daemon)) == "unknown"
    daemon.end(signal.SIGKILL)
    with pytest.raises(AssertionError, match=r"audit\.log: Input/output error|Input/output error"):
        daemon.start()
    assert daemon.process is not None
    assert daemon.process.wait(30) == 1  # it may pass: the service manager tries again
    disk.mend()
    daemon.start()
    assert count_issued(daemon) == 2


@pytest.mark.parametrize(
    ("fault", "crashes"), [(fault, bool(number % 2)) for number, fault in enumerate(faults_of(SUMS))], ids=str
)
def test_sums_that_cannot_be_written_stop_writes_and_not_reads(
    daemon: RunningDaemon, disk: Disk, fault: Fault, crashes: bool
) -> None:
    good = issue(daemon)
    disk.fail(fault)
    issue_until_failed(daemon, disk)
    assert outcome(issue(daemon)) == "not_done"
    assert is_live(daemon, good)
    if crashes:
        daemon.end(signal.SIGKILL)
    disk.mend()
    if crashes:
        daemon.start()
    later = issue(daemon)
    daemon.end(signal.SIGKILL)
    daemon.start()
    assert is_live(daemon, good)
    assert is_live(daemon, later)


def issue_until_failed(daemon: RunningDaemon, disk: Disk) -> None:
    """Tokens by the hundred, until a checkpoint has met the fault."""
    call = {"jsonrpc": "2.0", "method": "oauth2.createAccessToken", "params": ISSUING, "id": 1}
    batch = json.dumps([call] * 100).encode()
    for _ in range(30):
        daemon.post(batch)
        if disk.failed:
            return
    pytest.fail("no checkpoint has met the fault")


def test_a_retried_refresh_tells_nothing_while_the_audit_of_the_first_is_not_on_the_disk(
    daemon: RunningDaemon, disk: Disk
) -> None:
    password = {**ISSUING, "token_data": {"grant_type": "password"}, "user_context": "user"}
    first = daemon.call("oauth2.createAccessToken", password)["result"]
    data = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    refreshing = {**ISSUING, "token_data": data}
    disk.fail(SLOW_SYNC_EIO)
    with ThreadPoolExecutor(2) as callers:
        refresh = callers.submit(daemon.call, "oauth2.createAccessToken", refreshing)
        wait_until_failing(disk)
        retry = callers.submit(daemon.call, "oauth2.createAccessToken", refreshing)
        assert is_live(daemon, {"result": first})
        time.sleep(0.2)  # it must not be answered, and that takes a while to see
        assert not retry.done()
        disk.mend()
        assert outcome(refresh.result(PATIENCE)) == "unknown"
        retried = retry.result(PATIENCE)
        assert b'"kind":"refreshed"' in daemon.audit.read_bytes()
    assert is_live(daemon, retried)
    assert (
        daemon.call("oauth2.createAccessToken", refreshing)["result"].items()
        >= {name: retried["result"][name] for name in ("access_token", "refresh_token")}.items()
    )


def wait_until_failing(disk: Disk) -> None:
    deadline = time.monotonic() + PATIENCE
    while not disk.failed:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_commit_that_failed_leaves_no_record(daemon: RunningDaemon, disk: Disk) -> None:
    disk.fail(SYNC_EIO, times=1)
    assert outcome(issue(daemon)) == "unknown"
    assert is_live(daemon, issue(daemon))
    assert count_issued(daemon) == 2
    daemon.end(signal.SIGKILL)
    daemon.start()
    assert count_issued(daemon) == 2


def test_a_group_costs_one_sync_of_the_file(daemon: RunningDaemon, disk: Disk) -> None:
    sync = replace(SYNC_EIO, suffix=AUDIT)
    disk.watch(AUDIT)
    for _ in range(10):
        issue(daemon)
    assert disk.count(sync) == 10
    disk.watch(AUDIT)
    with ThreadPoolExecutor(8) as callers:
        assert all("result" in reply for reply in callers.map(lambda _: issue(daemon), range(80)))
    assert disk.count(sync) <= 80
    assert count_issued(daemon) == 91


def test_refusals_and_reads_cost_no_sync(daemon: RunningDaemon, disk: Disk) -> None:
    good = issue(daemon)
    disk.watch(AUDIT)
    for _ in range(5):
        assert is_live(daemon, good)
        daemon.call("oauth2.createAccessToken", {"service_key": SERVICE_KEY, "client": CLIENT, "token_data": {}})
    assert disk.count(replace(SYNC_EIO, suffix=AUDIT)) == 0
