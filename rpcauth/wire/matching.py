"""Comparing a reply with what a file expects of it: as JSON values, with matchers where a value cannot be known."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final, NamedTuple, NoReturn

from rpcauth.wire.variables import NAME, Unknown, Variables, substitute

REST: Final = "..."
"""The member name that lets an object have members besides those named."""

MAX_DEPTH: Final = 100
"""Levels of arrays and objects in a reply that is looked at; nothing of the contract has ten."""

SAVE = re.compile(rf"\$save:(?P<name>{NAME})(?:=(?P<matcher>.*))?", re.DOTALL)

_NOW = re.compile(r"\$now(?P<offset>[+-][0-9]+)?±(?P<margin>[0-9]+)")


class _Absent:
    def __repr__(self) -> str:
        return "nothing"


ABSENT: Final = _Absent()
"""What stands in a difference where there is no value."""


class Difference(NamedTuple):
    """A place where a reply is not what the file expects: `$.result.scope`, `status`, `headers.retry-after`."""

    path: str
    expected: Any
    received: Any


class DuplicateMember(ValueError):
    """An object of a reply names a member twice."""


def decode(text: str | bytes) -> Any:
    """A JSON text. Raises ValueError, also for a member that is named twice, and for what nests beyond all reason."""
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if _is_deeper(value, MAX_DEPTH):
        raise ValueError("nested too deep")
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _is_deeper(value: Any, levels: int) -> bool:
    inside = [value]
    for _ in range(levels):
        inside = [one for held in inside for one in _look_inside(held)]
    return bool(inside)


def _look_inside(value: Any) -> Iterable[Any]:
    match value:
        case dict():
            return value.values()
        case list():
            return value
        case _:
            return ()


def compare(expected: Any, actual: Any, variables: Variables, now: float, path: str = "$") -> Iterator[Difference]:
    """Every difference, in the order of `expected`. What `$save:` names is saved on the way; `now` in epoch seconds."""
    match expected:
        case str():
            yield from _compare_text(expected, actual, variables, now, path)
        case dict():
            yield from _compare_object(expected, actual, variables, now, path)
        case list():
            if not isinstance(actual, list):
                yield Difference(path, expected, actual)
                return
            for index in range(max(len(expected), len(actual))):
                one = expected[index] if index < len(expected) else ABSENT
                other = actual[index] if index < len(actual) else ABSENT
                if one is ABSENT or other is ABSENT:
                    yield Difference(f"{path}[{index}]", one, other)
                else:
                    yield from compare(one, other, variables, now, f"{path}[{index}]")
        case _:
            # True equals 1 in Python and 1 equals 1.0: on the wire they are different replies.
            if type(expected) is not type(actual) or expected != actual:
                yield Difference(path, expected, actual)


def order_like(expected: Any, actual: Any) -> Any:
    """A batch's replies in the order of the expected ones, by their ids; what no expected one names stands last."""
    if not isinstance(expected, list) or not isinstance(actual, list):
        return actual
    left, ordered = list(actual), []
    for one in expected:
        found = next((reply for reply in left if _id_of(reply) == _id_of(one)), None)
        if found is not None:
            left.remove(found)
            ordered.append(found)
    return ordered + left


def _id_of(reply: Any) -> tuple[type, Any]:
    value = reply.get("id") if isinstance(reply, dict) else None
    return type(value), value


def _compare_object(
    expected: dict[str, Any], actual: Any, variables: Variables, now: float, path: str
) -> Iterator[Difference]:
    if not isinstance(actual, dict):
        yield Difference(path, expected, actual)
        return
    for name, value in expected.items():
        if name == REST:
            continue
        if name in actual:
            yield from compare(value, actual[name], variables, now, f"{path}.{name}")
        else:
            yield Difference(f"{path}.{name}", value, ABSENT)
    if REST not in expected:
        yield from (Difference(f"{path}.{name}", ABSENT, actual[name]) for name in actual if name not in expected)


def _compare_text(expected: str, actual: Any, variables: Variables, now: float, path: str) -> Iterator[Difference]:
    save = SAVE.fullmatch(expected)
    if save is not None:
        differences = list(_compare_text(save["matcher"] or "$string", actual, variables, now, path))
        yield from differences
        if not differences:
            variables[save["name"]] = str(actual)
        return
    try:
        is_match = _is_match(expected, actual, variables, now)
    except Unknown:
        is_match = False
    if not is_match:
        yield Difference(path, expected, actual)


def _is_match(expected: str, actual: Any, variables: Variables, now: float) -> bool:
    if expected == "$any":
        return True
    if expected == "$string":
        return isinstance(actual, str)
    if expected == "$int":
        return isinstance(actual, int) and not isinstance(actual, bool)
    if expected.startswith("$re:"):
        pattern = substitute(expected.removeprefix("$re:"), variables, re.escape)
        return isinstance(actual, str) and re.fullmatch(pattern, actual) is not None
    time = _NOW.fullmatch(expected)
    if time is not None:
        return _is_near(actual, now + int(time["offset"] or 0), int(time["margin"]))
    return isinstance(actual, str) and actual == substitute(expected, variables)


def _is_near(actual: Any, expected: float, margin: int) -> bool:
    """Whether a time (RFC 3339, or epoch seconds) is the expected one, give or take `margin` seconds."""
    if isinstance(actual, str):
        try:
            actual = datetime.fromisoformat(actual).timestamp()
        except ValueError:
            return False
    if isinstance(actual, bool) or not isinstance(actual, (int, float)):
        return False
    return abs(actual - expected) <= margin


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise DuplicateMember("a member is named twice")
    return members
