"""Writing the replies that came into a wire example file, for review: what still matches stays as it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final

from rpcauth.wire.matching import REST, compare, decode, order_like
from rpcauth.wire.rendering import SECRET_MEMBERS, show
from rpcauth.wire.replay import Step
from rpcauth.wire.variables import Variables, name_values

_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})")
_TIME_MARGIN: Final = 10
_FAR_AWAY: Final = 1_000_000_000
"""Seconds; what is further from now is no time that depends on it."""

IsSecret = Callable[[str], bool]


def record(text: str, steps: Iterable[Step], is_secret: IsSecret) -> str:
    """`text` with the replies of `steps` in place of those that differ.

    A saved value is written as its name, a time as how far it is from now, and a string that is secret, by its member's
    name or because it `is_secret`, as `$string`.
    """
    lines: list[str | None] = list(text.split("\n"))
    for step in steps:
        if step.differences:
            _replace(lines, step, is_secret)
    return "\n".join(line for line in lines if line is not None)


def merge(expected: Any, actual: Any, step: Step, is_secret: IsSecret) -> Any:
    """What to expect from now on: matchers and values that match, and elsewhere what came."""
    match expected, actual:
        case dict(), dict():
            kept = {
                name: merge(value, actual[name], step, is_secret) if name in actual else value
                for name, value in expected.items()
                if name in actual or name == REST
            }
            more = [] if REST in expected else [name for name in actual if name not in expected]
            return kept | {name: _name_values(actual[name], step, is_secret) for name in more}
        case list(), list() if len(expected) == len(actual):
            return [merge(one, other, step, is_secret) for one, other in zip(expected, actual, strict=True)]
        case _ if not list(compare(expected, actual, dict(step.variables), step.now)):
            return expected
        case _:
            return _name_values(actual, step, is_secret)


def _replace(lines: list[str | None], step: Step, is_secret: IsSecret) -> None:
    reply, received = step.exchange.reply, step.received
    body = _merge_body(step, is_secret)
    written = f"<<! {received.status} {body}" if step.exchange.request.is_http else f"<< {body}"
    if not step.exchange.request.is_http:
        usual = 200 if body else 204
        status = None if received.status == usual else f"// @status {received.status}"
        if reply.status_line is not None:
            lines[reply.status_line - 1] = status
        elif status is not None:
            written = f"{status}\n{written}"
    first, last = reply.lines
    lines[first - 1 : last] = [written.rstrip(), *([None] * (last - first))]


def _merge_body(step: Step, is_secret: IsSecret) -> str:
    received = step.received.body
    if not received:
        return ""
    expected = decode(step.exchange.reply.body) if step.exchange.reply.body else None
    actual: Any = received.decode(errors="replace")
    if not isinstance(expected, str):
        try:
            actual = decode(received)
        except ValueError:
            expected = None
    if step.exchange.reply.in_any_order:
        actual = order_like(expected, actual)
    return show(merge(expected, actual, step, is_secret))


def _name_values(value: Any, step: Step, is_secret: IsSecret) -> Any:
    match value:
        case dict():
            return {
                name: "$string"
                if name in SECRET_MEMBERS and isinstance(member, str)
                else _name_values(member, step, is_secret)
                for name, member in value.items()
            }
        case list():
            return [_name_values(member, step, is_secret) for member in value]
        case str() if _TIME.fullmatch(value):
            return _write_time(value, step.now)
        case str():
            return _name_values_in(value, step.variables, is_secret)
        case _:
            return value


def _write_time(text: str, now: float) -> str:
    offset = round(datetime.fromisoformat(text).timestamp() - now)
    return f"$now{offset:+d}±{_TIME_MARGIN}" if abs(offset) < _FAR_AWAY else text


def _name_values_in(text: str, variables: Variables, is_secret: IsSecret) -> str:
    written = name_values(text, variables)
    return "$string" if is_secret(written) else written
