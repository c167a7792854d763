"""A real daemon and its metrics listener: right numbers, honest readiness, and nothing that a request put there."""

from __future__ import annotations

import http.client
import json
import os
import resource
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from http import HTTPStatus
from pathlib import Path
from time import monotonic
from urllib.parse import urlencode

import pytest

from tests.faults.disk import SYNC_EIO, WRITE_ENOSPC, Disk, Fault
from tests.metrics.scene import Samples, Watched, watch
from tests.support.daemon import (
    BASIC,
    CLIENT,
    PATIENCE,
    REDIRECT_URI,
    SERVICE_KEY,
    YM,
    RunningDaemon,
    prepare_daemon,
    run_daemon,
)
from tests.support.supervisor import Supervisor, supervise

OAUTH2 = f'[oauth2]\nenabled = true\n[authz]\nenabled = true\nservice_key = "{SERVICE_KEY}"\n'
HOSTILE = "rpa_hunter2hunter2hunter2"
TICKS = os.sysconf("SC_CLK_TCK")
SPILT = Fault("sync of the audit EIO", suffix="audit.log")


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """One daemon for the tests that only add to its numbers."""
    with watch(tmp_path_factory.mktemp("watched"), sections=YM + OAUTH2) as running:
        yield running


def ask(daemon: RunningDaemon, method: str, path: str, body: bytes = b"", **headers: str) -> int:
    """One request of whatever kind on a connection of its own; its status."""
    with closing(http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=PATIENCE)) as connection:
        connection.request(method, path, body, headers)
        reply = connection.getresponse()
        daemon.remember(reply.read())
        return reply.status


def issue_token(daemon: RunningDaemon) -> str:
    params = {"service_key": SERVICE_KEY, "client": CLIENT, "token_data": {"grant_type": "client_credentials"}}
    token: str = daemon.call("oauth2.createAccessToken", params)["result"]["access_token"]
    return token


def test_every_front_is_counted_once_and_right(watched: Watched) -> None:
    daemon, before = watched.daemon, watched.read()
    fetch = "oauth2.fetchAccessToken"
    token = issue_token(daemon)
    for _ in range(3):
        daemon.call(fetch, {"service_key": SERVICE_KEY, "access_token": token})
    daemon.call(fetch, {"service_key": SERVICE_KEY, "access_token": f"{token}x"})
    daemon.call("oauth2.nothing", [])
    daemon.post(json.dumps([{"jsonrpc": "2.0", "method": "test.hello", "id": n} for n in range(7)]).encode())
    daemon.post(b"{}", headers={})
    daemon.administer("admin.status", {})
    ask(daemon, "POST", "/api/OIDCGetAccessToken", urlencode({"grant_type": "authorization_code"}).encode())
    ask(daemon, "GET", "/authz", Authorization=f"Bearer {token}")
    ask(daemon, "GET", "/nowhere")

    after = watched.read()

    def more(front: str, method: str, outcome: str) -> float:
        labels = {"front": front, "method": method, "outcome": outcome}
        return after.value("rpcauth_requests_total", **labels) - before.value("rpcauth_requests_total", **labels)

    counted = {
        ("rpc", "oauth2.createAccessToken", "ok"): 1,
        ("rpc", fetch, "ok"): 3,
        ("rpc", fetch, "-2001:invalid_token"): 1,
        ("rpc", "-", "-32601"): 1,
        ("rpc", "batch", "ok"): 1,
        ("rpc", "-", "-32001"): 1,
        ("oauth2", "oauth2.authz", "ok"): 1,
        ("-", "-", "http_404"): 1,
    }
    assert {kind: more(*kind) for kind in counted} == counted
    assert after.sum("rpcauth_requests_total", front="ym") - before.sum("rpcauth_requests_total", front="ym") == 1
    assert after.sum("rpcauth_requests_total", front="admin") - before.sum("rpcauth_requests_total", front="admin") == 1
    total = after.sum("rpcauth_requests_total") - before.sum("rpcauth_requests_total")
    assert total == sum(counted.values()) + 2
    assert after.sum("rpcauth_request_duration_seconds_count") == after.sum("rpcauth_requests_total")
    batched = after.value("rpcauth_batched_calls_total", front="rpc")
    assert batched - before.value("rpcauth_batched_calls_total", front="rpc") == 7


def test_commits_and_their_audit_are_counted(watched: Watched) -> None:
    before = watched.read()
    for _ in range(3):
        issue_token(watched.daemon)
    after = watched.read()
    for name in ("commit_operations_sum", "commit_operations_count", "commit_duration_seconds_count"):
        assert after.value(f"rpcauth_{name}") - before.value(f"rpcauth_{name}") == 3, name
    assert after.value("rpcauth_audit_sync_duration_seconds_count") > before.value(
        "rpcauth_audit_sync_duration_seconds_count"
    )
    assert 0 < after.value("rpcauth_commit_duration_seconds_sum") < 60


def test_the_process_tells_of_itself(watched: Watched) -> None:
    assert watched.daemon.process is not None
    proc = Path(f"/proc/{watched.daemon.process.pid}")
    spent = cpu_seconds(proc)
    told = watched.read()
    with (proc / "statm").open() as file:
        resident = int(file.read().split()[1]) * resource.getpagesize()
    assert told.value("process_resident_memory_bytes") == pytest.approx(resident, rel=0.2)
    assert spent - 2 / TICKS <= told.value("process_cpu_seconds_total") <= cpu_seconds(proc) + 2 / TICKS
    assert 5 < told.value("process_open_fds") < told.value("process_max_fds")
    assert told.sum("rpcauth_build_info") == 1


def cpu_seconds(proc: Path) -> float:
    """What the kernel says of a process, user and system together."""
    fields = (proc / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def test_connections_are_counted_while_they_are_open(watched: Watched) -> None:
    before = watched.read().value("rpcauth_connections", listener="rpc")
    with closing(http.client.HTTPConnection("127.0.0.1", watched.daemon.port, timeout=PATIENCE)) as connection:
        connection.request("POST", "/rpc", b"{}", {"Authorization": BASIC})
        connection.getresponse().read()
        assert watched.read().value("rpcauth_connections", listener="rpc") == before + 1


@pytest.mark.parametrize("section", ["", '[console]\nlisten = "127.0.0.1:0"\n'], ids=["without", "with"])
def test_connections_are_told_of_every_listener_that_there_is(tmp_path: Path, section: str) -> None:
    with watch(tmp_path, sections=section) as watched:
        listeners = {"rpc", "admin", *(["console"] if section else [])}
        assert watched.read().labels("rpcauth_connections") == listeners


def test_what_is_no_http_is_counted(watched: Watched) -> None:
    before = watched.read().value("rpcauth_malformed_requests_total")
    with socket.create_connection(("127.0.0.1", watched.daemon.port), PATIENCE) as sock:
        sock.sendall(b"no http at all\r\n\r\n")
        assert sock.recv(1024).startswith(b"HTTP/1.1 400 ")
    assert watched.read().value("rpcauth_malformed_requests_total") == before + 1


def test_no_label_comes_from_a_request(watched: Watched) -> None:
    daemon = watched.daemon
    name = f"oauth2.{HOSTILE}"
    daemon.call(name, [])
    daemon.administer(f"admin.{HOSTILE}", {})
    daemon.call("oauth2.fetchAccessToken", {"service_key": HOSTILE, "access_token": HOSTILE})
    data = {"grant_type": HOSTILE}
    params = {"service_key": SERVICE_KEY, "client": {**CLIENT, "client_id": HOSTILE}, "token_data": data}
    daemon.call("oauth2.createAccessToken", params)
    basic = "Basic " + HOSTILE
    daemon.post(b'{"method": "%b"}' % name.encode(), headers={"Authorization": basic})
    form = urlencode({"grant_type": HOSTILE, "client_id": HOSTILE, "client_secret": HOSTILE, HOSTILE: HOSTILE}).encode()
    for path in ("/api/OIDCGetAccessToken", f"/json/reply/{HOSTILE}", f"/{HOSTILE}", "/authz", "/rpc"):
        for method in ("GET", "POST", "OPTIONS", HOSTILE):
            ask(daemon, method, f"{path}?{HOSTILE}", form, Authorization=f"Bearer {HOSTILE}", Origin=HOSTILE)
    text = watched.get("/metrics").text
    assert HOSTILE not in text
    assert "hunter2" not in text.lower()


def test_nothing_secret_is_told(watched: Watched) -> None:
    token = issue_token(watched.daemon)
    text = watched.get("/metrics").text
    for secret in (token, *CLIENT.values(), SERVICE_KEY, "demo-secret", str(watched.daemon.folder)):
        assert secret not in text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/livez", 200),
        ("GET", "/readyz?verbose", 200),
        ("HEAD", "/metrics", 200),
        ("GET", "/", 404),
        ("GET", "/metrics/", 404),
        ("POST", "/nowhere", 404),
        ("POST", "/metrics", 405),
        ("DELETE", "/readyz", 405),
        ("POST", "/rpc", 404),
    ],
)
def test_the_listener_serves_three_paths_to_readers(watched: Watched, method: str, path: str, status: int) -> None:
    told = watched.get(path, method)
    assert told.status == status
    assert told.headers["Cache-Control"] == "no-store"
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        assert told.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("path", ["/metrics", "/livez", "/readyz"])
def test_callers_find_none_of_them_where_they_are(watched: Watched, path: str) -> None:
    assert ask(watched.daemon, "GET", path, Authorization=BASIC) == 404


def test_live_tokens_keys_and_the_sweeper_are_looked_after_from_the_start(tmp_path: Path) -> None:
    with watch(tmp_path) as watched:
        daemon = watched.daemon
        for _ in range(3):
            issue_token(daemon)
        daemon.end()
        daemon.start()
        watched.wait_for_troubles()
        told = watched.read_once(lambda told: told.value("rpcauth_live_access_tokens") == 3)
        assert told.value("rpcauth_sweeper_lag_seconds") == 0
        assert told.value("rpcauth_key_created_timestamp_seconds", purpose="token_digest") == pytest.approx(
            told.value("process_start_time_seconds"), abs=60
        )


def test_readiness_goes_down_with_the_drain_and_the_listener_stays_to_its_end(tmp_path: Path) -> None:
    with watch(tmp_path) as watched:
        daemon = watched.daemon
        assert (watched.troubles(), watched.get("/livez").text) == ([], "alive\n")
        with socket.create_connection(("127.0.0.1", daemon.port), PATIENCE) as sock:
            head = f"POST /rpc HTTP/1.1\r\nHost: a\r\nAuthorization: {BASIC}\r\nContent-Length: 2\r\n\r\n"
            sock.sendall(head.encode())
            watched.read_once(lambda told: told.value("rpcauth_connections", listener="rpc") == 1)
            assert daemon.process is not None
            daemon.process.send_signal(signal.SIGTERM)
            watched.wait_for_troubles("draining")
            assert watched.get("/livez").status == 200
            told = watched.read()
            assert (told.value("rpcauth_ready"), told.value("rpcauth_trouble", kind="draining")) == (0, 1)
            sock.sendall(b"{}")
            assert b"200 OK" in sock.recv(65_536)
        assert daemon.process.wait(PATIENCE) == 0


def issue_code(daemon: RunningDaemon) -> object:
    client = {"client_id": CLIENT["client_id"]}
    params = {"service_key": SERVICE_KEY, "client": client, "uri": {"redirect_uri": REDIRECT_URI}}
    return daemon.call("oauth2.createAuthorizationCode", params).get("error", {}).get("code")


@pytest.mark.parametrize(
    ("fault", "trouble"),
    [(SYNC_EIO, "store_failing"), (WRITE_ENOSPC, "store_failing"), (SPILT, "audit_failing")],
    ids=str,
)
def test_readiness_goes_down_with_the_disk_and_up_again_with_it(
    tmp_path: Path, disk: Disk, fault: Fault, trouble: str
) -> None:
    with watch(tmp_path, environment=disk.environment) as watched:
        assert (issue_code(watched.daemon), watched.troubles()) == (None, [])
        disk.fail(fault)
        assert issue_code(watched.daemon) == -32003
        watched.wait_for_troubles(trouble)
        told = watched.read()
        assert told.value("rpcauth_trouble", kind=trouble) == 1
        assert told.value("rpcauth_failed_requests_total", front="rpc", reason="unavailable") >= 1
        if fault is not SPILT:
            assert told.value("rpcauth_failed_commits_total") >= 1
        disk.mend()
        assert issue_code(watched.daemon) is None
        watched.wait_for_troubles()


def test_a_disk_that_does_not_come_back_is_told_while_it_hangs(tmp_path: Path, disk: Disk) -> None:
    with watch(tmp_path, server="request_timeout = 1", environment=disk.environment) as watched:
        disk.fail(Fault("hanging sync", error=0, delay=60_000))
        assert issue_code(watched.daemon) == -32003
        watched.wait_for_troubles("store_hanging")
        assert watched.read().value("rpcauth_writer_busy_seconds") > 5
        assert watched.daemon.call("test.hello", [])["result"]
        disk.mend()
        watched.wait_for_troubles()


@pytest.mark.parametrize("loop", ["uvloop", "asyncio"])
def test_numbers_are_told_when_no_descriptor_is_left(tmp_path: Path, loop: str) -> None:
    (tmp_path / "missing").mkdir()
    (tmp_path / "missing" / "uvloop.py").write_text("raise ImportError")
    environment = {"PYTHONPATH": str(tmp_path / "missing")} if loop == "asyncio" else None
    with watch(tmp_path, environment=environment) as watched, ExitStack() as crowd:
        daemon = watched.daemon
        assert daemon.process is not None
        used = len(os.listdir(f"/proc/{daemon.process.pid}/fd"))
        resource.prlimit(daemon.process.pid, resource.RLIMIT_NOFILE, (used + 20, used + 20))
        for _ in range(60):
            crowd.enter_context(socket.create_connection(("127.0.0.1", daemon.port), PATIENCE))
        watched.read_once(lambda told: count_free(told) <= 1)
        for _ in range(10):
            assert count_free(watched.read()) <= 1
            assert watched.troubles() == []
        crowd.close()
        wait_until_served(daemon, seconds=2)


def count_free(told: Samples) -> float:
    return told.value("process_max_fds") - told.value("process_open_fds")


def wait_until_served(daemon: RunningDaemon, *, seconds: float) -> None:
    deadline = monotonic() + seconds
    while True:
        try:
            assert daemon.call("test.hello", [])["result"]
            return
        except (OSError, http.client.HTTPException):
            assert monotonic() < deadline


def test_a_socket_that_was_handed_over_is_served(tmp_path: Path) -> None:
    daemon = prepare_daemon(tmp_path)
    with closing(socket.create_server(("127.0.0.1", 0))) as metrics:
        port = metrics.getsockname()[1]
        with supervise(Supervisor(daemon, sockets=[("metrics", metrics)])):
            assert Watched(daemon, port).troubles() == []


def count_listeners(pid: int) -> int:
    """The TCP addresses that a process listens at."""
    held = {os.readlink(entry.path) for entry in os.scandir(f"/proc/{pid}/fd")}
    rows = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    return sum(row[3] == "0A" and f"socket:[{row[9]}]" in held for row in rows)


def test_without_an_address_there_is_no_listener(tmp_path: Path, watched: Watched) -> None:
    with run_daemon(tmp_path) as daemon:
        assert daemon.process is not None
        assert watched.daemon.process is not None
        assert (count_listeners(daemon.process.pid), count_listeners(watched.daemon.process.pid)) == (1, 2)
