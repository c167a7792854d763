from __future__ import annotations

import json

import pytest

from rpcauth.model import Caller
from rpcauth.rpc.dialect import MASHERY, RPC, Dialect
from rpcauth.rpc.reply import Reply
from rpcauth.web.messages import RequestLog
from tests.server.wire import CALL, DEMO, Recorder, build_post, serve

NOT_AUTHORIZED = b'{"jsonrpc":"2.0","error":{"code":-32001,"message":"Not Authorized"},"id":null}'


@pytest.mark.parametrize(
    ("path", "dialect"),
    [
        ("/rpc", RPC),
        ("/rpc/", RPC),
        ("/v2/json-rpc", MASHERY),
        ("/v2/json-rpc/", MASHERY),
        ("/v2/json-rpc/123", MASHERY),
        ("/v2/json-rpc/123/", MASHERY),
        ("/v2/json-rpc/" + "x" * 64, MASHERY),
        ("/v2/json-rpc/" + "%C3%A9" * 64, MASHERY),
        ("/v2/json-rpc/123?unrelated=1", MASHERY),
        ("/v3/json-rpc", MASHERY),
        ("/v3/json-rpc/", MASHERY),
        ("/rpc?x=/other", RPC),
        ("http://other.example/rpc", RPC),
    ],
)
async def test_a_path_speaks_its_dialect(path: str, dialect: Dialect) -> None:
    recorder = Recorder()
    async with serve(recorder) as house:
        response = await house.send(build_post(path=path))
    assert response.status == 200
    assert recorder.calls == [(CALL, DEMO, dialect)]


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/rpc/x",
        "/RPC",
        "//rpc",
        "/rpc//",
        "/%72pc",
        "/v2/json-rpc/" + "x" * 65,
        "/v2/json-rpc/a/b",
        "/v2/json-rpc//",
        "/v3/json-rpc/123",
        "/v2/java/json-rpc",
        "/rpc#fragment",
        "http://other.example",
    ],
)
async def test_nothing_else_is_served(path: str) -> None:
    recorder = Recorder()
    async with serve(recorder) as house:
        response = await house.send(build_post(path=path))
    assert (response.status, response.body, recorder.calls) == (404, b"404", [])


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "HEAD"])
@pytest.mark.parametrize("path", ["/rpc", "/v2/json-rpc/1"])
async def test_any_method_but_post_is_405(method: str, path: str) -> None:
    async with serve() as house, await house.connect() as client:
        override = "X-HTTP-Method-Override: POST"
        client.send(f"{method} {path} HTTP/1.1\r\nHost: h\r\n{override}\r\n\r\n".encode())
        response = await client.receive(method=method)
        assert (response.status, response.headers["allow"]) == (405, "POST")
        # The connection is still in step: a HEAD was answered without a body.
        client.send(build_post())
        assert (await client.receive()).body == CALL


async def test_connect_is_404() -> None:
    async with serve() as house:
        assert (await house.send(b"CONNECT rpc:443 HTTP/1.1\r\nHost: rpc:443\r\n\r\n")).status == 404


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (b"", 200),
        (b"Origin: https://portal.example\r\n", 200),
        (b"Origin: https://evil.example\r\n", 403),
        (b"Origin: null\r\n", 403),
        (b"Origin: https://portal.example\r\nOrigin: https://evil.example\r\n", 403),
        (b"Origin: https://PORTAL.example\r\n", 403),
        (b"Sec-Fetch-Site: cross-site\r\n", 403),
        (b"Origin: https://portal.example\r\nSec-Fetch-Site: cross-site\r\n", 403),
        (b"Sec-Fetch-Site: same-origin\r\n", 200),
    ],
)
async def test_foreign_origins_are_403(headers: bytes, status: int) -> None:
    recorder = Recorder()
    async with serve(recorder, allowed_origins=["https://portal.example"]) as house:
        response = await house.send(build_post(headers=headers))
    assert response.status == status
    assert len(recorder.calls) == (status == 200)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (b"Content-Encoding: gzip\r\n", 415),
        (b"Content-Encoding: x-unknown\r\n", 415),
        (b"Content-Encoding: identity, gzip\r\n", 415),
        (b"Content-Encoding: identity\r\n", 200),
        (b"Content-Encoding: IDENTITY\r\n", 200),
        (b"Content-Type: application/x-www-form-urlencoded\r\n", 200),
    ],
)
async def test_only_encoded_bodies_are_415(headers: bytes, status: int) -> None:
    async with serve() as house:
        assert (await house.send(build_post(headers=headers))).status == status


async def test_an_answer_is_these_bytes_and_nothing_tells_the_software() -> None:
    async with serve() as house:
        response = await house.send(build_post(b"{}"))
    assert response.head == (
        b"HTTP/1.1 200 OK\r\n"
        b"Content-Type: application/json;charset=UTF-8\r\n"
        b"Cache-Control: no-store\r\n"
        b"Date: Sun, 06 Jan 2013 20:42:42 GMT\r\n"
        b"Content-Length: 2\r\n\r\n"
    )


async def test_a_reply_without_body_is_a_204_without_length() -> None:
    recorder = Recorder(Reply(204, b"", RequestLog("test.hello", None, "ok")))
    async with serve(recorder) as house, await house.connect() as client:
        for _ in range(2):
            client.send(build_post())
            response = await client.receive()
            assert response.status == 204
            assert "content-length" not in response.headers
            assert "content-type" not in response.headers
            assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("status", [400, 429, 500, 503])
async def test_a_reply_keeps_its_status_and_says_when_to_come_back(status: int) -> None:
    recorder = Recorder(Reply(status, b"{}", RequestLog("test.hello", None, "-32003"), retry_after=7))
    async with serve(recorder) as house:
        response = await house.send(build_post())
    assert (response.status, response.headers["retry-after"]) == (status, "7")
    assert response.headers["content-type"] == "application/json;charset=UTF-8"


@pytest.mark.parametrize(
    ("path", "status", "challenge"),
    [("/rpc", 401, 'Basic realm="rpcauth"'), ("/v2/json-rpc/1", 403, None), ("/v3/json-rpc", 403, None)],
)
async def test_an_unproven_caller_is_refused_before_its_body_is_read(
    path: str, status: int, challenge: str | None
) -> None:
    recorder = Recorder()
    async with serve(recorder) as house, await house.connect() as client:
        client.send(f"POST {path} HTTP/1.1\r\nHost: h\r\nContent-Length: 9999\r\n\r\n".encode())
        response = await client.receive()
    assert (response.status, response.body) == (status, NOT_AUTHORIZED)
    assert response.headers.get("www-authenticate") == challenge
    # What follows could be the body that nobody read.
    assert response.headers["connection"] == "close"
    assert recorder.calls == []


async def test_a_refused_caller_may_go_on_where_its_body_came_whole() -> None:
    async with serve() as house, await house.connect() as client:
        client.send(build_post(proof=b""))
        assert (await client.receive()).status == 401
        client.send(build_post())
        assert (await client.receive()).status == 200


@pytest.mark.parametrize(("path", "status"), [("/rpc", 200), ("/v2/json-rpc", 500)])
@pytest.mark.parametrize("error", [ValueError("hunter2"), TimeoutError("hunter2")])
async def test_a_dispatcher_that_raises_is_answered_with_an_incident_that_the_log_knows(
    path: str, status: int, error: Exception
) -> None:
    async def raise_error(body: bytes, caller: Caller, dialect: Dialect) -> Reply:
        raise error

    async with serve(raise_error) as house:
        response = await house.send(build_post(path=path))
        lines = [line for line in house.log_lines() if line["level"] == "error"]
        text = house.log_text()
    reply = json.loads(response.body)
    assert response.status == status
    assert reply["error"]["code"] == -32603
    assert reply["id"] is None
    assert [(line["incident"], line["exception"]) for line in lines] == [
        (reply["error"]["data"]["incident"], type(error).__name__)
    ]
    assert "hunter2" not in text + response.body.decode()


async def test_an_answered_request_is_one_line() -> None:
    log = RequestLog("oauth2.revokeAccessToken", "svc", "-2001:invalid_request", detail="no token", calls=3)
    async with serve(Recorder(Reply(200, b"{}", log))) as house:
        await house.send(build_post())
        (line,) = house.log_lines()
    assert isinstance(line.pop("microseconds"), int)
    assert line == {
        "time": "2013-01-06T20:42:42.000Z",
        "level": "info",
        "event": "request",
        "method": "oauth2.revokeAccessToken",
        "caller": "demo",
        "service": "svc",
        "status": 200,
        "outcome": "-2001:invalid_request",
        "calls": 3,
        "detail": "no token",
    }


async def test_refusals_are_logged_without_what_was_refused() -> None:
    async with serve() as house:
        await house.send(build_post(proof=b"Authorization: Basic c2VjcmV0OmtleQ==\r\n", path="/v2/json-rpc/hidden"))
        await house.send(build_post(path="/hidden?sig=hidden"))
        lines, text = house.log_lines(), house.log_text()
    assert [(line["status"], line["outcome"], line["caller"]) for line in lines] == [
        (403, "-32001", None),
        (404, "http_404", None),
    ]
    assert "hidden" not in text
    assert "c2VjcmV0" not in text
