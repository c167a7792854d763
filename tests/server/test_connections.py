from __future__ import annotations

import asyncio
import gc
import socket
from collections.abc import Iterator

import pytest

from rpcauth.model import Caller
from rpcauth.rpc.dialect import Dialect
from rpcauth.rpc.reply import Reply
from rpcauth.server.connections import Connection
from rpcauth.server.limits import FrontLimits
from rpcauth.web.messages import RequestLog
from tests.server.wire import BASIC, CALL, PATIENCE, House, build_post, serve

SHORT_HEAD = FrontLimits(header_timeout=0.05)
SHORT_IDLE = FrontLimits(idle_timeout=0.05)


class Gate:
    """A dispatcher that says when it was entered, and answers when it is let go."""

    def __init__(self, body: bytes = b"") -> None:
        self.body = body
        self.entered = asyncio.Event()
        self.opened = asyncio.Event()
        self.finished = asyncio.Event()

    async def __call__(self, body: bytes, caller: Caller, dialect: Dialect) -> Reply:
        self.entered.set()
        await self.opened.wait()
        self.finished.set()
        return Reply(200, self.body or body, RequestLog("test.hello", None, "ok"))


async def is_refused(house: House) -> bool:
    try:
        async with await house.connect() as client:
            return await client.receive_rest() == b""
    except ConnectionError:
        return True


async def test_many_requests_share_a_connection() -> None:
    async with serve() as house, await house.connect() as client:
        for number in range(100):
            client.send(build_post(b"%d" % number))
            response = await client.receive()
            assert (response.status, response.body) == (200, b"%d" % number)
            assert "connection" not in response.headers


async def test_requests_sent_ahead_are_answered_in_order() -> None:
    async with serve() as house, await house.connect() as client:
        client.send(*(build_post(b"%d" % number) for number in range(200)))
        assert [(await client.receive()).body for _ in range(200)] == [b"%d" % number for number in range(200)]


@pytest.mark.parametrize(
    ("version", "headers", "connection"),
    [
        ("1.1", b"", None),
        ("1.1", b"Connection: close\r\n", "close"),
        ("1.0", b"", "close"),
        ("1.0", b"Connection: keep-alive\r\n", "keep-alive"),
    ],
)
async def test_a_connection_lasts_as_the_client_asks(version: str, headers: bytes, connection: str | None) -> None:
    async with serve() as house, await house.connect() as client:
        client.send(build_post(version=version, headers=headers))
        response = await client.receive()
        assert response.headers.get("connection") == connection
        if connection == "close":
            assert await client.receive_rest() == b""
        else:
            client.send(build_post(version=version, headers=headers))
            assert (await client.receive()).status == 200


async def test_a_client_that_wants_an_upgrade_is_answered_without_one() -> None:
    upgrade = b"Connection: upgrade\r\nUpgrade: websocket\r\n"
    async with serve() as house, await house.connect() as client:
        client.send(build_post(headers=upgrade), build_post(b"behind"))
        assert [(await client.receive()).body for _ in range(2)] == [CALL, b"behind"]


@pytest.mark.parametrize("sent", [b"", b"P", b"POST /rpc HTTP/1.1\r\nHost: h\r\n" + BASIC])
async def test_half_a_head_is_closed_without_an_answer(sent: bytes) -> None:
    async with serve(limits=SHORT_HEAD) as house, await house.connect() as client:
        client.send(sent)
        assert await client.receive_rest() == b""
        assert house.log_lines() == []


async def test_half_a_second_head_is_closed_too() -> None:
    async with serve(limits=SHORT_HEAD) as house, await house.connect() as client:
        client.send(build_post())
        assert (await client.receive()).status == 200
        client.send(b"POST /rpc HT")
        assert await client.receive_rest() == b""


async def test_half_a_head_behind_a_slow_call_does_not_cost_its_answer() -> None:
    gate = Gate()
    async with serve(gate, limits=SHORT_HEAD) as house, await house.connect() as client:
        client.send(build_post())
        await gate.entered.wait()
        client.send(b"POST /rpc HT")
        # Another connection outlives its own half head, so the time of the first one is over as well.
        async with await house.connect() as other:
            other.send(b"POST")
            await other.receive_rest()
        gate.opened.set()
        response = await client.receive()
        assert (response.status, response.headers["connection"]) == (200, "close")


async def test_a_call_may_take_longer_than_any_head() -> None:
    gate = Gate()
    async with serve(gate, limits=SHORT_HEAD) as house, await house.connect() as client:
        client.send(build_post())
        await gate.entered.wait()
        async with await house.connect() as other:
            await other.receive_rest()
        gate.opened.set()
        assert (await client.receive()).status == 200


async def test_an_idle_connection_is_closed() -> None:
    async with serve(limits=SHORT_IDLE) as house, await house.connect() as client:
        client.send(build_post())
        assert (await client.receive()).status == 200
        assert await client.receive_rest() == b""


async def test_connections_beyond_the_limit_are_closed_and_counted() -> None:
    async with serve(limits=FrontLimits(max_connections=2)) as house:
        async with await house.connect() as first, await house.connect() as second:
            for client in (first, second):
                client.send(build_post())
                assert (await client.receive()).status == 200
            assert await is_refused(house)
            first.writer.close()
            await first.writer.wait_closed()
            second.send(build_post())
            assert (await second.receive()).status == 200
        await house.server.drain(grace=5, deadline=5)
        (line,) = (line for line in house.log_lines() if line["event"] == "connections_refused")
        assert line["count"] == 1


async def test_a_place_that_was_left_can_be_taken() -> None:
    async with serve(limits=FrontLimits(max_connections=1)) as house:
        for _ in range(3):
            async with await house.connect() as client:
                client.send(build_post(headers=b"Connection: close\r\n"))
                assert (await client.receive()).status == 200
                assert await client.receive_rest() == b""


@pytest.fixture
def uncollected() -> Iterator[None]:
    """No garbage is collected meanwhile."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("calls", [0, 1, 2])
async def test_a_connection_that_has_ended_takes_no_memory_until_a_collection(calls: int) -> None:
    """Those that lasted would have become old, and collections of what is old are rare."""
    async with serve() as house:
        for _ in range(3):
            async with await house.connect() as client:
                for _ in range(calls):
                    client.send(build_post())
                    await client.receive()
    assert [one for one in gc.get_objects() if isinstance(one, Connection)] == []


async def test_a_client_that_takes_no_answers_loses_its_connection() -> None:
    gate = Gate(b"x" * 40_000_000)
    async with serve(gate, limits=FrontLimits(body_timeout=0.05)) as house:
        assert isinstance(house.address, tuple)
        # Nobody reads from this socket: the answer cannot all go out.
        with socket.create_connection(house.address) as sock:
            await asyncio.to_thread(sock.sendall, build_post())
            await gate.entered.wait()
            gate.opened.set()
            assert await house.server.drain(grace=PATIENCE, deadline=PATIENCE)


async def test_work_goes_on_when_its_client_leaves() -> None:
    gate = Gate()
    async with serve(gate) as house:
        async with await house.connect() as client:
            client.send(build_post())
            await gate.entered.wait()
        gate.opened.set()
        await house.server.drain(grace=5, deadline=5)
        assert gate.finished.is_set()
        assert [line["outcome"] for line in house.log_lines()] == ["ok"]


async def test_a_drain_answers_what_has_begun_and_takes_nothing_new() -> None:
    gate = Gate()
    async with serve(gate) as house, await house.connect() as client:
        client.send(build_post())
        await gate.entered.wait()
        await house.server.stop_accepting()
        draining = asyncio.create_task(house.server.drain(grace=0, deadline=PATIENCE))
        assert await is_refused(house)
        assert not draining.done()
        gate.opened.set()
        response = await client.receive()
        assert (response.status, response.headers["connection"]) == (200, "close")
        assert await client.receive_rest() == b""
        assert await draining


async def test_a_request_that_comes_during_the_grace_is_answered_and_is_the_last() -> None:
    async with serve() as house, await house.connect() as client:
        client.send(build_post())
        assert (await client.receive()).status == 200
        await house.server.stop_accepting()
        draining = asyncio.create_task(house.server.drain(grace=PATIENCE, deadline=PATIENCE))
        assert await is_refused(house)
        client.send(build_post())
        response = await client.receive()
        assert (response.status, response.headers["connection"]) == (200, "close")
        assert await draining


async def test_after_the_grace_idle_connections_are_closed() -> None:
    async with serve() as house, await house.connect() as idle:
        idle.send(build_post())
        assert (await idle.receive()).status == 200
        assert await house.server.drain(grace=0, deadline=PATIENCE)
        assert await idle.receive_rest() == b""
        assert house.server.connections == 0


async def test_after_the_deadline_a_drain_says_that_it_left_somebody_without_an_answer() -> None:
    gate = Gate()
    async with serve(gate) as house, await house.connect() as client:
        client.send(build_post())
        await gate.entered.wait()
        assert not await house.server.drain(grace=0, deadline=0.05)
        assert await client.receive_rest() == b""
        assert not gate.finished.is_set()
