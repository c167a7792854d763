"""Clients that work on a real daemon: 16 connections, mixed calls, every choice from one seed."""

from __future__ import annotations

import asyncio
import json
import signal
from asyncio import IncompleteReadError
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random
from typing import Any

from tests.faults.ledger import Client, Ledger, NotDone, Unknown
from tests.server import wire
from tests.support.daemon import BASIC, CLIENT, DEFINITIONS, REDIRECT_URI, SERVICE_KEY, RunningDaemon

CONNECTIONS = 16
LASTING_CODES = DEFINITIONS.replace('name = "Demo API"', 'name = "Demo API"\nauthorization_code_ttl = 600')
"""Definitions whose codes do not expire while a test runs."""

PROOF = f"Authorization: {BASIC}\r\n".encode()
_BROKEN = (ConnectionError, IncompleteReadError)


class Line:
    """A kept-alive connection to a daemon, as a ledger.Call."""

    def __init__(self, connection: wire.Client, daemon: RunningDaemon) -> None:
        self._connection = connection
        self._daemon = daemon

    async def __call__(self, method: str, params: object) -> dict[str, Any]:
        body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, "id": 1}).encode()
        self._connection.send(wire.build_post(body, proof=PROOF))
        reply: dict[str, Any] = json.loads(self._daemon.remember((await self._connection.receive()).body))
        return reply


@asynccontextmanager
async def open_client(daemon: RunningDaemon, ledger: Ledger) -> AsyncIterator[Client]:
    """A client with a connection of its own."""
    async with wire.Client(*await asyncio.open_connection("127.0.0.1", daemon.port)) as connection:
        line = Line(connection, daemon)
        yield Client(ledger, line, service_key=SERVICE_KEY, credentials=CLIENT, uri=REDIRECT_URI)


async def _work(daemon: RunningDaemon, ledger: Ledger, random: Random) -> None:
    """Call until the daemon is gone."""
    try:
        async with open_client(daemon, ledger) as client:
            while True:
                try:
                    await client.step(random)
                except (NotDone, Unknown):
                    continue
    except _BROKEN:
        return


@asynccontextmanager
async def load(daemon: RunningDaemon, ledger: Ledger, random: Random) -> AsyncIterator[None]:
    """Clients that call as long as the block lasts; at its end the daemon is killed under them."""
    async with asyncio.TaskGroup() as clients:
        for _ in range(CONNECTIONS):
            clients.create_task(_work(daemon, ledger, Random(random.getrandbits(64))))
        yield
        daemon.end(signal.SIGKILL)
