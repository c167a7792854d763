"""What needs a real daemon: HTTP around the methods, and all that the process writes while it lives and dies."""

from __future__ import annotations

import json
import signal
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.negative.surface import case
from tests.support.daemon import BASIC, CLIENT, REDIRECT_URI, SERVICE_KEY, RunningDaemon, run_daemon

DEBUG = '\n[log]\nlevel = "debug"\n'


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDaemon]:
    with run_daemon(tmp_path_factory.mktemp("daemon")) as running:
        yield running


def redeeming(**token_data: str) -> dict[str, Any]:
    return {
        "service_key": SERVICE_KEY,
        "client": CLIENT,
        "token_data": {"grant_type": "authorization_code", **token_data},
        "uri": {"redirect_uri": REDIRECT_URI},
    }


def issue_code(daemon: RunningDaemon) -> str:
    client = {"client_id": CLIENT["client_id"]}
    params = [SERVICE_KEY, client, {"redirect_uri": REDIRECT_URI}, None, "user"]
    code: str = daemon.call("oauth2.createAuthorizationCode", params)["result"]["code"]
    return code


def oauth_error(reply: dict[str, Any]) -> str:
    error: str = reply["error"]["data"]["error"]
    return error


@case("D30 parameters in the query string")
def test_a_code_in_the_query_is_not_looked_at(daemon: RunningDaemon) -> None:
    code = issue_code(daemon)
    query = f"/rpc?code={code}&grant_type=authorization_code"
    assert oauth_error(daemon.call("oauth2.createAccessToken", redeeming(), query)) == "invalid_request"
    assert "result" in daemon.call("oauth2.createAccessToken", redeeming(code=code))


@case("E14 secret in the query string")
def test_a_secret_in_the_query_proves_nobody_and_is_not_logged(daemon: RunningDaemon) -> None:
    code = issue_code(daemon)
    named = {**redeeming(code=code), "client": {"client_id": CLIENT["client_id"]}}
    query = f"/rpc?client_secret={CLIENT['client_secret']}"
    assert oauth_error(daemon.call("oauth2.createAccessToken", named, query)) == "invalid_client"
    assert CLIENT["client_secret"] not in daemon.log.read_text()


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="P13 no caller"),
        pytest.param({"Authorization": BASIC[:-4]}, id="P13 wrong caller"),
        pytest.param(
            {"Authorization": "Basic " + b64encode(":".join(CLIENT.values()).encode()).decode()}, id="P14 OAuth client"
        ),
        pytest.param(
            {"Authorization": "Basic " + b64encode(f"{CLIENT['client_id']}:".encode()).decode()},
            id="P14 public OAuth client",
        ),
    ],
)
def test_only_callers_may_ask_about_tokens(daemon: RunningDaemon, headers: dict[str, str]) -> None:
    body = json.dumps({"jsonrpc": "2.0", "method": "oauth2.fetchAccessToken", "params": [SERVICE_KEY, "x"], "id": 1})
    status, received, answer = daemon.post(body.encode(), headers=headers)
    assert (status, received["WWW-Authenticate"]) == (401, 'Basic realm="rpcauth"')
    assert json.loads(answer)["error"]["code"] == -32001


@pytest.mark.parametrize("path", ["/rpc", "/v2/json-rpc"])
@case("U01 headers of a reply")
def test_no_reply_is_to_be_stored(daemon: RunningDaemon, path: str) -> None:
    good = json.dumps({"jsonrpc": "2.0", "method": "oauth2.createAccessToken", "id": 1})
    for body in (good.encode(), b"{", b'{"method":"test.hello","id":1}'):
        _, headers, _ = daemon.post(body, path)
        assert headers["Cache-Control"] == "no-store"
        assert headers["Content-Type"] == "application/json;charset=UTF-8"


@case("W02 logs at DEBUG", "W04 after SIGABRT")
def test_no_line_of_the_log_holds_a_secret_not_even_the_last_one(tmp_path: Path) -> None:
    with run_daemon(tmp_path, server=DEBUG) as daemon:
        password = "correct-horse-battery-staple"
        code = issue_code(daemon)
        tokens = daemon.call("oauth2.createAccessToken", redeeming(code=code))["result"]
        daemon.call("oauth2.createAccessToken", redeeming(code=code))
        refreshing = {**redeeming(refresh_token=tokens["refresh_token"], password=password)}
        refreshing["token_data"]["grant_type"] = "refresh_token"
        daemon.call("oauth2.createAccessToken", refreshing)
        daemon.call("oauth2.createAccessToken", {**refreshing, "client": {**CLIENT, "client_secret": password}})
        for method in ("oauth2.fetchAccessToken", tokens["access_token"], "oauth2.revokeAccessToken"):
            daemon.call(method, [SERVICE_KEY, tokens["access_token"]])
        daemon.post(tokens["refresh_token"].encode())
        daemon.post(b"{}", f"/{tokens['access_token']}?apikey=demo&sig={password}")
        daemon.post(b"{}", headers={"Authorization": f"Bearer {tokens['access_token']}"})
        assert daemon.end(signal.SIGABRT) == -signal.SIGABRT
        log = daemon.log.read_text()
    assert '"event":"request"' in log
    secrets = [code, tokens["access_token"], tokens["refresh_token"], password, CLIENT["client_secret"], "demo-secret"]
    assert [secret for secret in secrets if secret in log] == []


@pytest.mark.parametrize("key", [pytest.param("5a" * 32, id="wrong"), pytest.param(None, id="missing")])
@case("W06 wrong or missing master key at start")
def test_without_its_master_key_the_daemon_does_not_start(tmp_path: Path, key: str | None) -> None:
    with run_daemon(tmp_path) as daemon:
        assert daemon.end() == 0
        before = daemon.store.read_bytes()
        file = daemon.store.parent / "master.key"
        file.unlink()
        if key is not None:
            file.write_text(key)
            file.chmod(0o600)
        done = subprocess.run(daemon.command("serve"), capture_output=True, text=True, check=False)
        assert done.returncode == 4
        assert "master key" in done.stderr
        assert "Traceback" not in done.stderr
        assert daemon.store.read_bytes() == before
        assert file.exists() is (key is not None)
