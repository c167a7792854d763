"""JSON, compact: nulls are left out, defaults are kept, and what is printed has the original's escapes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from json import JSONDecoder
from typing import Final, NoReturn, TypeAlias

from rpcauth.rest.ym.dates import DateTime, format_iso
from rpcauth.rest.ym.formats.scalars import format_double
from rpcauth.rest.ym.reading import MAX_DEPTH, Malformed, Node, WrongShape
from rpcauth.rest.ym.types import Dto, ListOf, MapOf, Type, Value, Values, get

_ESCAPED: Final = re.compile(r'["\\\x00-\x1f\x7f-\x9f\ud800-\udfff]')
_SHORT: Final = {'"': r"\"", "\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\f": r"\f", "\b": r"\b"}


def print_values(dto: Dto, values: Values, *, extra: Mapping[str, str] = {}) -> bytes:
    """The DTO as UTF-8; `extra` are string members after all of its own."""
    own = _print_members(dto, values)
    return _join_object([*own, *((name, _quote(text)) for name, text in extra.items())]).encode()


def _print_members(dto: Dto, values: Values) -> Iterator[tuple[str, str]]:
    for member in dto.text_members:
        value = get(member, values)
        if value is not None:
            yield member.name, _print(member.type, value)


def _print(kind: Type, value: Value) -> str:
    match kind, value:
        case Dto(), dict():
            return _join_object(_print_members(kind, value))
        case MapOf(item=item), dict():
            return _join_object((name, _print(item, one)) for name, one in value.items() if one is not None)
        case ListOf(item=item), list():
            return f"[{','.join(_print(item, one) for one in value)}]"
        case _:
            return _print_scalar(value)


def _print_scalar(value: Value) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return format_double(value)
        case str():
            return _quote(value)
        case DateTime():
            return _quote(format_iso(value))
        case _:
            raise TypeError(type(value))


def _join_object(members: Iterable[tuple[str, str]]) -> str:
    return f"{{{','.join(f'{_quote(name)}:{text}' for name, text in members)}}}"


def _quote(text: str) -> str:
    return f'"{_ESCAPED.sub(_escape, text)}"'


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    # Half of a surrogate pair has no UTF-8; .NET's encoder writes the replacement character too.
    return _SHORT.get(character) or ("\ufffd" if character >= "\ud800" else f"\\u{ord(character):04X}")


_Tree: TypeAlias = "str | bool | list[_Tree] | tuple[tuple[str, _Tree], ...] | None"


class _Number(str):
    """A number's text as it stands in the body: strings may be written as numbers, and 1.50 must stay 1.50."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class _Node:
    tree: _Tree

    def text(self) -> str | None:
        if isinstance(self.tree, list | tuple):
            raise WrongShape(_show(self.tree))
        return ("true" if self.tree else "false") if isinstance(self.tree, bool) else self.tree

    def items(self) -> Iterable[_Node] | None:
        if self.tree is None:
            return None
        if not isinstance(self.tree, list):
            raise WrongShape(_show(self.tree))
        return [_Node(one) for one in self.tree]

    def members(self) -> Iterable[tuple[str, _Node]] | None:
        if self.tree is None:
            return None
        if not isinstance(self.tree, tuple):
            raise WrongShape(_show(self.tree))
        return [(name, _Node(one)) for name, one in self.tree]

    def entries(self) -> Iterable[tuple[str, _Node]] | None:
        return self.members()


def parse(body: bytes, dto: Dto) -> Node:
    """The object that a body is. Raises Malformed for any other body, an empty one too."""
    try:
        tree = _DECODER.decode(body.decode("utf-8-sig"))
        _check(tree, MAX_DEPTH)
    except (ValueError, RecursionError):
        raise Malformed from None
    if not isinstance(tree, tuple):
        raise Malformed
    return _Node(tree)


def _refuse(_constant: str) -> NoReturn:
    raise Malformed


# A name that stands twice must stay where it stands, so that the last spelling of a member wins: an object is a
# tuple of pairs here, where msgspec would make a dict of it.
_DECODER: Final = JSONDecoder(object_pairs_hook=tuple, parse_float=_Number, parse_int=_Number, parse_constant=_refuse)


def _check(tree: _Tree, levels: int) -> None:
    """Raise Malformed where the tree is deeper than `levels`, ValueError where it holds half a surrogate pair."""
    if isinstance(tree, str):
        tree.encode()
    if not isinstance(tree, list | tuple):
        return
    if not levels:
        raise Malformed
    for one in tree if isinstance(tree, list) else (part for pair in tree for part in pair):
        _check(one, levels - 1)


def _show(tree: _Tree) -> str:
    """What stands in the wrong place, written compactly; a string without its quotes."""
    return tree if isinstance(tree, str) else _show_inner(tree)


def _show_inner(tree: _Tree) -> str:
    match tree:
        case list():
            return f"[{','.join(map(_show_inner, tree))}]"
        case tuple():
            return _join_object((name, _show_inner(one)) for name, one in tree)
        case _Number():
            return tree
        case _:
            return _print_scalar(tree)
