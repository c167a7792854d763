"""The parameters of `rpcauth call` as they are typed."""

from __future__ import annotations

import click
import pytest

from rpcauth.cli.parameters import read_params


@pytest.mark.parametrize(
    ("words", "params"),
    [
        ((), None),
        (('["a", {"b": null}]',), ["a", {"b": None}]),
        ((' {"a": 1}',), {"a": 1}),
        (("a=text",), {"a": "text"}),
        (("a=1",), {"a": "1"}),
        (("a:=1", "b:=[true]", "c:=null"), {"a": 1, "b": [True], "c": None}),
        (("a=",), {"a": ""}),
        (("uri.redirect_uri=https://a.example/?b=c&d:=e",), {"uri": {"redirect_uri": "https://a.example/?b=c&d:=e"}}),
        (("client.client_id=x", "client.client_secret=y"), {"client": {"client_id": "x", "client_secret": "y"}}),
        (("client:={}", "client.client_id=x"), {"client": {"client_id": "x"}}),
        (("a=[1]",), {"a": "[1]"}),
        (("text=two\nlines",), {"text": "two\nlines"}),
    ],
)
def test_typed_words_become_the_params_of_a_call(words: tuple[str, ...], params: object) -> None:
    assert read_params(words) == params


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("q13rupuifd",), "parameter 1 has no name"),
        (("a=1", "=q13rupuifd"), "parameter 2 has no name"),
        (("a:=q13rupuifd",), "parameter a: not JSON at character 1"),
        (('["q13rupuifd",]',), "the parameters: not JSON"),
        (("a=q13rupuifd", "a=2"), "parameter a stands there twice"),
        (("a=q13rupuifd", "a.b=2"), "parameter a.b: a has a value already"),
    ],
)
def test_a_bad_word_is_told_by_its_place_and_never_by_its_text(words: tuple[str, ...], problem: str) -> None:
    with pytest.raises(click.UsageError) as refused:
        read_params(words)
    assert problem in refused.value.message
    assert "q13rupuifd" not in refused.value.message
    assert "; " in refused.value.message
