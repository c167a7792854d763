"""Answers as bytes: heads are built once, and a whole answer is one write."""

from __future__ import annotations

import re
from collections.abc import Callable
from email.utils import formatdate
from functools import cache
from http import HTTPStatus
from typing import Final

from aiohttp.http import HttpVersion11

from rpcauth.model import Millis
from rpcauth.rpc.reply import Reply
from rpcauth.server.exchange import Exchange
from rpcauth.web.messages import HttpReply

JSON_TYPE: Final = "application/json;charset=UTF-8"
TEXT_TYPE: Final = "text/plain;charset=UTF-8"

_FIELD: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+: [\t -~]*")
_NOT_IN_REASON: Final = re.compile(r"[^A-Za-z0-9_ ]")
_WITHOUT_BODY: Final = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)


class Answer:
    """What aiohttp's RequestHandler asks of a response, and no more. To be written once.

    `body` None has no Content-Length (204, 304). `hang_up` ends the connection, and so does anything else that says it
    must.
    """

    __slots__ = ("_body", "_exchange", "_hang_up", "_head", "_size", "keep_alive")

    def __init__(self, head: bytes, body: bytes | None, *, hang_up: bool = False) -> None:
        self._head = head
        self._body = body
        self._hang_up = hang_up
        self._exchange: Exchange | None = None
        self._size = 0
        self.keep_alive = False

    async def prepare(self, exchange: Exchange) -> None:
        """Writes the answer. Raises ConnectionResetError when the client has gone."""
        self._exchange = exchange
        connection = exchange.connection
        transport = connection.transport
        if transport is None or transport.is_closing():
            raise ConnectionResetError("the client has gone")
        self.keep_alive = not self._hang_up and exchange.may_be_followed()
        if not exchange.payload.is_eof():
            connection.linger()
        written = b"".join((self._head, connection.pool.date.line(), *self._finish(exchange)))
        self._size = len(written)
        transport.write(written)
        self._body = None  # a client that is slow to take the answer keeps one copy of it here, not two

    async def write_eof(self) -> None:
        """Waits until the client has taken the answer, if it does not take it at once."""
        if self._exchange is not None and self._exchange.connection.writing_paused:
            await self._exchange.connection.wait_until_taken(self._size)

    def _finish(self, exchange: Exchange) -> tuple[bytes, bytes]:
        message, body = exchange.message, self._body
        if not self.keep_alive:
            persistence = b"Connection: close\r\n"
        else:
            persistence = b"" if message.version == HttpVersion11 else b"Connection: keep-alive\r\n"
        if body is None:
            return persistence, b"\r\n"
        shown = b"" if message.method == "HEAD" else body
        return persistence, b"Content-Length: %d\r\n\r\n%b" % (len(body), shown)


class DateHeader:
    """The Date line of RFC 9110 §6.6.1, formatted once a second."""

    __slots__ = ("_clock", "_line", "_second")

    def __init__(self, clock: Callable[[], Millis]) -> None:
        self._clock = clock
        self._second = -1
        self._line = b""

    def line(self) -> bytes:
        """The header line of now, with its end."""
        second = self._clock() // 1000
        if second != self._second:
            self._second = second
            self._line = b"Date: %b\r\n" % formatdate(second, usegmt=True).encode()
        return self._line


def answer_reply(reply: Reply) -> Answer:
    """`reply` as JSON; a 204 has no body at all."""
    if reply.status == HTTPStatus.NO_CONTENT:
        return Answer(build_head(reply.status, None), None)
    head = build_head(reply.status, JSON_TYPE)
    if reply.retry_after is not None:
        head += b"Retry-After: %d\r\n" % reply.retry_after
    return Answer(head, reply.body)


def answer_facade(reply: HttpReply) -> Answer:
    """`reply` as it stands, but for what could break its head: a header that is not one line of ASCII is left out."""
    phrase = _NOT_IN_REASON.sub("", reply.reason or "").strip() or HTTPStatus(reply.status).phrase
    fields = [f"{name}: {value}" for name, value in reply.headers]
    if reply.content_type is not None:
        fields.insert(0, f"Content-Type: {reply.content_type}")
    if not reply.cacheable:
        fields.append("Cache-Control: no-store")
    lines = (f"HTTP/1.1 {reply.status} {phrase}", *filter(_FIELD.fullmatch, fields))
    head = "".join(f"{line}\r\n" for line in lines).encode()
    return Answer(head, None if reply.status in _WITHOUT_BODY else reply.body)


def answer_status(status: HTTPStatus, *lines: str, text: str | None = None, hang_up: bool = False) -> Answer:
    """An answer below JSON-RPC and the façades: its number is all of its text, unless there is another `text`.

    `lines` are further header lines.
    """
    body = str(status.value) if text is None else text
    return Answer(build_head(status, TEXT_TYPE, *lines), body.encode(), hang_up=hang_up)


@cache
def build_head(status: int, content_type: str | None, *lines: str) -> bytes:
    """Status line and fixed header lines. All arguments are constants of the program: the cache is small."""
    head = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
    if content_type is not None:
        head.append(f"Content-Type: {content_type}")
    return "".join(f"{line}\r\n" for line in (*head, "Cache-Control: no-store", *lines)).encode()
