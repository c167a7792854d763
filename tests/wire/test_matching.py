"""What a reply is compared by: equal JSON values, and matchers where a value cannot be known."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.wire.matching import DuplicateMember, Mismatch, Variables, decode, match, substitute


def time_text(seconds_from_now: float) -> str:
    return datetime.fromtimestamp(time.time() + seconds_from_now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def matches(expected: Any, actual: Any, variables: Variables | None = None) -> bool:
    try:
        match(expected, actual, {} if variables is None else variables)
    except Mismatch:
        return False
    return True


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (None, None),
        (1.5, 1.5),
        ({"a": 1, "b": [True]}, {"b": [True], "a": 1}),
        ({"a": 1, "...": "$any"}, {"a": 1, "b": 2}),
        ("$any", None),
        ("$any", {"a": 1}),
        ("$string", ""),
        ("$int", 0),
        ("$re:rpa_[0-9A-Z]+", "rpa_0Z"),
        ("$.params[0]", "$.params[0]"),
        ("=${kept}=", "=a.b="),
        ("$re:=${kept}=.", "=a.b=c"),
    ],
)
def test_a_reply_that_is_as_expected_matches(expected: Any, actual: Any) -> None:
    assert matches(expected, actual, {"kept": "a.b"})


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (None, False),
        (1, True),
        (1, 1.0),
        ("1", 1),
        ([1, 2], [2, 1]),
        ([1], [1, 2]),
        ([], {}),
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": 1, "b": 2}, {"a": 1}),
        ({"a": "$any", "...": "$any"}, {"b": 1}),
        ("$string", None),
        ("$int", True),
        ("$int", 1.0),
        ("$re:[0-9]", "12"),
        ("$re:[0-9]", 1),
        ("$now±60", "soon"),
        ("$now±60", None),
        ("$re:${kept}", "a-b"),
        ("${kept}", "${kept}"),
        ("$save:new=$int", "a"),
        ("$save:new", 1),
    ],
)
def test_a_reply_that_is_not_as_expected_is_a_mismatch(expected: Any, actual: Any) -> None:
    assert not matches(expected, actual, {"kept": "a.b"})


@pytest.mark.parametrize(
    ("expected", "seconds", "near"),
    [
        ("$now±60", 0, True),
        ("$now+3600±60", 3600, True),
        ("$now-3600±60", -3600, True),
        ("$now±60", 180, False),
        ("$now±60", -180, False),
        ("$now+3600±60", 0, False),
    ],
)
def test_a_time_is_near_now_or_it_is_not(expected: str, seconds: int, near: bool) -> None:
    assert matches(expected, time_text(seconds)) is near
    assert matches(expected, int(time.time()) + seconds) is near


def test_what_is_saved_can_be_named_further_on_in_the_same_reply() -> None:
    variables: Variables = {}
    match(
        {"code": "$save:code=$re:rpc_.+", "uri": "cb?code=${code}"},
        {"code": "rpc_1", "uri": "cb?code=rpc_1"},
        variables,
    )
    assert variables == {"code": "rpc_1"}


def test_a_name_that_nothing_was_saved_under_is_a_mismatch() -> None:
    assert not matches("${typo}", "anything")


def test_a_mismatch_says_where_and_what() -> None:
    with pytest.raises(Mismatch, match=r'at \$\.a\[1\]\.b\n  expected "x"\n  received 7'):
        match({"a": [0, {"b": "x"}]}, {"a": [0, {"b": 7}]}, {})


def test_a_reply_that_names_a_member_twice_is_refused() -> None:
    with pytest.raises(DuplicateMember):
        decode('{"id":1,"id":1}')


def test_a_value_that_is_put_into_json_is_escaped() -> None:
    assert substitute('{"a":"${text}"}', {"text": 'é"\\'}, as_json=True) == '{"a":"é\\"\\\\"}'
