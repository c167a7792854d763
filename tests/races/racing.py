"""Many callers, one request, one moment: every connection holds all of it but the last byte, then all let go."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from tests.server.wire import BASIC, Client, build_post

CALLERS = 32


class Racers:
    """Kept-alive connections to one daemon. `proof` is the header line by which they prove their caller."""

    def __init__(self, clients: list[Client], proof: bytes) -> None:
        self._clients = clients
        self._proof = proof

    async def call(self, method: str, params: object) -> dict[str, Any]:
        """One call on the first connection, its reply decoded."""
        return (await self._ask(self._clients[:1], method, params))[0]

    async def result(self, method: str, params: object) -> Any:
        """The result of a call that must succeed."""
        reply = await self.call(method, params)
        assert "result" in reply, reply
        return reply["result"]

    async def race(self, method: str, params: object) -> list[dict[str, Any]]:
        """The same call on every connection at once; the replies."""
        return await self._ask(self._clients, method, params)

    async def _ask(self, clients: list[Client], method: str, params: object) -> list[dict[str, Any]]:
        body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, "id": 1}).encode()
        request = build_post(body, proof=self._proof)
        for client in clients:
            client.send(request[:-1])
        for client in clients:
            client.send(request[-1:])
        return [json.loads((await client.receive()).body) for client in clients]


@asynccontextmanager
async def open_racers(port: int, proof: bytes = BASIC) -> AsyncIterator[Racers]:
    """32 connections to a port of loopback."""
    async with AsyncExitStack() as stack:
        clients = [Client(*await asyncio.open_connection("127.0.0.1", port)) for _ in range(CALLERS)]
        for client in clients:
            await stack.enter_async_context(client)
        yield Racers(clients, proof)


def winners(replies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The results among the replies; all others must be the one answer for a code that buys nothing."""
    lost = [reply["error"] for reply in replies if "error" in reply]
    assert {(error["code"], error["data"]["error"]) for error in lost} <= {(-2001, "invalid_grant")}, lost
    return [reply["result"] for reply in replies if "result" in reply]


def without_remaining_time(replies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The results, all of which must be there, without `expires_in`: what remains may differ by a second."""
    return [{name: value for name, value in reply["result"].items() if name != "expires_in"} for reply in replies]
