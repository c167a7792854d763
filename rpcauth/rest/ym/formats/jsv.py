"""JSV: the shapes of JSON with the quoting of CSV, where blanks count and only what needs quotes has them.

What is printed is strict and compact. What is read may also be laid out as the documentation pages show it, or be JSON
(contract, decision 5).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from rpcauth.rest.ym.dates import DateTime, format_jsv
from rpcauth.rest.ym.formats import json
from rpcauth.rest.ym.formats.jsv_scanner import BLANKS, find_end, split_items, split_members, unquote
from rpcauth.rest.ym.formats.scalars import format_double
from rpcauth.rest.ym.reading import Malformed, Node, WrongShape
from rpcauth.rest.ym.types import Dto, ListOf, MapOf, Type, Value, Values, get

_SPECIAL: Final = re.compile(r'[":,{}\[\]\r\n]')
# Laid out for reading, blanks at the edges of a bare string would be lost.
_SPECIAL_SPACED: Final = re.compile(rf"{_SPECIAL.pattern}|\A[ \t]|[ \t]\Z")
_HALF_PAIR: Final = re.compile("[\ud800-\udfff]")


def print_values(dto: Dto, values: Values, *, pretty: bool = False, zone: tzinfo | None = None) -> bytes:
    """The DTO as UTF-8; nulls are left out. `zone` is that of dates without one, None the system's.

    `pretty` is the layout of the documentation pages: one member a line, tabs, nested values on lines of their own.
    """
    block = _Layout(zone, _SPECIAL_SPACED if pretty else _SPECIAL).arrange_dto(dto, values)
    return encode_text(block.spread(1) if pretty else block.join())


def print_value(kind: Type, value: Value, zone: tzinfo | None) -> str:
    """One value, compact and quoted if it must be; nothing for null."""
    part = _Layout(zone, _SPECIAL).arrange(kind, value)
    return part if isinstance(part, str) else part.join()


def encode_text(text: str) -> bytes:
    """UTF-8, with a replacement character for half a surrogate pair, which has none: so .NET writes it."""
    return _HALF_PAIR.sub("\ufffd", text).encode()


@dataclass(frozen=True, slots=True)
class _Block:
    """An object or a list: its brackets, and its parts with what stands before each."""

    opener: str
    closer: str
    parts: list[tuple[str, str | _Block]]

    def join(self) -> str:
        parts = (f"{name}{part if isinstance(part, str) else part.join()}" for name, part in self.parts)
        return f"{self.opener}{','.join(parts)}{self.closer}"

    def spread(self, indent: int) -> str:
        if not self.parts:
            return self.opener + self.closer
        tabs = "\t" * indent
        lines = ",\n".join(f"{tabs}{_spread_part(name, part, indent)}" for name, part in self.parts)
        return f"{self.opener}\n{lines}\n{tabs[1:]}{self.closer}"


def _spread_part(name: str, part: str | _Block, indent: int) -> str:
    before = f"{name} " if name else ""
    if isinstance(part, str):
        return before + part
    own_line = "\n" + "\t" * indent if name and part.parts else ""
    return f"{before}{own_line}{part.spread(indent + 1)}"


@dataclass(frozen=True, slots=True)
class _Layout:
    zone: tzinfo | None
    special: re.Pattern[str]

    def arrange_dto(self, dto: Dto, values: Values) -> _Block:
        shown = ((member, get(member, values)) for member in dto.text_members)
        kept = ((member, value) for member, value in shown if value is not None)
        return _Block("{", "}", [(f"{member.name}:", self.arrange(member.type, value)) for member, value in kept])

    def arrange(self, kind: Type, value: Value) -> str | _Block:
        match kind, value:
            case Dto(), dict():
                return self.arrange_dto(kind, value)
            case MapOf(item=item), dict():
                kept = ((name, one) for name, one in value.items() if one is not None)
                return _Block("{", "}", [(f"{self._quote(name)}:", self.arrange(item, one)) for name, one in kept])
            case ListOf(item=item), list():
                return _Block("[", "]", [("", self.arrange(item, one)) for one in value])
            case _:
                return self._arrange_scalar(value)

    def _arrange_scalar(self, value: Value) -> str:
        match value:
            case None:
                return ""
            case str():
                return self._quote(value)
            case float():
                return format_double(value)
            case bool() | int():
                return str(value)
            case DateTime():
                # Never quoted, in spite of its colons.
                return format_jsv(value, self.zone)
            case _:
                raise TypeError(type(value))

    def _quote(self, text: str) -> str:
        return text if text and not self.special.search(text) else '"{}"'.format(text.replace('"', '""'))


def parse(body: bytes, dto: Dto) -> Node:
    """The object that a body is: strict JSV, JSV laid out for reading, or JSON. Raises Malformed."""
    text = decode_text(body).strip(BLANKS)
    if not text.startswith("{"):
        raise Malformed
    if not text[1:].lstrip(BLANKS).startswith('"'):
        return _parse_object(text, spaced=text.startswith(tuple(BLANKS), 1))
    # JSV never quotes a DTO's own names.
    try:
        return json.parse(body, dto)
    except Malformed:
        return _parse_object(text, spaced=True)


def parse_value(text: str) -> Node:
    """A value that stands alone, in strict JSV. Raises Malformed."""
    if text.startswith(("{", "[")) and find_end(text, 0) != len(text):
        raise Malformed
    return _Part(text, False)


def decode_text(body: bytes) -> str:
    """UTF-8, with a BOM or without. Raises Malformed."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Malformed from None


def _parse_object(text: str, *, spaced: bool) -> Node:
    return _Object(text, spaced, split_members(text, spaced=spaced))


@dataclass(frozen=True, slots=True)
class _Part:
    """A value's raw text; the type that is wanted of it decides what it is."""

    raw: str
    spaced: bool

    def text(self) -> str | None:
        # Brackets are no reason against a text: `[a,b]` is one, where a string is wanted.
        return unquote(self.raw) if self.raw.startswith('"') else self.raw or None

    def items(self) -> Iterable[Node] | None:
        if not self.raw:
            return None
        if not self.raw.startswith("["):
            return [self]
        return [_Part(one, self.spaced) for one in split_items(self.raw, spaced=self.spaced)]

    def members(self) -> Iterable[tuple[str, Node]] | None:
        if not self.raw:
            return None
        if not self.raw.startswith("{"):
            raise WrongShape(self.raw)
        return self._parts(split_members(self.raw, spaced=self.spaced))

    def entries(self) -> Iterable[tuple[str, Node]] | None:
        return self.members()

    def _parts(self, found: Iterable[tuple[str, str]]) -> Iterator[tuple[str, Node]]:
        return ((name, _Part(raw, self.spaced)) for name, raw in found)


@dataclass(frozen=True, slots=True)
class _Object(_Part):
    """A whole body, split already: what is malformed in it shows at once."""

    found: list[tuple[str, str]]

    def members(self) -> Iterable[tuple[str, Node]] | None:
        return self._parts(self.found)
