"""Which dialect is spoken at which path (contract §1)."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

from rpcauth.rpc.dialect import MASHERY, RPC, Dialect

MAX_SITE_ID: Final = 64

_PATHS: Final = {
    "/rpc": RPC,
    "/rpc/": RPC,
    "/v2/json-rpc": MASHERY,
    "/v2/json-rpc/": MASHERY,
    "/v3/json-rpc": MASHERY,
    "/v3/json-rpc/": MASHERY,
}
_SITE: Final = re.compile(r"/v2/json-rpc/([^/]+)/?")


def find_dialect(path: str) -> Dialect | None:
    """The dialect at `path`, as it stands in the request target; None where nothing is served.

    The site id after `/v2/json-rpc/` is any 1 to 64 characters, counted without percent-encoding, and not interpreted.
    """
    dialect = _PATHS.get(path)
    if dialect is not None:
        return dialect
    site = _SITE.fullmatch(path)
    return MASHERY if site is not None and len(unquote(site[1])) <= MAX_SITE_ID else None
