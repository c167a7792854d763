"""Values as TOML literals, for files that we write."""

from __future__ import annotations

import json
from collections.abc import Mapping


def render_literal(value: object) -> str:
    """One line of TOML for a bool, number, text, list, or table of these. Raises TypeError for anything else."""
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return str(int(value)) if value.is_integer() else str(value)
        case str():
            return _render_text(value)
        case list() | tuple():
            return "[" + ", ".join(map(render_literal, value)) + "]"
        case Mapping():
            return "{ " + ", ".join(f"{key} = {render_literal(item)}" for key, item in value.items()) + " }"
        case _:
            raise TypeError(f"no TOML literal for {type(value).__name__}")


def _render_text(text: str) -> str:
    # JSON escapes what TOML wants escaped, but for DEL.
    return json.dumps(str(text), ensure_ascii=False).replace("\x7f", "\\u007f")
