"""RPCAUTH_SECTION__KEY variables, which override settings of the file. Their values are TOML literals."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rpcauth.config.settings import walk_settings
from rpcauth.source.lines import Pointer

PREFIX: Final = "RPCAUTH_"
_STEP: Final = "__"


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """One variable, the setting that it names, and what it says."""

    variable: str
    pointer: Pointer
    text: str


def find_overrides(environ: Mapping[str, str]) -> list[Override]:
    """The variables that name settings: all that begin with RPCAUTH_ and have a double underscore."""
    return [
        Override(variable=name, pointer=tuple(name.removeprefix(PREFIX).lower().split(_STEP)), text=text)
        for name, text in sorted(environ.items())
        if name.startswith(PREFIX) and _STEP in name
    ]


def find_misspelt(environ: Mapping[str, str]) -> dict[str, str]:
    """Variables that would name a setting if one of their underscores were two, each with what it should be."""
    variables = [PREFIX + _STEP.join(pointer).upper() for pointer, _ in walk_settings()]
    meant = {variable.replace(_STEP, "_"): variable for variable in variables}
    return {name: meant[name] for name in sorted(environ) if name in meant}


def parse_literal(text: str) -> object:
    """The value of a TOML literal. Raises ValueError("what; what to do")."""
    try:
        table = tomllib.loads(f"value = {text}")
    except (tomllib.TOMLDecodeError, RecursionError):
        table = {}
    if list(table) != ["value"]:
        raise ValueError("is no TOML literal; put strings in double quotes inside the shell's quotes")
    return table["value"]


def merge(table: Mapping[str, object], pointer: Pointer, value: object) -> dict[str, object]:
    """A copy of `table` with a value put in; unchanged where the file has no table on the way."""
    first, *rest = pointer
    inner = table.get(str(first), {})
    if not rest:
        return {**table, str(first): value}
    return {**table, str(first): merge(inner, tuple(rest), value) if isinstance(inner, Mapping) else inner}
