"""What a client writes so that gateway, daemon and API understand it differently: nothing of it gets further."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.gateways.scene import Scene
from tests.support.daemon import PATIENCE

DENYING = 12.0
"""Seconds within which a gateway has given up on a daemon that hangs."""


def send(scene: Scene, request: str, *lines: str, body: str = "") -> int:
    """The status of the answer to a request that is written by hand."""
    head = "\r\n".join([f"{request} HTTP/1.1", "Host: api.example.com", *lines, "", ""])
    with socket.create_connection(("127.0.0.1", scene.port), timeout=PATIENCE) as connection:
        connection.sendall((head + body).encode())
        return int(connection.makefile("rb").readline().split()[1])


def bearer(scene: Scene, scope: str = "read") -> str:
    return f"Authorization: Bearer {scene.issue(scope)['access_token']}"


@pytest.mark.parametrize(
    "lines",
    [
        ["Connection: X-Auth-Subject, X-Auth-Scope"],
        ["connection: close, x-auth-client"],
        ["Connection: X-Mashery-Oauth-Client-Id"],
        ["Connection: keep-alive", "Connection: X-Auth-Subject"],
    ],
    ids=", then ".join,
)
def test_a_client_cannot_have_the_gateway_drop_an_identity(scene: Scene, lines: list[str]) -> None:
    """RFC 9110 §7.6.1: a proxy drops the headers that Connection names."""
    before = len(scene.upstream.arrived)
    status = send(scene, "GET /v1/things", bearer(scene), *lines)
    arrived = scene.upstream.arrived[before:]
    assert (status, len(arrived)) in ((200, 1), (400, 0))
    names = ("X-Auth-Subject", "X-Auth-Client", "X-Auth-Scope", "X-Mashery-Oauth-Client-Id")
    assert all(len(one.values(name)) == 1 for one in arrived for name in names)


def test_a_connection_header_changes_nothing_in_what_is_asked(scene: Scene) -> None:
    names = "X-Forwarded-Uri, X-Forwarded-Method, X-Original-URI, X-Original-Method, X-Auth-Require-Scope"
    before = len(scene.upstream.arrived)
    assert send(scene, "GET /admin/x", bearer(scene), f"Connection: {names}") >= 400
    assert send(scene, "GET /v1", bearer(scene, "write"), f"Connection: {names}") >= 400
    assert scene.upstream.arrived[before:] == []


@pytest.mark.parametrize(
    "target",
    [
        "/v1/..;/admin/x",
        "/v1/..;a=b/admin/x",
        "/;a/admin/x",
        "/%2561dmin/x",
        "/v1%2f..%2fadmin/x",
        "/v1/..%5cadmin/x",
        "/v1/a%2fb/../../admin/x",
        "http://api.example.com/admin/x",
    ],
)
def test_no_server_behind_it_reads_a_path_that_was_not_paid_for(scene: Scene, target: str) -> None:
    before = len(scene.upstream.arrived)
    assert send(scene, f"GET {target}", bearer(scene)) in (400, 403)
    assert scene.upstream.arrived[before:] == []


@pytest.mark.parametrize("second", ["Bearer made-up", "Basic eDp5"])
def test_of_two_authorizations_none_counts(scene: Scene, second: str) -> None:
    good, before = bearer(scene), len(scene.upstream.arrived)
    for lines in ((good, f"authorization: {second}"), (f"Authorization: {second}", good)):
        assert send(scene, "GET /v1/things", *lines) in (400, 401)
    assert scene.upstream.arrived[before:] == []


def test_a_scheme_and_a_header_in_small_letters_are_as_good(scene: Scene) -> None:
    assert send(scene, "GET /v1/things", bearer(scene).replace("Authorization: Bearer", "authorization: bearer")) == 200


@pytest.mark.parametrize("upgrade", ["websocket", "h2c"])
def test_an_upgrade_needs_a_token_too(scene: Scene, upgrade: str) -> None:
    before = len(scene.upstream.arrived)
    lines = ("Sec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==", "Sec-WebSocket-Version: 13")
    assert send(scene, "GET /v1/things", "Connection: Upgrade", f"Upgrade: {upgrade}", *lines) in (401, 403)
    assert scene.upstream.arrived[before:] == []


@pytest.mark.parametrize(
    "lines",
    [["X-Large: " + "x" * 100_000], [f"X-Many-{number}: x" for number in range(1000)]],
    ids=["100 kB", "1000 headers"],
)
def test_a_huge_head_is_refused(scene: Scene, lines: list[str]) -> None:
    before = len(scene.upstream.arrived)
    assert send(scene, "GET /v1/things", bearer(scene), *lines) in (400, 431)
    assert scene.upstream.arrived[before:] == []


def test_of_two_requests_in_one_only_the_first_is_asked_about_and_passed_on(scene: Scene) -> None:
    """What could be a second request within a body that is counted in two ways reaches nobody as one."""
    before = len(scene.upstream.arrived)
    inner = "0\r\n\r\nGET /admin/x HTTP/1.1\r\nHost: api.example.com\r\n\r\n"
    both = ("Content-Length: 4", "Transfer-Encoding: chunked", "Connection: close")
    send(scene, "POST /v1/things", bearer(scene), *both, body=inner)
    assert all(arrived.target == "/v1/things" for arrived in scene.upstream.arrived[before:])


@contextmanager
def hanging(scene: Scene) -> Iterator[None]:
    """The daemon takes connections, and answers nothing."""
    assert scene.daemon.process is not None
    os.kill(scene.daemon.process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(scene.daemon.process.pid, signal.SIGCONT)


def test_a_daemon_that_hangs_lets_nothing_pass_and_nobody_wait_for_long(scene: Scene) -> None:
    header, before = bearer(scene), len(scene.upstream.arrived)
    with hanging(scene):
        started = time.monotonic()
        assert send(scene, "GET /v1/things", header) >= 500
        assert time.monotonic() - started < DENYING
    assert scene.upstream.arrived[before:] == []
    assert send(scene, "GET /v1/things", header) == 200
