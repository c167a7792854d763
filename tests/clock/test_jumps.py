"""A real daemon whose wall clock jumps while it runs: nothing is good again, and what is good stays so."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.clock.credentials import DEFINITIONS, authorize, give, is_live, is_served, issue, sign, use_up
from tests.clock.wall import DAY, HOUR, YEAR, Wall
from tests.metrics.scene import Watched, watch
from tests.support.daemon import BASIC, PATIENCE, RunningDaemon, prepare_daemon
from tests.support.supervisor import Supervisor, supervise

SUSPECT = "clock_suspect"
JUMPS = {"+2h": 2 * HOUR, "-1d": -DAY, "+10y": 10 * YEAR, "right again": 0}
WRONG = pytest.mark.parametrize("off", [2 * HOUR, -DAY, 10 * YEAR], ids=["+2h", "-1d", "+10y"])
TICK = os.sysconf("SC_CLK_TCK")


@pytest.fixture(params=["uvloop", "asyncio"])
def environment(request: pytest.FixtureRequest, wall: Wall, tmp_path: Path) -> dict[str, str]:
    """By this a daemon runs on either event loop, and by the wall clock."""
    if request.param == "uvloop":
        return wall.environment
    missing = tmp_path / "missing"
    missing.mkdir()
    (missing / "uvloop.py").write_text("raise ImportError")
    return {**wall.environment, "PYTHONPATH": str(missing)}


def true_time() -> int:
    return int(time.time())


def apply(daemon: RunningDaemon) -> None:
    daemon.apply(DEFINITIONS)


def verify_audit(daemon: RunningDaemon) -> None:
    done = run(daemon, "audit", "verify")
    assert done.returncode == 0, done.stdout + done.stderr


def run(daemon: RunningDaemon, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **daemon.environment}
    return subprocess.run(daemon.command(*words), env=environment, capture_output=True, text=True, check=False)


def cpu_seconds(daemon: RunningDaemon) -> float:
    assert daemon.process is not None
    fields = Path(f"/proc/{daemon.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def test_no_jump_brings_anything_back_or_ends_what_is_good(
    tmp_path: Path, environment: dict[str, str], wall: Wall
) -> None:
    with watch(tmp_path, environment=environment) as watched:
        daemon = watched.daemon
        apply(daemon)
        good = give(daemon, checks=len(JUMPS) + 1)
        over = use_up(daemon, signed=good.signed, at=true_time())
        good.check(daemon, at=true_time())
        assert watched.troubles() == []
        for off in JUMPS.values():
            wall.set(off=off)
            over.check(daemon)
            over.check_expired(daemon)
            good.check(daemon, at=true_time())
            assert watched.troubles() == [SUSPECT]
            assert watched.read().value("rpcauth_trouble", kind=SUSPECT) == 1
        verify_audit(daemon)


def restart(watched: Watched) -> None:
    watched.daemon.end()
    watched.daemon.start()


@WRONG
def test_a_restart_by_a_wrong_clock_brings_nothing_back(tmp_path: Path, wall: Wall, off: int) -> None:
    with watch(tmp_path, environment=wall.environment) as watched:
        daemon = watched.daemon
        apply(daemon)
        good = give(daemon, checks=1)
        over = use_up(daemon, signed=good.signed, at=true_time())
        wall.set(off=off)
        restart(watched)
        watched.wait_for_troubles(*([SUSPECT] if off < 0 else []))
        over.check(daemon)
        over.check_expired(daemon)
        if off < 0:
            good.check(daemon, at=true_time())
        else:
            assert not is_live(daemon, good.access_token)
            watched.read_once(lambda told: told.value("rpcauth_swept_rows_total") > 0)
        fresh = authorize(daemon)
        wall.set(off=0)
        over.check(daemon)
        restart(watched)
        over.check(daemon)
        over.check_expired(daemon)
        assert is_live(daemon, fresh["access_token"])


def reset_clock(watched: Watched) -> None:
    """What `rpcauth doctor --reset-clock` does."""
    assert watched.daemon.administer("admin.resetClock", [])["result"] is True
    assert watched.troubles() == []


@WRONG
def test_when_an_operator_believes_the_clock_again_nothing_comes_back(tmp_path: Path, wall: Wall, off: int) -> None:
    """The clock is believed while it is wrong, by a restart or by the operator's word, and again when it is right."""
    with watch(tmp_path, environment=wall.environment) as watched:
        daemon = watched.daemon
        apply(daemon)
        good = give(daemon, checks=0)
        over = use_up(daemon, signed=good.signed, at=true_time())
        wall.set(off=off)
        restart(watched)
        reset_clock(watched)
        over.check(daemon)
        wrong = issue(daemon, "signed")
        request = sign(wrong, nonce="n-2", at=true_time() + off)
        assert is_served(daemon, request)
        if off > 0:
            watched.read_once(lambda told: told.value("rpcauth_swept_rows_total") > 0)
        wall.set(off=0)
        restart(watched)
        reset_clock(watched)
        over.check(daemon)
        over.requests.append(request)
        wall.set(off=off)
        reset_clock(watched)
        over.check(daemon)
        wall.set(off=0)
        reset_clock(watched)
        fresh = issue(daemon, "signed")
        assert is_served(daemon, sign(fresh, nonce="n-1", at=true_time()))
        assert is_live(daemon, authorize(daemon)["access_token"])
        verify_audit(daemon)


def test_a_jump_is_told_once_and_costs_no_time_of_the_processor(
    tmp_path: Path, environment: dict[str, str], wall: Wall
) -> None:
    with watch(tmp_path, environment=environment) as watched:
        wall.set(off=10 * YEAR)
        watched.wait_for_troubles(SUSPECT)
        before, began = cpu_seconds(watched.daemon), time.monotonic()
        time.sleep(1.5)
        assert cpu_seconds(watched.daemon) - before < 0.2 * (time.monotonic() - began)
        daemon = watched.daemon
    assert daemon.log.read_text().count("is not believed") == 1


@pytest.mark.parametrize("off", [2 * HOUR, -DAY], ids=["+2h", "-1d"])
def test_no_timer_goes_by_the_wall_clock(tmp_path: Path, environment: dict[str, str], wall: Wall, off: int) -> None:
    server = "idle_timeout = 600\nheader_timeout = 2\nbody_timeout = 2"
    daemon = prepare_daemon(tmp_path, server=server, environment=environment)
    with supervise(Supervisor(daemon, watchdog=3)) as supervisor:
        apply(daemon)
        with closing(http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=PATIENCE)) as kept:
            with closing(http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=PATIENCE)) as slow:
                assert hello(kept)
                slow.connect()
                slow.sock.sendall(
                    f"POST /rpc HTTP/1.1\r\nHost: a\r\nAuthorization: {BASIC}\r\nContent-Length: 9\r\n\r\n".encode()
                )
                wall.set(off=off)
                assert b" 408 " in slow.sock.recv(65_536)
            assert hello(kept)
        supervisor.hear_rest()
        for _ in range(3):
            supervisor.wait_for("WATCHDOG=1")


def hello(connection: http.client.HTTPConnection) -> bool:
    body = json.dumps({"jsonrpc": "2.0", "method": "test.hello", "id": 1}).encode()
    connection.request("POST", "/rpc", body, {"Authorization": BASIC})
    return "result" in json.loads(connection.getresponse().read())
