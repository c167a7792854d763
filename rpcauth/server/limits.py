"""What one client may cost: sizes in bytes, times in seconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontLimits:
    """The bounds of every listener.

    `body_timeout` is for a whole body, and for a client to take a reply; `header_timeout` for the head of a request
    and for a TLS handshake; `idle_timeout` ends a kept-alive connection between requests. Connections beyond
    `max_connections`, over all listeners, are closed as they come.
    """

    body_limit: int = 65_536
    body_timeout: float = 10.0
    header_timeout: float = 10.0
    idle_timeout: float = 75.0
    max_connections: int = 4_096
