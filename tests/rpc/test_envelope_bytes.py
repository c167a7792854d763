"""From any bytes to calls or a parse error: JSON text, encodings, bounds, the cost of hostile bodies (contract §2)."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rpcauth.rpc.envelope import NO_ID, Call, Malformed, Version, parse

BODY_LIMIT = 65_536
GOOD = '{"jsonrpc":"2.0","method":"a","id":1}'
UNREADABLE = Malformed(code=-32700, id=None, version=Version.V2_0)


def read(body: bytes | str) -> Call | Malformed | list[Call | Malformed]:
    return parse(body.encode() if isinstance(body, str) else body, batch_limit=100)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"\n\t\r ",
        b"\x00",
        GOOD[:-1].encode(),
        GOOD.encode() + b",",
        GOOD.encode() + b"x",
        GOOD.encode() + b"\x00",
        (GOOD + GOOD).encode(),
        b'{"method":"a","id":1,}',
        b"[1,]",
        b"[,1]",
        b'{"method":"a" "id":1}',
        b"{'method':'a','id':1}",
        b'{method:"a","id":1}',
        b'{"method":"a","id":1}//',
        b'/**/{"method":"a","id":1}',
        b'{"method":"a","id":01}',
        b'{"method":"a","id":+1}',
        b'{"method":"a","id":.5}',
        b'{"method":"a","id":1.}',
        b'{"method":"a","id":0x1}',
        b'{"method":"a","id":1_0}',
        b'{"method":"a","id":nul}',
        b'{"method":"a","id":True}',
        b'{"method":"a\nb","id":1}',
        b'{"method":"a\x00b","id":1}',
        b'{"method":"\\x61","id":1}',
        b'{"method":"\\u00g1","id":1}',
        b'{"method":"a","id":1\xc2\xa0}',
        b'\x0c{"method":"a","id":1}',
        b'\x0b{"method":"a","id":1}',
    ],
)
def test_what_is_not_json_is_a_parse_error(body: bytes) -> None:
    assert read(body) == UNREADABLE


@pytest.mark.parametrize(
    "number", ["NaN", "Infinity", "-Infinity", "1e400", "-1e400", "1e309", "1" * 309, "0." + "1" * 308]
)
@pytest.mark.parametrize(
    "body",
    ["%s", '{"method":"a","id":%s}', '{"method":"a","params":[%s],"id":1}', '{"method":"a","id":1,"x":{"y":%s}}'],
)
def test_a_number_out_of_range_is_a_parse_error_wherever_it_stands(number: str, body: str) -> None:
    assert read(body % number) == UNREADABLE


@pytest.mark.parametrize(
    "text",
    [
        b"\xff",
        b"\x80",
        b"\xc3",
        b"\xc0\x80",
        b"\xe0\x80\xaf",
        b"\xed\xa0\x80",
        b"\xed\xa0\xbd\xed\xb8\x80",
        b"\xf4\x90\x80\x80",
    ],
)
@pytest.mark.parametrize(
    "body", [b'{"method":"%b","id":1}', b'{"method":"a","id":1,"%b":1}', b'{"method":"a","id":1,"x":["%b"]}']
)
def test_text_that_is_not_utf_8_is_a_parse_error_wherever_it_stands(text: bytes, body: bytes) -> None:
    assert read(body % text) == UNREADABLE


@pytest.mark.parametrize("escape", ["\\ud800", "\\udc00", "\\ud800\\u0041", "\\udc00\\ud800", "\\ud83dx"])
def test_an_escape_of_half_a_surrogate_pair_is_a_parse_error(escape: str) -> None:
    assert read(f'{{"method":"a","id":"{escape}"}}') == UNREADABLE


@pytest.mark.parametrize(
    "encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
)
def test_any_other_encoding_and_a_byte_order_mark_are_parse_errors(encoding: str) -> None:
    assert read(GOOD.encode(encoding)) == UNREADABLE


def test_blanks_around_and_inside_are_allowed() -> None:
    assert read(b' \t\r\n{ "jsonrpc":\t"2.0" , "method" :\n"a","id" : 1 }\r\n') == read(GOOD)


@pytest.mark.parametrize(("levels", "is_allowed"), [(62, True), (63, False)])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"]":', "}"), ('{"\\"":"]}","a":', "}")])
def test_nesting_beyond_64_is_a_parse_error(levels: int, is_allowed: bool, opening: str, closing: str) -> None:
    nested = opening * levels + "1" + closing * levels
    parsed = read(f'{{"method":"a","params":[{nested}],"id":1}}')
    assert isinstance(parsed, Call) if is_allowed else parsed == UNREADABLE


def test_the_array_of_a_batch_is_a_level_of_its_own() -> None:
    nested = "[" * 62 + "]" * 62
    assert isinstance(read(f'[{{"method":"a","params":{nested},"id":1}}]'), list)
    assert read(f'[{{"method":"a","params":[{nested}],"id":1}}]') == UNREADABLE


def test_brackets_in_strings_are_no_levels() -> None:
    text = "[{" * 1000
    parsed = read(json.dumps({"method": "a", "params": [text], "id": 1}))
    assert isinstance(parsed, Call)
    assert parsed.params == [text]
    assert read(f'"{text}"') == Malformed(code=-32600, id=None, version=Version.V2_0)


# --- hostile bytes ----------------------------------------------------------------------------------------------------


def fill(opening: bytes, unit: bytes, closing: bytes = b"") -> bytes:
    """A body of at most the limit: `unit` as often as fits."""
    return opening + unit * ((BODY_LIMIT - len(opening) - len(closing)) // len(unit)) + closing


HOSTILE = {
    "open arrays": fill(b"", b"["),
    "open objects": fill(b"", b'{"a":'),
    "closed towers": fill(b"[", b"[" * 63 + b"]" * 63 + b",", b"1]"),
    "a tower of 32768": b"[" * 32_768 + b"]" * 32_768,
    "empty arrays": fill(b"[", b"[],", b"1]"),
    "empty strings": fill(b"[", b'"",', b"1]"),
    "brackets between quotation marks": fill(b"[", b'"[\\"{",', b"[]]"),
    "a string of brackets": fill(b'{"id":"', b"[", b'"}'),
    "a string of backslashes": fill(b'{"id":"', b"\\\\", b'"}'),
    "a string of digits": fill(b'{"id":"', b"1", b'"}'),
    "a string of escapes": fill(b'{"id":"', b"\\u00e9", b'"}'),
    "one integer": fill(b"", b"1"),
    "one fraction": fill(b"0.", b"1"),
    "integers of 308 digits": fill(b"[", b"9" * 308 + b",", b"1]"),
    "integers of 4300 digits": fill(b"[", b"9" * 4300 + b",", b"1]"),
    "the smallest floats": fill(b"[", b"5e-324,", b"1]"),
    "the largest floats": fill(b"[", b"1.7976931348623158e308,", b"1]"),
    "ones": fill(b"[", b"1,", b"1]"),
    "many members": b"{%b}" % b",".join(b'"%d":0' % n for n in range(6000)),
    "broken text": fill(b'{"id":"', b"\xff"),
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_body_of_64_kib_costs_more_than_milliseconds(body: bytes) -> None:
    # The worst of these takes 5 ms on the machine where they were written. The bound is generous, and the best of three
    # counts, so that a slow or busy machine does not fail; a quadratic reader takes seconds.
    assert len(body) <= BODY_LIMIT
    costs = []
    for _ in range(3):
        start = time.process_time()
        parsed = read(body)
        costs.append(time.process_time() - start)
        assert isinstance(parsed, Malformed)
    assert min(costs) < 0.05


@given(st.binary(max_size=200))
def test_no_bytes_make_the_parser_raise(body: bytes) -> None:
    assert isinstance(read(body), Call | Malformed | list)


SEEDS = [
    GOOD.encode(),
    b'{"version":"1.1","method":"test.echo","params":{"value":["\\ud83d\\ude00",1.5e3,-0,true,null]},"id":"\xc3\xa9"}',
    b'[{"method":"a","id":null},{"jsonrpc":"2.0","method":"a","params":[{}]},7]',
]


@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.integers(0, 120), st.integers(0, 3), st.binary(max_size=4)), max_size=4),
)
def test_no_change_to_a_good_request_makes_the_parser_raise(seed: bytes, edits: list[tuple[int, int, bytes]]) -> None:
    body = seed
    for at, removed, added in edits:
        body = body[:at] + added + body[at + removed :]
    parsed = read(body)
    elements = parsed if isinstance(parsed, list) else [parsed]
    assert all(type(element.id) is not bool for element in elements)
    assert all(len(element.method) <= 512 for element in elements if isinstance(element, Call))


JSON_VALUES = st.sampled_from(["", "a", "a" * 513, 0, -1, 2**70, 1.5, True, False, None, [], [1], {}, {"a": 1}])


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "jsonrpc": st.sampled_from(["2.0", "1.0", 2.0, None]),
            "version": st.sampled_from(["1.1", "1.0", 1.1, None]),
            "method": JSON_VALUES,
            "params": JSON_VALUES,
            "id": JSON_VALUES,
        },
    )
)
def test_a_reply_names_the_id_of_its_request_or_none(request: dict[str, Any]) -> None:
    parsed = read(json.dumps(request))
    assert isinstance(parsed, Call | Malformed)
    assert (
        parsed.id is None or parsed.id is NO_ID or (type(parsed.id), parsed.id) == (type(request["id"]), request["id"])
    )
    assert parsed.id is not NO_ID or "id" not in request
