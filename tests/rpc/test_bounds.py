"""Nesting and length of numbers, against a slow reading of the same text."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rpcauth.rpc.bounds import is_within_bounds

DISTRACTING_TEXT = st.text('[]{}",:\\\n0123456789.eE+-é', max_size=12)


def depth_of(value: Any) -> int:
    if not isinstance(value, list | dict):
        return 0
    children = value.values() if isinstance(value, dict) else value
    return 1 + max(map(depth_of, children), default=0)


def wrap(levels: int, text: str) -> Any:
    value: Any = text
    for level in range(levels):
        value = [text, value, text] if level % 2 else {text: value, text + "]": text}
    return value


@given(st.integers(0, 70), DISTRACTING_TEXT)
@example(64, '"]}\\"')
@example(65, '"]}\\"')
@example(0, "[" * 65)
def test_nesting_counts_arrays_and_objects_and_nothing_in_strings(levels: int, text: str) -> None:
    value = wrap(levels, text)
    assert is_within_bounds(json.dumps(value).encode()) == (depth_of(value) <= 64)


@pytest.mark.parametrize("string", ['"\\\\"', '"\\""', '"\\\\\\""', '"\\\\\\\\"', '"a\\\\b\\"c\\\\"'])
@pytest.mark.parametrize("beyond", ["[" * 64 + "]" * 64, "1" * 309], ids=["nesting", "number"])
def test_an_escape_hides_nothing_that_follows_its_string(string: str, beyond: str) -> None:
    text = f"[{string},{beyond}]"
    json.loads(text)
    assert not is_within_bounds(text.encode())


@given(st.lists(DISTRACTING_TEXT, max_size=80))
def test_many_brackets_side_by_side_are_not_deep(texts: list[str]) -> None:
    value: Any = [[{text: []}] for text in texts]
    assert is_within_bounds(json.dumps(value, separators=(",", ":")).encode())


@pytest.mark.parametrize(
    "number",
    [
        "9" * 308,
        "-" + "9" * 308,
        "9" * 155 + "." + "9" * 153,
        "0." + "1" * 307,
        "1e-" + "0" * 307,
        "-1." + "0" * 300 + "E+12",
    ],
)
def test_a_number_of_308_digits_is_within_bounds_and_one_of_309_is_not(number: str) -> None:
    longer = number + "1" if sum(map(str.isdigit, number)) == 308 else number + "1" * 6
    padding = "123" * 40
    assert is_within_bounds(f'["{padding}", {number}, {padding}]'.encode())
    assert not is_within_bounds(f'["{padding}", {longer}, {padding}]'.encode())


@pytest.mark.parametrize("text", ["1" * 400, "1" * 200 + "." + "1" * 200, '\\"' + "1" * 400, "\\\\" * 3 + "1" * 400])
def test_digits_in_a_string_are_no_number(text: str) -> None:
    assert is_within_bounds(f'{{"{text}": ["{text}", 1]}}'.encode())


def test_the_digits_of_neighbouring_numbers_do_not_add_up() -> None:
    assert is_within_bounds(b"[%b,%b]" % (b"1" * 200, b"2" * 200))
