"""Three times as much as a slow disk takes: what it takes is done in bounded time, and the rest refused at once."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.faults.disk import Disk, Fault
from tests.support.daemon import BASIC, CLIENT, SERVICE_KEY, RunningDaemon, run_daemon
from tests.support.soak import IS_LONG

SLOW = Fault("slow sync", error=0, delay=200)
"""Each commit takes so long that 256 of them a turn are some 1,200 a second."""

QUEUE_WAIT = 0.5
SECONDS = 10
LOOP = 512
"""Connections that keep two groups of the writer full: one that is committed, and one that waits."""


def load(daemon: RunningDaemon, bodies: Path, *, rate: float, pool: int) -> dict[str, Any]:
    """The figures of bench/open_loop.py."""
    url = f"http://127.0.0.1:{daemon.port}/rpc"
    words = [url, str(rate), str(pool), str(SECONDS), "5", str(bodies), BASIC]
    done = subprocess.run(
        [sys.executable, "-m", "bench.open_loop", *words], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


@pytest.mark.skipif(not IS_LONG, reason="not run: a measurement, part of `make soak`")
def test_goodput_holds_at_three_times_what_a_slow_disk_can_take(disk: Disk, tmp_path: Path) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    params = {"service_key": SERVICE_KEY, "client": CLIENT, "token_data": {"grant_type": "client_credentials"}}
    call = {"jsonrpc": "2.0", "method": "oauth2.createAccessToken", "params": params, "id": 1}
    bodies = tmp_path / "bodies"
    bodies.write_text(json.dumps(call) + "\n")
    limits = f"[limits]\nqueue_wait = {QUEUE_WAIT}\n"
    with run_daemon(tmp_path, sections=limits, environment=disk.environment) as daemon:
        disk.fail(SLOW)
        peak = load(daemon, bodies, rate=0, pool=LOOP)
        over = load(daemon, bodies, rate=3 * peak["good"], pool=4000)
        disk.mend()
        while "result" not in daemon.call("oauth2.createAccessToken", params):
            time.sleep(0.1)  # what is queued goes first
    sys.stdout.write(f"peak {peak}\nover {over}\n")
    assert over["good"] >= 0.8 * peak["good"]
    assert over["p99"] <= 1000 * (QUEUE_WAIT + 6 * SLOW.delay / 1000)
    assert over["refused"] > peak["good"]
    assert over["refusal_p99"] <= 500
    assert over["given_up"] == 0
