"""From a file and the environment to a Config, or to every problem in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from rpcauth.config.address import (
    Address,
    BaseUrl,
    Source,
    SqliteUrl,
    TcpAddress,
    UnixAddress,
    parse_address,
    parse_base_url,
    parse_source,
    parse_store_url,
    parse_tcp_address,
    parse_unix_address,
)
from rpcauth.config.environment import PREFIX, Override, find_misspelt, find_overrides, merge, parse_literal
from rpcauth.config.rules import find_rule_problems
from rpcauth.config.settings import Config, anchor
from rpcauth.errors import ConfigurationInvalid
from rpcauth.source.document import Document, parse_document
from rpcauth.source.lines import Pointer
from rpcauth.source.problems import Place, Problems
from rpcauth.source.reader import Parser, Reader

_PARSERS: Final[Mapping[Any, Parser]] = MappingProxyType(
    {
        Address: parse_address,
        BaseUrl: parse_base_url,
        Source: parse_source,
        TcpAddress: parse_tcp_address,
        UnixAddress: parse_unix_address,
        SqliteUrl: parse_store_url,
        Path: Path,
    }
)
_UNAVAILABLE: Final[frozenset[Pointer]] = frozenset({("storage", "pool")})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A configuration with what it was read from."""

    config: Config
    document: Document
    overrides: Mapping[Pointer, Override]

    def origin(self, pointer: Pointer) -> str:
        """Where a setting's value comes from: a variable, `file:line`, or `default`."""
        if pointer in self.overrides:
            return self.overrides[pointer].variable
        line = self.document.lines.get(pointer)
        return "default" if line is None else f"{self.document.name}:{line}"


def load(path: Path, environ: Mapping[str, str]) -> Config:
    """The effective configuration. Raises ConfigurationInvalid with every problem of file and environment."""
    return read(path, environ).config


def read(path: Path, environ: Mapping[str, str]) -> Reading:
    """As `load`, with the origins of the values."""
    document = parse_document(_read_text(path), str(path))
    overrides = {override.pointer: override for override in find_overrides(environ)}
    problems = Problems(lambda pointer: _locate(pointer, document, overrides))
    value = _apply(document.value, overrides, problems)
    for variable, meant in find_misspelt(environ).items():
        problems.add((variable,), "names no setting", f"did you mean {meant}?")
    read_config = Reader(problems, _PARSERS, _UNAVAILABLE).read_table(Config, value) or Config()
    config = anchor(read_config, path.absolute().parent)
    find_rule_problems(config, problems)
    if problems.texts:
        raise ConfigurationInvalid(problems.texts)
    return Reading(config=config, document=document, overrides=overrides)


def _read_text(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except OSError as error:
        advice = f"name another file with --config, or write one: rpcauth config default > {path}"
        raise ConfigurationInvalid([f"{path}: cannot be read ({error.strerror}); {advice}"]) from None
    except UnicodeDecodeError:
        raise ConfigurationInvalid([f"{path}: not UTF-8; save it as UTF-8"]) from None


def _apply(
    value: Mapping[str, object], overrides: Mapping[Pointer, Override], problems: Problems
) -> Mapping[str, object]:
    for pointer, override in overrides.items():
        try:
            value = merge(value, pointer, parse_literal(override.text))
        except ValueError as error:
            what, _, advice = str(error).partition("; ")
            problems.add(pointer, what, advice)
    return value


def _locate(pointer: Pointer, document: Document, overrides: Mapping[Pointer, Override]) -> Place:
    """A variable that set the value or one around it; else the file; a variable within it, where the file has none."""
    if str(pointer[0]).startswith(PREFIX):
        return Place(str(pointer[0]))
    for length in range(len(pointer), 0, -1):
        if pointer[:length] in overrides:
            return Place(overrides[pointer[:length]].variable)
    if pointer not in document.lines:
        for above, override in overrides.items():
            if above[: len(pointer)] == pointer:
                return Place(override.variable)
    return document.locate(pointer)
