"""A real daemon in a process of its own, on a free port of loopback and a unix socket, ended by its pid.

Every token in a reply to `call`, `post` and `administer` is remembered, and when the process ends none of them may
stand in a file that the daemon left.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.leaks import find_tokens

DEFINITIONS = """
[[services]]
service_key = "rmeqcgpw3zu2y47y9bs8vs2h"
name = "Demo API"
grant_types = ["authorization_code", "implicit", "password", "client_credentials"]

[[applications]]
client_id = "tkr7f25gd6452zy8rjsf7bwd"
client_secret = "q13rupuifd"
name = "OAuth 2.0 Test App"
redirect_uris = ["https://client.example.com/cb"]
services = ["rmeqcgpw3zu2y47y9bs8vs2h"]

[[callers]]
name = "demo"
api_key = "demo"
secret = "demo-secret"
services = ["*"]
methods = ["*"]
proofs = ["basic", "mashery_sig"]
"""
SERVICE_KEY = "rmeqcgpw3zu2y47y9bs8vs2h"
CLIENT = {"client_id": "tkr7f25gd6452zy8rjsf7bwd", "client_secret": "q13rupuifd"}
REDIRECT_URI = "https://client.example.com/cb"
YM = f'[ym]\nenabled = true\nservice_key = "{SERVICE_KEY}"\n'
"""The section that switches YM's REST services on."""
GATEWAYS = "[oauth2]\nenabled = true\n[authz]\nenabled = true\n"
"""The sections that switch introspection, revocation and /authz on."""
BASIC = "Basic " + b64encode(b"demo:demo-secret").decode()
PATIENCE = 30.0
"""Seconds that a daemon may take to listen, or to end."""


@dataclass(slots=True)
class RunningDaemon:
    """A daemon process: `port` on 127.0.0.1. Its log lines are in `log`."""

    folder: Path
    port: int
    environment: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    seen: set[bytes] = field(default_factory=set)
    """The tokens of all replies, as text."""

    @property
    def log(self) -> Path:
        return self.folder / "daemon.log"

    @property
    def store(self) -> Path:
        return self.folder / "var" / "rpcauth.db"

    @property
    def audit(self) -> Path:
        return self.folder / "var" / "audit.log"

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def admin_socket(self) -> Path:
        return self.folder / "var" / "admin.sock"

    @property
    def left_files(self) -> list[Path]:
        """The store and its companions, and the log: whatever the daemon has written but the master key."""
        companions = (path for path in self.store.parent.iterdir() if path.is_file() and path.name != "master.key")
        return [*companions, self.log]

    def command(self, *words: str) -> list[str]:
        """A command line of rpcauth with this daemon's configuration."""
        return [sys.executable, "-m", "rpcauth", *words, "--config", str(self.folder / "rpcauth.toml")]

    def start(self, *options: str) -> None:
        """Start the process, with further options of `serve`, and wait until it listens."""
        STARTED.append(self)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command("serve", *options), stderr=log, stdout=log, env={**os.environ, **self.environment}
            )
        deadline = time.monotonic() + PATIENCE
        while not is_listening(self.port):
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.02)

    def end(self, number: int = signal.SIGTERM) -> int:
        """Signal the process by its pid and wait for its end; its exit status."""
        assert self.process is not None
        self.process.send_signal(number)
        status = self.process.wait(PATIENCE)
        self.check_nothing_leaked()
        return status

    def check_nothing_leaked(self) -> None:
        """No token that a reply showed stands in a file that the daemon wrote."""
        for path in self.left_files:
            assert not self.seen & find_tokens(path.read_bytes()), path

    def apply(self, definitions: str = DEFINITIONS) -> None:
        """Apply definitions, through the running daemon or on the store itself."""
        if self.is_running:
            reply = self.administer("admin.apply", {"toml": definitions})
            assert "result" in reply, reply
            return
        file = self.folder / "definitions.toml"
        file.write_text(definitions)
        done = subprocess.run(self.command("apply", str(file)), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr + done.stdout

    def post(
        self, body: bytes, path: str = "/rpc", headers: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """One POST on a connection of its own: status, headers, body."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as connection:
            sent = {"Authorization": BASIC} if headers is None else dict(headers)
            connection.request("POST", path, body, sent)
            reply = connection.getresponse()
            return reply.status, dict(reply.getheaders()), self.remember(reply.read())

    def call(self, method: str, params: object, path: str = "/rpc") -> dict[str, Any]:
        """One JSON-RPC 2.0 call, its reply decoded."""
        body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, "id": 1}).encode()
        decoded: dict[str, Any] = json.loads(self.post(body, path)[2])
        return decoded

    def administer(self, method: str, params: object) -> dict[str, Any]:
        """One JSON-RPC 2.0 call on the administrative socket, its reply decoded."""
        body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, "id": 1}).encode()
        with closing(UnixConnection(self.admin_socket)) as connection:
            connection.request("POST", "/rpc", body)
            decoded: dict[str, Any] = json.loads(self.remember(connection.getresponse().read()))
            return decoded

    def remember(self, reply: bytes) -> bytes:
        """Keep the tokens of a reply in mind, for whoever reads replies of this daemon by other means; the reply."""
        self.seen |= find_tokens(reply)
        return reply


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=PATIENCE)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(str(self._path))


STARTED: list[RunningDaemon] = []
"""Every daemon of this test run; tests/conftest.py sees to it that none outlives the run."""


def is_listening(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def prepare_daemon(
    folder: Path, *, server: str = "", sections: str = "", environment: Mapping[str, str] | None = None
) -> RunningDaemon:
    """Write a configuration into `folder`; `server` are further lines of [server], `sections` whole ones behind it.

    Nothing is started.
    """
    port = free_port()
    text = f'[server]\nlisten = ["127.0.0.1:{port}", "unix:var/rpc.sock"]\n{server}\n{sections}\n'
    (folder / "rpcauth.toml").write_text(text)
    return RunningDaemon(folder, port, environment or {})


@contextmanager
def run_daemon(
    folder: Path,
    *,
    definitions: str = DEFINITIONS,
    server: str = "",
    sections: str = "",
    environment: Mapping[str, str] | None = None,
) -> Iterator[RunningDaemon]:
    """A daemon that serves `definitions`; ended when the block is left."""
    daemon = prepare_daemon(folder, server=server, sections=sections, environment=environment)
    daemon.start()
    try:
        daemon.apply(definitions)
        yield daemon
    finally:
        if daemon.is_running:
            daemon.end()
        daemon.check_nothing_leaked()
