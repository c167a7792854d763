"""The `context` parameter: what only the caller saw of the OAuth client's HTTP request (contract §3).

It is the caller's own word, so a bad one is -32602 with the member's path; 8,192 characters a string, 16 KiB in all.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from rpcauth.operations.protect import ResourceRequest
from rpcauth.rpc.params import NO_NUL, Reader

_LIMIT = 16 * 1024
ContextText = Annotated[str, Meta(max_length=8192, pattern=NO_NUL)]


class Context(Struct, frozen=True):
    remote_addr: ContextText | None = None
    method: ContextText | None = None
    uri: ContextText | None = None
    headers: dict[ContextText, ContextText | list[ContextText]] | None = None
    form: dict[ContextText, ContextText] | None = None
    body_hash: dict[ContextText, ContextText] | None = None
    client_certificate: ContextText | None = None


def read_context(reader: Reader, value: object) -> Context:
    """The context, or an empty one. Raises ParamsInvalid with the path of the member that is wrong."""
    if value is None:
        return Context()
    members = reader.members("context", value)
    if _measure(members) > _LIMIT:
        raise reader.fail("context")
    try:
        return msgspec.convert(_without_absent(members), Context)
    except msgspec.ValidationError as error:
        raise reader.fail("context", _member_path(str(error))) from None


def resource_request(context: Context) -> ResourceRequest:
    """What validateRequest checks: header names in lower case, each with all its values."""
    headers: dict[str, list[str]] = {}
    for name, value in (context.headers or {}).items():
        headers.setdefault(name.lower(), []).extend([value] if isinstance(value, str) else value)
    hashes = {name.lower(): value for name, value in (context.body_hash or {}).items()}
    return ResourceRequest(
        method=context.method, uri=context.uri, headers=headers, form=context.form or {}, body_hashes=hashes
    )


def _without_absent(value: object) -> object:
    """The value without the members that are null or `""`: contract §3 calls them absent in every object."""
    if isinstance(value, dict):
        return {key: _without_absent(member) for key, member in value.items() if member is not None and member != ""}
    return value


def _measure(value: object) -> int:
    """Characters of all strings in a JSON value; its nesting is bounded by the envelope."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(len(key) + _measure(member) for key, member in value.items())
    return sum(map(_measure, value)) if isinstance(value, list) else 8


def _member_path(message: str) -> str:
    """The first member of msgspec's path (`… - at `$.headers[...]``): our own words, never a name of the request."""
    _, _, path = message.rpartition("`$.")
    name = path.rstrip("`").partition("[")[0].partition(".")[0]
    return f".{name}" if name in Context.__struct_fields__ else ""
