"""The settings written out: the commented example, and what is in force."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import FieldInfo

from rpcauth.config.loading import Reading
from rpcauth.config.settings import find_section, walk_settings
from rpcauth.source.expectation import find_bound
from rpcauth.source.literal import render_literal

_HEAD = """\
# Every setting of rpcauth with its default, as `rpcauth config default` prints them. A file needs only what differs.
# Relative paths are relative to the file's folder. The environment overrides the file: RPCAUTH_SECTION__KEY, with a
# TOML literal as its value, such as RPCAUTH_LOG__LEVEL='"debug"' or RPCAUTH_SERVER__TLS__KEY='"tls/server.key"'.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting in force: `value` is a TOML literal, None where nothing is set."""

    name: str
    value: str | None
    origin: str


def list_settings(reading: Reading) -> list[Setting]:
    """Every setting, in the order of the example, with where its value comes from. None of them is a secret."""
    return [
        Setting(
            name=".".join(pointer), value=_render(_value_at(reading.config, pointer)), origin=reading.origin(pointer)
        )
        for pointer, _ in walk_settings()
    ]


def default_text() -> str:
    """The commented example: config.example.toml is exactly this."""
    lines = [_HEAD]
    section: tuple[str, ...] = ()
    for pointer, field in walk_settings():
        if pointer[:-1] != section:
            section = pointer[:-1]
            lines.append(f"\n# {find_section(pointer).__doc__}\n[{'.'.join(section)}]\n")
        lines.append(f"# {find_bound(field.type, 'description')}\n{_example(field.name, field.default, field.type)}\n")
    return "".join(lines)


def render_default(field: FieldInfo) -> str | None:
    """The default of a setting as a TOML literal; None where nothing is set."""
    return _render(field.default)


def _example(name: str, default: object, kind: Any) -> str:
    literal = _render(default)
    if literal is not None:
        return f"{name} = {literal}"
    return f"# {name} = {render_literal(find_bound(kind, 'examples')[0])}"


def _value_at(value: object, pointer: tuple[str, ...]) -> object:
    for name in pointer:
        value = getattr(value, name)
    return value


def _render(value: object) -> str | None:
    match value:
        case None:
            return None
        case tuple():
            return "[" + ", ".join(str(_render(item)) for item in value) + "]"
        case Struct():
            members = {name: _render(member) for name, member in msgspec.structs.asdict(value).items()}
            return "{ " + ", ".join(f"{name} = {text}" for name, text in members.items() if text is not None) + " }"
        case bool() | int() | float() | str():
            return render_literal(value)
        case _:  # a path or an address
            return render_literal(str(value))
