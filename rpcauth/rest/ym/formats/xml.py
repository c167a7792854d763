"""XML: printed as .NET's DataContractSerializer does, read more kindly: any order, any prefixes, never a DTD."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.parsers.expat import ExpatError, ParserCreate

from rpcauth.rest.ym.dates import DateTime, format_xsd
from rpcauth.rest.ym.dto import RESPONSE_ERROR, SERVICESTACK
from rpcauth.rest.ym.formats.scalars import format_double
from rpcauth.rest.ym.reading import MAX_DEPTH, Malformed, Node, WrongShape
from rpcauth.rest.ym.types import Dto, ListOf, MapOf, Member, Scalar, Type, Value, Values, get

MAX_ELEMENTS: Final = 1024
"""Most elements of a body."""

# Those that expat itself knows. For any other it would ask Python, which remembers every name that it does not know.
_ENCODINGS: Final = frozenset({"utf-8", "utf-16", "utf-16be", "utf-16le", "us-ascii", "iso-8859-1"})
_INSTANCE: Final = "http://www.w3.org/2001/XMLSchema-instance"
_ARRAYS: Final = "http://schemas.microsoft.com/2003/10/Serialization/Arrays"
_ENTRY: Final = Dto(
    name="KeyValueOfstringstring",
    namespace=_ARRAYS,
    own=(Member(name="Key", type=Scalar.STRING), Member(name="Value", type=Scalar.STRING)),
)
_ESCAPED: Final = re.compile(r"[&<>\r\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# A bare CR would reach the reader as LF (XML 1.0 §2.11).
_ESCAPES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#xD;"}


def print_values(dto: Dto, values: Values) -> bytes:
    """The DTO as one line of UTF-8. A character that XML 1.0 does not have becomes U+FFFD."""
    scope = _Scope({_INSTANCE: "i", dto.namespace: ""}, 1)
    content = _print_content(dto, values, scope)
    opening = f'{dto.name} xmlns:i="{_INSTANCE}" xmlns="{dto.namespace}"'
    return f'<?xml version="1.0" encoding="utf-8"?><{opening}>{content}</{dto.name}>'.encode()


@dataclass(frozen=True, slots=True)
class _Scope:
    """What the content of an element may use: prefixes by namespace, "" for the default one; and its depth."""

    prefixes: Mapping[str, str]
    depth: int

    def enter(self, namespace: str, content: str | None) -> tuple[_Scope, str, str]:
        """Inside an element of `namespace`, whose content is of another: the scope, and both declarations or ""."""
        depth = self.depth + 1
        prefixes = dict(self.prefixes)
        default = prefixed = ""
        if namespace not in prefixes:
            prefixes = {known: prefix for known, prefix in prefixes.items() if prefix} | {namespace: ""}
            default = f' xmlns="{namespace}"'
        if content is not None and content not in prefixes:
            prefixes[content] = f"d{depth}p1"
            prefixed = f' xmlns:d{depth}p1="{content}"'
        return _Scope(prefixes, depth), prefixed, default


def _print_element(name: str, namespace: str, kind: Type, value: Value, outer: _Scope) -> str:
    scope, prefixed, default = outer.enter(namespace, _find_content_namespace(kind))
    prefix = scope.prefixes[namespace]
    tag = f"{prefix}:{name}" if prefix else name
    if value is None:
        return f'<{tag}{prefixed} i:nil="true"{default} />'
    content = _print_content(kind, value, scope)
    return f"<{tag}{prefixed}{default}>{content}</{tag}>" if content else f"<{tag}{prefixed}{default} />"


def _print_content(kind: Type, value: Value, scope: _Scope) -> str:
    match kind, value:
        case Dto(), dict():
            return "".join(_print_members(kind, value, scope))
        case ListOf(item=Dto() as item), list():
            return "".join(_print_element(item.name, item.namespace, item, one, scope) for one in value)
        case MapOf(item=Scalar.STRING), dict():
            entries: list[Value] = [{"Key": key, "Value": one} for key, one in value.items()]
            return _print_content(ListOf(_ENTRY), entries, scope)
        case _:
            return _ESCAPED.sub(lambda found: _ESCAPES.get(found[0], "\ufffd"), _print_scalar(value))


def _print_members(dto: Dto, values: Values, scope: _Scope) -> Iterator[str]:
    for namespace, member in _find_members(dto):
        value = get(member, values)
        # Of all classes, ResponseError alone leaves its nulls out (EmitDefaultValue=false).
        if value is not None or dto is not RESPONSE_ERROR:
            yield _print_element(member.name, namespace, member.type, value, scope)


def _find_members(dto: Dto) -> Iterable[tuple[str, Member]]:
    # ServiceStack's own classes number their members, and so keep their order.
    return [(dto.namespace, one) for one in dto.members] if dto.namespace == SERVICESTACK else dto.xml_members


def _find_content_namespace(kind: Type) -> str | None:
    match kind:
        case Dto(namespace=namespace) | ListOf(item=Dto(namespace=namespace)):
            return namespace
        case MapOf():
            return _ARRAYS
        case _:
            return None


def _print_scalar(value: Value) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return format_double(value)
        case str():
            return value
        case DateTime():
            return format_xsd(value)
        case _:
            raise TypeError(type(value))


@dataclass(slots=True)
class _Element:
    namespace: str
    name: str
    is_null: bool = False
    pieces: list[str] = field(default_factory=list)
    children: list[_Element] = field(default_factory=list)

    def text(self) -> str | None:
        if self.is_null:
            return None
        if self.children:
            raise WrongShape(self.show())
        return "".join(self.pieces)

    def items(self) -> Iterable[_Element] | None:
        if self.is_null:
            return None
        if "".join(self.pieces).strip():
            raise WrongShape(self.show())
        return self.children

    def members(self) -> Iterable[tuple[str, _Element]] | None:
        items = self.items()
        return None if items is None else [(one.name, one) for one in items]

    def entries(self) -> Iterable[tuple[str, _Element]] | None:
        items = self.items()
        return None if items is None else [one.entry() for one in items if one.name == _ENTRY.name]

    def entry(self) -> tuple[str, _Element]:
        """The element as an entry of a map."""
        parts = dict(self.members() or ())
        key = parts["Key"].text() if "Key" in parts else None
        if key is None:
            raise WrongShape(self.show())
        return key, parts.get("Value") or _Element("", "Value", is_null=True)

    def show(self) -> str:
        """Its content, about as it stands in the body."""
        return "".join(self.pieces) + "".join(f"<{one.name}>{one.show()}</{one.name}>" for one in self.children)


def parse(body: bytes, dto: Dto) -> Node:
    """The root of a body, which must be the DTO's, in its namespace or in none. Raises Malformed."""
    root = _build_tree(body)
    if root.name != dto.name or root.namespace not in (dto.namespace, ""):
        raise Malformed
    try:
        root.members()
    except WrongShape:
        raise Malformed from None
    return root


def _build_tree(body: bytes) -> _Element:
    builder = _Builder()
    parser = ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.XmlDeclHandler = builder.check_declaration
    parser.StartDoctypeDeclHandler = builder.refuse_dtd
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.add_text
    try:
        parser.Parse(body, True)
    except ExpatError:
        raise Malformed from None
    return builder.top.children[0]


class _Builder:
    """Makes elements of what expat tells, and refuses what no request needs."""

    def __init__(self) -> None:
        self.top = _Element("", "")
        self._open = [self.top]
        self._count = 0

    def check_declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in _ENCODINGS:
            raise Malformed

    def refuse_dtd(self, *_declaration: object) -> None:
        """A DTD alone could declare entities."""
        raise Malformed

    def start(self, expanded: str, attributes: Mapping[str, str]) -> None:
        self._count += 1
        if self._count > MAX_ELEMENTS or len(self._open) > MAX_DEPTH:
            raise Malformed
        namespace, _, name = expanded.rpartition(" ")
        nil = attributes.get(f"{_INSTANCE} nil", "").strip()
        element = _Element(namespace, name, is_null=nil in ("true", "1"))
        self._open[-1].children.append(element)
        self._open.append(element)

    def end(self, _expanded: str) -> None:
        self._open.pop()

    def add_text(self, text: str) -> None:
        self._open[-1].pieces.append(text)
