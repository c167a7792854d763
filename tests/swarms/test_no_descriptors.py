"""A real daemon that may have 128 descriptors, and 500 connections that want one each."""

from __future__ import annotations

import http.client
import resource
import socket
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.metrics.scene import watch
from tests.support.daemon import BASIC
from tests.swarms.scene import cpu_seconds, pid_of, wait_until

LIMIT = 128
CROWD = 500
LOOK = 3.0
"""Seconds for which the daemon is looked at while it has none."""


@pytest.mark.parametrize("loop", ["uvloop", "asyncio"])
def test_without_descriptors_the_daemon_rests_and_then_goes_on(tmp_path: Path, loop: str) -> None:
    (tmp_path / "missing").mkdir()
    (tmp_path / "missing" / "uvloop.py").write_text("raise ImportError")
    environment = {"PYTHONPATH": str(tmp_path / "missing")} if loop == "asyncio" else {}
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (LIMIT, before[1]))  # the daemon inherits it
    try:
        running = watch(tmp_path, environment=environment)
        watched = running.__enter__()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    with ExitStack() as stack, ExitStack() as crowd:
        stack.push(running)
        daemon = watched.daemon
        resource.prlimit(pid_of(daemon), resource.RLIMIT_NOFILE, (LIMIT, LIMIT))
        for _ in range(CROWD):
            sock = crowd.enter_context(socket.socket())
            sock.setblocking(False)
            sock.connect_ex(("127.0.0.1", daemon.port))
        watched.read_once(lambda told: told.value("process_max_fds") - told.value("process_open_fds") <= 1)
        lines, used = len(daemon.log.read_text().splitlines()), cpu_seconds(daemon)
        began = time.monotonic()
        while time.monotonic() - began < LOOK:
            assert watched.troubles() == []
            time.sleep(0.1)
        passed = time.monotonic() - began
        sys.stdout.write(f"{loop}: {(cpu_seconds(daemon) - used) / passed:.3f} of a core while there are none\n")
        assert cpu_seconds(daemon) - used < 0.2 * passed
        assert len(daemon.log.read_text().splitlines()) - lines <= 5 * passed
        crowd.close()
        left = time.monotonic()
        wait_until(lambda: is_served(daemon.port), seconds=2)
        sys.stdout.write(f"{loop}: served after {time.monotonic() - left:.2f} s\n")


def is_served(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("POST", "/rpc", b'{"jsonrpc":"2.0","method":"test.hello","id":1}', {"Authorization": BASIC})
        return b'"result"' in connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
