"""A TOML text, read: its values, and the place of each."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass

from rpcauth.errors import ConfigurationInvalid
from rpcauth.source.lines import Pointer, index_lines
from rpcauth.source.problems import Place

_WHERE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """`value` is the root table, `lines` where its values stand, `name` what the text is called in problems."""

    name: str
    value: dict[str, object]
    lines: dict[Pointer, int]

    def locate(self, pointer: Pointer) -> Place:
        """The place `name:line: key` of a value; of one that was left out, the line of the table around it."""
        line = next((self.lines[above] for above in _upwards(pointer) if above in self.lines), 0)
        where = f"{self.name}:{line}" if line else self.name
        return Place(f"{where}: {_label(pointer)}" if pointer else where, line)


def parse_document(text: str, name: str) -> Document:
    """Raises ConfigurationInvalid with line and column when the text is not TOML."""
    try:
        value = tomllib.loads(text)
        return Document(name=name, value=value, lines=index_lines(text))
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationInvalid([_describe_syntax(str(error), text, name)]) from None
    except RecursionError:
        raise ConfigurationInvalid([f"{name}: nested too deeply; write it flatter"]) from None


def _upwards(pointer: Pointer) -> list[Pointer]:
    return [pointer[:length] for length in range(len(pointer), 0, -1)]


def _label(pointer: Pointer) -> str:
    """`server.tls.key`, `redirect_uris[0]`: the keys from the innermost table of a list on."""
    label = ""
    for position, step in enumerate(pointer):
        if isinstance(step, int):
            label += f"[{step}]"
        elif position and isinstance(pointer[position - 1], int):
            label = step
        else:
            label += f".{step}" if label else step
    return label


def _describe_syntax(message: str, text: str, name: str) -> str:
    where = _WHERE.search(message)
    line, column = where.groups() if where else (None, None)
    place = f"{name}:{line}:{column}" if line else f"{name}:{text.count(chr(10)) + 1}"
    what = _WHERE.sub("", message)
    return f"{place}: not TOML: {what[:1].lower()}{what[1:]}; correct the text there"
