"""Everything that is wrong with one source, collected: an operator sees it at once, in the order of the lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from itertools import count
from typing import NamedTuple, TypeVar

from rpcauth.source.lines import Pointer

T = TypeVar("T")

CONTROL_CHARACTER = re.compile("[\x00-\x1f\x7f-\x9f]")


class Place(NamedTuple):
    """Where a value was written, ready to be shown; `line` is for the order, 0 where there are no lines."""

    text: str
    line: int = 0

    def __str__(self) -> str:
        return CONTROL_CHARACTER.sub("?", self.text)


def locate_json(pointer: Pointer) -> Place:
    """The place of a value in a JSON document, as a JSON pointer (RFC 6901); `value` is the document itself."""
    return Place("".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in pointer) or "value")


class Problems:
    """Problems as texts `place: what; what to do`."""

    def __init__(self, locate: Callable[[Pointer], Place]) -> None:
        self._locate = locate
        self._found: list[tuple[Pointer, Place, str]] = []

    def add(self, pointer: Pointer, what: str, advice: str) -> None:
        self._found.append((pointer, self._locate(pointer), f"{what}; {advice}"))

    def place(self, pointer: Pointer) -> Place:
        return self._locate(pointer)

    def is_clean(self, *pointers: Pointer) -> bool:
        """Whether nothing at or below these has a problem, so that a rule over them would tell something new."""
        return not any(found[: len(pointer)] == pointer for found, _, _ in self._found for pointer in pointers)

    def place_items(self, pointer: Pointer, items: Iterable[T]) -> Iterator[tuple[Pointer, T]]:
        """The items that were read from the list at `pointer`, with their places: bad ones had been left out."""
        places = ((*pointer, position) for position in count())
        return zip((place for place in places if self.is_clean(place)), items, strict=False)

    @property
    def texts(self) -> list[str]:
        """All of them, by line."""
        return [f"{place}: {text}" for _, place, text in sorted(self._found, key=lambda found: found[1].line)]


def suggest(word: str, known: Iterable[str]) -> str:
    """What to write instead of an unknown word: the nearest known one, or one of all."""
    words = sorted(known)
    nearest = get_close_matches(word, words, n=1)
    if nearest:
        return f'did you mean "{nearest[0]}"?'
    return f"known are {', '.join(words)}" if words else "remove it"
