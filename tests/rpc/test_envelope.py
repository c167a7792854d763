"""From bytes to calls: JSON-RPC 2.0, 1.1 and 1.0, strictly (contract §2; JSON-RPC 2.0 §4 to §7)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rpcauth.rpc.envelope import NO_ID, Call, JsonId, Malformed, NoId, Version, parse

BATCH_LIMIT = 100

V1_0, V1_1, V2_0 = Version

Parsed = Call | Malformed | list[Call | Malformed]


def read(body: bytes | str) -> Parsed:
    return parse(body.encode() if isinstance(body, str) else body, batch_limit=BATCH_LIMIT)


def call(method: str, params: Any, request_id: JsonId | NoId, version: Version = V2_0) -> Call:
    return Call(method=method, params=params, id=request_id, version=version, is_notification=False)


def notification(method: str, params: Any, request_id: NoId | None = NO_ID, version: Version = V2_0) -> Call:
    return Call(method=method, params=params, id=request_id, version=version, is_notification=True)


def refused(request_id: JsonId | NoId = None, version: Version = V2_0) -> Malformed:
    return Malformed(code=-32600, id=request_id, version=version)


UNREADABLE = Malformed(code=-32700, id=None, version=V2_0)


# --- the examples of the specification, §7 ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "parsed"),
    [
        ('{"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1}', call("subtract", [42, 23], 1)),
        ('{"jsonrpc": "2.0", "method": "subtract", "params": [23, 42], "id": 2}', call("subtract", [23, 42], 2)),
        (
            '{"jsonrpc": "2.0", "method": "subtract", "params": {"subtrahend": 23, "minuend": 42}, "id": 3}',
            call("subtract", {"subtrahend": 23, "minuend": 42}, 3),
        ),
        (
            '{"jsonrpc": "2.0", "method": "subtract", "params": {"minuend": 42, "subtrahend": 23}, "id": 4}',
            call("subtract", {"subtrahend": 23, "minuend": 42}, 4),
        ),
        ('{"jsonrpc": "2.0", "method": "update", "params": [1,2,3,4,5]}', notification("update", [1, 2, 3, 4, 5])),
        ('{"jsonrpc": "2.0", "method": "foobar"}', notification("foobar", [])),
        ('{"jsonrpc": "2.0", "method": "foobar", "id": "1"}', call("foobar", [], "1")),
        ('{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]', UNREADABLE),
        ('{"jsonrpc": "2.0", "method": 1, "params": "bar"}', refused()),
        (
            '[{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"}, {"jsonrpc": "2.0", "method"]',
            UNREADABLE,
        ),
        ("[]", refused()),
        ("[1]", [refused()]),
        ("[1,2,3]", [refused(), refused(), refused()]),
        (
            """[
            {"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},
            {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]},
            {"jsonrpc": "2.0", "method": "subtract", "params": [42,23], "id": "2"},
            {"foo": "boo"},
            {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
            {"jsonrpc": "2.0", "method": "get_data", "id": "9"}
            ]""",
            [
                call("sum", [1, 2, 4], "1"),
                notification("notify_hello", [7]),
                call("subtract", [42, 23], "2"),
                refused(),
                call("foo.get", {"name": "myself"}, "5"),
                call("get_data", [], "9"),
            ],
        ),
        (
            """[
            {"jsonrpc": "2.0", "method": "notify_sum", "params": [1,2,4]},
            {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]}
            ]""",
            [notification("notify_sum", [1, 2, 4]), notification("notify_hello", [7])],
        ),
    ],
)
def test_the_examples_of_the_specification_are_read_as_it_says(body: str, parsed: Parsed) -> None:
    assert read(body) == parsed


# --- versions ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "parsed"),
    [
        ('{"method":"a","id":1}', call("a", [], 1, V1_0)),
        ('{"method":"a","params":{"b":1},"id":"x"}', call("a", {"b": 1}, "x", V1_0)),
        ('{"version":"1.1","method":"a","id":1}', call("a", [], 1, V1_1)),
        ('{"jsonrpc":"2.0","version":"1.1","method":"a","id":1}', call("a", [], 1, V2_0)),
        ('{"jsonrpc":"2.0","version":7,"method":"a","id":1}', call("a", [], 1, V2_0)),
        ('{"\\u006asonrpc":"2.\\u0030","method":"\\u0061","id":1}', call("a", [], 1, V2_0)),
    ],
)
def test_a_request_has_the_version_that_it_names(body: str, parsed: Call) -> None:
    assert read(body) == parsed


@pytest.mark.parametrize(
    "value", ['"1.0"', '"1.1"', "2.0", "2", '"2"', '" 2.0"', '"2.0 "', '""', "null", "true", "[]", '["2.0"]']
)
@pytest.mark.parametrize("beside", ["", '"version":"1.1",'])
def test_any_other_jsonrpc_value_is_refused_in_2_0_form_with_the_id(value: str, beside: str) -> None:
    assert read(f'{{"jsonrpc":{value},{beside}"method":"a","id":5}}') == refused(5)


@pytest.mark.parametrize("value", ['"1.0"', '"2.0"', "1.1", '"1.10"', '""', "null", "false", "{}"])
def test_any_other_version_value_is_refused_in_2_0_form_with_the_id(value: str) -> None:
    assert read(f'{{"version":{value},"method":"a","id":5}}') == refused(5)


@pytest.mark.parametrize("body", ["1", '"a"', "null", "true", "false", "1.5", "{}", '{"id":null}', '{"params":[]}'])
def test_what_is_no_request_object_is_refused_in_2_0_form_with_id_null(body: str) -> None:
    assert read(body) == refused()


# --- method -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "method", ["", '"method":null,', '"method":1,', '"method":{},', '"method":[],', '"method":true,']
)
@pytest.mark.parametrize(
    ("version", "form"),
    [("", V2_0), ('"version":"1.1",', V1_1), ('"jsonrpc":"2.0",', V2_0), ('"jsonrpc":"1.0",', V2_0)],
)
def test_a_request_without_a_string_method_is_refused_with_its_id(method: str, version: str, form: Version) -> None:
    assert read(f'{{{version}{method}"id":"i"}}') == refused("i", form)


@pytest.mark.parametrize(
    "method",
    ["", " ", "Test.Hello", "test.hello ", "test\x00hello", "__init__", "rpc.x", "тест", "😀" * 512, "a" * 512],
)
def test_any_string_of_up_to_512_characters_is_a_method_name(method: str) -> None:
    assert read(json.dumps({"jsonrpc": "2.0", "method": method, "id": 1})) == call(method, [], 1)


@pytest.mark.parametrize("method", ["a" * 513, "😀" * 513, "a" * 60_000])
@pytest.mark.parametrize(("version", "form"), [({}, V1_0), ({"version": "1.1"}, V1_1), ({"jsonrpc": "2.0"}, V2_0)])
def test_a_longer_method_name_is_refused(method: str, version: dict[str, str], form: Version) -> None:
    assert read(json.dumps({**version, "method": method, "id": 1}, ensure_ascii=False)) == refused(1, form)


# --- params -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("params", ['"a"', "1", "true", "null", "false", "0", '""', "1.5"])
@pytest.mark.parametrize(("version", "form"), [("", V1_0), ('"version":"1.1",', V1_1), ('"jsonrpc":"2.0",', V2_0)])
def test_params_that_are_no_array_or_object_are_refused_in_the_requests_form(
    params: str, version: str, form: Version
) -> None:
    assert read(f'{{{version}"method":"a","params":{params},"id":3}}') == refused(3, form)


@pytest.mark.parametrize(
    ("params", "value"),
    [
        ("[]", []),
        ("{}", {}),
        ("[null]", [None]),
        ('{"":1,"a b":2,"self":3,"ﬁ":4}', {"": 1, "a b": 2, "self": 3, "ﬁ": 4}),
        ("[[[]],{}]", [[[]], {}]),
        ("[18446744073709551616,-9223372036854775809,1.5,1e5,-0.0]", [2**64, -(2**63) - 1, 1.5, 100000.0, -0.0]),
        ("[1.7976931348623157e308,5e-324,1e-400]", [1.7976931348623157e308, 5e-324, 0.0]),
    ],
)
def test_params_are_handed_on_as_they_came(params: str, value: Any) -> None:
    assert read(f'{{"jsonrpc":"2.0","method":"a","params":{params},"id":3}}') == call("a", value, 3)


def test_two_calls_without_params_share_no_list() -> None:
    first, second = read('{"method":"a","id":1}'), read('{"method":"a","id":1}')
    assert isinstance(first, Call)
    assert isinstance(second, Call)
    assert first.params is not second.params


# --- id ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"x"', "x"),
        ('""', ""),
        ("0", 0),
        ("-1", -1),
        ("1.5", 1.5),
        ("1.0", 1.0),
        ("1e2", 100.0),
        ("9007199254740993", 2**53 + 1),
        ("18446744073709551616", 2**64),
        ("9" * 100, 10**100 - 1),
        ("9" * 308, 10**308 - 1),
        ('"a\\u0000b"', "a\x00b"),
        ('"é\\ud83d\\ude00"', "é😀"),
    ],
)
@pytest.mark.parametrize(("version", "form"), [("", V1_0), ('"version":"1.1",', V1_1), ('"jsonrpc":"2.0",', V2_0)])
def test_a_string_or_number_is_an_id_of_the_same_type_and_value(
    text: str, value: JsonId, version: str, form: Version
) -> None:
    parsed = read(f'{{{version}"method":"a","id":{text}}}')
    assert parsed == call("a", [], value, form)
    assert isinstance(parsed, Call)
    assert type(parsed.id) is type(value)


@pytest.mark.parametrize("request_id", ["true", "false", "{}", "[]", '{"a":1}', "[1]"])
@pytest.mark.parametrize(("version", "form"), [("", V1_0), ('"version":"1.1",', V1_1), ('"jsonrpc":"2.0",', V2_0)])
def test_any_other_id_is_refused_with_id_null(request_id: str, version: str, form: Version) -> None:
    assert read(f'{{{version}"method":"a","id":{request_id}}}') == refused(None, form)


@pytest.mark.parametrize(
    ("body", "parsed"),
    [
        ('{"jsonrpc":"2.0","method":"a","id":null}', call("a", [], None)),
        ('{"jsonrpc":"2.0","method":"a"}', notification("a", [])),
        ('{"version":"1.1","method":"a","id":null}', call("a", [], None, V1_1)),
        ('{"version":"1.1","method":"a"}', call("a", [], NO_ID, V1_1)),
        ('{"method":"a","id":null}', notification("a", [], None, V1_0)),
        ('{"method":"a"}', refused(None, V1_0)),
    ],
)
def test_null_and_no_id_mean_what_the_version_says(body: str, parsed: Parsed) -> None:
    assert read(body) == parsed


@pytest.mark.parametrize(
    ("body", "parsed"),
    [
        ('{"jsonrpc":"2.0","method":"a","params":0}', refused()),
        ('{"version":"1.1","method":"a","params":0}', refused(NO_ID, V1_1)),
        ('{"version":"1.1"}', refused(NO_ID, V1_1)),
        ('{"method":"a","params":0,"id":null}', refused(None, V1_0)),
        ('{"method":"a","params":0}', refused(None, V1_0)),
    ],
)
def test_a_bad_request_is_owed_a_reply_even_without_an_id(body: str, parsed: Parsed) -> None:
    assert read(body) == parsed


# --- members ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        '{"jsonrpc":"2.0","method":"b","method":"a","id":1}',
        '{"jsonrpc":"1.0","jsonrpc":"2.0","method":"a","id":[],"id":1}',
        '{"jsonrpc":"2.0","method":"a","params":0,"params":[],"id":1}',
        '{"jsonrpc":"2.0","method":"a","id":2,"\\u0069d":1}',
    ],
)
def test_the_last_of_two_members_of_one_name_counts(body: str) -> None:
    assert read(body) == call("a", [], 1)


def test_unknown_members_are_ignored() -> None:
    assert read('{"jsonrpc":"2.0","method":"a","id":1,"Id":2,"auth":{"x":[1]},"":null}') == call("a", [], 1)


# --- batches ----------------------------------------------------------------------------------------------------------

GOOD = '{"jsonrpc":"2.0","method":"a","id":1}'


@pytest.mark.parametrize(
    ("element", "parsed"),
    [
        ("1", refused()),
        ("null", refused()),
        ("[]", refused()),
        (f"[{GOOD}]", refused()),
        ("{}", refused()),
        ('{"jsonrpc":"2","method":"a","id":7}', refused(7)),
        ('{"jsonrpc":"2.0","method":"a","params":1,"id":7}', refused(7)),
        ('{"jsonrpc":"2.0","method":"a","id":true}', refused()),
        ('{"method":"a","id":7}', call("a", [], 7, V1_0)),
        ('{"version":"1.1","method":"a"}', call("a", [], NO_ID, V1_1)),
        (GOOD, call("a", [], 1)),
    ],
)
def test_an_element_of_a_batch_never_spoils_its_neighbours(element: str, parsed: Call | Malformed) -> None:
    assert read(f"[{GOOD},{element},{GOOD}]") == [call("a", [], 1), parsed, call("a", [], 1)]


def test_a_batch_of_one_is_a_batch() -> None:
    assert read(f"[{GOOD}]") == [call("a", [], 1)]


def test_a_batch_up_to_the_limit_is_read_in_order() -> None:
    body = json.dumps([{"jsonrpc": "2.0", "method": "a", "id": n} for n in range(BATCH_LIMIT)])
    assert read(body) == [call("a", [], n) for n in range(BATCH_LIMIT)]


@pytest.mark.parametrize("element", [GOOD, "1", '{"jsonrpc":"2.0","method":"a"}'])
def test_a_batch_above_the_limit_is_refused_whole(element: str) -> None:
    assert read(f"[{','.join([element] * (BATCH_LIMIT + 1))}]") == refused()


def test_the_batch_limit_is_the_callers() -> None:
    assert parse(f"[{GOOD},{GOOD}]".encode(), batch_limit=1) == refused()
