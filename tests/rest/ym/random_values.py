"""Random values of a DTO, and what a text format keeps of them."""

from __future__ import annotations

from hypothesis import strategies as st

from rpcauth.rest.ym.dates import MAX_VALUE, DateTime
from rpcauth.rest.ym.types import Dto, EnumType, ListOf, MapOf, Scalar, Type, Value, Values, get
from tests.rest.ym.class_p import ZONE

TEXTS = st.text(st.sampled_from("\":,{}[]\r\n\t '\\a=") | st.characters(exclude_categories=["Cs"]), max_size=12)

_KINDS = st.just("utc") | st.just("unspecified") | st.integers(-14 * 60, 14 * 60)
_DAY = 864_000_000_000
_TICKS = st.integers(0, MAX_VALUE.ticks) | st.integers(0, MAX_VALUE.ticks // _DAY).map(lambda day: day * _DAY)
_SCALARS: dict[Scalar, st.SearchStrategy[Value]] = {
    Scalar.STRING: TEXTS,
    Scalar.BOOL: st.booleans(),
    Scalar.INT: st.integers(-(2**31), 2**31 - 1),
    Scalar.LONG: st.integers(-(2**63), 2**63 - 1),
    Scalar.DOUBLE: st.floats(allow_nan=False, allow_infinity=False),
    Scalar.DATE_TIME: st.builds(DateTime, _TICKS, _KINDS),
}


def values_of(dto: Dto, levels: int = 3) -> st.SearchStrategy[Values]:
    """Any of the members that text formats print; DTOs inside one another down to `levels`."""
    shown = (one for one in dto.text_members if levels or not isinstance(one.type, Dto))
    return st.fixed_dictionaries({}, optional={one.name: _value_of(one.type, levels) for one in shown})


def _value_of(kind: Type, levels: int) -> st.SearchStrategy[Value]:
    match kind:
        case Dto():
            return st.deferred(lambda: values_of(kind, levels - 1))
        case EnumType():
            return st.sampled_from(kind.values)
        case ListOf(item=item):
            return st.lists(_value_of(item, levels), max_size=3)
        case MapOf(item=item):
            return st.dictionaries(TEXTS, _value_of(item, levels), max_size=3)
        case _:
            return _SCALARS[kind]


def keep(dto: Dto, values: Values) -> Values:
    """What a reader gets of printed values: no nulls, all defaults, and dates in local time."""
    shown = ((member, get(member, values)) for member in dto.text_members)
    return {member.name: _keep(member.type, value) for member, value in shown if value is not None}


def drop_empty(dto: Dto, values: Values) -> Values:
    """As `values`, without the empty strings that CSV cannot tell from null."""
    return {name: value for name, value in keep(dto, values).items() if value != ""}


def _keep(kind: Type, value: Value) -> Value:
    match kind, value:
        case Dto(), dict():
            return keep(kind, value)
        case ListOf(item=item), list():
            return [_keep(item, one) for one in value]
        case _, DateTime():
            # Midnight is printed as a date alone, and so without its zone.
            return (value if value.has_time_of_day else DateTime(value.ticks)).local_to(ZONE)
        case _:
            return value
