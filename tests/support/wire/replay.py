"""Replaying a wire example file against a server: real HTTP, one connection a file, the exchanges in their order."""

from __future__ import annotations

import hashlib
import http.client
import secrets
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field

from tests.support.wire.files import Exchange, WireFile
from tests.support.wire.matching import Mismatch, Variables, decode, match, substitute

NOBODY = "nobody"
"""The caller that proves nothing."""

_SIGNATURE = "${sig}"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a caller proves itself with: HTTP Basic, or a signature where the path names `${sig}`."""

    api_key: str
    secret: str = field(repr=False)

    @property
    def basic(self) -> str:
        return "Basic " + b64encode(f"{self.api_key}:{self.secret}".encode()).decode()

    def signature(self, second: int) -> str:
        """Mashery's: MD5 over key, secret and the second of the call."""
        return hashlib.md5(f"{self.api_key}{self.secret}{second}".encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The server, and who its callers are by the names that files use. `on_reply` is shown the body of every reply."""

    host: str
    port: int
    callers: Mapping[str, Credentials]
    timeout: float = 30.0
    on_reply: Callable[[bytes], object] = bytes


def replay(file: WireFile, site: Site) -> None:
    """Send every request of `file` and compare every reply. Raises Mismatch at the first that differs."""
    variables: Variables = {"unique": secrets.token_hex(6)}
    with closing(http.client.HTTPConnection(site.host, site.port, timeout=site.timeout)) as connection:
        for exchange in file.exchanges:
            try:
                _replay_one(exchange, site, connection, variables)
            except Mismatch as mismatch:
                raise Mismatch(f"{file.name}:{exchange.line}: {mismatch}") from None


def _replay_one(exchange: Exchange, site: Site, connection: http.client.HTTPConnection, variables: Variables) -> None:
    caller = _find_caller(exchange, site)
    known = variables if caller is None else {**variables, "apikey": caller.api_key, "sig": _sign_now(caller)}
    headers = {name: substitute(value, known) for name, value in exchange.sent_headers.items()}
    if caller is not None and _SIGNATURE not in exchange.path:
        headers["authorization"] = caller.basic
    body = substitute(exchange.request, known, as_json=True).encode()
    connection.request("POST", substitute(exchange.path, known), body, headers)
    reply = connection.getresponse()
    received = reply.read()
    site.on_reply(received)
    if reply.status != exchange.status:
        raise Mismatch(f"status {reply.status} in place of {exchange.status}, with {received.decode()!r}")
    found = {name.lower(): value for name, value in reply.getheaders()}
    match({**exchange.reply_headers, "...": "$any"}, found, variables, "headers")
    _compare_body(exchange.reply, received, variables)


def _find_caller(exchange: Exchange, site: Site) -> Credentials | None:
    if exchange.caller == NOBODY:
        return None
    if exchange.caller not in site.callers:
        raise Mismatch(f"no caller {exchange.caller!r}: there are {', '.join(site.callers)}")
    return site.callers[exchange.caller]


def _sign_now(caller: Credentials) -> str:
    return caller.signature(int(time.time()))


def _compare_body(expected: str, received: bytes, variables: Variables) -> None:
    if not expected:
        if received:
            raise Mismatch(f"a body where none is expected: {received.decode()!r}")
        return
    try:
        actual = decode(received)
    except ValueError:
        raise Mismatch(f"the reply is no JSON, or names a member twice: {received!r}") from None
    match(decode(expected), actual, variables)
