"""How the services are set: the values of the configuration's section [ym]."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class YmSettings:
    """The services of one service definition. `base_url` is where the world reaches this daemon.

    `html_by_default` answers HTML to whoever names no format, as the original does; `server_id` is what ServerID says.
    """

    service_key: str
    base_url: str
    server_id: str
    html_by_default: bool = False
    using_redis: bool = False
    expose_server_info: bool = True
    oauth_error_fields: bool = True
    secrets_in_query: bool = False
    jsonp: bool = False


def make_server_id(host: str) -> str:
    """A ServerID in the original's form, the same for the same host name, that does not show it."""
    digest = hashlib.sha256(f"rpcauth ServerID {host}".encode()).digest()
    return f"WS-{digest[0] % 9 + 1}-{digest[1]}-{int.from_bytes(digest[2:4], 'big') % 1000:03d}"
