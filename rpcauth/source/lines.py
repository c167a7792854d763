"""Where each key of a TOML text stands.

tomllib gives values without places. This second pass walks a text that tomllib has accepted, so it only skips values
and never judges them.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left

Pointer = tuple[str | int, ...]
"""The way from the root of a document to a value: table keys and list positions."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}\n#]+")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"{0,2})'
    r"|'''.*?'''(?:'{0,2})"
    r'|"(?:\\.|[^"\\])*"'
    r"|'[^']*'",
    re.DOTALL,
)


def index_lines(text: str) -> dict[Pointer, int]:
    """The line, from 1, of every table, key and list element of a text that tomllib has accepted."""
    return _Walk(text).run()


class _Walk:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._newlines = [match.start() for match in re.finditer("\n", text)]
        self._lines: dict[Pointer, int] = {}
        self._tables_in: dict[Pointer, int] = {}

    def run(self) -> dict[Pointer, int]:
        table: Pointer = ()
        self._skip(_BLANK)
        while self._at < len(self._text):
            if self._peek() == "[":
                table = self._header()
            else:
                self._key_and_value(table)
            self._skip(_BLANK)
        return self._lines

    def _header(self) -> Pointer:
        line, is_element = self._line(), self._text.startswith("[[", self._at)
        self._at += 2 if is_element else 1
        *parents, last = self._key()
        table = (*self._resolve(tuple(parents)), last)
        if is_element:
            count = self._tables_in.get(table, 0)
            self._tables_in[table] = count + 1
            table = (*table, count)
        self._at += 2 if is_element else 1
        for length in range(1, len(table) + 1):
            self._lines.setdefault(table[:length], line)
        return table

    def _resolve(self, keys: Pointer) -> Pointer:
        """A header that goes through a list of tables means the list's last table."""
        pointer: Pointer = ()
        for key in keys:
            pointer = (*pointer, key)
            if pointer in self._tables_in:
                pointer = (*pointer, self._tables_in[pointer] - 1)
        return pointer

    def _key_and_value(self, table: Pointer) -> None:
        line = self._line()
        pointer = table
        for key in self._key():
            pointer = (*pointer, key)
            self._lines.setdefault(pointer, line)
        self._at += 1  # the equals sign
        self._skip(_BLANK)
        self._value(pointer)

    def _key(self) -> list[str]:
        keys = []
        while True:
            self._skip(_BLANK)
            quoted = self._peek() in "\"'"
            word = self._skip(_STRING if quoted else _BARE_KEY)
            keys.append(tomllib.loads(f"key = {word}")["key"] if quoted else word)
            self._skip(_BLANK)
            if self._peek() != ".":
                return keys
            self._at += 1

    def _value(self, pointer: Pointer) -> None:
        match self._peek():
            case "[":
                self._elements(pointer)
            case "{":
                self._inline_table(pointer)
            case '"' | "'":
                self._skip(_STRING)
            case _:
                self._skip(_SCALAR)

    def _elements(self, pointer: Pointer) -> None:
        self._at += 1
        position = 0
        while self._stands_before_item("]"):
            self._lines[*pointer, position] = self._line()
            self._value((*pointer, position))
            position += 1

    def _inline_table(self, pointer: Pointer) -> None:
        self._at += 1
        while self._stands_before_item("}"):
            self._key_and_value(pointer)

    def _stands_before_item(self, closing: str) -> bool:
        """Goes on to the next item of a list or inline table; steps over the closing bracket when there is none."""
        self._skip(_BLANK)
        if self._peek() == ",":
            self._at += 1
            self._skip(_BLANK)
        if self._peek() in ("", closing):
            self._at += 1
            return False
        return True

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        word = match.group() if match else ""
        self._at += len(word)
        return word

    def _line(self) -> int:
        return bisect_left(self._newlines, self._at) + 1
