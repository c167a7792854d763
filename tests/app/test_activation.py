"""Sockets that the service manager opened are served, by their names, and stay its own."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.daemon import (
    BASIC,
    PATIENCE,
    RunningDaemon,
    UnixConnection,
    free_port,
    is_listening,
    prepare_daemon,
)
from tests.support.supervisor import Supervisor, supervise

HELLO = json.dumps({"jsonrpc": "2.0", "method": "test.hello", "params": [], "id": 1}).encode()


@pytest.fixture
def daemon(tmp_path: Path) -> RunningDaemon:
    """A daemon with definitions, which does not run."""
    prepared = prepare_daemon(tmp_path)
    prepared.apply()
    return prepared


def listen(where: tuple[str, int] | Path) -> socket.socket:
    if isinstance(where, Path):
        held = socket.socket(socket.AF_UNIX)
        held.bind(str(where))
        held.listen()
        return held
    return socket.create_server(where)


def greet(connection: http.client.HTTPConnection) -> object:
    with closing(connection):
        connection.request("POST", "/rpc", HELLO, {"Authorization": BASIC})
        return json.loads(connection.getresponse().read()).get("result")


def greet_tcp(port: int) -> object:
    return greet(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE))


def test_inherited_sockets_are_served_in_place_of_all_of_listen(daemon: RunningDaemon, tmp_path: Path) -> None:
    with listen(("127.0.0.1", 0)) as tcp, listen(tmp_path / "given.sock") as unix:
        with supervise(Supervisor(daemon, [("rpc", tcp), ("rpcauth.socket", unix)])):
            assert greet_tcp(tcp.getsockname()[1]) == "Hello!"
            assert greet(UnixConnection(tmp_path / "given.sock")) == "Hello!"
            assert not is_listening(daemon.port)
            assert not (tmp_path / "var" / "rpc.sock").exists()
            assert daemon.administer("test.hello", [])["result"] == "Hello!"
        assert (tmp_path / "given.sock").is_socket()
        assert is_listening(tcp.getsockname()[1])
    where = f"127.0.0.1:{tcp_port(daemon)}"
    assert f"listening on {where}, unix:{tmp_path}/given.sock\n" in daemon.log.read_text()
    assert "[server] listen is not used" in daemon.log.read_text()


def tcp_port(daemon: RunningDaemon) -> str:
    return daemon.log.read_text().partition("listening on 127.0.0.1:")[2].partition(",")[0]


def test_inherited_sockets_are_handed_on_to_nobody(daemon: RunningDaemon) -> None:
    with listen(("127.0.0.1", 0)) as held, supervise(Supervisor(daemon, [("rpc", held)])):
        assert daemon.process is not None
        (flags,) = re.findall(r"flags:\s*0([0-7]+)", Path(f"/proc/{daemon.process.pid}/fdinfo/3").read_text())
        assert int(flags, 8) & os.O_CLOEXEC


def test_a_configured_address_that_was_handed_over_is_not_bound_again(daemon: RunningDaemon) -> None:
    with listen(("127.0.0.1", daemon.port)) as held, supervise(Supervisor(daemon, [("rpc", held)])):
        assert greet_tcp(daemon.port) == "Hello!"


def test_a_socket_named_admin_is_for_operators_alone(daemon: RunningDaemon, tmp_path: Path) -> None:
    path = tmp_path / "operators.sock"
    with listen(path) as held, supervise(Supervisor(daemon, [("admin", held)])):
        with closing(UnixConnection(path)) as connection:
            connection.request("POST", "/rpc", HELLO.replace(b"test.hello", b"admin.export"))
            assert "toml" in json.loads(connection.getresponse().read())["result"]
        assert not daemon.admin_socket.exists()
        assert greet_tcp(daemon.port) == "Hello!"
    assert path.is_socket()


def refused(daemon: RunningDaemon, name: str, held: socket.socket) -> str:
    """The one line of a daemon that does not start on a socket."""
    supervisor = Supervisor(daemon, [(name, held)])
    with supervisor.inbox:
        supervisor.launch()
        assert daemon.process is not None
        assert daemon.process.wait(PATIENCE) == 2
    (line,) = daemon.log.read_text().splitlines()
    return line


@pytest.mark.parametrize(
    ("family", "kind", "where"),
    [
        (socket.AF_UNIX, socket.SOCK_SEQPACKET, "held.sock"),
        (socket.AF_VSOCK, socket.SOCK_STREAM, (socket.VMADDR_CID_ANY, socket.VMADDR_PORT_ANY)),
    ],
    ids=["packets", "another family"],
)
def test_a_socket_that_http_cannot_be_spoken_on_is_refused(
    daemon: RunningDaemon, family: int, kind: int, where: tuple[int, int] | str
) -> None:
    try:
        held = socket.socket(family, kind)
    except OSError as error:
        pytest.skip(f"not run: {error.strerror}")
    with held:
        held.bind(str(daemon.folder / where) if isinstance(where, str) else where)
        held.listen()
        assert refused(daemon, "rpc", held).startswith("socket activation: descriptor 3 is no stream of TCP or unix; ")


def test_an_abstract_socket_is_served_and_its_name_is_written_as_people_write_it(daemon: RunningDaemon) -> None:
    name = os.urandom(8).hex()
    with socket.socket(socket.AF_UNIX) as held:
        held.bind(f"\0{name}")
        held.listen()
        with supervise(Supervisor(daemon, [("rpc", held)])):
            assert greet(UnixConnection(Path(f"\0{name}"))) == "Hello!"
    assert f"listening on unix:@{name}\n" in daemon.log.read_text()


def test_a_socket_that_does_not_listen_is_refused(daemon: RunningDaemon) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held:
        held.bind(("127.0.0.1", 0))
        assert refused(daemon, "rpc", held) == (
            "socket activation: descriptor 3 does not listen; "
            "list only ListenStream= in the socket unit, with Accept=no"
        )


def test_a_tcp_socket_for_operators_is_refused(daemon: RunningDaemon) -> None:
    with listen(("127.0.0.1", 0)) as held:
        assert refused(daemon, "admin", held) == (
            "socket activation: the socket named admin is TCP, which proves nobody; "
            "give it a path: ListenStream=/run/rpcauth/admin.sock"
        )


def test_plain_tcp_for_other_machines_is_refused_as_it_is_in_the_configuration(daemon: RunningDaemon) -> None:
    with listen(("0.0.0.0", 0)) as held:
        assert refused(daemon, "rpc", held).endswith(
            "is open to other machines without TLS; "
            "fill in [server.tls], or set behind_tls_proxy = true, or listen on 127.0.0.1"
        )


def test_sockets_of_another_process_are_left_alone(daemon: RunningDaemon) -> None:
    daemon.environment = {"LISTEN_FDS": "1", "LISTEN_PID": "1"}
    daemon.start()
    assert greet_tcp(daemon.port) == "Hello!"
    assert daemon.end() == 0


def test_systemd_socket_activate_starts_the_daemon_at_the_first_connection(daemon: RunningDaemon) -> None:
    activate = shutil.which("systemd-socket-activate")
    if activate is None:
        pytest.skip("not run: no systemd-socket-activate here")
    port = free_port()
    command = [activate, f"--listen=127.0.0.1:{port}", "--fdname=rpc", *environment_options(), *daemon.command("serve")]
    with daemon.log.open("ab") as log:
        daemon.process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        wait_until_listening(daemon)
        assert greet_tcp(port) == "Hello!"
    finally:
        assert daemon.end() == 0
    assert f"listening on 127.0.0.1:{port}\n" in daemon.log.read_text()


def environment_options() -> list[str]:
    """It passes on no variables but those that it is told."""
    return [
        f"--setenv=PYTHONPATH={Path(__file__).parent.parent.parent}",
        f"--setenv=PATH={Path(sys.executable).parent}",
    ]


def wait_until_listening(daemon: RunningDaemon) -> None:
    """Until systemd-socket-activate says so: to try its port would be the first connection."""
    deadline = time.monotonic() + PATIENCE
    while b"Listening on" not in daemon.log.read_bytes():
        assert time.monotonic() < deadline
        time.sleep(0.01)
