"""Who may call a real daemon, on which of its listeners, and what stays theirs over `export` and `apply`."""

from __future__ import annotations

import http.client
import json
import os
import ssl
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import trustme
from cryptography import x509

from tests.cli.commands import run
from tests.support.daemon import (
    BASIC,
    CLIENT,
    DEFINITIONS,
    PATIENCE,
    SERVICE_KEY,
    RunningDaemon,
    UnixConnection,
    prepare_daemon,
    run_daemon,
)

WRONG = "Basic " + b64encode(b"demo:wrong").decode()
NEIGHBOUR, GATEWAY, DEMO = "test.hello", "test.echo", "oauth2.fetchApplication"
"""Who is whom: a method that the caller may use, and of `demo` one that the two others may not."""
PARAMS = {NEIGHBOUR: [], GATEWAY: ["Hello!"], DEMO: [SERVICE_KEY, CLIENT]}
GENERATED = f"""
[[applications]]
client_id = "generated"
name = "Its secret was made by the daemon"
redirect_uris = ["https://client.example.com/cb"]
services = ["{SERVICE_KEY}"]
"""


def define(*, uid: int, subject: str) -> str:
    """Definitions with a caller for each proof."""
    return f"""{DEFINITIONS}
[[callers]]
name = "neighbour"
methods = ["{NEIGHBOUR}"]
proofs = ["unix_peer"]
uids = [{uid}]

[[callers]]
name = "gateway"
methods = ["{GATEWAY}"]
proofs = ["mtls"]
tls_subjects = [{json.dumps(subject)}]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A daemon whose TCP listener speaks TLS. The two authorities issue servers' certificates, and clients'."""

    daemon: RunningDaemon
    servers: trustme.CA
    clients: trustme.CA
    subject: str

    def call_unix(self, method: str, authorization: str | None = None) -> tuple[int, Any]:
        return self._call(UnixConnection(self.daemon.folder / "var" / "rpc.sock"), method, authorization)

    def call_tls(
        self, method: str, authorization: str | None = None, certificate: trustme.LeafCert | None = None
    ) -> tuple[int, Any]:
        context = ssl.create_default_context(cadata=self.servers.cert_pem.bytes().decode())
        if certificate is not None:
            certificate.configure_cert(context)
        connection = http.client.HTTPSConnection("127.0.0.1", self.daemon.port, timeout=PATIENCE, context=context)
        return self._call(connection, method, authorization)

    def create_token(self, client: dict[str, str]) -> Any:
        params = [SERVICE_KEY, client, {"grant_type": "client_credentials"}]
        connection = UnixConnection(self.daemon.folder / "var" / "rpc.sock")
        return self._call(connection, "oauth2.createAccessToken", BASIC, params)[1]

    def _call(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        authorization: str | None,
        params: list[Any] | None = None,
    ) -> tuple[int, Any]:
        """The status, and the reply of JSON-RPC."""
        call = {"jsonrpc": "2.0", "method": method, "params": PARAMS[method] if params is None else params, "id": 1}
        headers = {} if authorization is None else {"Authorization": authorization}
        with closing(connection):
            connection.request("POST", "/rpc", json.dumps(call), headers)
            reply = connection.getresponse()
            return reply.status, json.loads(self.daemon.remember(reply.read()))


def issue(authority: trustme.CA, name: str) -> trustme.LeafCert:
    return authority.issue_cert(common_name=name, organization_unit_name="Edge")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    servers, clients = trustme.CA(), trustme.CA()
    server = servers.issue_cert("127.0.0.1")
    server.private_key_and_cert_chain_pem.write_to_path(folder / "server.pem")
    clients.cert_pem.write_to_path(folder / "clients.pem")
    tls = '[server.tls]\ncertificate = "server.pem"\nkey = "server.pem"\nclient_ca = "clients.pem"'
    gateway = x509.load_pem_x509_certificate(issue(clients, "gateway").cert_chain_pems[0].bytes())
    subject = gateway.subject.rfc4514_string()
    with run_daemon(folder, server=tls, definitions=define(uid=os.getuid(), subject=subject)) as daemon:
        yield Site(daemon=daemon, servers=servers, clients=clients, subject=subject)


def is_accepted(answer: tuple[int, Any]) -> bool:
    status, reply = answer
    return status == 200 and "result" in reply


def is_nobody(answer: tuple[int, Any]) -> bool:
    status, reply = answer
    return status == 401 and reply["error"]["code"] == -32001


@pytest.mark.parametrize(
    ("method", "authorization"),
    [(NEIGHBOUR, None), (DEMO, BASIC)],
    ids=["the uid of its process", "basic"],
)
def test_on_the_unix_socket_a_caller_proves_itself_by(site: Site, method: str, authorization: str | None) -> None:
    assert is_accepted(site.call_unix(method, authorization))


def test_on_the_unix_socket_a_wrong_secret_is_not_made_good_by_the_uid(site: Site) -> None:
    assert is_nobody(site.call_unix(NEIGHBOUR, WRONG))


@pytest.mark.parametrize("method", [GATEWAY, DEMO])
def test_a_proven_uid_may_what_its_caller_may_and_no_more(site: Site, method: str) -> None:
    status, reply = site.call_unix(method)
    assert (status, reply["error"]["code"]) == (200, -32001)


def test_a_process_with_another_uid_than_the_listed_one_is_nobody(site: Site) -> None:
    site.daemon.apply(define(uid=os.getuid() + 1, subject=site.subject))
    try:
        assert is_nobody(site.call_unix(NEIGHBOUR))
        assert is_accepted(site.call_unix(DEMO, BASIC))
    finally:
        site.daemon.apply(define(uid=os.getuid(), subject=site.subject))
    assert is_accepted(site.call_unix(NEIGHBOUR))


@pytest.mark.parametrize(
    ("method", "name", "authorization"),
    [(GATEWAY, "gateway", None), (DEMO, None, BASIC), (DEMO, "other", BASIC), (DEMO, "gateway", BASIC)],
    ids=["its certificate", "basic", "basic beside another certificate", "basic before its certificate"],
)
def test_over_tls_a_caller_proves_itself_by(
    site: Site, method: str, name: str | None, authorization: str | None
) -> None:
    certificate = None if name is None else issue(site.clients, name)
    assert is_accepted(site.call_tls(method, authorization, certificate))


@pytest.mark.parametrize(
    ("name", "authorization"),
    [(None, None), ("other", None), (None, WRONG), ("gateway", WRONG)],
    ids=["no certificate", "another subject", "a wrong secret", "a wrong secret beside its certificate"],
)
def test_over_tls_nobody_is_proven_by(site: Site, name: str | None, authorization: str | None) -> None:
    certificate = None if name is None else issue(site.clients, name)
    assert is_nobody(site.call_tls(GATEWAY, authorization, certificate))


def test_a_uid_proves_nobody_over_tcp_from_the_same_machine(site: Site) -> None:
    assert is_nobody(site.call_tls(NEIGHBOUR))


def test_the_right_subject_from_another_authority_ends_the_connection_and_the_daemon_serves_on(site: Site) -> None:
    # With TLS 1.3 the client has finished its part of the handshake before it hears of it.
    with pytest.raises((ssl.SSLError, ConnectionError)):
        site.call_tls(GATEWAY, BASIC, issue(site.servers, "gateway"))
    assert is_accepted(site.call_tls(GATEWAY, None, issue(site.clients, "gateway")))


def test_plain_http_is_not_answered_on_a_tls_listener(site: Site) -> None:
    with pytest.raises((ConnectionError, http.client.BadStatusLine)):
        site.daemon.call(NEIGHBOUR, [])


def test_an_applied_export_changes_nothing_and_every_secret_still_works(site: Site) -> None:
    made = site.daemon.administer("admin.apply", {"toml": GENERATED})["result"]["generated"]
    exported = run("export", folder=site.daemon.folder).stdout
    assert CLIENT["client_secret"] not in exported
    applied = run("apply", "-", "--prune", folder=site.daemon.folder, stdin=exported)
    assert (applied.exit_code, applied.stdout, applied.stderr) == (0, "", "nothing to change\n")
    assert run("export", folder=site.daemon.folder).stdout == exported
    assert is_accepted(site.call_unix(DEMO, BASIC))
    for client in (CLIENT, *made):
        assert "result" in site.create_token(client)
        assert "error" in site.create_token({**client, "client_secret": "wrong"})


@pytest.mark.parametrize("mode", ["--prune", "--dry-run"])
def test_an_export_is_refused_by_a_store_under_another_master_key_and_changes_nothing(
    site: Site, tmp_path: Path, mode: str
) -> None:
    exported = run("export", folder=site.daemon.folder).stdout
    other = prepare_daemon(tmp_path)
    other.apply(DEFINITIONS.replace("Demo API", "Another API"))
    before = run("export", folder=tmp_path).stdout
    refused = run("apply", "-", mode, folder=tmp_path, stdin=exported)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "sealed_secret" in refused.stderr
    assert "demo" in refused.stderr
    assert "master key" in refused.stderr
    assert run("export", folder=tmp_path).stdout == before


def prepare_open_daemon(folder: Path, host: str, server: str = "") -> RunningDaemon:
    """A daemon that is to listen beyond loopback."""
    daemon = prepare_daemon(folder, server=server)
    configuration = folder / "rpcauth.toml"
    configuration.write_text(configuration.read_text().replace("127.0.0.1", host))
    return daemon


@pytest.mark.parametrize("host", ["0.0.0.0", "[::]"])
def test_plain_listening_beyond_loopback_is_refused_before_anything_is_made(tmp_path: Path, host: str) -> None:
    daemon = prepare_open_daemon(tmp_path, host)
    ended = subprocess.run(daemon.command("serve"), capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert (ended.returncode, ended.stdout) == (2, "")
    (line,) = ended.stderr.splitlines()
    assert f"{host}:{daemon.port} is open to other machines without TLS" in line
    assert "behind_tls_proxy = true" in line
    assert [path.name for path in tmp_path.iterdir()] == ["rpcauth.toml"]


def test_behind_a_tls_proxy_the_daemon_listens_plain_on_every_address(tmp_path: Path) -> None:
    daemon = prepare_open_daemon(tmp_path, "0.0.0.0", "behind_tls_proxy = true")
    daemon.apply()
    daemon.start()
    try:
        assert daemon.call(NEIGHBOUR, [])["result"] == "Hello!"
    finally:
        assert daemon.end() == 0
