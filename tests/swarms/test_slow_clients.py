"""Connections that keep a real daemon waiting: all are closed in time, and nobody else notices. The figures: bench/."""

from __future__ import annotations

import socket
import ssl
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
import trustme

from bench.swarm import Kind, Swarm, run
from tests.metrics.scene import watch
from tests.support.daemon import BASIC, PATIENCE
from tests.swarms.scene import calling, resident, wait_until

COUNT = 200
TIMEOUTS = "header_timeout = 2\nbody_timeout = 2\n"
LATEST = 10.0
"""Seconds after which none may be open; a busy machine is no defect."""

BATCH = b"[" + b",".join([b'{"jsonrpc":"2.0","method":"rpc.discover","id":1}'] * 100) + b"]"


@pytest.mark.parametrize("kind", [Kind.HEADER, Kind.BODY, Kind.READER])
def test_slow_clients_are_all_closed_and_no_good_request_fails(tmp_path: Path, kind: Kind) -> None:
    with watch(tmp_path, server=TIMEOUTS) as watched, calling(watched.daemon) as caller:
        swarm = Swarm(kind, ("127.0.0.1", watched.daemon.port), BASIC)
        told = run(swarm, COUNT, ramp=0.5, seconds=LATEST)
        assert (told["opened"], told["refused"], told["left"]) == (COUNT, 0, 0)
        answered = caller.answered
        wait_until(lambda: caller.answered > answered)
        assert caller.failed == []
        caller.stop()
        watched.read_once(lambda told: told.value("rpcauth_connections", listener="rpc") == 0)
        lines = watched.daemon.log.read_text().splitlines()
        assert sum('"event":"request"' not in line for line in lines) < 20
        assert len(lines) < caller.answered + 20 + COUNT * {Kind.HEADER: 0, Kind.BODY: 1, Kind.READER: 16}[kind]


def test_slow_clients_take_no_more_places_than_there_are(tmp_path: Path) -> None:
    with watch(tmp_path, server=f"{TIMEOUTS}max_connections = {COUNT // 2}") as watched:
        swarm = Swarm(Kind.HEADER, ("127.0.0.1", watched.daemon.port))
        for _ in range(COUNT):
            swarm.join()
        told = watched.read_once(lambda told: told.value("rpcauth_connections_refused_total") == COUNT // 2)
        assert told.value("rpcauth_connections", listener="rpc") == COUNT // 2
        assert run(swarm, 0, ramp=0.1, seconds=LATEST)["left"] == 0
        assert watched.daemon.call("test.hello", [])["result"]


def test_answers_that_nobody_takes_are_bounded_all_together(tmp_path: Path) -> None:
    with watch(tmp_path, server="body_timeout = 20") as watched:
        daemon = watched.daemon
        daemon.post(BATCH)
        before, request = resident(daemon), b"POST /rpc HTTP/1.1\r\nHost: a\r\nAuthorization: %b\r\n" % BASIC.encode()
        with ExitStack() as readers:
            for _ in range(100):
                sock = readers.enter_context(socket.create_connection(("127.0.0.1", daemon.port), PATIENCE))
                sock.sendall(request + b"Content-Length: %d\r\n\r\n" % len(BATCH) + BATCH)
                sock.recv(1)
            watched.read_once(lambda told: told.value("rpcauth_connections_refused_total") >= 60)
            # 300 MB of answers were asked for.
            assert resident(daemon) - before < 200_000_000
            assert daemon.call("test.hello", [])["result"]


def test_handshakes_that_never_finish_are_closed_too(tmp_path: Path) -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    certificate.private_key_pem.write_to_path(tmp_path / "key.pem")
    certificate.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    context = ssl.create_default_context()
    authority.configure_trust(context)
    tls = '[server.tls]\ncertificate = "cert.pem"\nkey = "key.pem"'
    with watch(tmp_path, server=TIMEOUTS, sections=tls) as watched:
        address = ("127.0.0.1", watched.daemon.port)
        began = time.monotonic()
        assert run(Swarm(Kind.HANDSHAKE, address), COUNT, ramp=0.5, seconds=LATEST)["left"] == 0
        assert time.monotonic() - began >= 2
        with context.wrap_socket(socket.create_connection(address, PATIENCE), server_hostname="localhost") as sock:
            sock.sendall(b"POST /rpc HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}")
            assert sock.recv(100).startswith(b"HTTP/1.1 401 ")
        assert len(watched.daemon.log.read_text().splitlines()) < 20
