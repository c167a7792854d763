"""Replies as bytes, in the form of the request's version and the dialect of its path (contract §1, §2).

Member order is fixed, and so is the style of what is written: no blanks, text as UTF-8 unescaped but for `"`, `\\` and
control characters, numbers as msgspec writes them. One reply is one sequence of bytes, whoever writes it.

    2.0  {"jsonrpc","result","id"}     {"jsonrpc","error":{"code","message","data"?},"id"}
    1.1  {"version","id"?,"result"}    {"version","id"?,"error":{"name","code","message","data"}}
    1.0  {"result","error","id"}       {"result","error":{"code","message","data"?},"id"}

`"error"` inside an error follows `"data"` where the dialect wants it. 1.1 names its four members always: `data` is null
when there is nothing to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from rpcauth.rpc.codes import Code
from rpcauth.rpc.dialect import Dialect
from rpcauth.rpc.envelope import NO_ID, V1_1, V2_0, Call, Malformed

_encode: Final = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Fault:
    """A JSON-RPC error before it is written. Text and data are public: never a request's value, never a secret.

    `oauth` is the OAuth detail object `{"error", "error_description", "error_response"}` of a -2001: it goes where the
    dialect says and takes the place of `data`. `message` is then the specific text, for which a dialect may write the
    generic one.
    """

    code: int
    message: str
    data: Mapping[str, Any] | None = None
    oauth: Mapping[str, Any] | None = None


OAUTH_MESSAGE: Final = "An OAuth related error has occurred"

PARSE_ERROR: Final = Fault(Code.PARSE_ERROR, "Parse error")
INVALID_REQUEST: Final = Fault(Code.INVALID_REQUEST, "Invalid Request")
METHOD_NOT_FOUND: Final = Fault(Code.METHOD_NOT_FOUND, "Method not found")
NOT_AUTHORIZED: Final = Fault(Code.NOT_AUTHORIZED, "Not Authorized")


def invalid_params(path: str) -> Fault:
    """`path` says which parameter, such as `$.params.client.client_id`; never its value."""
    return Fault(Code.INVALID_PARAMS, "Invalid params", {"path": path})


def internal_error(incident: str) -> Fault:
    """`incident` is the id under which the operator finds the cause in the log."""
    return Fault(Code.INTERNAL_ERROR, "Internal error", {"incident": incident})


def oauth_error(detail: Mapping[str, Any], message: str) -> Fault:
    """`detail` is the OAuth detail object; `message` the specific text of the error."""
    return Fault(Code.OAUTH_ERROR, message, oauth=detail)


def rate_limited(retry_after: int) -> Fault:
    """`retry_after` in seconds."""
    return Fault(Code.RATE_LIMITED, "Rate limit exceeded", {"retry_after": retry_after})


def unavailable(outcome: str) -> Fault:
    """`outcome` of the write is `not_done` (retry is safe) or `unknown`."""
    return Fault(Code.UNAVAILABLE, "Temporarily unavailable", {"outcome": outcome})


def fault_of(malformed: Malformed) -> Fault:
    """What is wrong with `malformed`."""
    return PARSE_ERROR if malformed.code == Code.PARSE_ERROR else INVALID_REQUEST


def write_result(call: Call, result: bytes) -> bytes:
    """The reply to a call that succeeded; `result` is JSON already."""
    if call.version is V2_0:
        return b'{"jsonrpc":"2.0","result":%b,"id":%b}' % (result, _encode(call.id))
    if call.version is V1_1:
        return b'{"version":"1.1"%b,"result":%b}' % (_encode_id_member(call), result)
    return b'{"result":%b,"error":null,"id":%b}' % (result, _encode(call.id))


def write_error(target: Call | Malformed, fault: Fault, dialect: Dialect) -> bytes:
    """The reply to a call that failed, or to what was no call. A notification is owed none: do not ask for it."""
    error = _build_error(fault, dialect)
    if target.version is V2_0:
        return b'{"jsonrpc":"2.0","error":%b,"id":%b}' % (_encode(error), _encode(target.id))
    if target.version is V1_1:
        named = {"name": "JSONRPCError", "code": fault.code, "message": None, "data": None} | error
        return b'{"version":"1.1"%b,"error":%b}' % (_encode_id_member(target), _encode(named))
    return b'{"result":null,"error":%b,"id":%b}' % (_encode(error), _encode(target.id))


def write_batch(replies: Sequence[bytes]) -> bytes:
    """The reply to a batch, in the order given. At least one: a batch of notifications has no body at all."""
    return b"[%b]" % b",".join(replies)


def _build_error(fault: Fault, dialect: Dialect) -> dict[str, Any]:
    if fault.oauth is not None:
        message = OAUTH_MESSAGE if dialect.generic_oauth_message else fault.message
        members = {member: dict(fault.oauth) for member in dialect.oauth_detail_members}
        return {"code": fault.code, "message": message, **members}
    if fault.data is not None:
        return {"code": fault.code, "message": fault.message, "data": dict(fault.data)}
    return {"code": fault.code, "message": fault.message}


def _encode_id_member(target: Call | Malformed) -> bytes:
    return b"" if target.id is NO_ID else b',"id":%b' % _encode(target.id)
