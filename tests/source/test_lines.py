"""The second pass over TOML finds the line of everything that tomllib finds."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rpcauth.source.lines import Pointer, index_lines
from rpcauth.source.literal import render_literal

CASES = {
    "plain key": ("a = 1", {("a",): 1}),
    "comments and blank lines before": ("# a = 0\n\n  a = 1 # b = 2\nb = 3", {("a",): 3, ("b",): 4}),
    "dotted key": ("a.b . c = 1", {("a",): 1, ("a", "b"): 1, ("a", "b", "c"): 1}),
    "quoted keys": ('"a.b" = 1\n\'c = d\' = 2\n"\\u0065" = 3', {("a.b",): 1, ("c = d",): 2, ("e",): 3}),
    "table": ("[a.b]\nc = 1\n[a]\nd = 1", {("a",): 1, ("a", "d"): 4, ("a", "b"): 1, ("a", "b", "c"): 2}),
    "spaced header": ("[ a . 'b' ]\nc = 1", {("a",): 1, ("a", "b"): 1, ("a", "b", "c"): 2}),
    "lists of tables": (
        "[[a]]\nb = 1\n[[a]]\nb = 2",
        {("a",): 1, ("a", 0): 1, ("a", 0, "b"): 2, ("a", 1): 3, ("a", 1, "b"): 4},
    ),
    "table under the last of a list": (
        "[[a]]\n[[a]]\n[a.b]\nc = 1\n[[a.d]]\ne = 2",
        {
            ("a",): 1,
            ("a", 0): 1,
            ("a", 1): 2,
            ("a", 1, "b"): 3,
            ("a", 1, "b", "c"): 4,
            ("a", 1, "d"): 5,
            ("a", 1, "d", 0): 5,
            ("a", 1, "d", 0, "e"): 6,
        },
    ),
    "list over lines": (
        'a = [ # "x"\n  "b]",\n\n  [1,\n2], # c\n]\nd = 1',
        {("a",): 1, ("a", 0): 2, ("a", 1): 4, ("a", 1, 0): 4, ("a", 1, 1): 5, ("d",): 7},
    ),
    "inline table": (
        "a = { b = 1, c.d = [\n1\n] }\ne = {}",
        {("a",): 1, ("a", "b"): 1, ("a", "c"): 1, ("a", "c", "d"): 1, ("a", "c", "d", 0): 2, ("e",): 4},
    ),
    "strings over lines": (
        'a = """\nb = 1\n\\""""""\nc = \'\'\'\nd = 1\n\'\'\'\'\ne = ""\nf = \'\'\ng = "\\"" # h = 1',
        {("a",): 1, ("c",): 4, ("e",): 7, ("f",): 8, ("g",): 9},
    ),
    "dates and numbers": (
        "a = 1979-05-27 07:32:00Z\nb = [ 1.5e3 , -inf,07:32:00 ]\nc = 0xff",
        {("a",): 1, ("b",): 2, ("b", 0): 2, ("b", 1): 2, ("b", 2): 2, ("c",): 3},
    ),
    "carriage returns": ("a = 1\r\nb = [\r\n2 ]\r\n[c]\r\n", {("a",): 1, ("b",): 2, ("b", 0): 3, ("c",): 4}),
    "nothing": ("# nothing", {}),
}


@pytest.mark.parametrize(("text", "lines"), CASES.values(), ids=CASES)
def test_every_key_and_element_has_its_line(text: str, lines: dict[Pointer, int]) -> None:
    tomllib.loads(text)  # the walk is only for what tomllib accepts
    assert index_lines(text) == lines


KEYS = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=5)
VALUES = st.recursive(
    st.integers(0, 9) | st.text(st.sampled_from("a\"'#=[]{},.\n\\é"), max_size=8) | st.booleans(),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=6,
)


def pointers(value: object, above: Pointer = ()) -> Iterator[Pointer]:
    yield above
    if isinstance(value, list):
        for position, item in enumerate(value):
            yield from pointers(item, (*above, position))


@given(st.lists(st.dictionaries(KEYS, VALUES, max_size=4), max_size=4))
def test_a_list_of_tables_is_found_whole(tables: list[dict[str, object]]) -> None:
    text, line = "", 0
    expected: dict[Pointer, int] = {("t",): 1} if tables else {}
    for position, table in enumerate(tables):
        text += "[[t]]\n"
        line += 1
        expected["t", position] = line
        for key, value in table.items():
            text += f"{render_literal(key)} = {render_literal(value)}\n"
            line += 1
            expected |= {("t", position, key, *pointer): line for pointer in pointers(value)}
    assert index_lines(text) == expected
    assert tomllib.loads(text) == ({"t": tables} if tables else {})
