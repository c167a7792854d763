"""What is written as TOML is read back as it was."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rpcauth.model import GrantType
from rpcauth.source.literal import render_literal

SCALARS = (
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"))
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.from_regex(r"[a-z]{1,5}", fullmatch=True), inner),
    max_leaves=10,
)


@given(VALUES)
def test_a_literal_reads_back_as_the_value(value: object) -> None:
    assert tomllib.loads(f"value = {render_literal(value)}") == {"value": value}


@pytest.mark.parametrize(
    ("value", "literal"),
    [(15.0, "15"), (0.5, "0.5"), (GrantType.IMPLICIT, '"implicit"'), ((), "[]"), ("\x7f", '"\\u007f"'), ({}, "{  }")],
)
def test_literals_are_short(value: object, literal: str) -> None:
    assert render_literal(value) == literal


def test_what_toml_cannot_say_is_a_defect() -> None:
    with pytest.raises(TypeError, match="NoneType"):
        render_literal(None)
