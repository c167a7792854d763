"""A disk that fails under a running daemon: nothing acknowledged is lost, nothing unknown is called known.

The library of faults.c makes the calls of SQLite fail; the daemon itself knows nothing of it.
"""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from rpcauth.keys.master import load_master_key
from tests.faults.audit import check_facts, check_file, check_records
from tests.faults.disk import FAULTS, FILES, SYNC_EIO, WRITE_ENOSPC, Disk, Fault, faults_of
from tests.faults.ledger import Ledger
from tests.faults.load import LASTING_CODES, load, open_client
from tests.support.daemon import CLIENT, REDIRECT_URI, SERVICE_KEY, RunningDaemon, run_daemon
from tests.support.soak import rounds

ROUNDS = rounds(short=1, long=10)


@pytest.fixture
def daemon(tmp_path: Path, disk: Disk) -> Iterator[RunningDaemon]:
    with run_daemon(tmp_path, definitions=LASTING_CODES, environment=disk.environment) as running:
        yield running


def issue_code(daemon: RunningDaemon) -> str:
    client = {"client_id": CLIENT["client_id"]}
    params = {"service_key": SERVICE_KEY, "client": client, "uri": {"redirect_uri": REDIRECT_URI}}
    code: str = daemon.call("oauth2.createAuthorizationCode", params)["result"]["code"]
    return code


def redeem(daemon: RunningDaemon, code: str) -> dict[str, Any]:
    data = {"grant_type": "authorization_code", "code": code}
    params = {"service_key": SERVICE_KEY, "client": CLIENT, "token_data": data, "uri": {"redirect_uri": REDIRECT_URI}}
    return daemon.call("oauth2.createAccessToken", params)


def outcome(reply: dict[str, Any]) -> str:
    assert reply["error"]["code"] == -32003, reply
    word: str = reply["error"]["data"]["outcome"]
    return word


def is_live(daemon: RunningDaemon, reply: dict[str, Any]) -> bool:
    """Whether the token of a redemption's reply is good; the store must be able to tell."""
    token = reply["result"]["access_token"]
    found = daemon.call("oauth2.fetchAccessToken", {"service_key": SERVICE_KEY, "access_token": [token]})
    return bool(found["result"])


def crash(daemon: RunningDaemon) -> None:
    daemon.end(signal.SIGKILL)
    daemon.start()


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_one_failed_commit_is_answered_unknown_and_the_next_call_is_served(
    daemon: RunningDaemon, disk: Disk, fault: Fault
) -> None:
    earlier = redeem(daemon, issue_code(daemon))
    code = issue_code(daemon)

    disk.fail(fault, times=1)

    assert outcome(redeem(daemon, code)) == "unknown"
    assert disk.failed == 1
    assert is_live(daemon, earlier)
    later = redeem(daemon, code)
    crash(daemon)
    assert is_live(daemon, earlier)
    assert is_live(daemon, later)


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_failed_commit_does_not_come_back_after_a_crash(daemon: RunningDaemon, disk: Disk, fault: Fault) -> None:
    code = issue_code(daemon)
    disk.fail(fault, times=1)
    assert outcome(redeem(daemon, code)) == "unknown"

    crash(daemon)

    assert is_live(daemon, redeem(daemon, code))


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_while_the_disk_fails_reads_go_on_writes_are_refused_and_service_resumes_by_itself(
    daemon: RunningDaemon, disk: Disk, fault: Fault
) -> None:
    earlier = redeem(daemon, issue_code(daemon))
    first, second = issue_code(daemon), issue_code(daemon)

    disk.fail(fault)

    assert outcome(redeem(daemon, first)) == "unknown"
    assert [outcome(redeem(daemon, second)) for _ in range(3)] == ["not_done"] * 3
    assert is_live(daemon, earlier)

    disk.mend()

    assert is_live(daemon, redeem(daemon, second))
    assert is_live(daemon, redeem(daemon, first))


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_redemption_that_was_refused_as_not_done_is_not_spent_after_a_crash(
    daemon: RunningDaemon, disk: Disk, fault: Fault
) -> None:
    earlier = redeem(daemon, issue_code(daemon))
    first, second = issue_code(daemon), issue_code(daemon)
    disk.fail(fault)
    assert outcome(redeem(daemon, first)) == "unknown"
    assert outcome(redeem(daemon, second)) == "not_done"

    daemon.end(signal.SIGKILL)
    disk.mend()
    daemon.start()

    assert is_live(daemon, earlier)
    assert is_live(daemon, redeem(daemon, second))
    retried = redeem(daemon, first)
    assert "result" in retried or retried["error"]["data"]["error"] == "invalid_grant"


def test_an_answer_that_the_store_failed_says_when_to_try_again(daemon: RunningDaemon, disk: Disk) -> None:
    disk.fail(WRITE_ENOSPC)
    data = {"grant_type": "client_credentials"}
    params = {"service_key": SERVICE_KEY, "client": CLIENT, "token_data": data}
    body = json.dumps({"jsonrpc": "2.0", "method": "oauth2.createAccessToken", "params": params, "id": 1}).encode()
    status, headers, _ = daemon.post(body)
    assert (status, headers["Retry-After"]) == (503, "1")


OF_ANY_FILE = [fault for file in FILES for fault in faults_of(file)[:: rounds(short=2, long=1)]]


@pytest.mark.parametrize("fault", OF_ANY_FILE, ids=str)
async def test_under_load_a_disk_that_fails_for_a_while_costs_no_acknowledged_fact(
    daemon: RunningDaemon, disk: Disk, fault: Fault, seed: int
) -> None:
    random, ledger = Random(seed), Ledger()
    for _ in range(ROUNDS):
        async with load(daemon, ledger, random):
            await let_it_fail(ledger, disk, fault, random)
        daemon.start()
        check_file(daemon.store, ledger)
        check_records(daemon.store, load_master_key(daemon.store.parent / "master.key"), daemon.audit, ledger)
        async with open_client(daemon, ledger) as auditor:
            await check_facts(auditor, random, 20)
    assert disk.failed > 0


async def let_it_fail(ledger: Ledger, disk: Disk, fault: Fault, random: Random) -> None:
    """Some acknowledged calls, a disk that fails for some more, and acknowledged calls again."""
    await ledger.until_more(random.randrange(100, 300))
    disk.fail(fault)
    enough = ledger.acknowledged + ledger.refused + random.randrange(50, 300)
    await ledger.until(lambda: disk.failed > 0 and ledger.acknowledged + ledger.refused >= enough)
    disk.mend()
    await ledger.until_more(random.randrange(100, 300))


def test_the_failing_disk_reaches_the_sqlite_that_the_daemon_runs(daemon: RunningDaemon, disk: Disk) -> None:
    disk.watch()
    issue_code(daemon)
    assert disk.count(SYNC_EIO) > 0
    assert disk.count(WRITE_ENOSPC) > 0
