"""What the HTTP server and a façade hand each other: a request, its reply, and what the log says of it."""

from __future__ import annotations

from typing import Protocol

from multidict import CIMultiDictProxy

from rpcauth.frozen import dataclass
from rpcauth.web.incidents import Incident


@dataclass(frozen=True, slots=True)
class RequestLog:
    """What one request was, for its single log line. Never holds a secret: names, outcomes and ids only.

    `outcome` is `ok` or the refusal in its façade's words: of JSON-RPC a code such as `-32602` or `-2001:<OAuth code>`
    (of a batch, the first one that is not ok), of a REST service an ErrorCode such as `invalid_grant`. A refusal has an
    `incident`, and in `detail` the rule that refused (rpcauth/explanations); a batch has those of its calls in
    `incidents`. `client_id` is that of a client that is defined. `source` is told where credentials were wrong.
    """

    method: str
    service_key: str | None
    outcome: str
    incident: str | None = None
    detail: str | None = None
    calls: int = 1
    client_id: str | None = None
    incidents: tuple[Incident, ...] = ()
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """A request whose body, if it is wanted, is there whole.

    `path` and `query` stand as they do in the request target, percent-encoded; neither has its `?`. Header bytes
    that are no UTF-8 are surrogates in `headers`: what comes from there is never to be sent back as it is. `source` is
    the IP address of whoever sent it, `unix` for a unix socket, None where that is not known.
    """

    method: str
    path: str
    query: str
    headers: CIMultiDictProxy[str]
    body: bytes = b""
    source: str | None = None


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

    @property
    def name(self) -> str:
        """What the metrics call it."""

    def serves(self, path: str) -> bool:
        """Whether `path`, as it stands in the request target, is one of its own."""

    def judges_head(self, path: str) -> bool:
        """Whether requests to `path`, one of its own, are answered by their head alone, those of OPTIONS too.

        Their body is not waited for, whatever its size and encoding, and pages of other origins are not served.
        """

    async def answer(self, request: HttpRequest) -> HttpReply:
        """The answer to a request."""

    def refuse(self, request: HttpRequest, status: int) -> HttpReply:
        """The answer to a request whose body was not taken: 413 too large, 408 too slow, 415 encoded, 400 torn.

        429 is for a sender of many wrong credentials; the server adds when to come again.
        """
