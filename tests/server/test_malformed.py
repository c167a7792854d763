"""Framing attacks: every one ends in a 400 or a silent close, and nothing of it reaches the log."""

from __future__ import annotations

import pytest

from rpcauth.server.limits import FrontLimits
from tests.server.wire import BASIC, CALL, Recorder, build_post, serve

TOKEN = b"rpa_0123456789abcdefghijABCDEFGHIJ"
START = b"POST /rpc HTTP/1.1\r\nHost: h\r\n" + BASIC


def build(*lines: bytes, body: bytes = CALL) -> bytes:
    return START + b"".join(line + b"\r\n" for line in lines) + b"\r\n" + body


SMUGGLED = {
    "length and chunks": build(b"Content-Length: 5", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
    "chunks and length": build(b"Transfer-Encoding: chunked", b"Content-Length: 5", body=b"0\r\n\r\n"),
    "two lengths": build(b"Content-Length: 46", b"Content-Length: 45"),
    "two equal lengths": build(b"Content-Length: 46", b"Content-Length: 46"),
    "signed length": build(b"Content-Length: +2"),
    "negative length": build(b"Content-Length: -1"),
    "list of lengths": build(b"Content-Length: 2, 2"),
    "hexadecimal length": build(b"Content-Length: 0x2"),
    "length with underscore": build(b"Content-Length: 1_0"),
    "no length": build(b"Content-Length: "),
    "unknown coding": build(b"Transfer-Encoding: xchunked", body=b"0\r\n\r\n"),
    "chunked twice": build(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
    "chunked not last": build(b"Transfer-Encoding: chunked, identity", body=b"0\r\n\r\n"),
    "vertical tab in coding": build(b"Transfer-Encoding: \x0bchunked", body=b"0\r\n\r\n"),
    "bare newlines": START.replace(b"\r\n", b"\n") + b"\n",
    "folded header": build(b"X-Folded: a\r\n b"),
    "space before colon": build(b"Content-Length : 2"),
    "space before name": build(b" X-Other: 2"),
    "NUL in value": build(b"X-Other: a\0b"),
    "CR in value": build(b"X-Other: a\rb"),
    "no name": build(b": nameless"),
    "two hosts": build(b"Host: other"),
    "no host": b"POST /rpc HTTP/1.1\r\n\r\n",
    "long header": build(b"X-Long: " + b"a" * 100_000),
    "long target": b"POST /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: h\r\n\r\n",
    "thousand headers": build(*(b"X-%d: 1" % number for number in range(1000))),
    "no version": b"POST /rpc HTTP/x\r\nHost: h\r\n\r\n",
    "HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "unknown method": b"FROB /rpc HTTP/1.1\r\nHost: h\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64,
    "secret in the bad line": START + b"Authorization : Bearer " + TOKEN + b"\r\n\r\n",
    "secret in a bad target": b"POST /rpc?token=" + TOKEN + b"\x01 HTTP/1.1\r\nHost: h\r\n\r\n",
}


@pytest.mark.parametrize("sent", SMUGGLED.values(), ids=SMUGGLED)
async def test_a_malformed_request_is_400_and_the_end_and_leaves_no_trace(
    sent: bytes, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    recorder = Recorder()
    async with serve(recorder) as house, await house.connect() as client:
        client.send(sent, build_post(b"smuggled"))
        received = await client.receive_rest()
        await house.server.drain(grace=5, deadline=5)
        lines = house.log_lines()
    assert received.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert received.endswith(b"\r\n\r\n400")
    assert recorder.calls == []
    # One line, of counts and the names of our library's exceptions: no room for anything that was sent.
    (line,) = lines
    assert (line["event"], line["level"], line["count"]) == ("malformed_requests", "info", 1)
    assert line["kinds"].removesuffix(" 1").isalnum()
    assert (caplog.text, *capfd.readouterr()) == ("", "", "")


@pytest.mark.parametrize("version", ["0.9", "2.0"])
async def test_another_version_of_http_is_refused(version: str) -> None:
    recorder = Recorder()
    async with serve(recorder) as house:
        assert (await house.send(build_post(version=version))).status == 505
    assert recorder.calls == []


async def test_a_simple_request_of_http_0_9_is_closed_without_a_line() -> None:
    async with serve(limits=FrontLimits(header_timeout=0.05)) as house, await house.connect() as client:
        client.send(b"GET /rpc\r\n")
        await client.receive_rest()
        assert all(line["level"] == "info" for line in house.log_lines())


async def test_a_header_in_many_segments_is_bounded_too() -> None:
    async with serve() as house, await house.connect() as client:
        client.send(START, b"X-Long: ")
        for _ in range(100):
            client.send(b"a" * 1000)
        assert (await client.receive_rest()).startswith(b"HTTP/1.1 400 ")


async def test_a_good_request_is_answered_and_the_malformed_one_behind_it_ends_the_connection() -> None:
    async with serve() as house, await house.connect() as client:
        client.send(build_post())
        assert (await client.receive()).status == 200
        client.send(b"garbage\r\n\r\n", build_post())
        assert (await client.receive()).status == 400
        assert await client.receive_rest() == b""


async def test_a_flood_of_malformed_requests_is_counted_not_listed() -> None:
    async with serve() as house:
        for _ in range(50):
            async with await house.connect() as client:
                client.send(b"garbage\r\n\r\n")
                await client.receive_rest()
        await house.server.drain(grace=5, deadline=5)
        lines = house.log_lines()
    assert sum(line["count"] for line in lines) == 50
    assert len(lines) < 10
