"""A real server on real sockets, and a client that sends exactly the bytes a test wants."""

from __future__ import annotations

import asyncio
import base64
import json
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from rpcauth.log.lines import LineLog
from rpcauth.model import Caller, Definitions, Millis, Proof, Secret
from rpcauth.rpc.dialect import Dialect
from rpcauth.rpc.reply import Reply
from rpcauth.server.admission import Admission
from rpcauth.server.callers import CallerRegistry
from rpcauth.server.front import Front, RpcDispatch
from rpcauth.server.http_server import HttpServer
from rpcauth.server.limits import FrontLimits
from rpcauth.server.listeners import listen_tcp, listen_unix
from rpcauth.web.incident_book import IncidentBook
from rpcauth.web.messages import RequestLog, RestFacade

PATIENCE = 10.0
"""Seconds after which a test gives up. Nothing waits for so long unless it is broken."""

NOW = Millis(1_357_504_962_000)
SECRET = "open sesame"
DEMO = Caller(name="demo", api_key="demo", sealed_secret=b"sealed", services=("*",), methods=("*",))
BASIC = b"Authorization: Basic " + base64.b64encode(b"demo:" + SECRET.encode()) + b"\r\n"
CALL = b'{"jsonrpc":"2.0","method":"test.hello","id":1}'


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    headers: dict[str, str]
    body: bytes
    head: bytes


@dataclass(slots=True)
class Recorder:
    """A dispatcher that keeps what it was called with and answers with the body, or with `reply`."""

    reply: Reply | None = None
    calls: list[tuple[bytes, Caller, Dialect]] = field(default_factory=list)

    async def __call__(self, body: bytes, caller: Caller, dialect: Dialect) -> Reply:
        self.calls.append((body, caller, dialect))
        return self.reply or Reply(200, body, RequestLog("test.hello", None, "ok"))


@dataclass(slots=True)
class House:
    """What a test sees of a running server."""

    server: HttpServer
    log: LineLog
    address: tuple[str, int] | Path
    written: list[bytes]
    tls: ssl.SSLContext | None

    async def connect(self) -> Client:
        if isinstance(self.address, Path):
            return Client(*await asyncio.open_unix_connection(self.address))
        return Client(*await asyncio.open_connection(*self.address, ssl=self.tls))

    async def send(self, *parts: bytes) -> Response:
        """One request on a connection of its own."""
        async with await self.connect() as client:
            client.send(*parts)
            return await client.receive()

    def log_text(self) -> str:
        self.log.flush()
        return b"".join(self.written).decode()

    def log_lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log_text().splitlines()]


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.transport.abort()

    def send(self, *parts: bytes) -> None:
        self.writer.write(b"".join(parts))

    async def receive(self, *, method: str = "POST") -> Response:
        async with asyncio.timeout(PATIENCE):
            head = await self.reader.readuntil(b"\r\n\r\n")
            status_line, *lines = head.decode().splitlines()[:-1]
            headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
            length = 0 if method == "HEAD" else int(headers.get("content-length", "0"))
            return Response(int(status_line.split()[1]), headers, await self.reader.readexactly(length), head)

    async def receive_rest(self) -> bytes:
        """What comes until the server closes; a reset ends it too."""
        async with asyncio.timeout(PATIENCE):
            received = b""
            try:
                while data := await self.reader.read(65_536):
                    received += data
            except ConnectionResetError:
                return received
            return received


def build_post(
    body: bytes = CALL, *, path: str = "/rpc", proof: bytes = BASIC, headers: bytes = b"", version: str = "1.1"
) -> bytes:
    head = f"POST {path} HTTP/{version}\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + proof + headers + b"\r\n" + body


def build_definitions(*callers: Caller) -> Definitions:
    return Definitions(callers=MappingProxyType({caller.name: caller for caller in callers}))


@asynccontextmanager
async def serve(
    dispatch: RpcDispatch | None = None,
    *,
    callers: Sequence[Caller] = (DEMO,),
    unix: Path | None = None,
    server_tls: ssl.SSLContext | None = None,
    client_tls: ssl.SSLContext | None = None,
    allowed_origins: Sequence[str] = (),
    clock: Callable[[], Millis] = lambda: NOW,
    limits: FrontLimits | None = None,
    facades: Sequence[RestFacade] = (),
    admission: Admission | None = None,
    incidents: IncidentBook | None = None,
) -> AsyncIterator[House]:
    limits = limits or FrontLimits()
    written: list[bytes] = []
    log = LineLog(written.append, clock=clock)
    log.attach(asyncio.get_running_loop())
    definitions = build_definitions(*callers)
    registry = CallerRegistry(definitions=lambda: definitions, open_secret=lambda _: Secret(SECRET), clock=clock)
    front = Front(
        dispatch or Recorder(),
        prove=registry.prove,
        limits=limits,
        allowed_origins=allowed_origins,
        log=log,
        facades=facades,
        admission=admission,
        incidents=incidents,
    )
    server = HttpServer(front, limits=limits, clock=clock, log=log)
    listener = listen_unix(unix) if unix is not None else listen_tcp("127.0.0.1", 0)
    address = listener.path or ("localhost" if client_tls else "127.0.0.1", listener.sock.getsockname()[1])
    await server.listen(listener, server_tls)
    try:
        yield House(server, log, address, written, client_tls)
    finally:
        await server.drain(grace=0, deadline=PATIENCE)
        log.detach()


def with_proofs(*proofs: Proof, **members: Any) -> Caller:
    given = {"name": "demo", "api_key": "demo", "sealed_secret": b"sealed", "proofs": proofs} | members
    return Caller(**given)
