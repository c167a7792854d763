"""One example or more of every method, for readers and for tools that call them.

They are those of the wire example files below `methods` of the conformance suites: whatever stands there behind
`@example` is an example of its method. What differs from run to run is printed as the file's `@shown` has it. Codes and
tokens are of the right form and were never issued; who runs an example puts live ones in their place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from rpcauth.wire.files import WireFile
from rpcauth.wire.matching import REST, SAVE, decode
from rpcauth.wire.parsing import read_file
from rpcauth.wire.suites import conformance_folder, find_files
from rpcauth.wire.variables import split


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A call and its result on `/rpc`. `params` are the first parameters of the method, in their order."""

    name: str
    params: Mapping[str, Any]
    result: Any


@cache
def load_examples() -> Mapping[str, tuple[Example, ...]]:
    """The examples of every method, by its name. Raises FileInvalid and KeyError for a file that is damaged."""
    found: dict[str, tuple[Example, ...]] = {}
    for path in find_files(conformance_folder() / "methods"):
        found |= read_examples(read_file(path))
    return found


def read_examples(file: WireFile) -> Mapping[str, tuple[Example, ...]]:
    """The examples of one file. Raises KeyError for a value that differs from run to run and that it does not show."""
    found: dict[str, tuple[Example, ...]] = {}
    for exchange in file.exchanges:
        if exchange.example is None:
            continue
        call, reply = decode(exchange.request.body), decode(exchange.reply.body)
        example = Example(
            name=exchange.example, params=_show(call["params"], file.shown), result=_show(reply["result"], file.shown)
        )
        found[call["method"]] = (*found.get(call["method"], ()), example)
    return found


def _show(value: Any, shown: Mapping[str, Any]) -> Any:
    """A value of a file as documents print it."""
    match value:
        case dict():
            return {name: _show(member, shown) for name, member in value.items() if name != REST}
        case list():
            return [_show(member, shown) for member in value]
        case str():
            save = SAVE.fullmatch(value)
            if save is not None:
                return shown[save["name"]]
            return "".join(str(shown[piece.text]) if piece.kind == "name" else piece.text for piece in split(value))
        case _:
            return value
