"""What a type accepts, and what was given, in words. Given texts are never repeated: one may be a secret."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from functools import reduce
from operator import or_
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from msgspec import Meta

_LARGEST_SHOWN = 10**15


def strip(wanted: Any) -> Any:
    """A type without its `Annotated` and without `| None`."""
    if get_origin(wanted) is Annotated:
        return strip(get_args(wanted)[0])
    alternatives = [one for one in get_args(wanted) if one is not NoneType]
    if NoneType in get_args(wanted):
        return strip(reduce(or_, alternatives))
    return wanted


def find_bound(wanted: Any, name: str) -> Any:
    """The value of a `msgspec.Meta` member on a type, the innermost one; None where nobody set it."""
    return next((value for meta in _metas(wanted) if (value := getattr(meta, name)) is not None), None)


def find_choices(wanted: Any) -> tuple[str, ...] | None:
    """The words of an enumeration or literal type; None for other types."""
    bare = strip(wanted)
    if get_origin(bare) is Literal:
        return get_args(bare)
    if isinstance(bare, type) and issubclass(bare, Enum):
        return tuple(member.value for member in bare)
    return None


def describe_expected(wanted: Any) -> str:
    """The values that a type with its bounds accepts."""
    bare = strip(wanted)
    if bare is bool:
        return "true or false"
    if bare is int:
        return "a whole number" + _describe_range(wanted)
    if bare is float:
        return "a number" + _describe_range(wanted)
    longest = find_bound(wanted, "max_length")
    return f"a string of 1 to {longest} characters" if longest and bare is str else "a string"


def describe_given(raw: object) -> str:
    """The kind of a value; the value itself where it is a number or a truth value."""
    match raw:
        case bool():
            return "true" if raw else "false"
        case int():
            return str(raw) if abs(raw) < _LARGEST_SHOWN else "a larger number"
        case float():
            return str(raw)
        case str():
            return f"a string of {len(raw)} character{'' if len(raw) == 1 else 's'}"
        case list() | tuple():
            return "a list"
        case Mapping():
            return "a table"
        case None:
            return "null"
        case _:
            return "a date or time"


def _metas(wanted: Any) -> Iterator[Meta]:
    if get_origin(wanted) is Annotated:
        inner, *metadata = get_args(wanted)
        yield from _metas(inner)
        yield from (one for one in metadata if isinstance(one, Meta))
    else:
        for one in get_args(wanted):
            if get_origin(one) is Annotated and NoneType in get_args(wanted):
                yield from _metas(one)


def _describe_range(wanted: Any) -> str:
    above, lowest, highest = (find_bound(wanted, name) for name in ("gt", "ge", "le"))
    if above is not None:
        return f" above {above}" + (f", at most {highest}" if highest is not None else "")
    return f" from {lowest}" + (f" to {highest}" if highest is not None else " on") if lowest is not None else ""
