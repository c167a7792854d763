"""Listeners that begin late, end early, outlive their server, and change their certificate."""

from __future__ import annotations

import asyncio
import os
import resource
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace

import pytest
import trustme

from rpcauth.model import Caller
from rpcauth.rpc.dialect import Dialect
from rpcauth.rpc.reply import Reply
from rpcauth.server.front import Front
from rpcauth.server.http_server import ACCEPTORS, HttpServer
from rpcauth.server.limits import FrontLimits
from rpcauth.server.listeners import adopt_listener, listen_tcp
from rpcauth.web.messages import RequestLog
from tests.server.wire import DEMO, NOW, PATIENCE, Client, House, build_post, serve

TURNS = 6
AT_ONCE = 20


async def answer(body: bytes, caller: Caller, dialect: Dialect) -> Reply:
    return Reply(200, body, RequestLog("test.hello", None, "ok"))


async def answer_otherwise(body: bytes, caller: Caller, dialect: Dialect) -> Reply:
    return Reply(200, b"otherwise", RequestLog("test.hello", None, "ok"))


def build_server(house: House, limits: FrontLimits | None = None) -> tuple[HttpServer, Front]:
    """Another server, and a front that gives another answer."""
    limits = limits or FrontLimits()
    front = Front(answer_otherwise, prove=lambda *_: DEMO, limits=limits, allowed_origins=(), log=house.log)
    return HttpServer(front, limits=limits, clock=lambda: NOW, log=house.log), front


async def connect(where: tuple[str, int]) -> Client:
    return Client(*await asyncio.open_connection(*where))


async def test_clients_of_a_listener_that_waits_are_answered_when_it_begins() -> None:
    async with serve() as house:
        server, _ = build_server(house)
        listener = listen_tcp("127.0.0.1", 0)
        await server.listen(listener, waits=True)
        async with await connect(listener.sock.getsockname()) as client:
            client.send(build_post())
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(client.reader.readexactly(1), 0.05)
            await server.start_accepting()
            assert (await client.receive()).body == b"otherwise"
        await server.drain(grace=0, deadline=PATIENCE)


async def test_clients_of_a_socket_that_is_held_elsewhere_wait_for_the_next_server() -> None:
    async with serve() as house:
        with socket.create_server(("127.0.0.1", 0)) as held:
            first, _ = build_server(house)
            await first.listen(adopt_listener(held.dup().detach()))
            await first.drain(grace=0, deadline=PATIENCE)
            async with await connect(held.getsockname()) as client:
                client.send(build_post())
                second, _ = build_server(house)
                await second.listen(adopt_listener(held.dup().detach()))
                assert (await client.receive()).body == b"otherwise"
            await second.drain(grace=0, deadline=PATIENCE)


@pytest.mark.parametrize("turns", range(TURNS))
async def test_whoever_connects_around_the_drain_is_answered_or_left_to_the_next_server(turns: int) -> None:
    """The end may fall on any of the turns of the loop that making a connection takes."""
    async with serve() as house:
        with socket.create_server(("127.0.0.1", 0)) as held, ExitStack() as clients:
            server, _ = build_server(house)
            await server.listen(adopt_listener(held.dup().detach()))
            for _ in range(AT_ONCE):
                clients.enter_context(socket.create_connection(held.getsockname())).sendall(build_post())
            for _ in range(turns):
                await asyncio.sleep(0)
            assert await server.drain(grace=0.3, deadline=PATIENCE)
            answered = [line["event"] for line in house.log_lines()]
            assert answered == ["request"] * (AT_ONCE - count_waiting(held))


def count_waiting(held: socket.socket) -> int:
    """How many connections nobody has accepted yet."""
    held.setblocking(False)
    count = 0
    while True:
        try:
            held.accept()[0].close()
        except BlockingIOError:
            return count
        count += 1


async def test_an_open_connection_is_served_by_the_front_that_was_adopted() -> None:
    async with serve(answer) as house, await house.connect() as client:
        client.send(build_post(b"x" * 2000))
        assert (await client.receive()).body == b"x" * 2000
        limits = FrontLimits(body_limit=1024)
        _, front = build_server(house, limits)
        house.server.adopt(front, limits)
        client.send(build_post(b"x"))
        assert (await client.receive()).body == b"otherwise"
        client.send(build_post(b"x" * 2000))
        assert (await client.receive()).status == 413


def build_contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Of a server, and of clients who trust it and no other."""
    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(server)
    client = ssl.create_default_context()
    authority.configure_trust(client)
    return server, client


async def test_a_renewed_context_greets_new_connections_and_leaves_the_old_ones_alone() -> None:
    (first, first_client), (second, second_client) = build_contexts(), build_contexts()
    async with serve(answer, server_tls=first, client_tls=first_client) as house, await house.connect() as kept:
        kept.send(build_post())
        assert (await kept.receive()).status == 200
        await house.server.renew_tls(second)
        with pytest.raises(ssl.SSLCertVerificationError):
            await house.connect()
        renewed = replace(house, tls=second_client)
        assert (await renewed.send(build_post())).status == 200
        kept.send(build_post())
        assert (await kept.receive()).status == 200


async def test_no_connection_is_turned_away_while_contexts_change() -> None:
    server, client = build_contexts()
    async with serve(answer, server_tls=server, client_tls=client) as house:
        for _ in range(5):
            sending = [asyncio.create_task(house.send(build_post())) for _ in range(AT_ONCE)]
            await asyncio.sleep(0)
            await house.server.renew_tls(server)
            assert [response.status for response in await asyncio.gather(*sending)] == [200] * AT_ONCE


async def test_a_context_that_there_are_no_descriptors_for_changes_nothing() -> None:
    """Half of the listeners with one certificate and half with the other would be found by nobody."""
    (first, first_client), (second, _) = build_contexts(), build_contexts()
    async with serve(answer, server_tls=first, client_tls=first_client) as house:
        assert isinstance(house.address, tuple)
        ports = [house.address[1]]
        for _ in range(3):
            listener = listen_tcp("127.0.0.1", 0)
            await house.server.listen(listener, first)
            ports.append(listener.sock.getsockname()[1])
        with few_descriptors(left=2), pytest.raises(OSError, match="Too many open files"):
            await house.server.renew_tls(second)
        for port in ports:
            assert (await replace(house, address=("localhost", port)).send(build_post())).status == 200


@contextmanager
def few_descriptors(*, left: int) -> Iterator[None]:
    """This process may open so many more within the block."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    held: list[int] = []
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    try:
        with suppress(OSError):
            while True:
                held.append(os.open(os.devnull, os.O_RDONLY))
        for _ in range(left):
            os.close(held.pop())
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for descriptor in held:
            os.close(descriptor)


async def test_a_loop_that_was_busy_takes_up_many_newcomers_in_few_turns() -> None:
    async with serve() as house:
        assert isinstance(house.address, tuple)
        with ExitStack() as held:
            for _ in range(ACCEPTORS * 2):
                # The kernel completes them while the loop stands still.
                held.enter_context(socket.create_connection(house.address))
            for _ in range(8):
                await asyncio.sleep(0)
            assert house.server.connections >= ACCEPTORS
