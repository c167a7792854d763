"""A load generator for where wrk is missing. `generator.py URL CONNECTIONS SECONDS BODIES AUTHORIZATION`.

Each connection sends its next body when it has the whole answer to the one before. Prints one line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from functools import partial
from itertools import cycle
from time import perf_counter_ns
from typing import cast
from urllib.parse import urlsplit

import uvloop

_LENGTH = b"content-length: "


class Round:
    """What the connections of one round share. Times are in nanoseconds."""

    def __init__(self, requests: Iterator[bytes], seconds: float) -> None:
        self.requests = requests
        self.begun = perf_counter_ns()
        self.until = self.begun + int(seconds * 1e9)
        self.latencies: list[int] = []
        self.failed = 0


class Client(asyncio.Protocol):
    """One connection; `ended` is done when its last answer is in."""

    def __init__(self, of: Round, ended: asyncio.Future[None]) -> None:
        self._round = of
        self._ended = ended
        self._sent = 0
        self._answer = b""
        self._missing = 0
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclasses of asyncio's.
        self._transport = cast(asyncio.Transport, transport)
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._ended.done():
            self._round.failed += 1
            self._ended.set_result(None)

    def data_received(self, data: bytes) -> None:
        if self._answer:
            self._answer += data
            self._missing -= len(data)
        else:
            self._answer = data
            self._missing = find_length(data) - len(data)
        if self._missing <= 0:
            self._take()

    def _send(self) -> None:
        self._sent = perf_counter_ns()
        self._transport.write(next(self._round.requests))

    def _take(self) -> None:
        now = perf_counter_ns()
        answer, self._answer = self._answer, b""
        self._round.latencies.append(now - self._sent)
        # A reply of JSON-RPC 2.0 has the member only when it is an error.
        if not answer.startswith(b"HTTP/1.1 200 ") or b'"error":' in answer:
            self._round.failed += 1
        if now < self._round.until:
            self._send()
        else:
            self._ended.set_result(None)
            self._transport.close()


def find_length(data: bytes) -> int:
    """Bytes of the whole answer. Its head comes in one piece: the servers write it at once."""
    end = data.index(b"\r\n\r\n")
    head = data[:end].lower()
    start = head.index(_LENGTH) + len(_LENGTH)
    return end + 4 + int(head[start:].partition(b"\r")[0])


def read_requests(bodies: str, target: str, authorization: str) -> list[bytes]:
    """Whole requests, a body of the file each."""
    head = f"POST {target} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    head += f"Authorization: {authorization}\r\nContent-Length: "
    with open(bodies, "rb") as lines:
        return [b"%b%d\r\n\r\n%b" % (head.encode(), len(body), body) for body in map(bytes.rstrip, lines)]


async def load(url: str, connections: int, seconds: float, requests: list[bytes]) -> dict[str, float]:
    """One round."""
    loop = asyncio.get_running_loop()
    parts = urlsplit(url)
    ends = [loop.create_future() for _ in range(connections)]
    of = Round(cycle(requests), seconds)
    for ended in ends:
        await loop.create_connection(partial(Client, of, ended), parts.hostname or "", parts.port or 80)
    await asyncio.gather(*ends)
    latencies = sorted(of.latencies)
    count = len(latencies)
    return {
        "requests": count,
        "seconds": (perf_counter_ns() - of.begun) / 1e9,
        "p50": latencies[count // 2] / 1e6,
        "p99": latencies[count * 99 // 100] / 1e6,
        "failed": of.failed,
    }


def main(url: str, connections: str, seconds: str, bodies: str, authorization: str) -> None:
    requests = read_requests(bodies, urlsplit(url).path, authorization)
    print(json.dumps(uvloop.run(load(url, int(connections), float(seconds), requests))))


if __name__ == "__main__":
    main(*sys.argv[1:])
