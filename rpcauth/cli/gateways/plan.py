"""What every gateway's configuration is made from, and which headers it must see to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from rpcauth.config import TcpAddress, UnixAddress
from rpcauth.rest.oauth2.authz import ERROR
from rpcauth.rest.oauth2.gateway_requests import REQUIRE_SCOPE, SERVICE
from rpcauth.rest.oauth2.identity import AUTH_HEADERS, MASHERY_HEADERS

COPIED: Final = (*AUTH_HEADERS, *MASHERY_HEADERS.values())
"""Headers that the upstream gets from the daemon."""

CLEARED: Final = (ERROR, REQUIRE_SCOPE, SERVICE)
"""Headers that the upstream gets from nobody."""

HEAD: Final = """\
# Made by `rpcauth gateway <<kind>>`: every request is asked about at the daemon, and what it may not do never arrives.
# The upstream learns whose request it is from X-Auth-Subject, -Client, -Scope, -Audience and -Expires. What a client
# sends under such names is removed here, so the upstream must be out of reach for anybody but this gateway.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A gateway between its clients, who connect to `listen`, and `upstream`. `scope` is what every request needs."""

    daemon: TcpAddress | UnixAddress
    service_key: str
    upstream: TcpAddress
    listen: TcpAddress
    scope: str | None = None

    @property
    def path(self) -> str:
        """Where the daemon is asked."""
        return f"/services/{quote(self.service_key, safe='')}/authz"


def fill(template: str, **values: str) -> str:
    """The template with a text for each `<<name>>` of it; a line that comes to nothing is left out."""
    lines = []
    for line in template.splitlines():
        filled = line
        for name, value in values.items():
            filled = filled.replace(f"<<{name}>>", value)
        if filled.strip() or not line.strip():
            lines.append(filled)
    return "\n".join(lines) + "\n"
