"""For each gateway a daemon, an API behind it, and the gateway between them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.gateways import programs
from tests.gateways.scene import DEFINITIONS, SECTIONS, Scene
from tests.gateways.upstream import Upstream, run_upstream
from tests.support.daemon import RunningDaemon, free_port, run_daemon
from tests.support.debian import Unavailable


@pytest.fixture(scope="session")
def upstream() -> Iterator[Upstream]:
    with run_upstream() as running:
        yield running


@pytest.fixture(scope="module", params=programs.KINDS)
def scene(
    request: pytest.FixtureRequest, upstream: Upstream, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    """A gateway that asks for the scope `read`."""
    folder = tmp_path_factory.mktemp(request.param)
    daemon_folder = tmp_path_factory.mktemp(f"{request.param}-daemon")
    with (
        run_daemon(daemon_folder, definitions=DEFINITIONS, sections=SECTIONS) as daemon,
        run_gateway(request.param, folder, daemon, upstream, "--scope", "read") as port,
    ):
        yield Scene(daemon, upstream, port)


@pytest.fixture
def signed(scene: Scene, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scene]:
    """The same gateway before the service of MAC tokens, with the daemon at its unix socket."""
    kind = request.node.callspec.params["scene"]
    on_socket = {"RPCAUTH_SERVER__LISTEN": '["unix:var/rpc.sock"]', "RPCAUTH_OAUTH2__ENABLED": "false"}
    with run_gateway(
        kind, tmp_path, scene.daemon, scene.upstream, "--service", "signed", environment=on_socket
    ) as port:
        yield Scene(scene.daemon, scene.upstream, port, service_key="signed")


@contextmanager
def run_gateway(
    kind: str,
    folder: Path,
    daemon: RunningDaemon,
    upstream: Upstream,
    *options: str,
    environment: Mapping[str, str] | None = None,
) -> Iterator[int]:
    """The gateway with the printed configuration; the port for its clients. Where it cannot be had, a skip.

    `environment` overrides settings for the printing.
    """
    port = free_port()

    def show(what: str) -> str:
        places = ["--upstream", f"127.0.0.1:{upstream.port}", "--listen", f"127.0.0.1:{port}"]
        command = daemon.command("gateway", what, *places, *options)
        settings = {**os.environ, **(environment or {})}
        return subprocess.run(command, capture_output=True, text=True, check=True, env=settings).stdout

    try:
        command = programs.prepare(kind, folder, show)
    except Unavailable as reason:
        pytest.skip(str(reason))
    with programs.run(command, folder, port):
        yield port
