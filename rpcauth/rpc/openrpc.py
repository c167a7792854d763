"""The OpenRPC document of the contract: what `rpc.discover` answers and `rpcauth openrpc` prints."""

from __future__ import annotations

from typing import Any

from rpcauth.rpc.description.document import describe
from rpcauth.rpc.methods import METHODS


def document() -> dict[str, Any]:
    """The document, OpenRPC 1.3.2. A fresh value, ready for JSON; `admin.*` is no part of it."""
    return describe(METHODS)
