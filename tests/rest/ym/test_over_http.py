"""The façade behind a real daemon: what HTTP makes of its answers, byte for byte where that matters."""

from __future__ import annotations

import gzip
import http.client
import json
from collections.abc import Iterator
from contextlib import closing
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlencode

import pytest

from rpcauth.keys.signing import JWKS_MAX_AGE
from tests.rest.ym.conversation import FORM_TYPE, write_body
from tests.rest.ym.said import FORMATS, NAMES
from tests.rest.ym.serving import GET, OIDC
from tests.rest.ym.wire import YM, ask, ask_on, build, exchange_bytes, open_socket, receive_all
from tests.support.daemon import CLIENT, PATIENCE, REDIRECT_URI, SERVICE_KEY, RunningDaemon, run_daemon

CREATE_CODE = "oauth2.createAuthorizationCode"
PATHS = [OIDC, GET, "/OAuth/GetToken", "/api/GetAccessToken", "/json/reply/OIDCGetAccessToken", "/metadata"]
PATHS += ["/json/metadata?op=GetAccessToken", "/types/metadata.json", "/types/typescript", "/openapi"]
KEYS = "/.well-known/jwks"


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDaemon]:
    with run_daemon(tmp_path_factory.mktemp("ym"), sections=YM) as running:
        yield running


def make_request(daemon: RunningDaemon, scope: str = "openid") -> dict[str, str]:
    """A good request by a fresh code."""
    params = {
        "service_key": SERVICE_KEY,
        "client": {"client_id": CLIENT["client_id"]},
        "uri": {"redirect_uri": REDIRECT_URI},
        "user_context": "user",
        "scope": scope,
    }
    code: str = daemon.call(CREATE_CODE, params)["result"]["code"]
    return {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT_URI, **CLIENT}


def accepting(kind: str, content_type: str = FORM_TYPE) -> dict[str, str]:
    return {"Accept": NAMES[kind], "Content-Type": content_type}


# --- answers of the services ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FORMATS)
def test_tokens_come_in_every_format_and_are_not_to_be_kept(daemon: RunningDaemon, kind: str) -> None:
    answer = ask(daemon, "POST", OIDC, urlencode(make_request(daemon)).encode(), accepting(kind))
    assert (answer.status, answer.reason) == (200, "OK")
    assert answer.header("Cache-Control") == "no-store"
    assert answer.header("Pragma") == "no-cache"
    assert answer.header("Content-Length") == str(len(answer.body))
    said = answer.read()
    assert said.kind == kind
    found = daemon.call(
        "oauth2.fetchAccessToken", {"service_key": SERVICE_KEY, "access_token": said.members["access_token"]}
    )
    assert found["result"]["client_id"] == CLIENT["client_id"]


@pytest.mark.parametrize("kind", FORMATS)
def test_the_error_code_is_the_reason_phrase(daemon: RunningDaemon, kind: str) -> None:
    body = urlencode(make_request(daemon) | {"code": "made up"}).encode()
    answer = ask(daemon, "POST", OIDC, body, accepting(kind))
    assert (answer.status, answer.reason) == (400, "invalid_grant")
    assert answer.read().code == "invalid_grant"
    assert answer.header("Cache-Control") == "no-store"
    assert answer.header("Pragma") == "no-cache"


def test_the_status_line_is_to_the_byte(daemon: RunningDaemon) -> None:
    cases = {
        b"": b"HTTP/1.1 400 NotEmpty\r\n",
        b"Device=Nokia": b"HTTP/1.1 400 Bad Request\r\n",
        urlencode({**make_request(daemon), "client_secret": "x"}).encode(): b"HTTP/1.1 401 invalid_client\r\n",
    }
    for body, line in cases.items():
        assert exchange_bytes(daemon, build(body)).startswith(line)


def test_one_connection_carries_requests_of_all_formats(daemon: RunningDaemon) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=PATIENCE)) as connection:
        connection.connect()
        used = connection.sock
        for kind in (*FORMATS, "form"):
            content_type = FORM_TYPE if kind in ("form", "html") else NAMES[kind]
            body = write_body(kind, "OIDCGetAccessToken", make_request(daemon))
            asked = "json" if kind == "form" else kind
            answer = ask_on(connection, daemon, "POST", OIDC, body, accepting(asked, content_type))
            assert (answer.status, answer.read().kind) == (200, asked)
            assert ask_on(connection, daemon, "HEAD", "/metadata").status == 200
            assert ask_on(connection, daemon, "GET", OIDC).status == 404
        assert connection.sock is used


# --- bodies -----------------------------------------------------------------------------------------------------------


def test_a_chunked_body_is_read(daemon: RunningDaemon) -> None:
    body = urlencode(make_request(daemon)).encode()
    half = len(body) // 2
    chunks = (body[:half], body[half:], b"")
    chunked = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)
    answer = exchange_bytes(daemon, build(chunked, "Transfer-Encoding: chunked"))
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_client_that_asks_first_is_told_to_go_on(daemon: RunningDaemon) -> None:
    body = urlencode(make_request(daemon)).encode()
    request = build(body, "Expect: 100-continue")
    with closing(open_socket(daemon)) as connection:
        connection.sendall(request[: -len(body)])
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(body)
        assert daemon.remember(receive_all(connection)).startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize("kind", FORMATS)
def test_a_body_over_the_limit_is_refused_in_the_negotiated_format(daemon: RunningDaemon, kind: str) -> None:
    fits = b"x=" + b"a" * 65_534
    assert ask(daemon, "POST", OIDC, fits, accepting(kind)).read().code == "NotEmpty"
    answer = ask(daemon, "POST", OIDC, fits + b"a", accepting(kind))
    assert (answer.status, answer.reason) == (413, HTTPStatus(413).phrase)
    said = answer.read()
    assert (said.kind, said.code, said.bare) == (kind, "RequestEntityTooLarge", True)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_compressed_body_is_refused_in_the_negotiated_format(daemon: RunningDaemon, kind: str) -> None:
    body = gzip.compress(urlencode(make_request(daemon)).encode())
    for coding in ("gzip", "deflate", "br", "identity, gzip"):
        answer = ask(daemon, "POST", GET, body, accepting(kind) | {"Content-Encoding": coding})
        said = answer.read()
        assert (answer.status, said.kind, said.code) == (415, kind, "UnsupportedMediaType")


def test_a_torn_chunk_is_a_400(daemon: RunningDaemon) -> None:
    answer = exchange_bytes(daemon, build(b"zz\r\ncode=x\r\n0\r\n\r\n", "Transfer-Encoding: chunked"))
    assert answer.startswith(b"HTTP/1.1 400 ")


# --- other requests ---------------------------------------------------------------------------------------------------


def test_head_is_answered_without_a_body(daemon: RunningDaemon) -> None:
    whole, head = ask(daemon, "GET", "/metadata"), ask(daemon, "HEAD", "/metadata")
    assert (head.status, head.body) == (200, b"")
    assert head.header("Content-Length") == str(len(whole.body))
    assert head.header("Content-Type") == whole.header("Content-Type") == "text/html; charset=utf-8"
    assert ask(daemon, "HEAD", OIDC).status == 404


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_another_method_is_404_in_plain_text(daemon: RunningDaemon, method: str) -> None:
    for path in (OIDC, GET, "/OAuth/GetToken", f"{OIDC}.xml", "/api/OIDCGetAccessToken"):
        answer = ask(daemon, method, path, headers={"Accept": "application/xml"})
        assert (answer.status, answer.reason, answer.body) == (404, "Not Found", b"404")
        assert answer.header("Content-Type") == "text/plain; charset=utf-8"


@pytest.mark.parametrize("path", [*PATHS, KEYS])
def test_options_is_200_and_empty(daemon: RunningDaemon, path: str) -> None:
    answer = ask(daemon, "OPTIONS", path)
    assert (answer.status, answer.body, answer.header("Content-Length")) == (200, b"", "0")
    assert answer.header("Allow") == "GET, POST, OPTIONS"
    assert answer.all("Access-Control-Allow-Origin") == []


def test_the_public_keys_alone_may_be_kept(daemon: RunningDaemon) -> None:
    answer = ask(daemon, "GET", KEYS)
    assert answer.header("Cache-Control") == f"public, max-age={JWKS_MAX_AGE}"
    assert answer.all("Pragma") == []
    assert len(json.loads(answer.body)["keys"]) == 1
    for path in PATHS:
        assert ask(daemon, "GET", path).header("Cache-Control") == "no-store"


def test_a_predefined_route_says_what_it_takes(daemon: RunningDaemon) -> None:
    answer = ask(daemon, "GET", "/xml/reply/GetAccessToken")
    assert (answer.status, answer.header("Allow"), answer.read().kind) == (405, "POST", "xml")


def test_an_old_client_is_answered_and_hung_up_on(daemon: RunningDaemon) -> None:
    answer = exchange_bytes(daemon, b"GET /metadata HTTP/1.0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\nConnection: close\r\n" in answer


# --- what the operator sees -------------------------------------------------------------------------------------------


def test_a_request_is_one_log_line_without_its_secrets(tmp_path: Path) -> None:
    with run_daemon(tmp_path, sections=YM) as own:
        good = make_request(own)
        wrong = good | {"client_secret": "hunter2-hunter2", "Device": "Nokia-of-hunter2"}
        ask(own, "POST", OIDC, urlencode(good).encode(), accepting("json"))
        ask(own, "POST", f"{OIDC}?client_secret=hunter2", urlencode(good).encode(), accepting("xml"))
        ask(own, "POST", "/json/reply/hunter2-hunter2", b"", accepting("xml"))
        ask(own, "POST", OIDC, urlencode(wrong).encode(), accepting("csv"))
        ask(own, "GET", "/metadata?hunter2", headers={"Accept": "hunter2"})
        own.end()
    text = own.log.read_text()
    told = [json.loads(line) for line in text.splitlines() if '"method":"ym.' in line]
    assert [(line["method"], line["status"], line["outcome"]) for line in told] == [
        ("ym.OIDCGetAccessToken", 200, "ok"),
        ("ym.OIDCGetAccessToken", 400, "invalid_request"),
        ("ym.OIDCGetAccessToken", 405, "NotImplementedException"),
        ("ym.OIDCGetAccessToken", 400, "SerializationException"),
        ("ym.metadata_index", 200, "ok"),
    ]
    for secret in (good["code"], CLIENT["client_secret"], "hunter2"):
        assert secret not in text


def test_where_it_is_not_enabled_none_of_its_paths_is_there(tmp_path: Path) -> None:
    with run_daemon(tmp_path) as plain:
        for path in (*PATHS, KEYS):
            for method in ("GET", "POST", "OPTIONS"):
                answer = ask(plain, method, path, b"", accepting("xml"))
                assert (answer.status, answer.body) == (404, b"404"), (method, path)
        assert "result" in plain.call("test.hello", {})
