"""The words in which DTOs are declared: types, members, inheritance. Everything printed or read follows from them.

A DTO value is a dict from member name to value; what is absent has its default. Values: str, bool, int, float,
`dates.DateTime`, an enum's value by name, list, dict, and None for null.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import TypeAlias

from rpcauth.rest.ym.dates import MIN_VALUE, DateTime

Value: TypeAlias = "str | bool | int | float | DateTime | list[Value] | dict[str, Value] | None"
Values: TypeAlias = dict[str, Value]


class Scalar(Enum):
    """A type without parts. The value is its name in C#, as the documentation pages write it."""

    STRING = "string"
    BOOL = "bool"
    INT = "int"
    LONG = "long"
    DOUBLE = "double"
    DATE_TIME = "DateTime"


@dataclass(frozen=True, slots=True)
class EnumType:
    """Named values; the first is the default, and each also goes by its place."""

    name: str
    namespace: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListOf:
    item: Type


@dataclass(frozen=True, slots=True)
class MapOf:
    """Dictionary<string, T>."""

    item: Type


@dataclass(frozen=True, kw_only=True)
class Member:
    """One property of a DTO.

    `nullable` is for value types (`long?`); strings, lists, maps and DTOs always are. `computed` members are get-only
    in C#: ignored in requests whatever they hold, and not in XML. `undocumented` ones are read and never shown.
    """

    name: str
    type: Type
    nullable: bool = False
    required: bool = False
    description: str = ""
    computed: bool = False
    undocumented: bool = False

    @property
    def may_be_null(self) -> bool:
        return self.nullable or not isinstance(self.type, EnumType | Scalar) or self.type is Scalar.STRING

    @property
    def default(self) -> Value:
        """What C# gives a member that nobody has set."""
        if self.may_be_null:
            return None
        return self.type.values[0] if isinstance(self.type, EnumType) else _DEFAULTS[self.type]  # type: ignore[index]


@dataclass(frozen=True, kw_only=True)
class Dto:
    """A class: its own members and those of its base.

    `hidden` names inherited members that JSON, JSV and CSV leave out; XML has them. `shared_spellings` maps a spelling
    that would name another member to the one that it means when its value is no integer.
    """

    name: str
    namespace: str
    own: tuple[Member, ...]
    base: Dto | None = None
    hidden: frozenset[str] = frozenset()
    shared_spellings: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def members(self) -> tuple[Member, ...]:
        """All members as text formats order them: own first, then the base's."""
        return self.own + (() if self.base is None else self.base.members)

    @cached_property
    def text_members(self) -> tuple[Member, ...]:
        """What JSON, JSV and CSV print, in their order."""
        return tuple(one for one in self.members if one.name not in self.hidden and not one.undocumented)

    @cached_property
    def lineage(self) -> Sequence[Dto]:
        """The classes from the root of the inheritance down to this one: the order of XML."""
        return [*([] if self.base is None else self.base.lineage), self]

    @cached_property
    def xml_members(self) -> tuple[tuple[str, Member], ...]:
        """(namespace, member) as DataContractSerializer orders them: base first, ordinal inside each class."""
        return tuple((one.namespace, member) for one in self.lineage for member in one._sorted())

    def find(self, name: str) -> Member | None:
        """The member that `name` means in any letter case, and with or without the underscores of its own name."""
        return self._by_name.get(name.lower())

    def find_for(self, name: str, text: str | None) -> Member | None:
        """As `find`, minding `shared_spellings`: which member `name` means depends there on its value."""
        meant = self.shared_spellings.get(name)
        if meant is not None and text is not None and not text.strip().lstrip("+-").isdecimal():
            return self.find(meant)
        return self.find(name)

    @cached_property
    def _by_name(self) -> Mapping[str, Member]:
        bare = {one.name.replace("_", "").lower(): one for one in reversed(self.members)}
        return bare | {one.name.lower(): one for one in self.members}

    def _sorted(self) -> Iterator[Member]:
        shown = (one for one in self.own if not one.computed and not one.undocumented)
        return iter(sorted(shown, key=lambda one: one.name))


Type: TypeAlias = "Scalar | EnumType | ListOf | MapOf | Dto"

_DEFAULTS: Mapping[Scalar, Value] = {
    Scalar.BOOL: False,
    Scalar.INT: 0,
    Scalar.LONG: 0,
    Scalar.DOUBLE: 0.0,
    Scalar.DATE_TIME: MIN_VALUE,
}


def get(member: Member, values: Mapping[str, Value]) -> Value:
    """The member's value, or its default; a null that its type cannot be is its default too."""
    value = values.get(member.name)
    return member.default if value is None else value
