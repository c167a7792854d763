"""Where the parts of a JSV object or list begin and end.

JSV does not describe itself: `{A:[x]}` holds a list or the text `[x]`, as the type of A will have it. So a part stays
raw text, taken whole by counting its brackets, and is split only when something of its type is wanted.

`spaced` is for text that was laid out for reading: blanks around names, bare values and brackets mean nothing there.
Elsewhere every blank counts.
"""

from __future__ import annotations

import re
from typing import Final

from rpcauth.rest.ym.reading import MAX_DEPTH, Malformed

BLANKS: Final = " \t\r\n"

_BLANKS: Final = re.compile(f"[{BLANKS}]*+")
_QUOTED: Final = re.compile(r'"[^"]*+(?:""[^"]*+)*+"')
# A bracket or a comma in a name is a member before it that has no colon.
_NAME: Final = re.compile(r"([^:,{}\[\]]*+):")
_MEMBER_VALUE: Final = re.compile(r"[^,}]*+")
_ITEM: Final = re.compile(r"[^,]*+")
# A quote that nothing closes takes the rest of the text with it.
_MARK: Final = re.compile(r'[{}\[\]]|"[^"]*+(?:""[^"]*+)*+"?')
_STEPS: Final = {"{": 1, "[": 1, "}": -1, "]": -1}
_CLOSERS: Final = {"{": "}", "[": "]"}


def split_members(text: str, *, spaced: bool) -> list[tuple[str, str]]:
    """The names, unquoted, and raw values of an object that begins with `{`. Its `}` may be missing, nothing else."""
    if text[1:].strip(BLANKS) in {"", "}"}:
        return []
    scanner = _Scanner(text, spaced)
    found = [(scanner.take_name(), scanner.take_value(_MEMBER_VALUE))]
    while scanner.goes_on("}"):
        found.append((scanner.take_name(), scanner.take_value(_MEMBER_VALUE)))
    return found


def split_items(text: str, *, spaced: bool) -> list[str]:
    """The raw items of a list that begins with `[` and ends with its `]`."""
    inside = text[:-1]
    if inside == "[" or (spaced and not inside[1:].strip(BLANKS)):
        return []
    scanner = _Scanner(inside, spaced)
    found = [scanner.take_value(_ITEM)]
    while scanner.goes_on(""):
        found.append(scanner.take_value(_ITEM))
    return found


def unquote(text: str) -> str:
    """The text of a quoted value."""
    return text[1:-1].replace('""', '"')


def find_end(text: str, start: int) -> int:
    """Behind the bracket that closes the one at `start`. Raises Malformed if none does, or too many are open."""
    opener, depth, own = text[start], 0, 0
    closer = _CLOSERS[opener]
    for found in _MARK.finditer(text, start):
        mark = found[0]
        depth += _STEPS.get(mark, 0)
        # What holds this value is a level too.
        if depth >= MAX_DEPTH:
            raise Malformed
        # A bracket of the other kind may stand in a bare value, alone.
        own += (mark == opener) - (mark == closer)
        if not own:
            return found.end()
    raise Malformed


class _Scanner:
    def __init__(self, text: str, spaced: bool) -> None:
        self._text = text
        self._spaced = spaced
        self._at = 1

    def take_name(self) -> str:
        self._skip_blanks()
        if self._text.startswith('"', self._at):
            name = unquote(self._take(_QUOTED))
            self._skip_blanks()
            if not self._text.startswith(":", self._at):
                raise Malformed
            self._at += 1
            return name
        return self._trim(self._take(_NAME)[:-1])

    def take_value(self, bare: re.Pattern[str]) -> str:
        self._skip_blanks()
        match self._text[self._at : self._at + 1]:
            case '"':
                value = self._take(_QUOTED)
            case "{" | "[":
                start, self._at = self._at, find_end(self._text, self._at)
                value = self._text[start : self._at]
            case _:
                value = self._trim(self._take(bare))
        self._skip_blanks()
        return value

    def goes_on(self, closer: str) -> bool:
        """Whether a comma follows; else the text must end here, with or without its closing bracket."""
        if self._text.startswith(",", self._at):
            self._at += 1
            return True
        if self._text[self._at :] not in {"", closer}:
            raise Malformed
        return False

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if found is None:
            raise Malformed
        self._at = found.end()
        return found[0]

    def _skip_blanks(self) -> None:
        if self._spaced:
            self._take(_BLANKS)

    def _trim(self, text: str) -> str:
        return text.strip(BLANKS) if self._spaced else text
