"""What the JSON-RPC side hands to the HTTP side: bytes, a status, and what the request's log line says."""

from __future__ import annotations

from rpcauth.frozen import dataclass
from rpcauth.web.messages import RequestLog


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer to be: `body` is empty exactly when `status` is 204. `retry_after` is in seconds."""

    status: int
    body: bytes
    log: RequestLog
    retry_after: int | None = None
