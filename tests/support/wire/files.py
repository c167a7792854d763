"""Wire example files as values: the text of a file in, its exchanges out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.wire.matching import decode

_DIRECTIVE = re.compile(r"//\s*@(?P<name>\w+)(?:\s+(?P<value>.*))?")


class FileInvalid(Exception):
    """The text is no wire example file: the place as `file:line`, and what is wrong there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request with the reply that it must get. `line` is where the request begins.

    `request` and `reply` are text with `${NAME}` in it; an empty `reply` means no body. `sample` names the published
    sample that the request repeats.
    """

    line: int
    request: str
    reply: str
    status: int
    path: str
    caller: str
    sent_headers: Mapping[str, str]
    reply_headers: Mapping[str, str]
    sample: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WireFile:
    """The exchanges of one file, in order. `title` is its first comment."""

    name: str
    title: str
    exchanges: tuple[Exchange, ...]


@dataclass(slots=True)
class _Directives:
    """What the comments said: `path` and `caller` hold on, all else is of the next exchange alone."""

    path: str = "/rpc"
    caller: str = "demo"
    status: int | None = None
    sent_headers: dict[str, str] = field(default_factory=dict)
    reply_headers: dict[str, str] = field(default_factory=dict)
    sample: str | None = None

    def read(self, name: str, value: str) -> None:
        match name:
            case "path":
                self.path = value
            case "caller":
                self.caller = value
            case "status":
                self.status = int(value)
            case "send":
                self.sent_headers.update([_read_header(value)])
            case "header":
                self.reply_headers.update([_read_header(value)])
            case "sample":
                self.sample = value
            case _:
                raise ValueError(f"no such directive: @{name}")

    def close(self, line: int, request: str, reply: str) -> Exchange:
        """The exchange that the directives so far were for."""
        exchange = Exchange(
            line=line,
            request=request,
            reply=reply,
            status=self.status or (200 if reply else 204),
            path=self.path,
            caller=self.caller,
            sent_headers=self.sent_headers,
            reply_headers=self.reply_headers,
            sample=self.sample,
        )
        self.status, self.sent_headers, self.reply_headers, self.sample = None, {}, {}, None
        return exchange


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines in a row that begin alike: `mark` is `>>`, `<<` or `//`; of comments each is its own block."""

    mark: str
    line: int
    text: str


def read_file(path: Path, root: Path) -> WireFile:
    """The file at `path`, named as it stands under `root`. Raises FileInvalid."""
    return parse(path.relative_to(root).as_posix(), path.read_text("utf-8"))


def parse(name: str, text: str) -> WireFile:
    """The exchanges of `text`. Raises FileInvalid."""
    title, exchanges, directives = "", [], _Directives()
    request: _Block | None = None
    for block in _split(name, text):
        try:
            match block.mark, request:
                case "//", _:
                    title = title or block.text.removeprefix("//").strip()
                    _read_comment(directives, block.text, inside=request is not None)
                case ">>", None:
                    request = block
                case "<<", _Block():
                    reply = block.text.strip()
                    if reply:
                        decode(reply)
                    exchanges.append(directives.close(request.line, request.text, reply))
                    request = None
                case _:
                    raise ValueError("requests and replies take turns")
        except ValueError as error:
            raise FileInvalid(f"{name}:{block.line}: {error}") from None
    if request is not None or not exchanges:
        raise FileInvalid(f"{name}: {'nothing is sent' if request is None else 'the last request has no reply'}")
    return WireFile(name=name, title=title, exchanges=tuple(exchanges))


def _split(name: str, text: str) -> Iterable[_Block]:
    """Blocks in their order. Only neighbouring lines are joined: an empty line ends a block."""
    block: _Block | None = None
    for number, line in enumerate(text.split("\n"), 1):
        mark = line[:2]
        if block is not None and mark == block.mark and mark != "//":
            block = _Block(mark, block.line, f"{block.text}\n{_content(line)}")
            continue
        if block is not None:
            yield block
        block = None
        if mark in (">>", "<<", "//"):
            block = _Block(mark, number, line if mark == "//" else _content(line))
        elif line.strip():
            raise FileInvalid(f"{name}:{number}: a line begins with //, >> or <<, or is empty")
    if block is not None:
        yield block


def _content(line: str) -> str:
    return line[2:].removeprefix(" ")


def _read_comment(directives: _Directives, text: str, *, inside: bool) -> None:
    directive = _DIRECTIVE.fullmatch(text.rstrip())
    if directive is None:
        return
    # `@status` reads best between request and reply; what shapes the request must stand before it.
    if inside and directive["name"] not in ("status", "header"):
        raise ValueError(f"@{directive['name']} must stand before its request")
    directives.read(directive["name"], directive["value"] or "")


def _read_header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon:
        raise ValueError("a header is written as Name: value")
    return name.strip().lower(), value.strip()
