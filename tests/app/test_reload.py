"""SIGHUP: what can be taken over is, without a connection noticing; what cannot is said; a bad file changes nothing."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import trustme

from tests.support.daemon import BASIC, PATIENCE, SERVICE_KEY, YM, RunningDaemon, prepare_daemon
from tests.support.supervisor import Supervisor, supervise

HELLO = {"jsonrpc": "2.0", "method": "test.hello", "params": [], "id": 1}


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    daemon = prepare_daemon(tmp_path)
    daemon.apply()
    with supervise(Supervisor(daemon)) as running:
        yield running


def configure(daemon: RunningDaemon, *, server: str = "", sections: str = "") -> None:
    """Write another configuration with the same addresses."""
    listen = f'listen = ["127.0.0.1:{daemon.port}", "unix:var/rpc.sock"]'
    (daemon.folder / "rpcauth.toml").write_text(f"[server]\n{listen}\n{server}\n{sections}\n")


def messages(daemon: RunningDaemon, level: str) -> list[str]:
    """What the log says, of one level."""
    lines = (json.loads(line) for line in daemon.log.read_text().splitlines() if line.startswith("{"))
    return [line["message"] for line in lines if line["level"] == level and line["event"] == "log"]


def connect(daemon: RunningDaemon) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=PATIENCE)


def post(connection: http.client.HTTPConnection, body: object, **headers: str) -> int:
    connection.request("POST", "/rpc", json.dumps(body), {"Authorization": BASIC, **headers})
    reply = connection.getresponse()
    reply.read()
    return reply.status


def test_limits_and_origins_are_taken_over_and_an_open_connection_serves_on_by_them(supervisor: Supervisor) -> None:
    daemon, origin = supervisor.daemon, "https://console.example.com"
    large = {**HELLO, "id": "x" * 1500}
    with closing(connect(daemon)) as connection:
        assert post(connection, large) == 200
        assert post(connection, HELLO, Origin=origin) == 403

    with closing(connect(daemon)) as connection:
        assert post(connection, large) == 200
        configure(daemon, server=f'body_limit = 1024\nallowed_origins = ["{origin}"]\nbatch_limit = 1')
        supervisor.reload()
        assert post(connection, HELLO, Origin=origin) == 200
        assert connection.sock is not None
        assert post(connection, large) == 413
    assert daemon.post(json.dumps([HELLO, HELLO]).encode())[2].startswith(b'{"jsonrpc":"2.0","error"')
    taken = "reloaded; taken over: server.allowed_origins, server.body_limit, server.batch_limit"
    assert messages(daemon, "info")[-1] == taken


def test_a_facade_can_be_switched_on_and_off(supervisor: Supervisor) -> None:
    daemon = supervisor.daemon
    assert ask_facade(daemon) == 404
    configure(daemon, sections=YM)
    supervisor.reload()
    assert ask_facade(daemon) != 404
    configure(daemon, sections=YM.replace(SERVICE_KEY, "unknown"))
    supervisor.reload()
    assert 'no service "unknown" is defined' in messages(daemon, "warning")[-1]
    configure(daemon)
    supervisor.reload()
    assert ask_facade(daemon) == 404


def ask_facade(daemon: RunningDaemon) -> int:
    return daemon.post(b"{}", "/OAuth/GetAccessToken", {"Content-Type": "application/json"})[0]


def test_the_log_takes_another_form_and_level(supervisor: Supervisor) -> None:
    daemon = supervisor.daemon
    configure(daemon, sections='[log]\nformat = "text"\nlevel = "warning"\n')
    supervisor.reload()
    written = daemon.log.stat().st_size
    daemon.call("test.hello", [])
    configure(daemon, server="workers = 2")
    supervisor.reload()
    (line,) = daemon.log.read_bytes()[written:].decode().splitlines()
    assert " error log logger=" in line


def test_what_takes_a_restart_is_said_and_is_as_it_was(supervisor: Supervisor) -> None:
    daemon = supervisor.daemon
    configure(daemon, sections='[storage]\nnode = 7\n[keys]\nfile = "other.key"\n')
    supervisor.reload()
    assert messages(daemon, "warning")[-2:] == [
        "storage.node differs in the file: restart to change it",
        "keys.file differs in the file: restart to change it",
    ]
    assert daemon.call("test.hello", [])["result"] == "Hello!"
    assert messages(daemon, "info") == ["reloaded; taken over: nothing that differs"]


def test_a_reload_is_told_with_its_time(supervisor: Supervisor) -> None:
    """By that time systemd knows a reload that it asked for from one before (Type=notify-reload)."""
    before = time.monotonic()
    supervisor.reload()
    (told,) = [int(said.partition("=")[2]) / 1e6 for said in supervisor.said if said.startswith("MONOTONIC_USEC=")]
    assert before - 1e-6 <= told <= time.monotonic()


def test_a_bad_file_changes_nothing_and_every_problem_is_said(supervisor: Supervisor) -> None:
    daemon = supervisor.daemon
    configure(daemon, server="body_limit = 1\nworkers = 2\nbatch_limit = 1")
    supervisor.reload()
    problems = messages(daemon, "error")
    assert len(problems) == 2
    assert all(problem.startswith("not reloaded, and nothing has changed: ") for problem in problems)
    assert "server.body_limit" in problems[0]
    assert "server.workers" in problems[1]
    assert daemon.post(json.dumps([HELLO, HELLO]).encode())[2].startswith(b"[")


def test_a_half_written_file_changes_nothing(supervisor: Supervisor) -> None:
    daemon = supervisor.daemon
    configure(daemon, server="batch_limit = 1\nbody_lim")
    supervisor.reload()
    (problem,) = messages(daemon, "error")
    assert "rpcauth.toml:4" in problem
    assert daemon.post(json.dumps([HELLO, HELLO]).encode())[2].startswith(b"[")


def test_sighup_is_no_end(supervisor: Supervisor) -> None:
    assert supervisor.daemon.process is not None
    for _ in range(5):
        supervisor.daemon.process.send_signal(signal.SIGHUP)
    supervisor.wait_for("RELOADING=1")
    supervisor.wait_for("READY=1")
    assert supervisor.daemon.is_running


def test_a_socket_that_was_handed_over_is_not_opened_to_other_machines_by_a_reload(tmp_path: Path) -> None:
    daemon = prepare_daemon(tmp_path, server="behind_tls_proxy = true\nbatch_limit = 1")
    daemon.apply()
    with (
        socket.create_server(("0.0.0.0", 0)) as held,
        supervise(Supervisor(daemon, [("rpc", held)])) as supervisor,
    ):
        configure(daemon)
        supervisor.reload()
        (problem,) = messages(daemon, "error")
        assert problem.startswith("not reloaded, and nothing has changed: socket activation: 0.0.0.0:")
        daemon.port = held.getsockname()[1]
        assert daemon.post(json.dumps([HELLO, HELLO]).encode())[2].startswith(b'{"jsonrpc":"2.0","error"')


class Certificates:
    """An authority of its own for each certificate that is put in place."""

    def __init__(self, folder: Path) -> None:
        self.files = folder / "tls.crt", folder / "tls.key"

    def renew(self) -> ssl.SSLContext:
        """Put another certificate in place; the context of clients who trust no other."""
        authority = trustme.CA()
        issued = authority.issue_cert("localhost")
        certificate, key = self.files
        certificate.write_bytes(b"".join(pem.bytes() for pem in issued.cert_chain_pems))
        key.write_bytes(issued.private_key_pem.bytes())
        context = ssl.create_default_context()
        authority.configure_trust(context)
        return context


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    return Certificates(tmp_path)


@pytest.fixture
def secured(tmp_path: Path, certificates: Certificates) -> Iterator[tuple[Supervisor, ssl.SSLContext]]:
    """A daemon with TLS, and a context of clients who trust its certificate."""
    context = certificates.renew()
    certificate, key = certificates.files
    tls = f'[server.tls]\ncertificate = "{certificate}"\nkey = "{key}"\n'
    daemon = prepare_daemon(tmp_path, sections=tls)
    daemon.apply()
    with supervise(Supervisor(daemon)) as running:
        yield running, context


def connect_tls(daemon: RunningDaemon, context: ssl.SSLContext) -> http.client.HTTPSConnection:
    return http.client.HTTPSConnection("localhost", daemon.port, timeout=PATIENCE, context=context)


def test_a_renewed_certificate_greets_new_connections_and_the_old_ones_go_on(
    secured: tuple[Supervisor, ssl.SSLContext], certificates: Certificates
) -> None:
    (supervisor, before), daemon = secured, secured[0].daemon
    with closing(connect_tls(daemon, before)) as kept:
        assert post(kept, HELLO) == 200
        after = certificates.renew()
        with closing(connect_tls(daemon, before)) as not_yet:
            assert post(not_yet, HELLO) == 200

        supervisor.reload()

        assert post(kept, HELLO) == 200
        with closing(connect_tls(daemon, after)) as new:
            assert post(new, HELLO) == 200
        with pytest.raises(ssl.SSLCertVerificationError), closing(connect_tls(daemon, before)) as old:
            post(old, HELLO)


def test_a_certificate_that_does_not_fit_its_key_changes_nothing(
    secured: tuple[Supervisor, ssl.SSLContext], certificates: Certificates
) -> None:
    supervisor, context = secured
    _, key = certificates.files
    kept = key.read_bytes()
    certificates.renew()
    key.write_bytes(kept)
    supervisor.reload()
    (problem,) = messages(supervisor.daemon, "error")
    assert "KEY_VALUES_MISMATCH" in problem
    with closing(connect_tls(supervisor.daemon, context)) as connection:
        assert post(connection, HELLO) == 200
