"""Wire example files as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

NOBODY: Final = "nobody"
"""The caller that proves nothing."""
ADMIN: Final = "admin"
"""The caller that asks at the administrative socket."""


class FileInvalid(Exception):
    """The text is no wire example file: the place as `file:line`, what is wrong there, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is sent. All is text with `${NAME}` in it. `line` is where it begins.

    `caller` None is the first caller that there is. `is_http` is a request for an HTTP endpoint (`>>!`), which no
    caller has to be proven for. `form` and `basic` (id and secret) are written at sending, values being escaped then.
    """

    line: int
    verb: str = "POST"
    path: str
    caller: str | None = None
    is_http: bool = False
    headers: Mapping[str, str]
    body: str = ""
    form: tuple[tuple[str, str], ...] | None = None
    basic: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What must come back. `lines` are the numbers of its lines, first and last; an empty `body` means none.

    `status_line` is that of its `@status`, if it has one.
    """

    lines: tuple[int, int]
    status: int
    status_line: int | None = None
    headers: Mapping[str, str]
    body: str
    in_any_order: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request with the reply that it must get.

    `sample` names the published sample that the request repeats, `example` the example of its method that this is.
    """

    request: Request
    reply: Reply
    sample: str | None = None
    example: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WireFile:
    """The exchanges of one file, in order. `title` is its first comment.

    `needs` are words for what the daemon must have. `shown` are the values that documents print for a name. The replies
    of a `is_speconly` file are compared with the schema of their method alone.
    """

    name: str
    title: str
    tags: frozenset[str]
    needs: frozenset[str]
    shown: Mapping[str, Any]
    is_speconly: bool
    exchanges: tuple[Exchange, ...]

    @property
    def callers(self) -> frozenset[str | None]:
        """The callers that the file names; None for the first that there is."""
        return frozenset(e.request.caller for e in self.exchanges if not e.request.is_http)
