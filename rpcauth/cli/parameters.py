"""The parameters of a call as they are typed: one JSON value, or words such as `client.client_id=abc`."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

import click

from rpcauth.cli.options import STDIN, read_text

_WORD = re.compile(r"(?P<name>[A-Za-z_][\w-]*(?:\.[\w-]+)*)(?P<sign>:?=)(?P<value>.*)", re.DOTALL)
_HOW = "write name=text, name:=JSON, object.member=text, or all parameters as one JSON array or object"


def read_params(words: Sequence[str]) -> list[Any] | dict[str, Any] | None:
    """The `params` of a call; None without words, and `-` reads JSON from stdin. Raises click.UsageError.

    A problem names the word by its number, never by its text: that may be a secret.
    """
    if not words:
        return None
    if len(words) == 1 and (words[0] == "-" or words[0].lstrip().startswith(("[", "{"))):
        return _read_json(read_text(STDIN) if words[0] == "-" else words[0])
    params: dict[str, Any] = {}
    for number, word in enumerate(words, start=1):
        match = _WORD.fullmatch(word)
        if match is None:
            raise click.UsageError(f"parameter {number} has no name; {_HOW}")
        value = match["value"] if match["sign"] == "=" else _parse(match["value"], f"parameter {match['name']}")
        _put(params, match["name"], value)
    return params


def _read_json(text: str) -> list[Any] | dict[str, Any]:
    value = _parse(text, "the parameters")
    if not isinstance(value, list | dict):
        raise click.UsageError(f"the parameters are no array or object; {_HOW}")
    return value


def _parse(text: str, what: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        where = f" at character {error.pos + 1}" if isinstance(error, json.JSONDecodeError) else ""
        raise click.UsageError(f"{what}: not JSON{where}; {_HOW}") from None


def _put(params: dict[str, Any], name: str, value: object) -> None:
    *path, last = name.split(".")
    for step in path:
        params = params.setdefault(step, {})
        if not isinstance(params, dict):
            raise click.UsageError(f"parameter {name}: {step} has a value already; {_HOW}")
    if last in params:
        raise click.UsageError(f"parameter {name} stands there twice; remove one")
    params[last] = value
