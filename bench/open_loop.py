"""A load that does not wait: requests arrive at a rate of their own, whether or not the server keeps up.

`open_loop.py URL RATE POOL SECONDS DEADLINE BODIES AUTHORIZATION`. Each arrival takes a free connection of the pool, as
a gateway's does; where none is free, it is counted as not sent. An answer that is not there by the deadline is given
up, and so is its connection: another one takes its place. A refusal frees its connection at once, and nobody holds
back after one. RATE 0 is a closed loop: each connection sends when it has its answer. Prints one line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import deque
from collections.abc import Iterator
from functools import partial
from itertools import cycle
from time import perf_counter
from typing import cast
from urllib.parse import urlsplit

import uvloop

from bench.generator import find_length, read_requests

_TICK = 0.001


class Arrivals:
    """One run. Times are in seconds; `latencies` are those of good answers, `refusals` those of refused ones."""

    def __init__(
        self, requests: Iterator[bytes], address: tuple[str, int], deadline: float, *, is_closed: bool
    ) -> None:
        self.requests = requests
        self.is_closed = is_closed
        self.deadline = deadline
        self.free: deque[Client] = deque()
        self.busy: deque[tuple[float, int, Client]] = deque()
        self.latencies: list[float] = []
        self.refusals: list[float] = []
        self.not_sent = self.given_up = self.lost = 0
        self.is_over = False
        self._address = address
        self._opening: set[asyncio.Task[None]] = set()

    async def open(self, count: int) -> None:
        """Add connections to the pool."""
        for _ in range(count):
            await self._connect()

    def replace(self) -> None:
        """A connection has gone: open another."""
        if not self.is_over:
            task = asyncio.get_running_loop().create_task(self._connect())
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    def arrive(self, count: int, now: float) -> None:
        sent = min(count, len(self.free))
        self.not_sent += count - sent
        for _ in range(sent):
            client = self.free.popleft()
            client.send(next(self.requests), now)
            self.busy.append((now + self.deadline, client.number, client))

    def give_up(self, now: float) -> None:
        """Close the connections of answers that are late."""
        while self.busy and self.busy[0][0] <= now:
            _, number, client = self.busy.popleft()
            if client.number == number and client.is_busy:
                self.given_up += 1
                client.drop()

    async def _connect(self) -> None:
        try:
            await asyncio.get_running_loop().create_connection(partial(Client, self), *self._address)
        except OSError:
            self.lost += 1


class Client(asyncio.Protocol):
    """One connection; `number` counts its requests."""

    def __init__(self, of: Arrivals) -> None:
        self.number = 0
        self.is_busy = False
        self._of = of
        self._sent = 0.0
        self._answer = b""
        self._missing = 0
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are no subclasses of asyncio's
        self._of.free.append(self)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.is_busy:
            self._of.lost += 1
            self.is_busy = False
        elif self in self._of.free:
            self._of.free.remove(self)
        self._of.replace()

    def send(self, request: bytes, now: float) -> None:
        self.number += 1
        self.is_busy, self._sent = True, now
        self._transport.write(request)

    def drop(self) -> None:
        self.is_busy = False
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        if self._answer:
            self._answer += data
            self._missing -= len(data)
        else:
            self._answer = data
            self._missing = find_length(data) - len(data)
        if self._missing <= 0 and self.is_busy:
            self._take(perf_counter())

    def _take(self, now: float) -> None:
        answer, self._answer = self._answer, b""
        self.is_busy = False
        is_good = answer.startswith(b"HTTP/1.1 200 ") and b'"error":' not in answer
        (self._of.latencies if is_good else self._of.refusals).append(now - self._sent)
        self._of.free.append(self)
        if self._of.is_closed:
            self._of.arrive(1, now)


async def load(
    requests: list[bytes], address: tuple[str, int], *, rate: float, pool: int, seconds: float, deadline: float
) -> dict[str, float]:
    """One run of about `seconds`, in figures of a second and in milliseconds."""
    arrivals = Arrivals(cycle(requests), address, deadline, is_closed=not rate)
    await arrivals.open(pool)
    begun = now = perf_counter()
    arrived = 0
    while now - begun < seconds:
        due = int((now - begun) * rate) - arrived if rate else len(arrivals.free)
        arrived += due
        arrivals.arrive(due, now)
        arrivals.give_up(now)
        await asyncio.sleep(_TICK)
        now = perf_counter()
    arrivals.is_over = True
    good, refused = sorted(arrivals.latencies), sorted(arrivals.refusals)
    lasted = now - begun
    return {
        "offered": arrived / lasted,
        "good": len(good) / lasted,
        "refused": len(refused) / lasted,
        "not_sent": arrivals.not_sent / lasted,
        "given_up": arrivals.given_up / lasted,
        "lost": arrivals.lost / lasted,
        "p50": _percentile(good, 50),
        "p99": _percentile(good, 99),
        "refusal_p99": _percentile(refused, 99),
    }


def _percentile(ordered: list[float], percent: int) -> float:
    return ordered[len(ordered) * percent // 100] * 1000 if ordered else 0.0


def main(url: str, rate: str, pool: str, seconds: str, deadline: str, bodies: str, authorization: str) -> None:
    parts = urlsplit(url)
    requests = read_requests(bodies, parts.path, authorization)
    address = (parts.hostname or "", parts.port or 80)
    run = load(requests, address, rate=float(rate), pool=int(pool), seconds=float(seconds), deadline=float(deadline))
    print(json.dumps(uvloop.run(run)))


if __name__ == "__main__":
    main(*sys.argv[1:])
