"""What a file names and does not spell out: `${NAME}`, `${repeat:N:TEXT}`, `${hex:…}`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

Variables = dict[str, str]
"""What `$save:NAME` kept, and what `${NAME}` gives back."""

NAME: Final = r"[A-Za-z_][A-Za-z0-9_]*"
UNIQUE: Final = "unique"

_LEAST_NAMED: Final = 8

_REPEAT = re.compile(r"\$\{repeat:(?P<times>[0-9]+):(?P<text>[^}]+)\}")
_PIECE = re.compile(
    rf"\$\{{(?P<name>{NAME})\}}|\$(?P<uniq>uniq)\b|{_REPEAT.pattern}|\$\{{hex:(?P<hex>[0-9a-fA-F ]+)\}}"
)


class Unknown(Exception):
    """A name that nothing was saved under."""


class Piece(NamedTuple):
    """A part of a text: what it is, and what stands there."""

    kind: str
    text: str
    times: int = 1


def split(text: str) -> Iterator[Piece]:
    """The pieces of a text in their order: `text`, `name`, `repeat` and `hex`."""
    end = 0
    for found in _PIECE.finditer(text):
        if found.start() > end:
            yield Piece("text", text[end : found.start()])
        end = found.end()
        if found["times"] is not None:
            yield Piece("repeat", found["text"], int(found["times"]))
        elif found["hex"] is not None:
            yield Piece("hex", found["hex"])
        else:
            yield Piece("name", found["name"] or UNIQUE)
    if end < len(text):
        yield Piece("text", text[end:])


def substitute(text: str, variables: Mapping[str, str], escape: Callable[[str], str] = str) -> str:
    """`text` with each `${NAME}` replaced by its escaped value. Raises Unknown."""
    return "".join(_render(piece, variables, escape) for piece in split(text))


def repeat(text: str) -> str:
    """`text` with each `${repeat:N:TEXT}` written out, and nothing else replaced."""
    return _REPEAT.sub(lambda found: found["text"] * int(found["times"]), text)


def encode(text: str, variables: Mapping[str, str], escape: Callable[[str], str] = str) -> bytes:
    """As `substitute`, as bytes; `${hex:…}` are such bytes as no text has. Raises Unknown."""
    return b"".join(
        bytes.fromhex(piece.text) if piece.kind == "hex" else _render(piece, variables, escape).encode()
        for piece in split(text)
    )


def name_values(text: str, variables: Mapping[str, str]) -> str:
    """The other way round: `text` with saved values as their names, but for short ones: "a" stands in many texts."""
    named = {value: name for name, value in variables.items() if len(value) >= _LEAST_NAMED}
    if not named:
        return text
    pattern = "|".join(re.escape(value) for value in sorted(named, key=len, reverse=True))
    return re.sub(pattern, lambda found: f"${{{named[found[0]]}}}", text)


def escape_json(value: str) -> str:
    """What stands for a value inside a JSON string."""
    return json.dumps(value, ensure_ascii=False)[1:-1]


def _render(piece: Piece, variables: Mapping[str, str], escape: Callable[[str], str]) -> str:
    match piece.kind:
        case "name":
            if piece.text not in variables:
                raise Unknown(f"${{{piece.text}}} has no value here: nothing saved it before")
            return escape(variables[piece.text])
        case "repeat":
            return piece.text * piece.times
        case "hex":
            raise Unknown("${hex:…} stands in requests alone")
        case _:
            return piece.text
