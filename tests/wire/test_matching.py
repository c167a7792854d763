"""What a reply is compared by: equal JSON values, and matchers where a value cannot be known."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from rpcauth.wire.matching import ABSENT, MAX_DEPTH, Difference, DuplicateMember, compare, decode, order_like
from rpcauth.wire.rendering import describe
from rpcauth.wire.variables import Unknown, Variables, encode, escape_json, substitute


def time_text(seconds_from_now: float) -> str:
    return datetime.fromtimestamp(time.time() + seconds_from_now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def differences(expected: Any, actual: Any, variables: Variables | None = None) -> list[Difference]:
    return list(compare(expected, actual, {} if variables is None else variables, time.time()))


def matches(expected: Any, actual: Any, variables: Variables | None = None) -> bool:
    return not differences(expected, actual, variables)


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
    assert matches(
        {"code": "$save:code=$re:rpc_.+", "uri": "cb?code=${code}"},
        {"code": "rpc_1", "uri": "cb?code=rpc_1"},
        variables,
    )
    assert variables == {"code": "rpc_1"}


def test_a_name_that_nothing_was_saved_under_is_a_mismatch() -> None:
    assert not matches("${typo}", "anything")


def test_every_difference_is_told_with_its_place() -> None:
    expected = {"a": [0, {"b": "x"}], "gone": 1, "same": 2}
    actual = {"a": [0, {"b": 7}, 8], "same": 2, "new": 3}
    assert differences(expected, actual) == [
        ("$.a[1].b", "x", 7),
        ("$.a[2]", ABSENT, 8),
        ("$.gone", 1, ABSENT),
        ("$.new", ABSENT, 3),
    ]


def test_what_does_not_match_is_not_saved() -> None:
    variables: Variables = {}
    assert differences("$save:code=$re:rpc_.+", "other", variables)
    assert variables == {}


def test_replies_are_put_in_the_order_of_their_ids() -> None:
    expected = [{"id": 1}, {"id": "1"}, {"id": None}]
    actual = [{"id": None, "n": 0}, {"id": "1", "n": 1}, {"id": 2, "n": 2}, {"id": 1, "n": 3}]
    assert [reply["n"] for reply in order_like(expected, actual)] == [3, 1, 0, 2]
    assert order_like(expected, {"id": 1}) == {"id": 1}


def test_a_reply_that_names_a_member_twice_is_refused() -> None:
    with pytest.raises(DuplicateMember):
        decode('{"id":1,"id":1}')


@pytest.mark.parametrize(
    "text",
    [
        '{"result":NaN}',
        "[Infinity]",
        "-Infinity",
        "[" * 100_000,
        "[" * 300 + "]" * 300,
        '{"a":' * 300 + "1" + "}" * 300,
    ],
    ids=["NaN", "Infinity", "-Infinity", "unfinished", "arrays", "objects"],
)
def test_a_reply_that_is_no_json_or_nests_beyond_reason_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not JSON|nested too deep|Expecting"):
        decode(text)


def test_a_reply_may_nest_as_deep_as_the_bound() -> None:
    assert decode("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    with pytest.raises(ValueError, match="nested too deep"):
        decode("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1))


def test_a_value_without_end_is_shown_by_its_beginning() -> None:
    shown = describe([Difference("$", 1, "x" * 5_000_000)])
    assert len(shown) < 3_000
    assert shown.endswith("x … and 4998002 characters more")


def test_a_value_that_is_put_into_json_is_escaped() -> None:
    assert substitute('{"a":"${text}"}', {"text": 'é"\\'}, escape_json) == '{"a":"é\\"\\\\"}'


def test_a_request_may_repeat_a_text_and_hold_bytes_that_no_text_has() -> None:
    assert encode("${repeat:3:[}${hex:ff 00}${name}$uniq", {"name": "é", "unique": "u1"}) == b"[[[\xff\x00\xc3\xa9u1"


@pytest.mark.parametrize("text", ["${typo}", "${hex:ff}"])
def test_a_text_with_what_it_cannot_have_is_refused(text: str) -> None:
    with pytest.raises(Unknown):
        substitute(text, {})
