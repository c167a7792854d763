"""Replaying a wire example file against a server: real HTTP, one connection a file, the exchanges in their order."""

from __future__ import annotations

import http.client
import secrets
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from rpcauth.wire.credentials import Credentials, encode_basic
from rpcauth.wire.directives import RPC_PATH
from rpcauth.wire.files import ADMIN, NOBODY, Exchange, Reply, Request, WireFile
from rpcauth.wire.matching import ABSENT, REST, Difference, compare, decode, order_like
from rpcauth.wire.rendering import describe
from rpcauth.wire.schemas import DISCOVER, Schemas
from rpcauth.wire.variables import UNIQUE, Unknown, Variables, encode, escape_json, substitute

SIGNATURE: Final = "${sig}"

Connect = Callable[[], http.client.HTTPConnection]


class Mismatch(Exception):
    """A reply is not what the file expects: where, what was expected, what came."""


class NotReached(Exception):
    """No connection could be made; its cause is the OSError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The server, and who its callers are by the names that files use; a file that names none takes the first.

    `connect` gives a connection that is not open yet, `administer` one to the administrative socket. `path` is taken
    where a file says `/rpc`. `now` is the time in epoch seconds. `on_reply` is shown the body of every reply.
    """

    connect: Connect
    callers: Mapping[str, Credentials]
    now: Callable[[], float]
    administer: Connect | None = None
    path: str = RPC_PATH
    on_reply: Callable[[bytes], object] = bytes

    def find_caller(self, request: Request) -> Credentials | None:
        """The caller of a request; None proves nothing. Raises Unknown."""
        name = request.caller
        if request.is_http or name in (NOBODY, ADMIN):
            return None
        if name is None and self.callers:
            return next(iter(self.callers.values()))
        if name is None or name not in self.callers:
            raise Unknown(f"no caller {name or 'at all'}: there are {', '.join(self.callers) or 'none'}")
        return self.callers[name]

    def find_path(self, request: Request) -> str:
        return self.path if request.path == RPC_PATH and not request.is_http else request.path


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A reply as it came; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One exchange that took place. `variables` are those of the file after it, `now` when the reply was compared."""

    exchange: Exchange
    received: Received
    differences: tuple[Difference, ...]
    variables: Variables
    now: float


def replay(file: WireFile, site: Site) -> None:
    """Send every request of `file` and compare every reply. Raises Mismatch at the first that differs."""
    with closing(run(file, site)) as steps:
        for exchange in file.exchanges:
            place = f"{file.name}:{exchange.request.line}"
            try:
                step = next(steps)
            except Unknown as error:
                raise Mismatch(f"{place}: {error}") from None
            if step.differences:
                raise Mismatch(f"{place}: {describe(step.differences)}")


def run(file: WireFile, site: Site) -> Generator[Step, None, None]:
    """Send the requests of `file` one by one, a step for each.

    Raises Unknown for what a request names and is not there, NotReached, OSError and http.client.HTTPException.
    """
    variables: Variables = {UNIQUE: secrets.token_hex(6)}
    with _Wires(site) as wires:
        schemas = _discover(file, site, wires) if file.is_speconly else None
        for exchange in file.exchanges:
            received = _send(exchange.request, site, wires, variables)
            site.on_reply(received.body)
            now = site.now()
            if schemas is None:
                found = tuple(_compare(exchange.reply, received, variables, now))
            else:
                sent = substitute(exchange.request.body, variables, escape_json)
                found = tuple(schemas.compare(sent, exchange.reply.body, received.body))
            yield Step(exchange=exchange, received=received, differences=found, variables=dict(variables), now=now)


class _Wires:
    """The connections of one file: the ordinary one, and the administrative one once it is asked for."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._open: dict[bool, http.client.HTTPConnection] = {}

    def __enter__(self) -> _Wires:
        return self

    def __exit__(self, *_: object) -> None:
        for connection in self._open.values():
            connection.close()

    def of(self, request: Request) -> http.client.HTTPConnection:
        """The connection for a request. Raises NotReached, and Unknown where there is no administrative socket."""
        is_admin = request.caller == ADMIN and not request.is_http
        if is_admin not in self._open:
            connect = self._site.administer if is_admin else self._site.connect
            if connect is None:
                raise Unknown("no administrative socket was named")
            self._open[is_admin] = _open(connect)
        return self._open[is_admin]


def _open(connect: Connect) -> http.client.HTTPConnection:
    connection = connect()
    try:
        connection.connect()
    except OSError as error:
        connection.close()
        raise NotReached(str(error)) from error
    return connection


def _send(request: Request, site: Site, wires: _Wires, variables: Variables) -> Received:
    caller = site.find_caller(request)
    known = dict(variables)
    if caller is not None:
        known |= {"apikey": caller.api_key, "sig": caller.sign(int(site.now()))}
    headers = {name: substitute(value, known) for name, value in request.headers.items()}
    if request.basic is not None:
        headers["authorization"] = encode_basic(*(substitute(half, known) for half in request.basic))
    elif caller is not None and SIGNATURE not in request.path:
        headers.setdefault("authorization", caller.basic)
    connection = wires.of(request)
    connection.request(request.verb, substitute(site.find_path(request), known), _encode_body(request, known), headers)
    reply = connection.getresponse()
    found = {name.lower(): value for name, value in reply.getheaders()}
    return Received(status=reply.status, headers=found, body=reply.read())


def _encode_body(request: Request, known: Variables) -> bytes:
    if request.form is not None:
        return urlencode([(name, substitute(value, known)) for name, value in request.form]).encode()
    return encode(request.body, known, escape_json)


def _discover(file: WireFile, site: Site, wires: _Wires) -> Schemas:
    asking = Request(line=0, path=RPC_PATH, caller=file.exchanges[0].request.caller, headers={}, body=DISCOVER)
    schemas = Schemas.of_reply(_send(asking, site, wires, {}).body)
    if schemas is None:
        raise Unknown("rpc.discover gives no OpenRPC document to compare with")
    return schemas


def _compare(reply: Reply, received: Received, variables: Variables, now: float) -> Iterator[Difference]:
    if received.status != reply.status:
        yield Difference("status", reply.status, received.status)
    yield from compare({**reply.headers, REST: "$any"}, received.headers, variables, now, "headers")
    text = received.body.decode(errors="replace")
    if not reply.body:
        if text:
            yield Difference("body", ABSENT, text)
        return
    expected = decode(reply.body)
    actual: Any = text
    # A JSON string is what a body of any other kind is compared with: XML, CSV, a page.
    if not isinstance(expected, str):
        try:
            actual = decode(received.body)
        except ValueError:
            yield Difference("body", expected, text)
            return
        if reply.in_any_order:
            actual = order_like(expected, actual)
    yield from compare(expected, actual, variables, now)
