"""The envelope of a request: from bytes to calls, strictly, for JSON-RPC 2.0, 1.1 and 1.0 (contract §2).

Nothing is raised here: what cannot be a call becomes a `Malformed`, which says what to answer and in which form. The
rule that tells the versions apart: a `jsonrpc` member must say 2.0; failing it, a `version` member must say 1.1; with
neither it is 1.0.
"""

from __future__ import annotations

from enum import Enum
from math import isinf
from typing import Any, Final, TypeAlias

import msgspec

from rpcauth.rpc.bounds import is_within_bounds
from rpcauth.rpc.codes import Code

MAX_METHOD: Final = 512
"""The longest method name, in code points."""

JsonId: TypeAlias = str | int | float | None
"""A valid id, as it came: a reply carries the same type and the same value."""

NoId: TypeAlias = msgspec.UnsetType
NO_ID: Final = msgspec.UNSET
"""No `id` member at all, which is not the same as null."""


class Version(Enum):
    """The version of a request, and so the form of its reply."""

    V1_0 = "1.0"
    V1_1 = "1.1"
    V2_0 = "2.0"


# On Python 3.11 reading a member off its Enum costs a Python-level call; these are read several times a request.
V1_0: Final = Version.V1_0
V1_1: Final = Version.V1_1
V2_0: Final = Version.V2_0


class Call(msgspec.Struct, frozen=True):
    """One well-formed call. `params` is `[]` when the request had none.

    `is_notification` tells whether no reply is owed: 2.0 without id, 1.0 with id null. A 1.1 request without id has
    `NO_ID` and is owed a reply, without id.
    """

    method: str
    params: list[Any] | dict[str, Any]
    id: JsonId | NoId
    version: Version
    is_notification: bool


class Malformed(msgspec.Struct, frozen=True):
    """What could not be read as a call; it is always owed a reply. `code` is -32700 or -32600.

    `id` is the request's where that is valid, `NO_ID` for 1.1 without id, and null otherwise.
    """

    code: int
    id: JsonId | NoId
    version: Version


UNREADABLE: Final = Malformed(code=Code.PARSE_ERROR, id=None, version=V2_0)
"""Whom to answer when no request was read: the body is no JSON, or its caller is not proven. Id null, 2.0 form."""

NOT_A_REQUEST: Final = Malformed(code=Code.INVALID_REQUEST, id=None, version=V2_0)
"""JSON that is no request object, an empty batch, or a batch above the limit."""

_ID_TYPES: Final = frozenset({str, int, float, type(None), msgspec.UnsetType})
_PARAMS_TYPES: Final = frozenset({list, dict})


def _read_float(text: str) -> float:
    number = float(text)
    if isinf(number):
        raise ValueError("number out of range")
    return number


# Floats near the ends of their range cost msgspec's own reader 6 µs each: 60 ms of them fit into a body of 64 KiB.
_decode: Final = msgspec.json.Decoder(float_hook=_read_float).decode


def parse(body: bytes, *, batch_limit: int) -> Call | Malformed | list[Call | Malformed]:
    """The call in `body`, or the calls of a batch of 1 to `batch_limit` elements, in order. Never raises for any bytes.

    A batch whose every element is malformed is still a list: each is answered on its own.
    """
    try:
        value = _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return UNREADABLE
    if not is_within_bounds(body):
        return UNREADABLE
    if type(value) is not list:
        return _read(value)
    if 1 <= len(value) <= batch_limit:
        return [_read(element) for element in value]
    return NOT_A_REQUEST


def _read(element: Any) -> Call | Malformed:
    # Exact types throughout: to isinstance, true is an int.
    if type(element) is not dict:
        return NOT_A_REQUEST
    version = _find_version(element)
    method = element.get("method")
    request_id = element.get("id", NO_ID)
    params = element.get("params", [])
    if (
        version is None
        or type(method) is not str
        or len(method) > MAX_METHOD
        or type(params) not in _PARAMS_TYPES
        or type(request_id) not in _ID_TYPES
        or (version is V1_0 and request_id is NO_ID)
    ):
        return _refuse(version, method, request_id)
    is_notification = request_id is NO_ID if version is V2_0 else version is V1_0 and request_id is None
    return Call(method, params, request_id, version, is_notification)


def _find_version(element: dict[str, Any]) -> Version | None:
    if "jsonrpc" in element:
        return V2_0 if element["jsonrpc"] == "2.0" else None
    if "version" in element:
        return V1_1 if element["version"] == "1.1" else None
    return V1_0


def _refuse(version: Version | None, method: Any, request_id: Any) -> Malformed:
    is_1_0 = version is V1_0 and type(method) is str
    form = V1_1 if version is V1_1 else V1_0 if is_1_0 else V2_0
    is_echoed = type(request_id) in _ID_TYPES and (request_id is not NO_ID or form is V1_1)
    return Malformed(code=Code.INVALID_REQUEST, id=request_id if is_echoed else None, version=form)
