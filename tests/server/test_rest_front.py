"""Paths that JSON-RPC has not are the REST façades': what HTTP asks of a request there, and the answer's bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from rpcauth.rpc.dialect import RPC
from rpcauth.server.limits import FrontLimits
from rpcauth.web.messages import HttpReply, HttpRequest, RequestLog
from tests.server.wire import CALL, DEMO, Recorder, Response, build_post, serve

PORTAL = "https://portal.example"
PLAIN = HttpReply(
    status=200,
    body=b"",
    log=RequestLog("GetToken", "members", "ok"),
    content_type="application/json; charset=utf-8",
    headers=(("Vary", "Accept"),),
)


@dataclass(slots=True)
class Shop:
    """A façade of one folder: it answers with `reply`, the request's own body in it, and keeps what it was asked."""

    name: str = "shop"
    folder: str = "/shop/"
    reply: HttpReply = PLAIN
    requests: list[HttpRequest] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)

    def serves(self, path: str) -> bool:
        return path.startswith(self.folder)

    def judges_head(self, path: str) -> bool:
        return path.startswith(f"{self.folder}gate")

    async def answer(self, request: HttpRequest) -> HttpReply:
        self.requests.append(request)
        return replace(self.reply, body=self.reply.body or request.body)

    def refuse(self, request: HttpRequest, status: int) -> HttpReply:
        self.refused.append(status)
        log = RequestLog("GetToken", "members", "Refused")
        return replace(self.reply, status=status, body=b"<refused/>", content_type="application/xml", log=log)


class Faulty(Shop):
    async def answer(self, request: HttpRequest) -> HttpReply:
        raise ValueError("hunter2")


class FaultyRefusal(Shop):
    def refuse(self, request: HttpRequest, status: int) -> HttpReply:
        raise LookupError("hunter2")


class FaultyPath(Shop):
    def serves(self, path: str) -> bool:
        raise KeyError("hunter2")


def build(method: str = "POST", path: str = "/shop/x", *, headers: str = "", body: bytes = b"") -> bytes:
    """A request without any proof of a caller."""
    length = f"Content-Length: {len(body)}\r\n" if body else ""
    return f"{method} {path} HTTP/1.1\r\nHost: h\r\n{length}{headers}\r\n".encode() + body


async def answer_of(
    reply: HttpReply = PLAIN, *, headers: str = "", method: str = "POST", origins: tuple[str, ...] = ()
) -> Response:
    async with (
        serve(facades=[Shop(reply=reply)], allowed_origins=origins) as house,
        await house.connect() as client,
    ):
        client.send(build(method, headers=headers))
        return await client.receive(method=method)


async def test_a_request_reaches_its_facade_whole_and_unproven() -> None:
    shop = Shop()
    async with serve(facades=[shop]) as house:
        sent = build("POST", "/shop/a%2Fb?x=%20y&x=", headers="Accept: text/jsv\r\nAccept: */*\r\n", body=b"in")
        response = await house.send(sent)
    assert (response.status, response.body) == (200, b"in")
    (request,) = shop.requests
    assert (request.method, request.path, request.query, request.body) == ("POST", "/shop/a%2Fb", "x=%20y&x=", b"in")
    assert request.headers.getall("accept") == ["text/jsv", "*/*"]


async def test_an_answer_is_these_bytes() -> None:
    response = await answer_of(replace(PLAIN, status=400, reason="invalid_grant", body=b"{}"))
    assert response.head == (
        b"HTTP/1.1 400 invalid_grant\r\n"
        b"Content-Type: application/json; charset=utf-8\r\n"
        b"Vary: Accept\r\n"
        b"Cache-Control: no-store\r\n"
        b"Date: Sun, 06 Jan 2013 20:42:42 GMT\r\n"
        b"Content-Length: 2\r\n\r\n"
    )


async def test_the_first_facade_that_serves_a_path_answers() -> None:
    first, second, third = Shop(folder="/other/"), Shop(), Shop()
    async with serve(facades=[first, second, third]) as house:
        await house.send(build())
    assert [len(shop.requests) for shop in (first, second, third)] == [0, 1, 0]


@pytest.mark.parametrize("facades", [[], [Shop()]])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
async def test_paths_that_nobody_serves_are_404(facades: list[Shop], method: str) -> None:
    async with serve(facades=facades, allowed_origins=[PORTAL]) as house:
        response = await house.send(build(method, "/elsewhere", headers=f"Origin: {PORTAL}\r\n"))
        (line,) = house.log_lines()
    assert (response.status, response.body) == (404, b"404")
    assert "access-control-allow-origin" not in response.headers
    assert (line["status"], line["outcome"], line["method"]) == (404, "http_404", "-")


async def test_json_rpc_keeps_its_paths_and_its_rules_beside_a_facade_that_wants_all() -> None:
    recorder, shop = Recorder(), Shop("/")
    async with serve(recorder, facades=[shop], allowed_origins=[PORTAL]) as house:
        assert (await house.send(build_post(headers=f"Origin: {PORTAL}\r\n".encode()))).status == 200
        statuses = [
            (await house.send(sent)).status
            for sent in (
                build_post(proof=b""),
                build_post(headers=b"Origin: https://evil.example\r\n"),
                build("GET", "/rpc"),
                build("OPTIONS", "/v2/json-rpc/1"),
            )
        ]
    assert statuses == [401, 403, 405, 405]
    assert recorder.calls == [(CALL, DEMO, RPC)]
    assert shop.requests == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "TRACE"])
async def test_every_method_is_the_facades_to_answer_and_may_have_a_body(method: str) -> None:
    shop = Shop()
    async with serve(facades=[shop]) as house, await house.connect() as client:
        for body in (b"", b"some"):
            client.send(build(method, body=body))
            response = await client.receive(method=method)
            assert response.headers["content-length"] == str(len(body))
    assert [(request.method, request.body) for request in shop.requests] == [(method, b""), (method, b"some")]


async def test_a_head_is_answered_with_the_length_of_what_is_not_sent() -> None:
    async with serve(facades=[Shop(reply=replace(PLAIN, body=b"long"))]) as house, await house.connect() as client:
        client.send(build("HEAD"))
        assert (await client.receive(method="HEAD")).headers["content-length"] == "4"
        # The connection is still in step.
        client.send(build("GET"))
        assert (await client.receive()).body == b"long"


async def test_a_connection_goes_on_after_a_reply_whoever_gave_it() -> None:
    async with serve(facades=[Shop()]) as house, await house.connect() as client:
        client.send(*(build(body=b"%d" % number) + build_post(b"rpc %d" % number) for number in range(20)))
        received = [(await client.receive()).body for _ in range(40)]
    assert received == [text for number in range(20) for text in (b"%d" % number, b"rpc %d" % number)]


@pytest.mark.parametrize("version", ["0.9", "2.0"])
async def test_another_version_of_http_is_refused(version: str) -> None:
    shop = Shop()
    async with serve(facades=[shop]) as house:
        response = await house.send(build().replace(b"HTTP/1.1", b"HTTP/" + version.encode()))
    assert (response.status, response.body, shop.requests) == (505, b"505", [])


@pytest.mark.parametrize(
    ("limits", "size", "status"),
    [
        (FrontLimits(), 65_536, 200),
        (FrontLimits(), 65_537, 413),
        (FrontLimits(body_limit=1_000_000), 65_536, 200),
        (FrontLimits(body_limit=1_000_000), 65_537, 413),
        (FrontLimits(body_limit=100), 100, 200),
        (FrontLimits(body_limit=100), 101, 413),
    ],
)
async def test_a_body_has_64_kib_at_most_however_much_json_rpc_takes(
    limits: FrontLimits, size: int, status: int
) -> None:
    shop = Shop()
    async with serve(facades=[shop], limits=limits) as house:
        assert (await house.send(build(body=b"x" * size))).status == status
    assert shop.refused == ([] if status == 200 else [413])


REFUSED = {
    "too large": (build(headers="Content-Length: 65537\r\n"), 413),
    "too slow": (build(headers="Content-Length: 5\r\n") + b"1234", 408),
    "encoded": (build(headers="Content-Encoding: gzip\r\nContent-Length: 5\r\n"), 415),
    "encoded twice": (build("GET", headers="Content-Encoding: identity\r\nContent-Encoding: br\r\n"), 415),
}


@pytest.mark.parametrize(("sent", "status"), REFUSED.values(), ids=REFUSED)
async def test_a_body_that_is_not_taken_is_refused_in_the_facades_words(sent: bytes, status: int) -> None:
    shop = Shop()
    limits = FrontLimits(body_timeout=0.05)
    async with serve(facades=[shop], limits=limits, allowed_origins=[PORTAL]) as house, await house.connect() as client:
        client.send(sent.replace(b"Host: h", b"Host: h\r\nOrigin: " + PORTAL.encode()))
        response = await client.receive()
        (line,) = house.log_lines()
        is_whole = b"Content-Length" not in sent
        assert ("connection" not in response.headers) == is_whole
        if not is_whole:
            assert await client.receive_rest() == b""
    assert (response.status, response.body) == (status, b"<refused/>")
    assert response.headers["content-type"] == "application/xml"
    assert response.headers["access-control-allow-origin"] == PORTAL
    assert (line["method"], line["service"], line["status"], line["outcome"]) == (
        "GetToken",
        "members",
        status,
        "Refused",
    )
    assert (shop.requests, shop.refused) == ([], [status])


async def test_a_badly_framed_chunk_is_refused_in_the_facades_words() -> None:
    shop = Shop()
    async with serve(facades=[shop]) as house, await house.connect() as client:
        client.send(build(headers="Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n"))
        # From here on somebody waits for the body.
        assert (await client.receive()).status == 100
        client.send(b"5\r\n12345\r\nzz\r\n")
        response = await client.receive()
        assert (response.status, response.body, response.headers["connection"]) == (400, b"<refused/>", "close")
    assert (shop.requests, shop.refused) == ([], [400])


async def test_a_client_that_leaves_in_its_body_is_noted_as_such() -> None:
    shop = Shop()
    async with serve(facades=[shop]) as house:
        async with await house.connect() as client:
            client.send(build(headers="Content-Length: 10\r\n"))
            client.writer.write_eof()
            assert await client.receive_rest() == b""
        await house.server.drain(grace=5, deadline=5)
        (line,) = house.log_lines()
    assert (line["method"], line["outcome"], shop.requests) == ("GetToken", "client_gone", [])


@pytest.mark.parametrize("origins", [(), (PORTAL,)])
@pytest.mark.parametrize(
    "headers",
    [
        "",
        "Origin: https://evil.example\r\n",
        "Origin: null\r\n",
        "Origin: https://PORTAL.example\r\n",
        f"Origin: {PORTAL}\r\nOrigin: https://evil.example\r\n",
        f"Origin: {PORTAL}\r\nOrigin: {PORTAL}\r\n",
        "Origin: https://evil.example\r\nSec-Fetch-Site: cross-site\r\n",
    ],
)
@pytest.mark.parametrize("method", ["POST", "OPTIONS"])
async def test_pages_of_other_origins_are_answered_but_may_not_read_it(
    headers: str, origins: tuple[str, ...], method: str
) -> None:
    response = await answer_of(headers=headers, origins=origins, method=method)
    assert response.status == 200
    assert not [name for name in response.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    ("varying", "origins", "expected"),
    [
        (["Accept"], (), "Accept"),
        (["Accept"], (PORTAL,), "Accept, Origin"),
        ([], (PORTAL,), "Origin"),
        ([], (), None),
    ],
)
async def test_an_answer_varies_with_the_origin_where_origins_may_differ(
    varying: list[str], origins: tuple[str, ...], expected: str | None
) -> None:
    reply = replace(PLAIN, headers=tuple(("vary", value) for value in varying))
    for headers in ("", f"Origin: {PORTAL}\r\n", "Origin: https://evil.example\r\n"):
        response = await answer_of(reply, headers=headers, origins=origins)
        assert response.headers.get("vary") == expected
        assert response.head.lower().count(b"vary:") == (expected is not None)


async def test_a_page_of_an_allowed_origin_may_read_the_answer() -> None:
    response = await answer_of(headers=f"Origin: {PORTAL}\r\n", origins=("https://other.example", PORTAL))
    assert response.headers["access-control-allow-origin"] == PORTAL
    assert "access-control-allow-credentials" not in response.headers


async def test_options_says_what_may_be_sent_without_asking_the_facade() -> None:
    shop = Shop()
    async with serve(facades=[shop], allowed_origins=[PORTAL]) as house, await house.connect() as client:
        client.send(build("OPTIONS"))
        plain = await client.receive()
        client.send(build("OPTIONS", headers=f"Origin: {PORTAL}\r\nAccess-Control-Request-Method: POST\r\n"))
        preflight = await client.receive()
        lines = house.log_lines()
    assert (plain.status, plain.body, plain.headers["allow"]) == (200, b"", "GET, POST, OPTIONS")
    assert preflight.head == (
        b"HTTP/1.1 200 OK\r\n"
        b"Allow: GET, POST, OPTIONS\r\n"
        b"Access-Control-Allow-Methods: GET, POST, OPTIONS\r\n"
        b"Access-Control-Allow-Headers: Content-Type, X-Requested-With, X-ss-id, Accept, Origin, "
        b"Access-Control-Request-Method, Access-Control-Request-Headers, Authorization\r\n"
        b"Access-Control-Max-Age: 3600\r\n"
        b"Vary: Origin\r\n"
        b"Access-Control-Allow-Origin: https://portal.example\r\n"
        b"Cache-Control: no-store\r\n"
        b"Date: Sun, 06 Jan 2013 20:42:42 GMT\r\n"
        b"Content-Length: 0\r\n\r\n"
    )
    assert [(line["method"], line["status"], line["outcome"]) for line in lines] == [("-", 200, "ok")] * 2
    assert shop.requests == []


@pytest.mark.parametrize(
    ("reason", "phrase"),
    [
        (None, "Bad Request"),
        ("", "Bad Request"),
        ("NotEmpty", "NotEmpty"),
        ("Invalid_grant 2", "Invalid_grant 2"),
        ("a-b\u00e9\t\x00c", "abc"),
        ("X\r\nSet-Cookie: a=b\r\n\r\n<p>", "XSetCookie abp"),
        ("\r\n \u4e00", "Bad Request"),
    ],
)
async def test_a_reason_is_words_and_nothing_else(reason: str | None, phrase: str) -> None:
    response = await answer_of(replace(PLAIN, status=400, reason=reason))
    assert response.head.split(b"\r\n")[0] == f"HTTP/1.1 400 {phrase}".encode()


BROKEN = ["a\r\nX-Evil: 1", "a\nX-Evil: 1", "a\rX-Evil: 1", "a\r\n\r\n<p>", "a\0", "a\n", "\u010a", "\udc80"]


@pytest.mark.parametrize("text", BROKEN)
@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: {"headers": (("X-First", "1"), ("X-Bad", text), ("X-Last", "2"))},
        lambda text: {"headers": (("X-First", "1"), (f"X-Bad{text}", "1"), ("X-Last", "2"))},
        lambda text: {"content_type": text, "headers": (("X-First", "1"), ("X-Last", "2"))},
    ],
    ids=["value", "name", "type"],
)
async def test_a_header_cannot_bring_another_one_with_it(spoil: Callable[[str], dict[str, Any]], text: str) -> None:
    whole = {"body": b"{}", "content_type": None} | spoil(text)
    response = await answer_of(replace(PLAIN, **whole))
    assert list(response.headers) == ["x-first", "x-last", "cache-control", "date", "content-length"]
    assert response.body == b"{}"


@pytest.mark.parametrize(("is_cacheable", "expected"), [(True, None), (False, "no-store")])
async def test_only_a_cacheable_reply_may_be_stored(is_cacheable: bool, expected: str | None) -> None:
    response = await answer_of(replace(PLAIN, cacheable=is_cacheable))
    assert response.headers.get("cache-control") == expected


@pytest.mark.parametrize("status", [204, 304])
async def test_a_reply_without_body_has_no_length(status: int) -> None:
    shop = Shop(reply=replace(PLAIN, status=status, content_type=None))
    async with serve(facades=[shop]) as house, await house.connect() as client:
        for _ in range(2):
            client.send(build(body=b"ignored"))
            response = await client.receive()
            assert response.status == status
            assert "content-length" not in response.headers


async def test_an_answered_request_is_one_line_without_a_caller() -> None:
    log = RequestLog("OIDCGetAccessToken", "members", "invalid_grant", detail="code spent")
    async with serve(facades=[Shop(reply=replace(PLAIN, status=400, log=log))]) as house:
        await house.send(build_post(b"secret", path="/shop/hidden?code=hidden"))
        (line,), text = house.log_lines(), house.log_text()
    assert isinstance(line.pop("microseconds"), int)
    assert line == {
        "time": "2013-01-06T20:42:42.000Z",
        "level": "info",
        "event": "request",
        "method": "OIDCGetAccessToken",
        "caller": None,
        "service": "members",
        "status": 400,
        "outcome": "invalid_grant",
        "calls": 1,
        "detail": "code spent",
    }
    assert "hidden" not in text
    assert "secret" not in text


@pytest.mark.parametrize(
    ("shop", "headers", "exception"),
    [
        (Faulty(), "", "ValueError"),
        (FaultyRefusal(), "Content-Encoding: gzip\r\n", "LookupError"),
        (FaultyPath(), "", "KeyError"),
    ],
)
async def test_a_facade_that_raises_is_answered_with_an_incident_that_the_log_knows(
    shop: Shop, headers: str, exception: str
) -> None:
    async with serve(facades=[shop]) as house, await house.connect() as client:
        client.send(build(headers=headers))
        response = await client.receive()
        (line,), text = house.log_lines(), house.log_text()
        # Nothing else of the connection is at fault.
        client.send(build_post())
        assert (await client.receive()).status == 200
    assert response.status == 500
    assert response.headers["content-type"] == "text/plain;charset=UTF-8"
    assert (line["event"], line["level"], line["exception"]) == ("defect", "error", exception)
    assert response.body.decode() == f"500 incident {line['incident']}"
    assert "hunter2" not in text


@pytest.mark.parametrize("method", ["GET", "OPTIONS", "HEAD", "DELETE", "PROPFIND"])
async def test_a_request_judged_by_its_head_reaches_its_facade_whatever_the_method(method: str) -> None:
    shop = Shop(reply=replace(PLAIN, status=401))
    async with serve(facades=[shop], allowed_origins=[PORTAL]) as house, await house.connect() as client:
        client.send(build(method, "/shop/gate/x", headers=f"Origin: {PORTAL}\r\n"))
        reply = await client.receive(method=method)
    assert (reply.status, [request.method for request in shop.requests]) == (401, [method])
    assert "access-control-allow-origin" not in reply.headers
    assert (reply.headers["vary"], reply.headers["cache-control"]) == ("Accept", "no-store")


@pytest.mark.parametrize(
    "headers",
    [
        "Content-Length: 5\r\n",
        "Content-Length: 99999999\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Content-Length: 5\r\nContent-Encoding: gzip\r\n",
        "Content-Length: 5\r\nExpect: 100-continue\r\n",
    ],
)
async def test_a_request_judged_by_its_head_is_answered_without_its_body(headers: str) -> None:
    shop = Shop(reply=replace(PLAIN, body=b"yes"))
    async with serve(facades=[shop]) as house, await house.connect() as client:
        client.send(f"POST /shop/gate HTTP/1.1\r\nHost: h\r\n{headers}\r\n".encode())
        reply = await client.receive()
    assert (reply.status, reply.body, reply.headers["connection"]) == (200, b"yes", "close")
    assert shop.refused == []


async def test_connections_of_requests_judged_by_their_head_are_kept() -> None:
    shop = Shop(reply=replace(PLAIN, body=b"yes"))
    async with serve(facades=[shop]) as house, await house.connect() as client:
        for _ in range(3):
            client.send(build("POST", "/shop/gate", body=b"all of it"))
            assert (await client.receive()).body == b"yes"
    assert [request.body for request in shop.requests] == [b""] * 3
