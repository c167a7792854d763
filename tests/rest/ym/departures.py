"""Where we do on purpose what the original does not: each vector concerned, why, and what we do instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rpcauth.rest.ym.dates import parse_date
from rpcauth.rest.ym.reading import Fault, Malformed, Unconvertible
from rpcauth.rest.ym.types import Values


@dataclass(frozen=True, slots=True)
class Departure:
    """`instead` is what is read, or the refusal."""

    reason: str
    instead: Values | Malformed | Unconvertible


TEXT_DEPARTURES: Mapping[tuple[str, str], Departure] = {
    ("parse", r'"{\"A\": \"x\", \"B\":\"y\"}"'): Departure(
        "decision 5: JSON sent as JSV is read; the original binds nothing of it", {"A": "x", "B": "y"}
    ),
    ("parse", r'"{I:abc,A:x}"'): Departure(
        "decision 8: a value that does not convert is refused; the original makes it 0",
        Unconvertible([Fault("I", "abc")]),
    ),
    ("parse", r'"{A:\"a\"b,B:y}"'): Departure(
        "decision 14: text behind a closing quote is refused; the original loses what follows", Malformed()
    ),
    ("parse", r'"{D:2024-05-03T12:34:56Z}"'): Departure(
        "none needed: the same instant, in the zone that the text names; the original tells it in the server's",
        {"D": parse_date("2024-05-03T12:34:56Z")},
    ),
}
"""By kind and first column of the row."""
