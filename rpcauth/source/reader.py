"""Reads a parsed TOML or JSON table into a Struct, value by value, so that every problem is found and not the first.

The Struct is the only description: its field names, types and `msgspec.Meta` bounds say what is accepted and what a
problem text tells. Null and "" mean absent (json-rpc contract §3).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, TypeVar, get_args, get_origin

import msgspec
from msgspec.structs import FieldInfo

from rpcauth.source.expectation import describe_expected, describe_given, find_bound, find_choices, strip
from rpcauth.source.lines import Pointer
from rpcauth.source.problems import CONTROL_CHARACTER, Problems, suggest

T = TypeVar("T", bound=msgspec.Struct)

Parser = Callable[[str], object]
"""Makes a value of a text; raises ValueError("what; what to do")."""


class _Bad:
    """What stands for a value that had a problem."""


_BAD: Final = _Bad()


class Reader:
    """`parsers` make the values of types that are written as text; `unavailable` names what a later version brings."""

    def __init__(
        self,
        problems: Problems,
        parsers: Mapping[Any, Parser] = MappingProxyType({}),
        unavailable: frozenset[Pointer] = frozenset(),
    ) -> None:
        self._problems = problems
        self._parsers = parsers
        self._unavailable = unavailable

    def read_table(self, kind: type[T], raw: object, pointer: Pointer = ()) -> T | None:
        """A Struct with the default in place of each bad value; None when a value without default is bad or absent."""
        if not isinstance(raw, Mapping):
            self._problems.add(pointer, f"expected a table, got {describe_given(raw)}", "write its settings in a table")
            return None
        fields = msgspec.structs.fields(kind)
        self.refuse_unknown(raw, [field.name for field in fields], pointer)
        values = {field.name: self._read_field(field, raw.get(field.name), (*pointer, field.name)) for field in fields}
        if any(field.required and values[field.name] is _BAD for field in fields):
            return None
        return kind(**{name: value for name, value in values.items() if value is not _BAD})

    def read_tables(self, kind: type[T], raw: object, pointer: Pointer) -> list[tuple[Pointer, T]]:
        """The tables of a list, each with its place; without those that `read_table` gives up."""
        if not isinstance(raw, list):
            self._problems.add(
                pointer, f"expected a list of tables, got {describe_given(raw)}", f"write [[{pointer[-1]}]]"
            )
            return []
        places = [(*pointer, position) for position in range(len(raw))]
        tables = [(place, self.read_table(kind, item, place)) for place, item in zip(places, raw, strict=True)]
        return [(place, table) for place, table in tables if table is not None]

    def refuse_unknown(self, raw: Mapping[str, object], known: Sequence[str], pointer: Pointer) -> None:
        """Adds a problem for each name in `raw` that is not among `known`."""
        for name in raw:
            if (*pointer, name) in self._unavailable:
                self._problems.add((*pointer, name), "not available in this version", "remove it")
            elif name not in known:
                self._problems.add((*pointer, name), "unknown name", suggest(name, known))

    def _read_field(self, field: FieldInfo, raw: object, pointer: Pointer) -> object:
        if raw is not None and raw != "":
            return self._read_value(field.type, raw, pointer)
        if field.required:
            self._problems.add(pointer, "is missing", "add it")
        return _BAD

    def _read_value(self, wanted: Any, raw: object, pointer: Pointer) -> object:
        bare = strip(wanted)
        if get_origin(bare) is tuple:
            return self._read_list(wanted, raw, pointer)
        if isinstance(bare, type) and issubclass(bare, msgspec.Struct):
            table = self.read_table(bare, raw, pointer)
            return _BAD if table is None else table
        if isinstance(raw, str) and CONTROL_CHARACTER.search(raw):
            return self._refuse(pointer, "holds a control character", "remove the character")
        if bare in self._parsers:
            return self._parse(self._parsers[bare], raw, pointer)
        return self._convert(wanted, raw, pointer)

    def _read_list(self, wanted: Any, raw: object, pointer: Pointer) -> object:
        if not isinstance(raw, list | tuple):
            return self._refuse(pointer, f"expected a list, got {describe_given(raw)}", "put it in [ ]")
        fewest, most = find_bound(wanted, "min_length") or 0, find_bound(wanted, "max_length")
        if len(raw) < fewest or (most is not None and len(raw) > most):
            allowed = f"at least {fewest}" if most is None else f"at most {most}"
            self._problems.add(pointer, f"expected {allowed} in the list, got {len(raw)}", "change the list")
        element = get_args(strip(wanted))[0]
        values: dict[object, None] = {}
        for position, item in enumerate(raw):
            value = self._read_value(element, item, (*pointer, position))
            if value in values:
                self._problems.add((*pointer, position), "is in the list twice", "remove one")
            elif value is not _BAD:
                values[value] = None
        return tuple(values)

    def _parse(self, parse: Parser, raw: object, pointer: Pointer) -> object:
        if not isinstance(raw, str):
            return self._refuse(pointer, f"expected a string, got {describe_given(raw)}", 'write it in " "')
        try:
            return parse(raw)
        except ValueError as error:
            what, _, advice = str(error).partition("; ")
            return self._refuse(pointer, what, advice)

    def _convert(self, wanted: Any, raw: object, pointer: Pointer) -> object:
        try:
            return msgspec.convert(raw, wanted)
        except msgspec.ValidationError:
            choices = find_choices(wanted)
            if choices is not None and isinstance(raw, str):
                return self._refuse(pointer, f'"{raw}" is not among the choices', suggest(raw, choices))
            expected = f"one of {', '.join(choices)}" if choices else describe_expected(wanted)
            return self._refuse(pointer, f"expected {expected}, got {describe_given(raw)}", "change it")

    def _refuse(self, pointer: Pointer, what: str, advice: str) -> _Bad:
        self._problems.add(pointer, what, advice)
        return _BAD
