"""What a daemon tells the service manager that started it, and when it falls silent."""

from __future__ import annotations

import signal
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults.disk import WAL, Disk, Fault
from tests.support.daemon import PATIENCE, RunningDaemon, prepare_daemon
from tests.support.supervisor import Supervisor, supervise

PERIOD = 0.6
"""Seconds of the watchdog here: a sign of life is due every 0.2."""

HANGING = 60_000
ALIVE = "WATCHDOG=1"


def is_sign_of_life(said: str) -> bool:
    return said == ALIVE


@pytest.fixture
def daemon(tmp_path: Path) -> RunningDaemon:
    return prepare_daemon(tmp_path)


@pytest.fixture
def watched(daemon: RunningDaemon, disk: Disk) -> Iterator[Supervisor]:
    """A daemon under a watchdog, on a disk that may hang."""
    daemon.environment = disk.environment
    with supervise(Supervisor(daemon, watchdog=PERIOD)) as supervisor:
        yield supervisor
        disk.mend()


def test_a_daemon_says_that_it_starts_is_ready_and_stops(daemon: RunningDaemon) -> None:
    with supervise(Supervisor(daemon)) as supervisor:
        assert daemon.call("test.hello", [])["error"]["code"] == -32001
        assert daemon.end() == 0
        said = [one.partition("=")[0] for one in supervisor.hear_rest() if not one.startswith("STATUS=")]
    assert said == ["EXTEND_TIMEOUT_USEC", "READY", "STOPPING", "EXTEND_TIMEOUT_USEC"]


def test_a_start_that_fails_never_says_that_it_is_ready(daemon: RunningDaemon) -> None:
    daemon.apply()
    key = daemon.store.with_name("master.key")
    key.write_text("00" * 32)
    supervisor = Supervisor(daemon)
    supervisor.launch()
    assert daemon.process is not None
    assert daemon.process.wait(PATIENCE) == 4
    assert [one.partition("=")[0] for one in supervisor.hear_rest()] == ["EXTEND_TIMEOUT_USEC"]
    supervisor.inbox.close()


def test_the_end_is_given_as_long_as_the_drain_may_take(tmp_path: Path) -> None:
    daemon = prepare_daemon(tmp_path, server="drain_timeout = 45")
    with supervise(Supervisor(daemon)) as supervisor:
        daemon.end()
        assert supervisor.hear_rest()[-1] == "EXTEND_TIMEOUT_USEC=55000000"


def test_the_status_tells_where_it_serves_and_how_much(daemon: RunningDaemon) -> None:
    with supervise(Supervisor(daemon)) as supervisor:
        supervisor.wait_for("STATUS=")
        (status,) = [one for one in supervisor.said if one.startswith("STATUS=")]
    where = f"127.0.0.1:{daemon.port}, unix:{daemon.folder}/var/rpc.sock"
    assert status == f"STATUS=serving {where}: 0 connections, 0 requests so far, 0 waiting"


def test_a_watched_daemon_gives_signs_of_life_and_leaves_no_file_of_them(watched: Supervisor) -> None:
    for _ in range(3):
        watched.wait_for(ALIVE)
    probe = watched.daemon.store.with_name("rpcauth.db.watchdog")
    assert stat.S_IMODE(probe.stat().st_mode) == 0o600
    watched.daemon.end()
    assert not probe.exists()


def test_a_watchdog_of_another_process_is_not_this_ones(daemon: RunningDaemon) -> None:
    daemon.environment = {"WATCHDOG_USEC": "100000", "WATCHDOG_PID": "1"}
    with supervise(Supervisor(daemon)) as supervisor:
        supervisor.wait_for("STATUS=")
        assert not supervisor.hear(is_sign_of_life, 1.0)


HANGS = {
    "the writer": Fault("slow sync of the WAL", error=0, delay=HANGING, suffix=WAL),
    "the disk": Fault("slow sync beside the store", error=0, delay=HANGING, suffix=".watchdog"),
}


@pytest.mark.parametrize("what", HANGS)
def test_no_sign_of_life_while_something_hangs_and_again_when_it_goes_on(
    watched: Supervisor, disk: Disk, what: str
) -> None:
    watched.wait_for(ALIVE)
    disk.fail(HANGS[what])
    with ThreadPoolExecutor() as threads:
        # A turn needs no sync: what writes is stuck in one, and the turns stay behind it.
        threads.submit(watched.daemon.administer, "admin.resetClock", [])
        assert watched.hear(lambda said: said.startswith("STATUS=") and f"{what} does not answer" in said, PATIENCE)
        assert not watched.hear(is_sign_of_life, 3 * PERIOD)

        disk.mend()

        assert watched.hear(is_sign_of_life, PATIENCE)
    assert f"no sign of life: {what} does not answer" in watched.daemon.log.read_text()


def test_a_disk_that_answers_with_an_error_is_told_and_is_no_reason_to_be_killed(
    watched: Supervisor, disk: Disk
) -> None:
    disk.fail(Fault("sync EIO beside the store", suffix=".watchdog"))
    assert watched.hear(lambda said: said.startswith("STATUS=") and said.endswith("; the disk answers EIO"), PATIENCE)
    watched.wait_for(ALIVE)


def test_sigabrt_of_the_watchdog_leaves_the_stacks_in_the_log(daemon: RunningDaemon) -> None:
    with supervise(Supervisor(daemon)):
        assert daemon.end(signal.SIGABRT) == -signal.SIGABRT
    log = daemon.log.read_text()
    assert "Fatal Python error: Aborted" in log
    assert "in _work" in log
