"""The language of manual pages, mdoc(7): what a text needs so that a formatter shows it as it stands."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

WIDTH = 70
"""Of a line before anything in it is escaped; mandoc(1) warns of more than 80 bytes."""

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z`\"])")
_CODE = re.compile(r"`([^`]+)`")
_JOINT = "\0"
"""A blank in code, where no line may be broken."""
_MACRO = re.compile(r"[A-Z][a-z0-9]{1,2}|[.,:;()\[\]?!]|No|Xo|Xc")


def escape(text: str) -> str:
    """One line of text, to be shown as it stands; a hyphen stays one that can be copied into a shell."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    text = "".join(char if char.isascii() else f"\\[u{ord(char):04X}]" for char in text)
    return f"\\&{text}" if text[:1] in (".", "'") else text


def word(text: str) -> str:
    """One argument of a macro: in quotation marks where it has blanks, and never taken for a macro itself."""
    shown = escape(text).replace('"', "\\(dq")
    if _MACRO.fullmatch(text):
        return f"\\&{shown}"
    return f'"{shown}"' if " " in text else shown


def prose(text: str) -> Iterator[str]:
    """Lines of running text, each sentence from a line of its own on; what stands in backticks is bold."""
    joined = _CODE.sub(lambda found: found[0].replace(" ", _JOINT), " ".join(text.split()))
    for sentence in _SENTENCE_END.split(joined):
        for line in textwrap.wrap(sentence, WIDTH, break_long_words=False, break_on_hyphens=False):
            yield _CODE.sub(r"\\fB\1\\fR", escape(line).replace(_JOINT, " "))


def paragraphs(text: str) -> Iterator[str]:
    """The paragraphs of a help text as click has them: below a line with \\b alone they are printed line by line."""
    is_first = True
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = block.split("\n")
        if lines[0].strip() == "\b":
            yield from verbatim([line.strip() for line in lines[1:]])
        else:
            yield from prose(block) if is_first else [".Pp", *prose(block)]
        is_first = False


def verbatim(lines: list[str]) -> Iterator[str]:
    """Lines as they stand."""
    yield ".Bd -literal -offset indent"
    yield from (escape(line) for line in lines)
    yield ".Ed"
