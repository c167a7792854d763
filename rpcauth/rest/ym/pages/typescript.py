"""`/types/typescript`: the DTOs as TypeScript classes, for the clients of this family of servers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from rpcauth.rest.ym.dates import DateTime
from rpcauth.rest.ym.dto import RESPONSE_ERROR, SERVICESTACK
from rpcauth.rest.ym.operations import find_declared_route, find_response
from rpcauth.rest.ym.pages.declared import DECLARED
from rpcauth.rest.ym.types import Dto, EnumType, ListOf, MapOf, Member, Scalar, Type

_OPTIONS: Final = {
    "GlobalNamespace": "",
    "MakePropertiesOptional": "True",
    "AddServiceStackTypes": "True",
    "AddResponseStatus": "False",
    "AddImplicitVersion": "",
    "AddDescriptionAsComments": "True",
    "IncludeTypes": "",
    "ExcludeTypes": "",
    "DefaultImports": "",
}
_INTERFACES: Final = """
export interface IReturn<T>
{
    createResponse() : T;
}

export interface IReturnVoid
{
    createResponse() : void;
}
"""
_IN_A_URL: Final = "%/:?&=#+~!$,;@[]"
"""What a URL keeps besides letters and digits; not `*`, which could end the comment."""


def typescript(base_url: str, now: DateTime) -> str:
    """The whole module. `base_url` and `now` stand in the comment at its top."""
    types = (_declare(one) for one in DECLARED)
    return "\n".join([*_head(base_url, now), "", _INTERFACES, *types])


def _head(base_url: str, now: DateTime) -> Iterator[str]:
    """The comment that the clients' tools read when they fetch the module again."""
    yield "/* Options:"
    yield f"Date: {now.date()} {now.time_of_day()}"
    yield "Version: 5.00"
    yield 'Tip: To override a DTO option, remove "//" prefix before updating'
    yield f"BaseUrl: {quote(base_url, safe=_IN_A_URL)}"
    yield ""
    yield from (f"//{name}: {value}" for name, value in _OPTIONS.items())
    yield "*/"


def _declare(kind: EnumType | Dto) -> str:
    if isinstance(kind, EnumType):
        names = " | ".join(f'"{one}"' for one in kind.values)
        return f"export type {kind.name} = {names};\n"
    return "\n".join([*_annotate(kind), *_open(kind), *_properties(kind), *_methods(kind), "}\n"])


def _annotate(dto: Dto) -> Iterator[str]:
    route = find_declared_route(dto)
    if route is not None:
        yield f'// @Route("{route}", "POST")'
    if dto.namespace == SERVICESTACK:
        yield "// @DataContract"


def _open(dto: Dto) -> Iterator[str]:
    response = find_response(dto)
    base = "" if dto.base is None else f" extends {dto.base.name}"
    returns = "" if response is None else f" implements IReturn<{response.name}>"
    yield f"export class {dto.name}{base}{returns}"
    yield "{"


def _properties(dto: Dto) -> Iterator[str]:
    shown = [one for one in dto.own if not one.undocumented]
    if dto.namespace != SERVICESTACK:
        yield from (_declare_member(one) for one in shown)
        return
    emitted = ", EmitDefaultValue=false" if dto is RESPONSE_ERROR else ""
    yield "\n\n".join(
        f"    // @DataMember(Order={order}{emitted})\n{_declare_member(one)}" for order, one in enumerate(shown, 1)
    )


def _methods(dto: Dto) -> Iterator[str]:
    response = find_response(dto)
    if response is not None:
        yield f"    createResponse() {{ return new {response.name}(); }}"
        yield f'    getTypeName() {{ return "{dto.name}"; }}'


def _declare_member(member: Member) -> str:
    return f"    {member.name}: {_write(member.type)};"


def _write(kind: Type) -> str:
    match kind:
        case Scalar.BOOL:
            return "boolean"
        case Scalar.INT | Scalar.LONG | Scalar.DOUBLE:
            return "number"
        case Scalar():
            return "string"
        case ListOf(item=item):
            return f"{_write(item)}[]"
        case MapOf(item=item):
            return f"{{ [index:string]: {_write(item)}; }}"
        case EnumType() | Dto():
            return kind.name
