"""The sample messages of the pages: every member of a DTO, filled from its declaration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from rpcauth.rest.ym.dates import DateTime
from rpcauth.rest.ym.formats import json, jsv, xml
from rpcauth.rest.ym.negotiation import Format
from rpcauth.rest.ym.types import Dto, EnumType, ListOf, MapOf, Member, Scalar, Type, Value, Values

_STRING: Final = "String"


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleFacts:
    """What the samples say of the server. `asked` and `answered` are DateCached of the request and of the response."""

    host: str
    server_id: str
    started: DateTime
    asked: DateTime
    answered: DateTime


def make_sample(dto: Dto, facts: SampleFacts, cached: DateTime) -> Values:
    """A value for each documented member. `cached` is DateCached."""
    told: Values = {
        "UsingRedis": True,
        "AppInitTime": facts.started,
        "ServerID": facts.server_id,
        "DateCached": cached,
    }
    return {one.name: _sample(one, told) for one in dto.members if not one.undocumented}


def print_sample(kind: Format, dto: Dto, values: Values) -> str:
    """A sample as the pages of a format have it: JSV is pretty, and for CSV it is JSON. Raises KeyError for HTML."""
    return _PRINTERS[kind](dto, values).decode()


def _sample(member: Member, told: Values) -> Value:
    return told[member.name] if member.computed else _sample_type(member.type)


def _sample_type(kind: Type) -> Value:
    match kind:
        case Scalar.STRING:
            return _STRING
        case Scalar():
            return Member(name="", type=kind).default
        case EnumType(values=names):
            return names[0]
        case ListOf(item=item):
            return [_sample_type(item)]
        case MapOf(item=item):
            return {_STRING: _sample_type(item)}
        case Dto():
            return {one.name: _sample_type(one.type) for one in kind.members if not one.undocumented}


def _print_jsv(dto: Dto, values: Values) -> bytes:
    return jsv.print_values(dto, values, pretty=True)


_PRINTERS: Final[Mapping[Format, Callable[[Dto, Values], bytes]]] = {
    Format.JSON: json.print_values,
    Format.XML: xml.print_values,
    Format.JSV: _print_jsv,
    # The original's CSV page shows JSON too, and text/csv bodies that are JSON are read as such.
    Format.CSV: json.print_values,
}
