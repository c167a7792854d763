"""How long a daemon that ends waits for what has begun."""

from __future__ import annotations

import http.client
import signal
import time
from contextlib import closing
from pathlib import Path

from tests.support.daemon import BASIC, PATIENCE, prepare_daemon
from tests.support.supervisor import Supervisor, supervise

HELLO = b'{"jsonrpc":"2.0","method":"test.hello","params":[],"id":1}'
SLOWNESS = 1.0
"""Seconds that a client takes over the second half of its request; idle connections are closed long before."""


def begin(port: int) -> http.client.HTTPConnection:
    """A request whose body is to come yet."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.putrequest("POST", "/rpc")
    connection.putheader("Authorization", BASIC)
    connection.putheader("Content-Length", str(len(HELLO)))
    connection.endheaders(HELLO[:1])
    return connection


def test_a_request_that_had_begun_is_answered_however_slow_within_the_drain_timeout(tmp_path: Path) -> None:
    daemon = prepare_daemon(tmp_path, server="drain_timeout = 30")
    daemon.apply()
    with supervise(Supervisor(daemon)) as supervisor, closing(begin(daemon.port)) as slow:
        supervisor.wait_for("STATUS=")
        assert daemon.process is not None
        daemon.process.send_signal(signal.SIGTERM)
        supervisor.wait_for("STOPPING=1")
        time.sleep(SLOWNESS)
        slow.send(HELLO[1:])
        reply = slow.getresponse()
        assert (reply.status, reply.getheader("Connection")) == (200, "close")
        assert daemon.process.wait(PATIENCE) == 0


def test_a_request_that_never_ends_holds_up_the_end_no_longer_than_the_drain_timeout(tmp_path: Path) -> None:
    daemon = prepare_daemon(tmp_path, server="drain_timeout = 1\nbody_timeout = 60")
    daemon.apply()
    with supervise(Supervisor(daemon)) as supervisor, closing(begin(daemon.port)):
        supervisor.wait_for("STATUS=")
        started = time.monotonic()
        assert daemon.end() == 0
        assert 1 <= time.monotonic() - started < PATIENCE
