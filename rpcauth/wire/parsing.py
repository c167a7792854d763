"""The text of a wire example file becomes its exchanges."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from rpcauth.wire.directives import Directives, read_comment
from rpcauth.wire.files import Exchange, FileInvalid, Reply, Request, WireFile
from rpcauth.wire.matching import decode
from rpcauth.wire.variables import repeat

FORM_TYPE: Final = "application/x-www-form-urlencoded"

_MARKS: Final = (">>!", "<<!", ">>", "<<", "//")
_ENDPOINT = re.compile(r"(?P<verb>[A-Z]+) (?P<path>/\S*)(?: (?P<words>.*))?")
_ANSWER = re.compile(r"(?P<status>[1-5][0-9]{2})(?:\s+(?P<body>.+))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines in a row that begin alike, `first` to `last`. Of comments, `>>!` and `<<!` each is its own block."""

    mark: str
    first: int
    last: int
    text: str


def read_file(path: Path, name: str | None = None) -> WireFile:
    """The file at `path`. Raises FileInvalid."""
    try:
        return parse(name or str(path), path.read_bytes().decode())
    except UnicodeDecodeError:
        raise FileInvalid(f"{name or path}: not UTF-8; write other bytes as ${{hex:…}}") from None


def parse(name: str, text: str) -> WireFile:
    """The exchanges of `text`. Raises FileInvalid."""
    reader = _Reader()
    for block in _split(name, text):
        try:
            reader.read(block)
        except ValueError as error:
            raise FileInvalid(f"{name}:{block.first}: {error}") from None
    if reader.request is not None:
        raise FileInvalid(f"{name}:{reader.request.line}: the request has no reply; write << below it")
    if not reader.exchanges:
        raise FileInvalid(f"{name}:1: nothing is sent; write a line that begins with >>")
    said = reader.directives
    return WireFile(
        name=name,
        title=reader.title,
        tags=frozenset(said.tags),
        needs=frozenset(said.needs),
        shown=said.shown,
        is_speconly=said.is_speconly,
        exchanges=tuple(reader.exchanges),
    )


class _Reader:
    """What the blocks so far have said; `request` waits for its reply."""

    def __init__(self) -> None:
        self.title = ""
        self.directives = Directives()
        self.request: Request | None = None
        self.exchanges: list[Exchange] = []
        self._open_ended = -1

    def read(self, block: _Block) -> None:
        """Take in one block. Raises ValueError."""
        match block.mark, self.request:
            case "//", _:
                self._comment(block)
            case ">>", None:
                said = self.directives
                self.request = Request(
                    line=block.first, path=said.path, caller=said.caller, headers=said.headers, body=block.text
                )
            case ">>!", None:
                self.request = _read_endpoint(block, self.directives.headers)
                self._open_ended = block.last
            case ">>", Request(is_http=True, form=None, body="") if block.first == self._open_ended + 1:
                self.request = replace(self.request, body=block.text)
            case "<<", Request(is_http=False):
                body = block.text.strip()
                self._close(block, self.directives.status or (200 if body else 204), body)
            case "<<!", Request(is_http=True):
                self._close(block, *_read_answer(block.text))
            case _, Request(is_http=True):
                raise ValueError("the reply to a >>! line begins with <<!; write <<! 200 and the body")
            case "<<!", _:
                raise ValueError("<<! answers a >>! line; write << here")
            case _:
                raise ValueError("requests and replies take turns; put a << line between two requests")

    def _comment(self, block: _Block) -> None:
        is_directive = read_comment(
            self.directives,
            block.text,
            block.first,
            is_first=self.request is None and not self.exchanges,
            is_inside=self.request is not None,
        )
        if not is_directive:
            self.title = self.title or block.text.removeprefix("//").strip()

    def _close(self, block: _Block, status: int, body: str) -> None:
        assert self.request is not None
        said = self.directives
        if self.request.is_http and said.status is not None:
            raise ValueError("a <<! line has its status itself; take the @status out")
        body = repeat(body)
        if body:
            _check_json(body)
        reply = Reply(
            lines=(block.first, block.last),
            status=status,
            status_line=said.status_line,
            headers=said.reply_headers,
            body=body,
            in_any_order=said.in_any_order,
        )
        self.exchanges.append(Exchange(request=self.request, reply=reply, sample=said.sample, example=said.example))
        said.forget()
        self.request = None


def _check_json(body: str) -> None:
    try:
        decode(body)
    except ValueError as error:
        raise ValueError(f"the reply is not JSON ({error}); a text is written as a JSON string") from None


def _split(name: str, text: str) -> Iterator[_Block]:
    """Blocks in their order. Only neighbouring lines are joined: an empty line ends a block."""
    block: _Block | None = None
    for number, line in enumerate(text.split("\n"), 1):
        mark = next((mark for mark in _MARKS if line.startswith(mark)), "")
        if block is not None and _goes_on(block, mark):
            block = _Block(block.mark, block.first, number, f"{block.text}\n{_content(line, mark)}")
            continue
        if block is not None:
            yield block
        block = None
        if mark:
            block = _Block(mark, number, number, line if mark == "//" else _content(line, mark))
        elif line.strip():
            raise FileInvalid(
                f"{name}:{number}: a line begins with //, >> or <<, or is empty; put one of them before it"
            )
    if block is not None:
        yield block


def _goes_on(block: _Block, mark: str) -> bool:
    """Whether a line with this mark is more of the block before it."""
    return (block.mark, mark) in ((">>", ">>"), ("<<", "<<"), ("<<!", "<<"))


def _content(line: str, mark: str) -> str:
    return line.removeprefix(mark).removeprefix(" ")


def _read_endpoint(block: _Block, headers: dict[str, str]) -> Request:
    """`METHOD /path [basic ID:SECRET] [header Name:value …] [form name=value …]`, quoted as in a shell."""
    found = _ENDPOINT.fullmatch(block.text.strip())
    if found is None:
        raise ValueError("no method and path; write >>! POST /path form name=value")
    request = Request(line=block.first, verb=found["verb"], path=found["path"], is_http=True, headers=headers)
    try:
        words = shlex.split(found["words"] or "")
    except ValueError:
        raise ValueError("a quotation mark is not closed; close it, or write it as \\' or \\\"") from None
    kind = ""
    for word in words:
        if word in ("basic", "header", "form"):
            kind = word
            request = replace(request, form=()) if kind == "form" else request
        else:
            request = _add_word(request, kind, word)
    if request.form is not None:
        request = replace(request, headers={"content-type": FORM_TYPE, **request.headers})
    return request


def _add_word(request: Request, kind: str, word: str) -> Request:
    match kind:
        case "form":
            name, _, value = word.partition("=")
            return replace(request, form=(*(request.form or ()), (name, value)))
        case "header" if ":" in word:
            name, _, value = word.partition(":")
            return replace(request, headers={**request.headers, name.lower(): value.strip()})
        case "basic" if ":" in word:
            user, _, secret = word.partition(":")
            return replace(request, basic=(user, secret))
        case _:
            raise ValueError(f"{word!r} has no place here; write form name=value, header Name:value or basic ID:SECRET")


def _read_answer(text: str) -> tuple[int, str]:
    found = _ANSWER.fullmatch(text.strip())
    if found is None:
        raise ValueError("no status; write <<! 200 and the body, if there is one")
    return int(found["status"]), found["body"] or ""
