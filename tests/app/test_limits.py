"""The limits of the configuration at every front of a daemon, and other ones after SIGHUP."""

from __future__ import annotations

import json
import signal
import time
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.metrics.scene import watch
from tests.support.daemon import BASIC, CLIENT, PATIENCE, SERVICE_KEY, YM, RunningDaemon, run_daemon

PROXY = 'trusted_proxies = ["127.0.0.1"]'
SECTIONS = f"{YM}\n[oauth2]\nenabled = true\n"
INTROSPECT = f"/services/{SERVICE_KEY}/oauth2/introspect"
YM_PATH = "/OAuth/OIDC/GetAccessToken"
WRONG = "Basic eDp5"


@pytest.fixture
def daemon(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[RunningDaemon]:
    """A daemon behind a proxy, with the limits of the test."""
    with run_daemon(tmp_path, server=PROXY, sections=f"{SECTIONS}[limits]\n{request.param}") as running:
        yield running


def limits(text: str) -> Any:
    return pytest.mark.parametrize("daemon", [text], indirect=True, ids=[""])


def call(daemon: RunningDaemon, *, proof: str = BASIC, address: str = "203.0.113.7", path: str = "/rpc") -> int:
    body = b'{"jsonrpc":"2.0","method":"test.hello","id":1}'
    return daemon.post(body, path, {"Authorization": proof, "X-Forwarded-For": address})[0]


def introspect(
    daemon: RunningDaemon, *, proof: str = BASIC, address: str = "203.0.113.7"
) -> tuple[int, dict[str, str]]:
    headers = {"Authorization": proof, "X-Forwarded-For": address, "Content-Type": "application/x-www-form-urlencoded"}
    return daemon.post(b"token=x", INTROSPECT, headers)[:2]


def redeem(daemon: RunningDaemon, secret: str, *, address: str = "203.0.113.7") -> tuple[int, dict[str, str], Any]:
    members = {"grant_type": "authorization_code", "code": "x", **CLIENT, "client_secret": secret}
    headers = {"Content-Type": "application/json", "X-Forwarded-For": address}
    status, head, body = daemon.post(json.dumps(members).encode(), YM_PATH, headers)
    return status, head, json.loads(body)


@limits("address_failures = 3")
def test_failures_at_all_fronts_count_together_and_close_all_of_them_to_the_address(daemon: RunningDaemon) -> None:
    assert call(daemon, proof=WRONG) == 401
    assert introspect(daemon, proof=WRONG)[0] == 401
    assert redeem(daemon, "wrong")[0] == 401
    assert call(daemon) == 429
    status, headers = introspect(daemon)
    assert (status, 0 < int(headers["Retry-After"]) <= 20) == (429, True)
    status, headers, body = redeem(daemon, CLIENT["client_secret"])
    assert (status, body["ResponseStatus"]["ErrorCode"]) == (429, "TooManyRequests")
    assert 0 < int(headers["Retry-After"]) <= 20
    other = "198.51.100.1"
    assert (call(daemon, address=other), introspect(daemon, address=other)[0]) == (200, 200)
    assert redeem(daemon, CLIENT["client_secret"], address=other)[0] == 400


@limits("caller_rate = 0.001\ncaller_burst = 3")
def test_calls_and_introspections_of_a_caller_count_together(daemon: RunningDaemon) -> None:
    assert [call(daemon), introspect(daemon)[0], call(daemon, path="/v2/json-rpc")] == [200, 200, 200]
    assert [call(daemon), introspect(daemon)[0], call(daemon, path="/v2/json-rpc")] == [429, 429, 429]
    assert "result" in daemon.administer("admin.status", [])


@limits("client_rate = 0.001\nclient_burst = 2")
def test_a_client_over_its_rate_at_one_front_is_served_at_the_other(daemon: RunningDaemon) -> None:
    secret = CLIENT["client_secret"]
    assert [redeem(daemon, secret)[0] for _ in range(3)] == [400, 400, 429]
    params = {"service_key": SERVICE_KEY, "client": CLIENT, "token_data": {"grant_type": "client_credentials"}}
    replies = [daemon.call("oauth2.createAccessToken", params) for _ in range(3)]
    assert [reply.get("error", {}).get("code") for reply in replies] == [None, None, -32002]


@limits("client_failures = 2\naddress_failures = 0")
def test_guessing_at_a_front_that_is_open_to_the_world_keeps_a_client_out_of_no_other(daemon: RunningDaemon) -> None:
    def guess(secret: str) -> int:
        proof = b64encode(f"{CLIENT['client_id']}:{secret}".encode()).decode()
        return introspect(daemon, proof=f"Basic {proof}")[0]

    assert [guess(f"wrong-{number}") for number in range(3)] == [401, 401, 429]
    params = {"service_key": SERVICE_KEY, "client": CLIENT, "token_data": {"grant_type": "client_credentials"}}
    assert "result" in daemon.call("oauth2.createAccessToken", params)


@limits("caller_rate = 0.001\ncaller_burst = 1")
def test_other_limits_are_in_force_after_a_reload(daemon: RunningDaemon) -> None:
    assert [call(daemon), call(daemon)] == [200, 429]
    file = daemon.folder / "rpcauth.toml"
    file.write_text(file.read_text().replace("caller_burst = 1", "caller_burst = 3\nqueue_wait = 5"))
    reload(daemon, "limits.caller_burst, limits.queue_wait")
    assert [call(daemon) for _ in range(3)] == [200, 200, 429]


def test_the_bounds_of_the_queue_and_of_guesses_are_in_force_after_a_reload(tmp_path: Path) -> None:
    """What they bound was made before, and goes on."""
    with watch(tmp_path, sections="[limits]\nqueue = 1000") as watched:
        daemon = watched.daemon
        params = {"service_key": SERVICE_KEY, "client": {**CLIENT, "client_secret": "wrong"}}
        params["token_data"] = {"grant_type": "client_credentials"}

        def guess() -> int:
            code: int = daemon.call("oauth2.createAccessToken", params)["error"]["code"]
            return code

        assert guess() == -2001
        file = daemon.folder / "rpcauth.toml"
        file.write_text(file.read_text().replace("queue = 1000", "queue = 700\nclient_failures = 2"))
        reload(daemon, "limits.client_failures, limits.queue")
        assert watched.read().value("rpcauth_queue_limit_operations") == 700
        assert [guess(), guess()] == [-2001, -32002]


def reload(daemon: RunningDaemon, taken: str) -> None:
    assert daemon.process is not None
    daemon.process.send_signal(signal.SIGHUP)
    deadline = time.monotonic() + PATIENCE
    while f"taken over: {taken}" not in daemon.log.read_text():
        assert time.monotonic() < deadline, daemon.log.read_text()
        time.sleep(0.01)
