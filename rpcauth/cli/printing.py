"""How data is printed: JSON for programs, aligned columns for people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import click


def print_json(value: object) -> None:
    """A value as indented JSON."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    click.echo("\n".join(map(_escape, text.split("\n"))))


def print_table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Rows under their heads, each column as wide as its widest cell."""
    cells = [[name.upper() for name in head], *([render_cell(cell) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def print_members(members: Mapping[str, Any]) -> None:
    """A line for each member of an object."""
    width = max(map(len, members), default=0)
    for name, value in members.items():
        click.echo(f"{name.ljust(width)}  {render_cell(value)}")


def render_cell(value: object) -> str:
    """A value for people: texts as they are, lists with commas, `-` where there is nothing.

    Texts may be anybody's. What a terminal would obey instead of showing it is escaped, and so is a new line.
    """
    match value:
        case None | "" | []:
            return "-"
        case str():
            return _escape(value)
        case list() if all(isinstance(item, str) for item in value):
            return _escape(", ".join(value))
        case _:
            return _escape(json.dumps(value, ensure_ascii=False))


def _escape(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in text)
