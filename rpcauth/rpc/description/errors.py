"""The errors of the methods, by the names that the document gives them (contract §2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rpcauth.rpc import writing
from rpcauth.rpc.writing import Fault

NOT_AUTHORIZED: Final = "NotAuthorized"
INVALID_PARAMS: Final = "InvalidParams"
OAUTH: Final = "OAuthError"
RATE_LIMITED: Final = "RateLimited"
UNAVAILABLE: Final = "Unavailable"
INTERNAL: Final = "InternalError"

PLAIN: Final = (NOT_AUTHORIZED, INVALID_PARAMS)
"""Of a method that needs no service."""

STORED: Final = (*PLAIN, UNAVAILABLE, INTERNAL)
"""Of a method that asks the store, and of no OAuth client."""

OF_CLIENT: Final = (OAUTH, *STORED, RATE_LIMITED)
"""Of a method that names an OAuth client, whose secret may be wrong too often."""

_OAUTH_DETAIL: Final = {
    "error": "invalid_grant",
    "error_description": "The authorization code is invalid",
    "error_response": {
        "return_type": "json",
        "status": 400,
        "headers": {
            "Content-Type": "application/json;charset=UTF-8",
            "Cache-Control": "no-store",
            "Pragma": "no-cache",
        },
        "response": {"error": "invalid_grant", "error_description": "The authorization code is invalid"},
        "uri": None,
    },
}

_FAULTS: Final[Mapping[str, Fault]] = {
    OAUTH: writing.oauth_error(_OAUTH_DETAIL, writing.OAUTH_MESSAGE),
    NOT_AUTHORIZED: writing.NOT_AUTHORIZED,
    INVALID_PARAMS: writing.invalid_params("$.params.client"),
    RATE_LIMITED: writing.rate_limited(30),
    UNAVAILABLE: writing.unavailable("not_done"),
    INTERNAL: writing.internal_error("5f0c2e9a7b3d4e61"),
}


def _describe(fault: Fault) -> Mapping[str, Any]:
    data = fault.oauth if fault.oauth is not None else fault.data
    described: dict[str, Any] = {"code": int(fault.code), "message": fault.message}
    return described if data is None else {**described, "data": data}


ERRORS: Final[Mapping[str, Mapping[str, Any]]] = {name: _describe(fault) for name, fault in _FAULTS.items()}
"""Error objects of OpenRPC; their `data` are samples."""
