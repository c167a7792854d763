"""P, the class whose values the text vectors hold, and the zone of the machine that made them."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from rpcauth.rest.ym.dates import DateTime, parse_date
from rpcauth.rest.ym.types import Dto, ListOf, MapOf, Member, Scalar, Value, Values

ZONE = ZoneInfo("America/New_York")


class SelfReferential(Dto):
    """A class that holds itself, and so is compared and hashed by identity: member by member never ends."""

    __eq__ = object.__eq__
    __hash__ = object.__hash__


_C = Member(name="C", type=Scalar.STRING)
P = SelfReferential(
    name="P",
    namespace="http://schemas.datacontract.org/2004/07/Vectors",
    own=(
        Member(name="A", type=Scalar.STRING),
        Member(name="B", type=Scalar.STRING),
        Member(name="I", type=Scalar.INT),
        Member(name="T", type=Scalar.BOOL),
        Member(name="D", type=Scalar.DATE_TIME),
        Member(name="N", type=Scalar.DATE_TIME, nullable=True),
        Member(name="L", type=ListOf(Scalar.STRING)),
        Member(name="M", type=MapOf(Scalar.STRING)),
        _C,
        Member(name="F", type=Scalar.DOUBLE),
        Member(name="Q", type=Scalar.INT, nullable=True),
    ),
)
# A frozen declaration cannot name what is not there yet.
object.__setattr__(_C, "type", P)

DEFAULTS: Values = {one.name: one.default for one in P.members}


def complete(values: Values, zone: ZoneInfo = ZONE) -> Values:
    """All members of a P, with dates that have no zone in local time: what the original's reader makes."""
    given = {name: _localise(value, zone) for name, value in values.items() if value is not None}
    inner = given.get("C")
    nested: Values = {"C": complete(inner, zone)} if isinstance(inner, dict) else {}
    return DEFAULTS | given | nested


def from_json(tree: dict[str, Any]) -> Values:
    """All members of a P that a vector shows as JSON."""
    dates = {name: parse_date(tree[name]) for name in ("D", "N") if name in tree}
    nested: Values = {"C": from_json(tree["C"])} if "C" in tree else {}
    return DEFAULTS | tree | dates | nested


def _localise(value: Value, zone: ZoneInfo) -> Value:
    return value.local_to(zone) if isinstance(value, DateTime) else value
