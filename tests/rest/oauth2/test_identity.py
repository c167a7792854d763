"""Values of identity headers: one line of ASCII, and no two texts alike."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rpcauth.rest.oauth2.identity import write_value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (None, ""),
        ("", ""),
        ("user 4711", "user 4711"),
        ("a@b.example/c?d=e&f,g;h", "a@b.example/c?d=e&f,g;h"),
        ("Zoë", "Zo%C3%AB"),
        ("100%", "100%25"),
        ("a\r\nb", "a%0D%0Ab"),
        ("a\tb", "a%09b"),
        (" a ", "%20a%20"),
        ("  ", "%20%20"),
        ("\x7f", "%7F"),
    ],
)
def test_a_text_is_written_as(text: str | None, value: str) -> None:
    assert write_value(text) == value


@given(st.text())
def test_every_text_is_one_line_that_can_be_read_back(text: str) -> None:
    value = write_value(text)
    assert re.fullmatch(r"(?:[!-~](?:[ -~]*[!-~])?)?", value)
    assert unquote(value) == text
