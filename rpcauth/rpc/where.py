"""The `where` of revokeTokens: what is to be revoked. What is not understood revokes nothing (contract §4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rpcauth.errors import ParamsInvalid
from rpcauth.model import Millis
from rpcauth.operations.revoke import RevokeTokens
from rpcauth.rpc import results
from rpcauth.rpc.params import TEXT, USER_CONTEXT, Reader

_MEMBERS = frozenset({"client_id", "user_context", "issued_before"})
_LAST_SECOND = 2**40
_SECOND = 1000


def read_where(reader: Reader, value: object, service_key: str) -> RevokeTokens:
    """The revocation that `where` asks for. Raises ParamsInvalid unless at least one member is given, and all are good.

    An unknown member is refused: it was meant to narrow what is revoked.
    """
    members = reader.members("where", value, required=True)
    operation = RevokeTokens(
        service_key=service_key,
        client_id=_read_text(reader, members, "client_id", TEXT),
        user_context=_read_text(reader, members, "user_context", USER_CONTEXT),
        issued_before=_read_instant(reader, members.get("issued_before")),
    )
    is_empty = operation.client_id is None and operation.user_context is None and operation.issued_before is None
    if is_empty or not _MEMBERS.issuperset(members):
        raise reader.fail("where")
    return operation


def _read_text(reader: Reader, members: Mapping[str, Any], name: str, limit: int) -> str | None:
    try:
        return reader.optional_text("where", members.get(name), limit)
    except ParamsInvalid:
        raise reader.fail("where", f".{name}") from None


def _read_instant(reader: Reader, value: object) -> Millis | None:
    """`issued_before`: whole seconds since the epoch, or `2012-01-19T02:20:38Z`."""
    if value is None or value == "":
        return None
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LAST_SECOND:
        return Millis(value * _SECOND)
    time = results.parse_time(value) if isinstance(value, str) else None
    if time is None:
        raise reader.fail("where", ".issued_before")
    return time
