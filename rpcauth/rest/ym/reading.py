"""From a parsed body to DTO values, once for all formats: what member a name means, and what its text becomes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from rpcauth.rest.ym.dates import parse_date
from rpcauth.rest.ym.types import Dto, EnumType, ListOf, MapOf, Member, Scalar, Type, Value, Values

MAX_DEPTH = 16
"""Most levels of nesting in a body, itself included."""

_TRUE = frozenset({"true", "1", "on"})
_FALSE = frozenset({"false", "0", "off"})
_BOUNDS = {Scalar.INT: 2**31, Scalar.LONG: 2**63}
_MAX_DIGITS = 20


class Malformed(Exception):
    """The body is not of its format: unreadable, too deep, or of another kind of thing. Holds no text of it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A member whose text does not convert to its type."""

    field: str
    text: str


class Unconvertible(Exception):
    """One or more members do not convert: the binding error."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("unconvertible")
        self.faults = tuple(faults)


class Node(Protocol):
    """One value of a body, seen as whatever its type asks for. What it is not raises `WrongShape`."""

    def text(self) -> str | None:
        """As a scalar: its text, unquoted; None for null."""

    def items(self) -> Iterable[Node] | None:
        """As a list; None for null."""

    def members(self) -> Iterable[tuple[str, Node]] | None:
        """As an object: names and values in their order; None for null."""

    def entries(self) -> Iterable[tuple[str, Node]] | None:
        """As a map; None for null."""


class WrongShape(Exception):
    """A list where text was wanted, and the like. `shown` is how the format writes what is there."""

    def __init__(self, shown: str) -> None:
        super().__init__("wrong shape")
        self.shown = shown


def read_values(dto: Dto, body: Node, *, ignored: Collection[str] = ()) -> Values:
    """The members that a body holds, converted; those that it does not hold are absent.

    Members of `ignored` are left out whatever they hold. Raises Malformed, and Unconvertible with every member that
    does not convert, each once.
    """
    faults: list[Fault] = []
    values = _Reader(faults, ignored).read_object(dto, body, 1)
    if faults:
        raise Unconvertible(faults)
    return values or {}


def convert(kind: Scalar | EnumType, text: str) -> Value:
    """The value of a scalar's text. Raises ValueError; the original's silent defaults would hide a typing error."""
    match kind:
        case Scalar.STRING:
            return text
        case Scalar.BOOL:
            return _convert_bool(text)
        case Scalar.INT | Scalar.LONG:
            return _convert_int(text, _BOUNDS[kind])
        case Scalar.DOUBLE:
            return float(text)
        case Scalar.DATE_TIME:
            date = parse_date(text)
            if date is None:
                raise ValueError("no date")
            return date
        case EnumType():
            return _convert_enum(kind, text)
        case _:
            raise TypeError(kind)


def _convert_bool(text: str) -> bool:
    word = text.strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise ValueError("no bool")


def _convert_int(text: str, bound: int) -> int:
    digits = text.strip()
    if len(digits) > _MAX_DIGITS or not digits.isascii() or not digits.lstrip("+-").isdecimal():
        raise ValueError("no integer")
    number = int(digits)
    if not -bound <= number < bound:
        raise ValueError("out of range")
    return number


def _convert_enum(kind: EnumType, text: str) -> str:
    word = text.strip()
    for name in kind.values:
        if name.lower() == word.lower():
            return name
    if word.isascii() and word.isdecimal() and len(word) < 4 and int(word) < len(kind.values):
        return kind.values[int(word)]
    raise ValueError("no such value")


class _Reader:
    def __init__(self, faults: list[Fault], ignored: Collection[str]) -> None:
        self._faults = faults
        self._ignored = ignored

    def read_object(self, dto: Dto, node: Node, depth: int) -> Values | None:
        found = node.members()
        if found is None:
            return None
        values: Values = {}
        for name, value in found:
            member = self._find_member(dto, name, value)
            if member is None or (depth == 1 and member.name in self._ignored):
                continue
            # The same name in another letter case: the last one wins, as in the original.
            values[member.name] = self._read_member(member, value, depth)
        return values

    def _find_member(self, dto: Dto, name: str, node: Node) -> Member | None:
        if name not in dto.shared_spellings:
            return dto.find(name)
        try:
            return dto.find_for(name, node.text())
        except WrongShape:
            return dto.find(name)

    def _read_member(self, member: Member, node: Node, depth: int) -> Value:
        try:
            return self._read(member.type, node, depth + 1)
        except WrongShape as wrong:
            self._blame(member, wrong.shown)
        except _NotConverted as failed:
            self._blame(member, failed.text)
        return None

    def _blame(self, member: Member, text: str) -> None:
        # Once, however often it stands in the body: the answer is not to outgrow the request many times over.
        if all(fault.field != member.name for fault in self._faults):
            self._faults.append(Fault(member.name, text))

    def _read(self, kind: Type, node: Node, depth: int) -> Value:
        if depth > MAX_DEPTH + 1:
            raise Malformed
        match kind:
            case Dto():
                return self.read_object(kind, node, depth)
            case ListOf(item=item):
                items = node.items()
                return None if items is None else [self._read(item, one, depth + 1) for one in items]
            case MapOf(item=item):
                entries = node.entries()
                return None if entries is None else {name: self._read(item, one, depth + 1) for name, one in entries}
            case _:
                return self._read_scalar(kind, node)

    def _read_scalar(self, kind: Scalar | EnumType, node: Node) -> Value:
        text = node.text()
        if text is None or (not text and kind is not Scalar.STRING):
            return None
        try:
            return convert(kind, text)
        except ValueError:
            raise _NotConverted(text) from None


class _NotConverted(Exception):
    def __init__(self, text: str) -> None:
        super().__init__("not converted")
        self.text = text
