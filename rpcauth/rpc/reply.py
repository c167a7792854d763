"""What the JSON-RPC side hands to the HTTP side: bytes, a status, and what the request's log line says."""

from __future__ import annotations

from rpcauth.frozen import dataclass


@dataclass(frozen=True, slots=True)
class RequestLog:
    """What one request was, for its single log line. Never holds a secret: names, outcomes and ids only.

    `outcome` is `ok`, a JSON-RPC code such as `-32602`, or `-2001:<OAuth code>`; of a batch, the worst one.
    """

    method: str
    service_key: str | None
    outcome: str
    incident: str | None = None
    detail: str | None = None
    calls: int = 1


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer to be: `body` is empty exactly when `status` is 204. `retry_after` is in seconds."""

    status: int
    body: bytes
    log: RequestLog
    retry_after: int | None = None
