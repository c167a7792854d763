"""Many clients that work shift after shift on a real daemon, each by batches over a connection of its own."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.endurance.shift import Batches, Refusal, hold, work
from tests.server import wire
from tests.support.daemon import BASIC, RunningDaemon
from tests.support.soak import rounds

CONNECTIONS = rounds(short=12, long=32)
"""So few that a shift ends before its tokens do, on a busy machine too."""

Ask = Callable[[list[Any]], Awaitable[list[Any]]]
"""Sends a batch; a result or Refusal of each call."""

LEAVES_EVERY = 10
"""Shifts after which all tokens of a client's other user are revoked, and its connection is closed for a new one."""

_PROOF = f"Authorization: {BASIC}\r\n".encode()
_OAUTH_ERROR = -2001


@dataclass(slots=True)
class Work:
    """What was done: codes and tokens `issued`, by kind, and `calls` that were answered.

    At most `rate` shifts a second are begun: what a store holds, and so memory, goes by how fast it is filled.
    """

    rate: float
    issued: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    is_over: bool = False
    _turn: float = 0.0
    _moved: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def tokens(self) -> int:
        """Access and refresh tokens; codes are not counted."""
        return self.issued["access"] + self.issued["refresh"]

    async def take_turn(self) -> None:
        """Wait until another shift may begin."""
        now = asyncio.get_running_loop().time()
        self._turn = max(now, self._turn + 1 / self.rate)
        await asyncio.sleep(self._turn - now)

    def note(self, calls: int) -> None:
        self.calls += calls
        self._moved.set()

    async def until(self, tokens: int) -> None:
        """Wait until so many tokens were issued."""
        while self.tokens < tokens:
            self._moved.clear()
            await self._moved.wait()


@asynccontextmanager
async def working(daemon: RunningDaemon, done: Work) -> AsyncIterator[None]:
    """Clients at work as long as the block lasts; each ends its shift."""
    async with asyncio.TaskGroup() as clients:
        for number in range(CONNECTIONS):
            clients.create_task(_work(daemon, done, number))
        yield
        done.is_over = True


async def hold_tokens(daemon: RunningDaemon, done: Work) -> None:
    """Have the tokens that outlive the test (shift.hold)."""
    async with _connect(daemon) as ask:
        await _carry_out(hold(done.issued), ask, done)


async def _work(daemon: RunningDaemon, done: Work, number: int) -> None:
    shifts = count(1)
    while not done.is_over:
        async with _connect(daemon) as ask:
            for shift in shifts:
                leaves = shift % LEAVES_EVERY == 0
                user, leaver = f"user-{number}-{shift}", f"leaver-{number}"
                await done.take_turn()
                await _carry_out(work(user, leaver, done.issued, leaves=leaves), ask, done)
                if leaves or done.is_over:
                    break


async def _carry_out(batches: Batches, ask: Ask, done: Work) -> None:
    calls = next(batches)
    try:
        while True:
            replies = await ask(calls)
            done.note(len(calls))
            calls = batches.send(replies)
    except StopIteration:
        return


@asynccontextmanager
async def _connect(daemon: RunningDaemon) -> AsyncIterator[Ask]:
    async with wire.Client(*await asyncio.open_connection("127.0.0.1", daemon.port)) as connection:

        async def ask(calls: list[Any]) -> list[Any]:
            batch = [
                {"jsonrpc": "2.0", "method": method, "params": named, "id": number}
                for number, (method, named) in enumerate(calls)
            ]
            connection.send(wire.build_post(json.dumps(batch).encode(), proof=_PROOF))
            replies = json.loads((await connection.receive()).body)
            assert [reply["id"] for reply in replies] == [*range(len(calls))]
            return [_read(reply) for reply in replies]

        yield ask


def _read(reply: dict[str, Any]) -> Any:
    error = reply.get("error")
    if error is None:
        return reply["result"]
    assert error["code"] == _OAUTH_ERROR, error
    return Refusal(error["data"]["error"])
