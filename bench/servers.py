"""The processes under test: the echo, and daemons with stores of their own in a temporary folder."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.cores import pinned, server_core

SERVICE_KEY = "bench"
CLIENT_ID = "bench-client"
CALLER = "bench-gateway"
PATIENCE = 30.0
"""Seconds that a process may take to listen, or to end."""

CONFIGURATION = """
[server]
listen = ["127.0.0.1:{port}"]
admin = "unix:admin.sock"

[storage]
url = "sqlite:///store.db"

[keys]
file = "master.key"
"""
DEFINITIONS = """
[[services]]
service_key = "{service_key}"
name = "Bench"
grant_types = ["client_credentials"]

[[applications]]
client_id = "{client_id}"
name = "Bench client"
services = ["{service_key}"]
{chosen_secret}

[[callers]]
name = "{caller}"
api_key = "{caller}"
secret = "{caller_secret}"
services = ["{service_key}"]
methods = ["oauth2.*", "rpc.discover"]
proofs = ["basic"]
"""


class ServerFailed(Exception):
    """A process did not come up, or refused what it was asked; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Daemon:
    """A running daemon that has the bench's definitions. Its log is `folder`/daemon.log."""

    folder: Path
    process: subprocess.Popen[bytes]
    port: int
    client_id: str
    client_secret: str
    authorization: str

    @property
    def log(self) -> Path:
        return self.folder / "daemon.log"

    def ask(self, body: bytes) -> bytes:
        """One POST to /rpc on a connection of its own. Raises ServerFailed unless it is 200."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as connection:
            connection.request("POST", "/rpc", body, {"Authorization": self.authorization})
            reply = connection.getresponse()
            answer = reply.read()
            if reply.status != http.HTTPStatus.OK:
                raise ServerFailed(f"HTTP status {reply.status}: {answer.decode(errors='replace')}")
            return answer


@contextmanager
def run_echo(folder: Path) -> Iterator[tuple[int, int]]:
    """The echo's pid and port."""
    port = _free_port()
    folder.mkdir()
    with _running([sys.executable, "-m", "bench.echo", str(port)], folder / "echo.log", port) as process:
        yield process.pid, port


@contextmanager
def run_daemon(folder: Path, *, chosen_secret: bool = False) -> Iterator[Daemon]:
    """A daemon as it is installed, its settings the defaults; its client's secret generated, or chosen by a human."""
    port = _free_port()
    folder.mkdir()
    configuration = folder / "rpcauth.toml"
    configuration.write_text(CONFIGURATION.format(port=port))
    secret = "correct horse battery staple" if chosen_secret else None
    caller_secret = secrets.token_hex(16)
    command = [sys.executable, "-m", "rpcauth", "serve", "--config", str(configuration)]
    with _running(command, folder / "daemon.log", port) as process:
        generated = _define(folder / "admin.sock", secret, caller_secret)
        yield Daemon(
            folder=folder,
            process=process,
            port=port,
            client_id=CLIENT_ID,
            client_secret=generated if secret is None else secret,
            authorization="Basic " + b64encode(f"{CALLER}:{caller_secret}".encode()).decode(),
        )


@contextmanager
def _running(command: list[str], log: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("ab") as output, pinned(server_core()):
        process = subprocess.Popen(command, stdout=output, stderr=output, env={**os.environ, "PYTHONPATH": _root()})
    try:
        _wait(lambda: _is_listening(port), process, log)
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _define(admin: Path, secret: str | None, caller_secret: str) -> str:
    """Apply the definitions by the administrative socket; the client secret that the daemon generated, or ''."""
    toml = DEFINITIONS.format(
        service_key=SERVICE_KEY,
        client_id=CLIENT_ID,
        caller=CALLER,
        caller_secret=caller_secret,
        chosen_secret="" if secret is None else f'client_secret = "{secret}"',
    )
    result = _ask_admin(admin, "admin.apply", {"toml": toml})
    generated = result["generated"]
    return str(generated[0]["client_secret"]) if generated else ""


def _ask_admin(admin: Path, method: str, params: Mapping[str, Any]) -> Any:
    body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, "id": 1}).encode()
    with closing(socket.socket(socket.AF_UNIX)) as connected:
        connected.settimeout(PATIENCE)
        connected.connect(str(admin))
        with closing(http.client.HTTPConnection("localhost")) as connection:
            connection.sock = connected
            connection.request("POST", "/rpc", body)
            reply = json.loads(connection.getresponse().read())
    if "result" not in reply:
        raise ServerFailed(f"{method}: {reply}")
    return reply["result"]


def _wait(is_there: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_there():
        if process.poll() is not None or time.monotonic() > deadline:
            raise ServerFailed(f"a server did not start: {log.read_text(errors='replace')}")
        time.sleep(0.02)


def _is_listening(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _root() -> str:
    return str(Path(__file__).parent.parent)
