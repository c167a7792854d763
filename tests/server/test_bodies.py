from __future__ import annotations

import pytest

from rpcauth.server.limits import FrontLimits
from tests.server.wire import BASIC, CALL, Recorder, build_post, serve

SMALL = FrontLimits(body_limit=100, body_timeout=5.0)
IMPATIENT = FrontLimits(body_limit=100, body_timeout=0.05)
HEAD = b"POST /rpc HTTP/1.1\r\nHost: h\r\n" + BASIC
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


@pytest.mark.parametrize(("size", "status"), [(0, 200), (1, 200), (100, 200), (101, 413), (50_000, 413)])
async def test_a_body_may_have_as_many_bytes_as_the_limit(size: int, status: int) -> None:
    recorder = Recorder()
    async with serve(recorder, limits=SMALL) as house:
        response = await house.send(build_post(b"x" * size))
    assert response.status == status
    assert [len(body) for body, _, _ in recorder.calls] == ([size] if status == 200 else [])


async def test_a_declared_length_over_the_limit_is_413_before_a_byte_of_it_came() -> None:
    async with serve(limits=SMALL) as house, await house.connect() as client:
        client.send(HEAD, b"Content-Length: 101\r\n\r\n")
        response = await client.receive()
    assert (response.status, response.headers["connection"]) == (413, "close")


async def test_chunks_over_the_limit_are_413_before_the_last_one() -> None:
    recorder = Recorder()
    async with serve(recorder, limits=SMALL) as house, await house.connect() as client:
        client.send(CHUNKED, chunk(b"x" * 60))
        client.send(chunk(b"x" * 60))
        response = await client.receive()
    assert (response.status, recorder.calls) == (413, [])


async def test_a_413_can_be_read_by_a_client_that_first_sends_everything() -> None:
    async with serve(limits=SMALL) as house, await house.connect() as client:
        client.send(HEAD, b"Content-Length: 2000000\r\n\r\n", b"x" * 2_000_000)
        await client.writer.drain()
        assert (await client.receive()).status == 413
        assert await client.receive_rest() == b""


async def test_chunks_are_put_together_and_the_connection_goes_on() -> None:
    recorder = Recorder()
    async with serve(recorder) as house, await house.connect() as client:
        client.send(CHUNKED, chunk(CALL[:10]))
        client.send(chunk(CALL[10:]), b"0\r\n\r\n")
        assert (await client.receive()).status == 200
        client.send(build_post(b"next"))
        assert (await client.receive()).status == 200
    assert [body for body, _, _ in recorder.calls] == [CALL, b"next"]


@pytest.mark.parametrize(
    "sent",
    [
        HEAD + b"Content-Length: 10\r\n\r\n12345",
        HEAD + b"Content-Length: 10\r\n\r\n",
        CHUNKED + chunk(b"12345"),
        CHUNKED + b"5\r\n12",
    ],
)
async def test_half_a_body_and_silence_is_408_and_the_end(sent: bytes) -> None:
    recorder = Recorder()
    async with serve(recorder, limits=IMPATIENT) as house, await house.connect() as client:
        client.send(sent)
        response = await client.receive()
        assert (response.status, response.headers["connection"]) == (408, "close")
        assert await client.receive_rest() == b""
    assert recorder.calls == []


@pytest.mark.parametrize("rest", [b"zz\r\nx\r\n", b"3\r\nxyzzy\r\n", b"-1\r\n"])
async def test_a_badly_framed_chunk_is_400_at_once(rest: bytes) -> None:
    recorder = Recorder()
    async with serve(recorder) as house, await house.connect() as client:
        client.send(HEAD, b"Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n")
        # From here on somebody waits for the body.
        assert (await client.receive()).status == 100
        client.send(chunk(b"12345"), rest)
        response = await client.receive()
        assert (response.status, response.headers["connection"]) == (400, "close")
        assert await client.receive_rest() == b""
    assert recorder.calls == []


async def test_a_client_that_waits_is_told_to_go_on() -> None:
    async with serve() as house, await house.connect() as client:
        client.send(HEAD, b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(CALL))
        assert (await client.receive()).status == 100
        client.send(CALL)
        assert (await client.receive()).body == CALL


@pytest.mark.parametrize(("head", "status"), [(b"", 401), (BASIC, 413)])
async def test_a_client_that_waits_in_vain_gets_the_refusal_alone(head: bytes, status: int) -> None:
    async with serve(limits=SMALL) as house, await house.connect() as client:
        client.send(b"POST /rpc HTTP/1.1\r\nHost: h\r\n", head, b"Expect: 100-continue\r\nContent-Length: 101\r\n\r\n")
        assert (await client.receive()).status == status


@pytest.mark.parametrize("sent", [build_post()[:-5], HEAD + b"Content-Length: 10\r\n\r\n", CHUNKED + b"5\r\nab"])
async def test_a_client_that_leaves_in_its_body_is_noted_and_nothing_is_executed(sent: bytes) -> None:
    recorder = Recorder()
    async with serve(recorder) as house:
        async with await house.connect() as client:
            client.send(sent)
            await client.writer.drain()
            client.writer.write_eof()
            assert await client.receive_rest() == b""
        await house.server.drain(grace=5, deadline=5)
        lines = house.log_lines()
    assert recorder.calls == []
    assert [line["outcome"] for line in lines] == ["client_gone"]
