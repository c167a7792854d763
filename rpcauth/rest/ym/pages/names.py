"""What types are called in .NET: `long?` as the pages write it, and `Nullable`1` of `Int64` as the type list does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rpcauth.rest.ym.dto import SERVICES, SERVICESTACK, TOOLKIT
from rpcauth.rest.ym.types import Dto, EnumType, ListOf, MapOf, Member, Scalar, Type

_SYSTEM: Final[Mapping[Scalar, str]] = {
    Scalar.STRING: "String",
    Scalar.BOOL: "Boolean",
    Scalar.INT: "Int32",
    Scalar.LONG: "Int64",
    Scalar.DOUBLE: "Double",
    Scalar.DATE_TIME: "DateTime",
}
_NAMESPACES: Final[Mapping[str, str]] = {
    TOOLKIT: "YM.Toolkit",
    SERVICES: "YM.Web.Services.Ams",
    SERVICESTACK: "ServiceStack",
}
_COLLECTIONS: Final = "System.Collections.Generic"


@dataclass(frozen=True, slots=True)
class TypeName:
    """A class of .NET: `List`1`, its namespace, and the names of its type arguments."""

    name: str
    namespace: str
    arguments: tuple[str, ...] = ()


def write_csharp(member: Member) -> str:
    """The member's type as C# source has it: `string`, `long?`, `List<ResponseError>`."""
    return _write(member.type) + ("?" if member.nullable else "")


def name_member_type(member: Member) -> TypeName:
    """The class of the member's values."""
    named = name_type(member.type)
    return TypeName("Nullable`1", "System", (named.name,)) if member.nullable else named


def name_type(kind: Type) -> TypeName:
    """The class that `kind` is."""
    match kind:
        case Scalar():
            return TypeName(_SYSTEM[kind], "System")
        case ListOf(item=item):
            return TypeName("List`1", _COLLECTIONS, (name_type(item).name,))
        case MapOf(item=item):
            return TypeName("Dictionary`2", _COLLECTIONS, (_SYSTEM[Scalar.STRING], name_type(item).name))
        case EnumType() | Dto():
            return TypeName(kind.name, _NAMESPACES[kind.namespace])


def _write(kind: Type) -> str:
    match kind:
        case Scalar():
            return kind.value
        case ListOf(item=item):
            return f"List<{_write(item)}>"
        case MapOf(item=item):
            return f"Dictionary<string,{_write(item)}>"
        case EnumType() | Dto():
            return kind.name
