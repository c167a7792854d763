"""Differences for people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from rpcauth.wire.matching import ABSENT, Difference

HIDDEN: Final = "***"

MOST: Final = 2_000
"""Characters of a value that are shown. A daemon that answers with megabytes is told as well by their beginning."""

SECRET_MEMBERS: Final = frozenset({"secret", "client_secret", "AppSecret", "AppSecert", "password", "id_token"})


def describe(differences: Iterable[Difference]) -> str:
    """Each place, below it what was expected (-) and what came (+), as JSON."""
    return "\n".join(line for difference in differences for line in _describe_one(difference))


def show(value: object) -> str:
    """A value as compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def conceal(difference: Difference) -> Difference:
    """The difference without what came in members whose names say that they are secret."""
    last = difference.path.rpartition(".")[2]
    return difference._replace(received=_conceal(last, difference.received))


def _conceal(name: str, value: Any) -> Any:
    match value:
        case dict():
            return {member: _conceal(member, held) for member, held in value.items()}
        case list():
            return [_conceal(name, held) for held in value]
        case str() if name in SECRET_MEMBERS:
            return HIDDEN
        case _:
            return value


def _describe_one(difference: Difference) -> Iterator[str]:
    yield f"at {difference.path}"
    if difference.expected is not ABSENT:
        yield f"  - {_shorten(show(difference.expected))}"
    if difference.received is not ABSENT:
        yield f"  + {_shorten(show(difference.received))}"


def _shorten(text: str) -> str:
    return text if len(text) <= MOST else f"{text[:MOST]} … and {len(text) - MOST} characters more"
