"""The console's listener: who gets what of it, by the heads that browsers and others send."""

from __future__ import annotations

import json
import re
import socket
import subprocess
from base64 import b64encode
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from tests.console.conftest import Console, open_console
from tests.support.daemon import PATIENCE, prepare_daemon, run_daemon

HELLO = b'{"jsonrpc":"2.0","id":1,"method":"test.hello"}'
GREETING = {"jsonrpc": "2.0", "id": 1, "result": "Hello!"}


def call(console: Console, method: str) -> dict[str, object]:
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method}).encode()
    decoded: dict[str, object] = json.loads(console.request("POST", "/rpc", body)[2])
    return decoded


def test_whoever_shows_the_key_may_call_what_an_administrator_may(console: Console) -> None:
    assert call(console, "test.hello") == GREETING
    assert call(console, "admin.status")["result"]


@pytest.mark.parametrize(
    "authorization", [None, "Bearer", "Bearer wrong", "Basic ZGVtbzpkZW1vLXNlY3JldA==", "Bearer demo-secret"]
)
def test_without_the_key_a_call_is_401(console: Console, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    status, given, body = console.request("POST", "/rpc", HELLO, headers)
    assert status == 401
    assert given["WWW-Authenticate"] == 'Bearer realm="rpcauth console"'
    assert json.loads(body)["error"]["code"] == -32001


def test_a_call_without_the_key_is_refused_before_its_body(console: Console) -> None:
    host, port = console.name.split(":")
    head = f"POST /rpc HTTP/1.1\r\nHost: {console.name}\r\nContent-Length: 60000000\r\n\r\n"
    with closing(socket.create_connection((host, int(port)), PATIENCE)) as connection:
        connection.sendall(head.encode())
        assert connection.recv(1024).startswith(b"HTTP/1.1 401 ")


def test_the_page_needs_no_key_and_holds_none(console: Console) -> None:
    status, headers, body = console.request("GET", "/", headers={})
    assert (status, headers["Content-Type"]) == (200, "text/html;charset=UTF-8")
    assert console.key.encode() not in body
    assert console.request("HEAD", "/", headers={})[2] == b""


@pytest.mark.parametrize(
    ("host", "is_served"),
    [
        ("127.0.0.1:{port}", True),
        ("localhost:{port}", True),
        ("LocalHost:{port}", True),
        ("rebound.example.com:{port}", False),
        ("rebound.example.com", False),
        ("127.0.0.1", False),
        ("127.0.0.1:1", False),
        ("127.0.0.2:{port}", False),
        ("127.0.0.1:{port}.example.com", False),
        ("", False),
    ],
)
@pytest.mark.parametrize("path", ["/", "/rpc"])
def test_a_request_must_name_this_listener_as_its_host(console: Console, path: str, host: str, is_served: bool) -> None:
    port = console.name.rpartition(":")[2]
    headers = {"Host": host.format(port=port), "Authorization": f"Bearer {console.key}"}
    method, body = ("GET", None) if path == "/" else ("POST", HELLO)
    assert console.request(method, path, body, headers)[0] == (200 if is_served else 421)


@pytest.mark.parametrize(
    "head",
    [
        "POST /rpc HTTP/1.1\r\nHost: {name}\r\nHost: {name}\r\n",
        "POST /rpc HTTP/1.0\r\n",
        "POST http://rebound.example.com/rpc HTTP/1.1\r\nHost: {name}\r\n",
    ],
    ids=["two", "none", "another in the target"],
)
def test_a_request_names_its_host_once(console: Console, head: str) -> None:
    host, port = console.name.split(":")
    words = f"Authorization: Bearer {console.key}\r\nContent-Length: {len(HELLO)}\r\nConnection: close\r\n\r\n"
    with closing(socket.create_connection((host, int(port)), PATIENCE)) as connection:
        connection.sendall(head.format(name=console.name).encode() + words.encode() + HELLO)
        assert connection.recv(1024).partition(b" ")[2][:3] in (b"421", b"400")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://{name}"}, 200),
        ({"Origin": "http://{name}", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "https://{name}"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Origin": "https://evil.example.com"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
    ],
    ids=str,
)
def test_a_call_from_another_page_is_refused_even_with_the_key(
    console: Console, headers: dict[str, str], status: int
) -> None:
    sent = {name: value.format(name=console.name) for name, value in headers.items()}
    got, answered, _ = console.request("POST", "/rpc", HELLO, {"Authorization": f"Bearer {console.key}", **sent})
    assert got == status
    assert "Access-Control-Allow-Origin" not in answered


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/rpc", 405),
        ("OPTIONS", "/rpc", 405),
        ("POST", "/", 405),
        ("GET", "/favicon.ico", 404),
        ("GET", "/console.js", 404),
        ("POST", "/v2/json-rpc", 404),
        ("POST", "/rpc/", 404),
    ],
)
def test_nothing_else_is_served(console: Console, method: str, path: str, status: int) -> None:
    assert console.request(method, path, HELLO)[0] == status


def test_the_policy_lets_in_the_page_s_own_style_and_script_by_hash_and_nothing_else(console: Console) -> None:
    _, headers, body = console.request("GET", "/", headers={})
    policy = dict(directive.split(" ", 1) for directive in headers["Content-Security-Policy"].split("; "))
    (style,) = re.findall(rb"<style>(.*?)</style>", body, re.DOTALL)
    (script,) = re.findall(rb'<script type="module">(.*?)</script>', body, re.DOTALL)

    def hashed(text: bytes) -> str:
        return f"'sha256-{b64encode(sha256(text).digest()).decode()}'"

    assert policy == {
        "default-src": "'none'",
        "style-src": hashed(style),
        "script-src": hashed(script),
        "img-src": "data:",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_the_page_is_small_and_names_no_other_place(console: Console) -> None:
    body = console.request("GET", "/", headers={})[2]
    assert len(body) < 25_000
    addresses = set(re.findall(rb"[a-z]+://[^\s\"'`]*", body))
    assert addresses == {b"http://www.w3.org/2000/svg", b"http://localhost/rpc"}  # a name of XML; the text of a curl
    assert not re.search(rb"localStorage|sessionStorage|indexedDB|document\.cookie|innerHTML|eval\(", body)


def test_the_log_tells_of_the_console_and_never_the_key(console: Console) -> None:
    call(console, "test.hello")
    console.request("GET", f"/?key={console.key}", headers={})
    console.request("POST", "/rpc", HELLO, {"Authorization": f"Bearer {console.key}x"})
    console.daemon.administer("test.hello", [])
    again = open_console(console.daemon)
    log = console.daemon.log.read_bytes()
    assert b'"caller":"console"' in log
    for path in console.daemon.left_files:
        written = path.read_bytes()
        assert console.key.encode() not in written
        assert again.key.encode() not in written


def test_a_key_is_worth_nothing_once_the_daemon_has_ended(tmp_path: Path) -> None:
    with run_daemon(tmp_path, sections='[console]\nlisten = "127.0.0.1:0"\n') as daemon:
        before = open_console(daemon)
        daemon.end()
        daemon.start()
        after = open_console(daemon)
        assert after.request("POST", "/rpc", HELLO)[0] == 200
        assert after.request("POST", "/rpc", HELLO, {"Authorization": f"Bearer {before.key}"})[0] == 401


def test_the_console_opens_no_other_console(console: Console) -> None:
    assert call(console, "admin.openConsole")["error"] == {"code": -32001, "message": "Not Authorized"}


def test_every_administrative_method_is_told_with_its_parameters(console: Console) -> None:
    result = json.loads(console.request("POST", "/rpc", b'{"jsonrpc":"2.0","id":1,"method":"admin.methods"}')[2])
    methods = {method["name"]: method for method in result["result"]}
    assert methods["admin.inspectToken"]["params"] == [{"name": "token", "required": True}]
    assert methods["admin.rotateSecret"]["params"][1] == {"name": "revoke_old", "required": False}
    assert [name for name, method in methods.items() if not method["summary"]] == []


def test_callers_are_not_served_the_console(console: Console) -> None:
    status, _, body = console.daemon.post(b'{"jsonrpc":"2.0","id":1,"method":"admin.openConsole"}')
    assert (status, json.loads(body)["error"]["code"]) == (200, -32601)


def test_without_the_setting_the_command_says_what_to_add(tmp_path: Path) -> None:
    with run_daemon(tmp_path) as daemon:
        done = subprocess.run(daemon.command("console"), capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "[console] listen: no address is set" in done.stderr
    assert done.stdout == ""


def test_without_a_daemon_the_command_says_so(tmp_path: Path) -> None:
    done = subprocess.run(prepare_daemon(tmp_path).command("console"), capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "rpcauth serve" in done.stderr
