"""Scope syntax and inclusion, RFC 6749 §3.3."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rpcauth.errors import ErrorCode, OAuthError
from rpcauth.oauth import scope

TOKENS = st.text([chr(c) for c in range(0x21, 0x7F) if chr(c) not in '"\\'], min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        (None, ()),
        ("read", ("read",)),
        ("write read", ("write", "read")),
        ("read read", ("read", "read")),
        ("!#[]~ https://api.example/read", ("!#[]~", "https://api.example/read")),
    ],
)
def test_a_scope_is_its_tokens_in_the_given_order(text: str | None, tokens: tuple[str, ...]) -> None:
    assert scope.parse(text) == tokens


@pytest.mark.parametrize(
    "text",
    ["", " ", " read", "read ", "read  write", "read\twrite", "read\n", "read\x00", 're"ad', "re\\ad", "re\x7fad", "é"],
    ids=ascii,
)
def test_any_other_syntax_is_invalid_scope(text: str) -> None:
    with pytest.raises(OAuthError) as refusal:
        scope.parse(text)
    assert refusal.value.code is ErrorCode.INVALID_SCOPE


@pytest.mark.parametrize(
    ("narrow", "wide", "within"),
    [
        (None, None, True),
        (None, "read", True),
        ("read", None, False),
        ("read", "read write", True),
        ("write read", "read write", True),
        ("read read", "read", True),
        ("read write", "read", False),
        ("read", "read:all", False),
        ("read:all", "read", False),
        ("Read", "read", False),
    ],
)
def test_inclusion_compares_sets_of_exact_tokens(narrow: str | None, wide: str | None, within: bool) -> None:
    assert scope.is_within(narrow, wide) is within


@given(st.lists(TOKENS, min_size=1), st.lists(TOKENS))
def test_what_is_joined_with_blanks_parses_back_and_includes_its_parts(tokens: list[str], more: list[str]) -> None:
    text = " ".join(tokens)
    assert scope.parse(text) == tuple(tokens)
    assert scope.is_within(text, " ".join(tokens + more))
