"""A daemon that serves the façade, asked by the standard library's client, or with exactly the bytes of a test."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass

from rpcauth.web.messages import HttpReply, RequestLog
from tests.rest.ym.conversation import FORM_TYPE
from tests.rest.ym.said import Said, read_reply
from tests.rest.ym.serving import OIDC
from tests.support.daemon import PATIENCE, SERVICE_KEY, RunningDaemon

YM = f'[ym]\nenabled = true\nservice_key = "{SERVICE_KEY}"\n'
"""The section that switches it on."""


@dataclass(frozen=True, slots=True)
class Response:
    """What came back. `headers` are all lines of the head, as they stand."""

    status: int
    reason: str
    headers: list[tuple[str, str]]
    body: bytes

    def all(self, name: str) -> list[str]:
        return [value for one, value in self.headers if one.lower() == name.lower()]

    def header(self, name: str) -> str:
        """The one header of a name."""
        (value,) = self.all(name)
        return value

    def read(self) -> Said:
        """What an answer of a service says."""
        log = RequestLog("", None, "")
        content_type = self.header("Content-Type")
        return read_reply(HttpReply(status=self.status, body=self.body, log=log, content_type=content_type))


def ask_on(
    connection: http.client.HTTPConnection,
    daemon: RunningDaemon,
    method: str,
    target: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    connection.request(method, target, body, dict(headers or {}))
    reply = connection.getresponse()
    return Response(reply.status, reply.reason, reply.getheaders(), daemon.remember(reply.read()))


def ask(
    daemon: RunningDaemon,
    method: str,
    target: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """One request on a connection of its own."""
    with closing(http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=PATIENCE)) as connection:
        return ask_on(connection, daemon, method, target, body, headers)


def build(body: bytes, *lines: str, target: str = OIDC) -> bytes:
    """A POST as bytes. The connection ends with its answer."""
    head = [f"POST {target} HTTP/1.1", "Host: h", f"Content-Type: {FORM_TYPE}", "Connection: close", *lines]
    if not any(line.startswith("Transfer-Encoding") for line in lines):
        head.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*head, "", ""]).encode() + body


def exchange_bytes(daemon: RunningDaemon, request: bytes) -> bytes:
    """All that comes back until the daemon hangs up."""
    with open_socket(daemon) as connection:
        connection.sendall(request)
        return daemon.remember(receive_all(connection))


def open_socket(daemon: RunningDaemon) -> socket.socket:
    return socket.create_connection(("127.0.0.1", daemon.port), PATIENCE)


def receive_all(connection: socket.socket) -> bytes:
    received = b""
    while data := connection.recv(65_536):
        received += data
    return received
