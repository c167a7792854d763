"""The JSON-RPC error codes of the contract, §2: five of the specification's, four of ours."""

from __future__ import annotations

from enum import IntEnum


class Code(IntEnum):
    """What `error.code` may be. -2001 is Mashery's; -32001 to -32003 lie in the range left to implementations."""

    PARSE_ERROR = -32700
    INVALID_REQUEST = -32600
    METHOD_NOT_FOUND = -32601
    INVALID_PARAMS = -32602
    INTERNAL_ERROR = -32603
    OAUTH_ERROR = -2001
    NOT_AUTHORIZED = -32001
    RATE_LIMITED = -32002
    UNAVAILABLE = -32003
