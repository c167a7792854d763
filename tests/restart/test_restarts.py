"""A restart under load costs nobody a request, where the listening socket outlives the daemon."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.faults.load import PROOF
from tests.server import wire
from tests.support.daemon import CLIENT, SERVICE_KEY, RunningDaemon, prepare_daemon
from tests.support.soak import rounds
from tests.support.supervisor import Supervisor

RESTARTS = rounds(3, 20)
KEPT, FRESH = 4, 4
"""Clients that keep their connection, and those that take a new one for each request."""

BETWEEN = 150
"""Requests that are answered between two restarts, at least."""

LONGEST = 5.0
"""Seconds that a request may take over a restart here; a quiet machine takes well under one."""


@dataclass(slots=True)
class Load:
    """What the clients met. `tokens` are those that were acknowledged."""

    daemon: RunningDaemon
    address: tuple[str, int] | str
    answered: int = 0
    longest: float = 0.0
    failures: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    is_over: bool = False
    goal: int = 0
    reached: asyncio.Event = field(default_factory=asyncio.Event)

    async def connect(self) -> wire.Client:
        if isinstance(self.address, str):
            return wire.Client(*await asyncio.open_unix_connection(self.address))
        return wire.Client(*await asyncio.open_connection(*self.address))

    async def work(self, *, keeps: bool) -> None:
        """Request after request until it is over."""
        while not self.is_over:
            async with await self.connect() as client:
                is_open = True
                while is_open and not self.is_over:
                    is_open = await self.issue(client, keeps=keeps) and keeps

    async def issue(self, client: wire.Client, *, keeps: bool) -> bool:
        """One token, and whether the connection takes another request."""
        started = time.perf_counter()
        params = {"service_key": SERVICE_KEY, "client": CLIENT, "token_data": {"grant_type": "client_credentials"}}
        body = {"jsonrpc": "2.0", "id": 1, "method": "oauth2.createAccessToken", "params": params}
        head = b"" if keeps else b"Connection: close\r\n"
        client.send(wire.build_post(json.dumps(body).encode(), headers=head, proof=PROOF))
        try:
            response = await client.receive()
            reply = json.loads(self.daemon.remember(response.body))
            self.tokens.append(reply["result"]["access_token"])
        except (OSError, EOFError, KeyError, TimeoutError) as error:
            self.failures.append(f"{'kept' if keeps else 'fresh'}: {error!r}")
            self.reached.set()
            return False
        self.answered += 1
        if self.answered >= self.goal:
            self.reached.set()
        self.longest = max(self.longest, time.perf_counter() - started)
        return response.headers.get("connection") != "close"

    async def until_more(self, count: int) -> None:
        """Wait for so many further answers, or for a failure."""
        self.goal = self.answered + count
        if not self.failures:
            self.reached.clear()
            await self.reached.wait()


@asynccontextmanager
async def clients(load: Load) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as tasks:
        for _ in range(KEPT):
            tasks.create_task(load.work(keeps=True))
        for _ in range(FRESH):
            tasks.create_task(load.work(keeps=False))
        yield
        load.is_over = True


def held_socket(folder: Path, family: socket.AddressFamily) -> tuple[socket.socket, tuple[str, int] | str]:
    """A socket that listens, as a socket unit would have it, and where clients find it."""
    if family == socket.AF_UNIX:
        held = socket.socket(socket.AF_UNIX)
        held.bind(str(folder / "held.sock"))
        held.listen(4096)
        return held, str(folder / "held.sock")
    held = socket.create_server(("127.0.0.1", 0), backlog=4096)
    return held, held.getsockname()[:2]


async def restart(supervisor: Supervisor) -> None:
    """As systemd does it: the next daemon starts when the last one has ended."""
    process = supervisor.daemon.process
    assert process is not None
    process.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(process.wait) == 0
    supervisor.launch()
    await asyncio.to_thread(supervisor.wait_for, "READY=1")


def find_dead(daemon: RunningDaemon, tokens: Sequence[str]) -> list[int]:
    """The places of the tokens that the daemon does not know."""
    dead = []
    for place in range(0, len(tokens), 50):
        asked = list(tokens[place : place + 50])
        found = daemon.call("oauth2.fetchAccessToken", {"service_key": SERVICE_KEY, "access_token": asked})["result"]
        live = {one["access_token"] for one in found}
        dead += [place + at for at, token in enumerate(asked) if token not in live]
    return dead


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_UNIX], ids=["tcp", "unix"])
async def test_no_request_fails_over_restarts_under_load(tmp_path: Path, family: socket.AddressFamily) -> None:
    daemon = prepare_daemon(tmp_path)
    daemon.apply()
    held, address = held_socket(tmp_path, family)
    with held:
        supervisor = Supervisor(daemon, [("rpc", held)])
        await asyncio.to_thread(supervisor.start)
        load = Load(daemon, address)
        try:
            async with clients(load):
                for _ in range(RESTARTS):
                    await load.until_more(BETWEEN)
                    await restart(supervisor)
                await load.until_more(BETWEEN)
        finally:
            status = await asyncio.to_thread(daemon.end)
            supervisor.inbox.close()
    sys.stdout.write(f"{RESTARTS} restarts, {load.answered} answers, the longest after {load.longest * 1000:.0f} ms\n")
    assert load.failures == []
    assert load.longest < LONGEST
    assert status == 0

    daemon.start()
    assert find_dead(daemon, load.tokens) == []
    daemon.end()
