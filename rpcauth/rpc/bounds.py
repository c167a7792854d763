"""Bounds on JSON text that its grammar does not set: nesting and the length of numbers (contract §2).

Takes JSON already found well-formed, and answers in time linear in its length, at the speed of C. The usual body pays a
count, and a search if it is long; only one that could be out of bounds is looked at again without its strings.
"""

from __future__ import annotations

from itertools import accumulate
from typing import Final

MAX_NESTING: Final = 64
MAX_DIGITS: Final = 308

_NOT_MARKS: Final = bytes(set(range(256)) - set(b'[]{}"'))
_STEP: Final = [(byte in b"[{") - (byte in b"]}") for byte in range(256)]
_DIGIT_TO_ZERO: Final = bytes.maketrans(b"123456789", b"000000000")
_TOO_MANY_DIGITS: Final = b"0" * (MAX_DIGITS + 1)


def is_within_bounds(text: bytes) -> bool:
    """Whether no array or object of `text` is deeper than 64 levels and no number has more than 308 digits.

    The outermost value is level 1. Integer part, fraction and exponent of a number count together.
    """
    may_be_deep = text.count(b"[") + text.count(b"{") > MAX_NESTING
    may_be_long = len(text) > MAX_DIGITS and _has_digit_run(text)
    if not (may_be_deep or may_be_long):
        return True
    # Backslashes stand in strings alone; without the escaped ones, a quotation mark after one is an escaped one.
    plain = text.replace(b"\\\\", b"").replace(b'\\"', b"")
    return not (may_be_deep and _is_deep(plain)) and not (may_be_long and _has_digit_run(_strip_strings(plain)))


def _is_deep(plain: bytes) -> bool:
    # Taking two neighbouring quotation marks away leaves what is in a string in it, and removes most strings at once.
    marks = plain.translate(None, _NOT_MARKS).replace(b'""', b"")
    return max(accumulate(map(_STEP.__getitem__, _strip_strings(marks))), default=0) > MAX_NESTING


def _strip_strings(plain: bytes) -> bytes:
    return b"".join(plain.split(b'"')[::2])


def _has_digit_run(text: bytes) -> bool:
    # Between two numbers of JSON stands a comma at least, so without points, signs and exponent letters the digits of
    # each number, and of no two, are one run. Inside strings it may err, towards yes.
    return _TOO_MANY_DIGITS in text.translate(_DIGIT_TO_ZERO, b".eE+-")
