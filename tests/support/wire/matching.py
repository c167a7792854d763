"""Comparing a reply with what a file expects of it: as JSON values, with matchers where a value cannot be known."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

REST = "..."
"""The member name that lets an object have members besides those named."""

Variables = dict[str, str]
"""What `$save:NAME` kept, and what `${NAME}` gives back."""

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_VARIABLE = re.compile(rf"\$\{{(?P<name>{_NAME})\}}")
_SAVE = re.compile(rf"\$save:(?P<name>{_NAME})(?:=(?P<matcher>.*))?", re.DOTALL)
_NOW = re.compile(r"\$now(?P<offset>[+-][0-9]+)?±(?P<margin>[0-9]+)")


class Mismatch(Exception):
    """A reply is not what the file expects: where, what was expected, what came."""


class DuplicateMember(ValueError):
    """An object of a reply names a member twice."""


def substitute(text: str, variables: Mapping[str, str], *, as_json: bool = False) -> str:
    """`text` with each `${NAME}` replaced; with `as_json` by what stands for the value inside a JSON string."""

    def value_of(found: re.Match[str]) -> str:
        name = found["name"]
        if name not in variables:
            raise Mismatch(f"${{{name}}} has no value here: nothing saved it before")
        return json.dumps(variables[name], ensure_ascii=False)[1:-1] if as_json else variables[name]

    return _VARIABLE.sub(value_of, text)


def decode(text: str | bytes) -> Any:
    """A JSON text. Raises ValueError, also for a member that is named twice."""
    return json.loads(text, object_pairs_hook=_object)


def match(expected: Any, actual: Any, variables: Variables, path: str = "$") -> None:
    """Compare, saving what `$save:` names. Raises Mismatch at the first difference, in the order of `expected`."""
    match expected:
        case str():
            _match_text(expected, actual, variables, path)
        case dict():
            _match_object(expected, actual, variables, path)
        case list():
            if not isinstance(actual, list) or len(actual) != len(expected):
                raise _mismatch(path, f"an array of {len(expected)}", actual)
            for index, (one, other) in enumerate(zip(expected, actual, strict=True)):
                match(one, other, variables, f"{path}[{index}]")
        case _:
            # True equals 1 in Python and 1 equals 1.0: on the wire they are different replies.
            if type(expected) is not type(actual) or expected != actual:
                raise _mismatch(path, expected, actual)


def _match_object(expected: dict[str, Any], actual: Any, variables: Variables, path: str) -> None:
    if not isinstance(actual, dict):
        raise _mismatch(path, "an object", actual)
    named = [name for name in expected if name != REST]
    for name in named:
        if name not in actual:
            raise _mismatch(f"{path}.{name}", expected[name], "nothing: the member is missing")
        match(expected[name], actual[name], variables, f"{path}.{name}")
    surplus = [name for name in actual if name not in named]
    if surplus and REST not in expected:
        raise _mismatch(path, f"no member {surplus[0]!r}", actual[surplus[0]])


def _match_text(expected: str, actual: Any, variables: Variables, path: str) -> None:
    save = _SAVE.fullmatch(expected)
    if save is not None:
        _match_text(save["matcher"] or "$string", actual, variables, path)
        variables[save["name"]] = str(actual)
    elif not _is_match(expected, actual, variables):
        raise _mismatch(path, expected, actual)


def _is_match(expected: str, actual: Any, variables: Variables) -> bool:
    if expected == "$any":
        return True
    if expected == "$string":
        return isinstance(actual, str)
    if expected == "$int":
        return isinstance(actual, int) and not isinstance(actual, bool)
    if expected.startswith("$re:"):
        escaped = {name: re.escape(value) for name, value in variables.items()}
        pattern = substitute(expected.removeprefix("$re:"), escaped)
        return isinstance(actual, str) and re.fullmatch(pattern, actual) is not None
    now = _NOW.fullmatch(expected)
    if now is not None:
        return _is_near(actual, int(now["offset"] or 0), int(now["margin"]))
    return isinstance(actual, str) and actual == substitute(expected, variables)


def _is_near(actual: Any, offset: int, margin: int) -> bool:
    """Whether a time (RFC 3339, or epoch seconds) is `offset` seconds from now, give or take `margin`."""
    if isinstance(actual, str):
        try:
            actual = datetime.fromisoformat(actual).timestamp()
        except ValueError:
            return False
    if isinstance(actual, bool) or not isinstance(actual, (int, float)):
        return False
    return abs(actual - time.time() - offset) <= margin


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise DuplicateMember("a member is named twice")
    return members


def _mismatch(path: str, expected: Any, actual: Any) -> Mismatch:
    return Mismatch(f"at {path}\n  expected {_show(expected)}\n  received {_show(actual)}")


def _show(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
