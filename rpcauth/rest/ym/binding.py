"""From a request to the values of its DTO: body, query and form, and which of them wins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from aiohttp import hdrs

from rpcauth.errors import ErrorCode, OAuthError
from rpcauth.rest.ym import forms
from rpcauth.rest.ym.dto import IGNORED, SECRETS
from rpcauth.rest.ym.formats import csv, json, jsv, xml
from rpcauth.rest.ym.negotiation import BodyKind, body_format
from rpcauth.rest.ym.reading import Fault, Node, Unconvertible, read_values
from rpcauth.rest.ym.types import Dto, Values
from rpcauth.web.messages import HttpRequest

_PARSERS: Final = {BodyKind.JSON: json.parse, BodyKind.JSV: jsv.parse, BodyKind.CSV: csv.parse, BodyKind.XML: xml.parse}
_MAX_TEXT: Final = 512
_MAX_TEXTS: Final = {"scope": 1024, "Scope": 1024, "redirect_uri": 2048}
"""Most code points of a member's text, as on the JSON-RPC side."""


def bind(
    dto: Dto, request: HttpRequest, *, path_kind: BodyKind | None, merges_query: bool, secrets_in_query: bool
) -> Values:
    """What a request gives to the members of `dto`; `""` is absent.

    A form is stronger than the query, the query than any other body. `path_kind` reads bodies whose Content-Type says
    nothing. Raises Malformed, Unconvertible, and invalid_request for what RFC 6749 §2.3.1 and §3.2 forbid.
    """
    query = forms.parse_urlencoded(request.query)
    _check_query(dto, query, secrets_in_query=secrets_in_query)
    faults: list[Fault] = []
    asked = _read(dto, forms.form_node(query), faults) if merges_query else {}
    kind = body_format(request.headers.get(hdrs.CONTENT_TYPE)) or path_kind
    if kind in (BodyKind.FORM, BodyKind.MULTIPART):
        values = asked | _read_form(dto, request, kind, faults)
    else:
        values = _read_body(dto, request.body, kind, faults) | asked
    if faults:
        raise Unconvertible(faults)
    _check_lengths(values)
    return {name: value for name, value in values.items() if value not in ("", None)}


def _read_form(dto: Dto, request: HttpRequest, kind: BodyKind, faults: list[Fault]) -> Values:
    if kind is BodyKind.MULTIPART:
        pairs = forms.parse_multipart(request.body, request.headers.get(hdrs.CONTENT_TYPE, ""))
    else:
        pairs = forms.parse_urlencoded(request.body)
    _check_once(dto, pairs)
    return _read(dto, forms.form_node(pairs), faults)


def _read_body(dto: Dto, body: bytes, kind: BodyKind | None, faults: list[Fault]) -> Values:
    """An empty body, and one of an unknown type, is a request without members: validation then says what is missing."""
    if kind is None or not body.strip():
        return {}
    return _read(dto, _PARSERS[kind](body, dto), faults)


def _read(dto: Dto, node: Node, faults: list[Fault]) -> Values:
    try:
        return read_values(dto, node, ignored=IGNORED)
    except Unconvertible as failed:
        faults.extend(failed.faults)
        return {}


def _check_query(dto: Dto, query: Sequence[tuple[str, str]], *, secrets_in_query: bool) -> None:
    _check_once(dto, query)
    if secrets_in_query:
        return
    for name, value in query:
        member = dto.find(name)
        if value and member is not None and member.name in SECRETS:
            text = "Codes, tokens and secrets must not stand in the query; send them in the body"
            raise OAuthError(ErrorCode.INVALID_REQUEST, text, "ym.secret_in_query")


def _check_once(dto: Dto, pairs: Sequence[tuple[str, str]]) -> None:
    """RFC 6749 §3.2: no parameter twice, be it by two spellings of one member."""
    means = [(name if (member := dto.find_for(name, value)) is None else member.name, value) for name, value in pairs]
    if forms.find_repeated(means) is not None:
        raise OAuthError(ErrorCode.INVALID_REQUEST, "A parameter is given more than once", "ym.repeated")


def _check_lengths(values: Values) -> None:
    for name, value in values.items():
        if isinstance(value, str) and (len(value) > _MAX_TEXTS.get(name, _MAX_TEXT) or "\0" in value):
            raise OAuthError(ErrorCode.INVALID_REQUEST, "A member is malformed or too long", "ym.text")
