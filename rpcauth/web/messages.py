"""What the HTTP server and a façade hand each other: a request, its reply, and what the log says of it."""

from __future__ import annotations

from typing import Protocol

from multidict import CIMultiDictProxy

from rpcauth.frozen import dataclass


@dataclass(frozen=True, slots=True)
class RequestLog:
    """What one request was, for its single log line. Never holds a secret: names, outcomes and ids only.

    `outcome` is `ok` or the refusal in its façade's words: of JSON-RPC a code such as `-32602` or `-2001:<OAuth code>`
    (of a batch, the worst one), of a REST service an ErrorCode such as `invalid_grant`.
    """

    method: str
    service_key: str | None
    outcome: str
    incident: str | None = None
    detail: str | None = None
    calls: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """A request whose body, if it is wanted, is there whole.

    `path` and `query` stand as they do in the request target, percent-encoded; neither has its `?`. Header bytes
    that are no UTF-8 are surrogates in `headers`: what comes from there is never to be sent back as it is.
    """

    method: str
    path: str
    query: str
    headers: CIMultiDictProxy[str]
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpReply:
    """An answer to be. `reason` is the reason phrase, None for the status's own; `headers` go out as they stand.

    The server adds Date, Content-Length and what ends the connection. `cacheable` replies are the only ones that do
    not get `Cache-Control: no-store`.
    """

    status: int
    body: bytes
    log: RequestLog
    content_type: str | None
    reason: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    cacheable: bool = False


class RestFacade(Protocol):
    """A façade that answers whole HTTP requests, at paths of its own. It does not raise."""

    def serves(self, path: str) -> bool:
        """Whether `path`, as it stands in the request target, is one of its own."""

    async def answer(self, request: HttpRequest) -> HttpReply:
        """The answer to a request."""

    def refuse(self, request: HttpRequest, status: int) -> HttpReply:
        """The answer to a request whose body was not taken: 413 too large, 408 too slow, 415 encoded, 400 torn."""
