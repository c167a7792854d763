"""CSV of one DTO: a row of names and a row of values, with nested values in JSV (contract, decision 4)."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import tzinfo
from io import StringIO
from typing import Final

from rpcauth.rest.ym.formats import json
from rpcauth.rest.ym.formats.jsv import decode_text, encode_text, parse_value, print_value
from rpcauth.rest.ym.formats.jsv_scanner import BLANKS
from rpcauth.rest.ym.reading import Malformed, Node, WrongShape
from rpcauth.rest.ym.types import Dto, Member, Values, get

_SPECIAL: Final = re.compile(r'[",\r\n]|\A[\[{]')


def print_values(dto: Dto, values: Values, *, zone: tzinfo | None = None) -> bytes:
    """The DTO as UTF-8: all members, null as nothing. `zone` is that of dates without one, None the system's."""
    names = ",".join(member.name for member in dto.text_members)
    cells = ",".join(_quote(_print_cell(member, values, zone)) for member in dto.text_members)
    return encode_text(f"{names}\r\n{cells}\r\n")


def _print_cell(member: Member, values: Values, zone: tzinfo | None) -> str:
    value = get(member, values)
    # A string has CSV's quotes, or JSV's inside a nested value, never both.
    return value if isinstance(value, str) else print_value(member.type, value, zone)


def _quote(text: str) -> str:
    return '"{}"'.format(text.replace('"', '""')) if _SPECIAL.search(text) else text


def parse(body: bytes, dto: Dto) -> Node:
    """The first row of values; the whole body has to be CSV. The documented sample body is JSON, and is read too.

    Raises Malformed.
    """
    text = decode_text(body)
    if text.lstrip(BLANKS).startswith("{"):
        return json.parse(body, dto)
    try:
        rows = [row for row in csv.reader(StringIO(text, newline=""), strict=True) if row]
    except csv.Error:
        raise Malformed from None
    # Cells behind the last name have no meaning; a short row leaves the rest unset.
    return _Row([(name, _Cell(cell)) for name, cell in zip(*rows[:2], strict=False)] if len(rows) > 1 else [])


@dataclass(frozen=True, slots=True)
class _Cell:
    """A field, its own quotes gone. CSV has one nothing, for null and for the empty string."""

    field: str

    def text(self) -> str | None:
        return self.field or None

    def items(self) -> Iterable[Node] | None:
        return parse_value(self.field).items() if self.field.startswith("[") else [self] if self.field else None

    def members(self) -> Iterable[tuple[str, Node]] | None:
        return parse_value(self.field).members()

    def entries(self) -> Iterable[tuple[str, Node]] | None:
        return self.members()


@dataclass(frozen=True, slots=True)
class _Row:
    cells: list[tuple[str, Node]]

    def text(self) -> str | None:
        raise WrongShape("")

    def items(self) -> Iterable[Node] | None:
        raise WrongShape("")

    def members(self) -> Iterable[tuple[str, Node]] | None:
        return self.cells

    def entries(self) -> Iterable[tuple[str, Node]] | None:
        return self.cells
