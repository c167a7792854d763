"""The comments of a wire example file that say something: `// @name value`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Final

RPC_PATH: Final = "/rpc"

_DIRECTIVE = re.compile(r"//\s*@(?P<name>[\w-]+)(?:\s+(?P<value>.*))?")
_SPECONLY = re.compile(r"//\s*speconly\b.*")
"""As the files of execution-apis say it."""


@dataclass(slots=True)
class Directives:
    """What the comments have said so far.

    `tags`, `needs`, `shown` and `is_speconly` are of the file; `path` and `caller` hold on; all else is of the next
    exchange alone.
    """

    tags: set[str] = field(default_factory=set)
    needs: set[str] = field(default_factory=set)
    shown: dict[str, Any] = field(default_factory=dict)
    is_speconly: bool = False
    path: str = RPC_PATH
    caller: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    sample: str | None = None
    example: str | None = None
    status: int | None = None
    status_line: int | None = None
    reply_headers: dict[str, str] = field(default_factory=dict)
    in_any_order: bool = False

    def forget(self) -> None:
        """An exchange is complete: what was of it alone is over."""
        self.headers, self.reply_headers = {}, {}
        self.sample = self.example = self.status = self.status_line = None
        self.in_any_order = False


Reader = Callable[[Directives, str], object]


def _set_status(directives: Directives, value: str) -> None:
    if re.fullmatch(r"[1-5][0-9]{2}", value) is None:
        raise ValueError("@status has a number of three digits behind it; write // @status 400")
    directives.status = int(value)


def _set_shown(directives: Directives, value: str) -> None:
    name, _, shown = value.partition(" ")
    try:
        directives.shown[name] = json.loads(shown)
    except ValueError:
        raise ValueError('@shown has a name and a JSON value behind it; write // @shown code "rpc_1"') from None


def _set_text(name: str) -> Reader:
    def read(directives: Directives, value: str) -> None:
        if not value:
            raise ValueError(f"@{name} has something behind it; say what, or take the line out")
        setattr(directives, name, value)

    return read


def _set_flag(name: str) -> Reader:
    def read(directives: Directives, value: str) -> None:
        if value:
            raise ValueError("this directive has nothing behind it; write the words as a comment of their own")
        setattr(directives, name, True)

    return read


_OF_FILE: Final[dict[str, Reader]] = {
    "tags": lambda directives, value: directives.tags.update(value.split()),
    "needs": lambda directives, value: directives.needs.update(value.split()),
    "shown": _set_shown,
    "speconly": _set_flag("is_speconly"),
}
_OF_REQUEST: Final[dict[str, Reader]] = {
    "path": _set_text("path"),
    "caller": _set_text("caller"),
    "send": lambda directives, value: directives.headers.update([_read_header(value)]),
    "sample": _set_text("sample"),
    "example": _set_text("example"),
}
_OF_REPLY: Final[dict[str, Reader]] = {
    "status": _set_status,
    "header": lambda directives, value: directives.reply_headers.update([_read_header(value)]),
    "unordered": _set_flag("in_any_order"),
}
_ALL: Final = {**_OF_FILE, **_OF_REQUEST, **_OF_REPLY}


def read_comment(directives: Directives, text: str, line: int, *, is_first: bool, is_inside: bool) -> bool:
    """Take in what a comment says; whether it is a directive.

    `is_first`: no request stands before it. `is_inside`: it stands between a request and its reply. Raises ValueError.
    """
    if _SPECONLY.fullmatch(text):
        directives.is_speconly = True
        return True
    directive = _DIRECTIVE.fullmatch(text.rstrip())
    if directive is None:
        return False
    name, value = directive["name"], (directive["value"] or "").strip()
    if name not in _ALL:
        meant = get_close_matches(name, _ALL, 1)
        advice = f"did you mean @{meant[0]}?" if meant else f"there are {', '.join(f'@{one}' for one in _ALL)}"
        raise ValueError(f"no such directive: @{name}; {advice}")
    if name in _OF_FILE and not is_first:
        raise ValueError(f"@{name} is of the whole file; put it above the first request")
    # `@status` reads best between request and reply; what shapes the request must stand before it.
    if is_inside and name not in _OF_REPLY:
        raise ValueError(f"@{name} must stand before its request; put it above the line with >>")
    _ALL[name](directives, value)
    if name == "status":
        directives.status_line = line
    return True


def _read_header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon:
        raise ValueError("a header is written as Name: value; put the colon in")
    return name.strip().lower(), value.strip()
