"""Clients that keep a server waiting: `swarm.py KIND HOST PORT COUNT RAMP SECONDS AUTHORIZATION`.

`header` and `body` send a byte a second of a head, or of a body, that never ends; `reader` asks for answers that it
never reads; `handshake` connects to a TLS listener and is silent. COUNT connections are opened over RAMP seconds, and
watched for SECONDS more or until the server has closed them all. Prints one line of JSON.
"""

from __future__ import annotations

import json
import select
import socket
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum

_GONE = select.EPOLLHUP | select.EPOLLERR | select.EPOLLRDHUP
_TURN = 0.02
_TRICKLE = 1.0
_GOLDEN = 0.618034
_SMALL = 4096
"""Bytes that a client that does not read lets the kernel hold for it."""

DISCOVER = b'{"jsonrpc":"2.0","method":"rpc.discover","id":1}'
_ASKED = 16
"""Answers that a client does not read: more than the kernel keeps for it."""


class Kind(StrEnum):
    HEADER = "header"
    BODY = "body"
    READER = "reader"
    HANDSHAKE = "handshake"


@dataclass(slots=True)
class Swarm:
    """Connections of one kind to one server. `lifetimes` are of those that the server has closed, in seconds."""

    kind: Kind
    address: tuple[str, int]
    authorization: str = ""
    lifetimes: list[float] = field(default_factory=list)
    _open: dict[int, tuple[socket.socket, float]] = field(default_factory=dict)
    _watch: select.epoll = field(default_factory=select.epoll)
    _moment: float = 0.0

    @property
    def size(self) -> int:
        """How many the server keeps open."""
        return len(self._open)

    def join(self) -> None:
        """Open one more. Raises OSError."""
        sock = socket.socket()
        if self.kind is Kind.READER:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SMALL)
        sock.connect(self.address)
        sock.setblocking(False)
        self._watch.register(sock, _GONE)
        self._open[sock.fileno()] = (sock, time.monotonic())
        with suppress(OSError):  # the server was quicker
            sock.send(self._opening())

    def step(self) -> None:
        """Notice who was closed, and send each its next byte when it is time to."""
        now = time.monotonic()
        for descriptor, _ in self._watch.poll(0):
            sock, since = self._open.pop(descriptor)
            self._watch.unregister(descriptor)
            sock.close()
            self.lifetimes.append(now - since)
        if self.kind in (Kind.HEADER, Kind.BODY):
            self._trickle(now)

    def _trickle(self, now: float) -> None:
        """Each client sends its byte in a moment of its own, or the measuring programs would feel it."""
        moment, self._moment = self._moment, now % _TRICKLE
        for descriptor, (sock, _) in self._open.items():
            own = descriptor * _GOLDEN % _TRICKLE
            if moment <= own < self._moment or (moment > self._moment and not self._moment <= own < moment):
                with suppress(OSError):  # closed since
                    sock.send(b"a")

    def leave(self) -> None:
        """Close what is open still."""
        for sock, _ in self._open.values():
            sock.close()
        self._open.clear()
        self._watch.close()

    def _opening(self) -> bytes:
        head = b"POST /rpc HTTP/1.1\r\nHost: localhost\r\n"
        match self.kind:
            case Kind.HEADER:
                return head + b"X-Slow: "
            case Kind.BODY:
                return head + self._proof() + b"Content-Length: 1000\r\n\r\n"
            case Kind.READER:
                request = head + self._proof() + b"Content-Length: %d\r\n\r\n" % len(DISCOVER) + DISCOVER
                return request * _ASKED
            case Kind.HANDSHAKE:
                return b""

    def _proof(self) -> bytes:
        return f"Authorization: {self.authorization}\r\n".encode()


def run(swarm: Swarm, count: int, *, ramp: float, seconds: float) -> Mapping[str, float]:
    """Open the swarm and watch it; how many were opened, refused and left open, and the longest life."""
    begun = time.monotonic()
    opened = refused = 0
    while (passed := time.monotonic() - begun) < ramp + seconds:
        for _ in range(min(count, int(count * passed / ramp) + 1) - opened - refused):
            try:
                swarm.join()
                opened += 1
            except OSError:
                refused += 1
        swarm.step()
        if opened + refused == count and not swarm.size:
            break
        time.sleep(_TURN)
    left = swarm.size
    swarm.leave()
    return {"opened": opened, "refused": refused, "left": left, "longest": max(swarm.lifetimes, default=0.0)}


def main(kind: str, host: str, port: str, count: str, ramp: str, seconds: str, authorization: str) -> None:
    swarm = Swarm(Kind(kind), (host, int(port)), authorization)
    print(json.dumps(run(swarm, int(count), ramp=float(ramp), seconds=float(seconds))))


if __name__ == "__main__":
    main(*sys.argv[1:])
