"""Replies, byte for byte: three versions, two dialects (contract §1, §2; JSON-RPC 2.0 §5)."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rpcauth.rpc import writing
from rpcauth.rpc.dialect import MASHERY, RPC, Dialect
from rpcauth.rpc.envelope import NO_ID, UNREADABLE, Call, JsonId, Malformed, NoId, Version, parse
from rpcauth.rpc.writing import Fault, write_batch, write_error, write_result

DETAIL = {"error": "unauthorized_client", "error_description": "Invalid client identifier", "error_response": None}
REFUSAL = writing.oauth_error(DETAIL, "Invalid client identifier")
DETAIL_BYTES = b'{"error":"unauthorized_client","error_description":"Invalid client identifier","error_response":null}'
GENERIC = b'"An OAuth related error has occurred"'
SPECIFIC = b'"Invalid client identifier"'


def call_of(version: Version, request_id: JsonId | NoId = 1) -> Call:
    return Call(method="test.hello", params=[], id=request_id, version=version, is_notification=False)


@pytest.mark.parametrize(
    ("version", "request_id", "reply"),
    [
        (Version.V2_0, 1, b'{"jsonrpc":"2.0","result":{"a":[1]},"id":1}'),
        (Version.V2_0, None, b'{"jsonrpc":"2.0","result":{"a":[1]},"id":null}'),
        (Version.V1_1, 1, b'{"version":"1.1","id":1,"result":{"a":[1]}}'),
        (Version.V1_1, None, b'{"version":"1.1","id":null,"result":{"a":[1]}}'),
        (Version.V1_1, NO_ID, b'{"version":"1.1","result":{"a":[1]}}'),
        (Version.V1_0, 1, b'{"result":{"a":[1]},"error":null,"id":1}'),
    ],
)
def test_a_result_has_the_form_of_the_requests_version(
    version: Version, request_id: JsonId | NoId, reply: bytes
) -> None:
    assert write_result(call_of(version, request_id), b'{"a":[1]}') == reply


@pytest.mark.parametrize(
    ("request_id", "written"),
    [
        ("", b'""'),
        (0, b"0"),
        (-7, b"-7"),
        (1.5, b"1.5"),
        (1.0, b"1.0"),
        (2**53 + 1, b"9007199254740993"),
        (2**64, b"18446744073709551616"),
        (10**307, b"1" + b"0" * 307),
        ('é\x00"\\/\u2028😀', b'"\xc3\xa9\\u0000\\"\\\\/\xe2\x80\xa8\xf0\x9f\x98\x80"'),
    ],
    ids=ascii,
)
def test_an_id_is_written_in_one_fixed_style(request_id: JsonId, written: bytes) -> None:
    assert (
        write_result(call_of(Version.V2_0, request_id), b"true") == b'{"jsonrpc":"2.0","result":true,"id":%b}' % written
    )


@pytest.mark.parametrize("dialect", [RPC, MASHERY])
@pytest.mark.parametrize(
    ("version", "request_id", "reply"),
    [
        (Version.V2_0, "x", b'{"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found"},"id":"x"}'),
        (
            Version.V1_1,
            "x",
            b'{"version":"1.1","id":"x",'
            b'"error":{"name":"JSONRPCError","code":-32601,"message":"Method not found","data":null}}',
        ),
        (
            Version.V1_1,
            NO_ID,
            b'{"version":"1.1","error":{"name":"JSONRPCError","code":-32601,"message":"Method not found","data":null}}',
        ),
        (Version.V1_0, "x", b'{"result":null,"error":{"code":-32601,"message":"Method not found"},"id":"x"}'),
    ],
)
def test_an_error_has_the_form_of_the_requests_version_in_both_dialects(
    dialect: Dialect, version: Version, request_id: JsonId | NoId, reply: bytes
) -> None:
    assert write_error(call_of(version, request_id), writing.METHOD_NOT_FOUND, dialect) == reply


@pytest.mark.parametrize(
    ("version", "dialect", "reply"),
    [
        (Version.V2_0, RPC, b'{"jsonrpc":"2.0","error":{"code":-2001,"message":%b,"data":%b},"id":1}'),
        (Version.V2_0, MASHERY, b'{"jsonrpc":"2.0","error":{"code":-2001,"message":%b,"data":%b,"error":%b},"id":1}'),
        (
            Version.V1_1,
            RPC,
            b'{"version":"1.1","id":1,"error":{"name":"JSONRPCError","code":-2001,"message":%b,"data":%b}}',
        ),
        (
            Version.V1_1,
            MASHERY,
            b'{"version":"1.1","id":1,"error":{"name":"JSONRPCError","code":-2001,"message":%b,"data":%b,"error":%b}}',
        ),
        (Version.V1_0, RPC, b'{"result":null,"error":{"code":-2001,"message":%b,"data":%b},"id":1}'),
        (Version.V1_0, MASHERY, b'{"result":null,"error":{"code":-2001,"message":%b,"data":%b,"error":%b},"id":1}'),
    ],
)
def test_an_oauth_error_has_its_detail_where_the_dialect_wants_it(
    version: Version, dialect: Dialect, reply: bytes
) -> None:
    slots = (GENERIC, DETAIL_BYTES) if dialect is RPC else (SPECIFIC, DETAIL_BYTES, DETAIL_BYTES)
    assert write_error(call_of(version), REFUSAL, dialect) == reply % slots


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (writing.PARSE_ERROR, {"code": -32700, "message": "Parse error"}),
        (writing.INVALID_REQUEST, {"code": -32600, "message": "Invalid Request"}),
        (writing.METHOD_NOT_FOUND, {"code": -32601, "message": "Method not found"}),
        (
            writing.invalid_params("$.params.client.client_id"),
            {"code": -32602, "message": "Invalid params", "data": {"path": "$.params.client.client_id"}},
        ),
        (
            writing.internal_error("k3v9"),
            {"code": -32603, "message": "Internal error", "data": {"incident": "k3v9"}},
        ),
        (writing.NOT_AUTHORIZED, {"code": -32001, "message": "Not Authorized"}),
        (writing.rate_limited(7), {"code": -32002, "message": "Rate limit exceeded", "data": {"retry_after": 7}}),
        (
            writing.unavailable("not_done"),
            {"code": -32003, "message": "Temporarily unavailable", "data": {"outcome": "not_done"}},
        ),
    ],
)
@pytest.mark.parametrize("dialect", [RPC, MASHERY])
def test_every_other_fault_reads_the_same_in_both_dialects(
    fault: Fault, error: dict[str, Any], dialect: Dialect
) -> None:
    assert json.loads(write_error(call_of(Version.V2_0), fault, dialect))["error"] == error


def test_a_fault_may_hold_any_mapping() -> None:
    fault = Fault(-32602, "Invalid params", MappingProxyType({"path": "$.params"}))
    assert b'"data":{"path":"$.params"}' in write_error(call_of(Version.V2_0), fault, RPC)


@pytest.mark.parametrize("dialect", [RPC, MASHERY])
def test_what_could_not_be_read_is_answered_in_2_0_form_with_id_null(dialect: Dialect) -> None:
    reply = b'{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}'
    assert write_error(UNREADABLE, writing.fault_of(UNREADABLE), dialect) == reply


def test_a_bad_request_is_answered_in_its_own_version_with_its_own_id() -> None:
    malformed = parse(b'{"method":"a","params":0,"id":"7"}', batch_limit=100)
    assert isinstance(malformed, Malformed)
    reply = b'{"result":null,"error":{"code":-32600,"message":"Invalid Request"},"id":"7"}'
    assert write_error(malformed, writing.fault_of(malformed), RPC) == reply


@pytest.mark.parametrize(("replies", "body"), [([b"{}"], b"[{}]"), ([b'{"a":1}', b'{"b":2}'], b'[{"a":1},{"b":2}]')])
def test_a_batch_is_an_array_of_its_replies_in_order(replies: list[bytes], body: bytes) -> None:
    assert write_batch(replies) == body


@pytest.mark.parametrize(
    ("request_body", "result", "reply"),
    [
        (
            {"version": "1.1", "method": "test.echo", "params": ["hi"], "id": 1},
            "hi",
            {"id": 1, "version": "1.1", "result": "hi"},
        ),
        (
            {"method": "oauth2.fetchApplication", "params": ["rmeqcgpw3zu2y47y9bs8vs2h"], "id": 1},
            {"id": 12345, "external_id": None, "name": "OAuth 2.0 Test App", "attributes": None},
            {
                "result": {"id": 12345, "external_id": None, "name": "OAuth 2.0 Test App", "attributes": None},
                "error": None,
                "id": 1,
            },
        ),
        (
            {"jsonrpc": "2.0", "method": "test.hello", "id": 1},
            "Hello!",
            {"jsonrpc": "2.0", "result": "Hello!", "id": 1},
        ),
    ],
)
def test_results_are_as_in_masherys_documentation(request_body: Any, result: Any, reply: Any) -> None:
    call = parse(msgspec.json.encode(request_body), batch_limit=100)
    assert isinstance(call, Call)
    assert json.loads(write_result(call, msgspec.json.encode(result))) == reply


LEGAL_IDS = st.one_of(
    st.none(),
    st.text(),
    st.integers(),
    st.integers(-(10**308) + 1, 10**308 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
)


@given(LEGAL_IDS, st.sampled_from([{"jsonrpc": "2.0"}, {"version": "1.1"}, {}]))
@example(-0.0, {"jsonrpc": "2.0"})
@example(5e-324, {"jsonrpc": "2.0"})
@example(1.7976931348623157e308, {})
def test_every_legal_id_comes_back_with_its_type_and_value(request_id: JsonId, version: dict[str, str]) -> None:
    call = parse(json.dumps({**version, "method": "a", "id": request_id}).encode(), batch_limit=100)
    assert isinstance(call, Call)
    for reply in (write_result(call, b"true"), write_error(call, REFUSAL, MASHERY)):
        echoed = json.loads(reply)["id"]
        assert (type(echoed), repr(echoed)) == (type(request_id), repr(request_id))
