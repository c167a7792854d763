"""JSON as a real server printed it, and what is read of a client's."""

from __future__ import annotations

import pytest

from rpcauth.rest.ym.dto import (
    ERROR_RESPONSE,
    GET_ACCESS_TOKEN,
    GET_ACCESS_TOKEN_RESPONSE,
    OIDC_GET_ACCESS_TOKEN,
    OIDC_GET_ACCESS_TOKEN_RESPONSE,
    SERVICESTACK,
)
from rpcauth.rest.ym.formats import json
from rpcauth.rest.ym.reading import Fault, Malformed, Node, Unconvertible, WrongShape, read_values
from rpcauth.rest.ym.types import Dto, ListOf, Member, Scalar, Value, Values
from tests.rest.ym.answers import (
    ANSWERS,
    find_dto,
    find_sample,
    list_answers,
    list_named,
    read_date,
    request_body,
    response_body,
)

SAMPLE_ERROR: Values = {
    "ErrorCode": "String",
    "FieldName": "String",
    "Message": "String",
    "Meta": {"String": "String"},
}
SAMPLE_STATUS: Values = {
    "ErrorCode": "String",
    "Message": "String",
    "StackTrace": "String",
    "Errors": [SAMPLE_ERROR],
    "Meta": {"String": "String"},
}
SAMPLE: Values = {
    **dict.fromkeys(("AppId", "AppSecert", "Scope", "Code", "RefreshToken", "AppSecret"), "String"),
    "GrantType": "Code",
    "UsingRedis": True,
    "AppInitTime": read_date("2024-05-03T01:23:34.4285027-04:00"),
    "ServerID": "WS-4-69-031",
    "ResponseStatus": SAMPLE_STATUS,
    "BypassCache": False,
    "Device": "Desktop",
}
SAMPLES = [
    (0, GET_ACCESS_TOKEN, SAMPLE | {"DateCached": read_date("2024-05-03T02:06:58.4723478-04:00")}),
    (
        1,
        GET_ACCESS_TOKEN_RESPONSE,
        SAMPLE
        | {
            "DateCached": read_date("2024-05-03T02:06:58.4773515-04:00"),
            "AccessToken": "String",
            "ExpiresOnUtc": read_date("0001-01-01T00:00:00.0000000"),
        },
    ),
]


def read(body: str, dto: Dto = OIDC_GET_ACCESS_TOKEN) -> Values:
    return read_values(dto, json.parse(body.encode(), dto))


def parse_member(text: str) -> Node:
    """The node of a member whose value is `text`."""
    members = json.parse(f'{{"m":{text}}}'.encode(), OIDC_GET_ACCESS_TOKEN).members()
    assert members is not None
    return dict(members)["m"]


@pytest.mark.parametrize("name", list_answers(b"{"))
def test_answers_are_printed_as_the_original_prints_them(name: str) -> None:
    dto, values = ANSWERS[name]
    assert json.print_values(dto, values) == response_body(name)


@pytest.mark.parametrize("name", list_named(b'{"'))
def test_every_answer_of_the_original_is_read_and_printed_again_equal(name: str) -> None:
    dto, body = find_dto(name), response_body(name)
    assert json.print_values(dto, read_values(dto, json.parse(body, dto))) == body


@pytest.mark.parametrize(("number", "dto", "values"), SAMPLES)
def test_the_documented_samples_are_printed_and_read(number: int, dto: Dto, values: Values) -> None:
    sample = find_sample("ym-get-access-token.txt", number)
    assert json.print_values(dto, values) == sample
    assert read_values(dto, json.parse(sample, dto)) == values


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("", ""),
        ('"\\', r"\"\\"),
        ("\n\r\t\f\b", r"\n\r\t\f\b"),
        ("\x00\x0b\x1f", r"\u0000\u000B\u001F"),
        ("\x7f\x80\x9f", r"\u007F\u0080\u009F"),
        ("/<>&'é€😀\xa0\u2028\ufeff", "/<>&'é€😀\xa0\u2028\ufeff"),
        ("\ud800", "\ufffd"),
    ],
    ids=ascii,
)
def test_strings_have_the_escapes_of_the_original_and_no_more(text: str, printed: str) -> None:
    body = json.print_values(ERROR_RESPONSE, {"ResponseStatus": {"Message": text, "Meta": {text: text}}})
    assert body.decode() == f'{{"ResponseStatus":{{"Message":"{printed}","Meta":{{"{printed}":"{printed}"}}}}}}'


def test_numbers_and_lists_are_printed_as_dotnet_does() -> None:
    own = (Member(name="F", type=ListOf(Scalar.DOUBLE)), Member(name="L", type=ListOf(Scalar.STRING)))
    floats: list[Value] = [0.0, 1.5e300, 0.1, 0.1 + 0.2]
    body = json.print_values(Dto(name="P", namespace=SERVICESTACK, own=own), {"F": floats, "L": ["a", None]})
    assert body == b'{"F":[0,1.5E+300,0.1,0.30000000000000004],"L":["a",null]}'


def test_further_members_stand_after_all_others() -> None:
    extra = {"error": "invalid_grant", "error_description": 'of "c"'}
    body = json.print_values(ERROR_RESPONSE, {"ResponseStatus": {}}, extra=extra)
    assert body == rb'{"ResponseStatus":{},"error":"invalid_grant","error_description":"of \"c\""}'
    assert json.print_values(ERROR_RESPONSE, {}, extra={"error": "x"}) == b'{"error":"x"}'


def test_a_member_that_is_not_documented_is_read_and_not_printed() -> None:
    values = read('{"code_verifier":"v"}')
    assert values == {"code_verifier": "v"}
    assert b"verifier" not in json.print_values(OIDC_GET_ACCESS_TOKEN, values)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("bind json case", {"grant_type": "refresh_token", "code": "abc", "scope": "dump"}),
        ("bind json str int", {"ClientID": 12, "code": "a", "scope": "dump"}),
        ("bind json null", {"code": None, "scope": "dump"}),
        ("bind json charset", {"code": "a", "scope": "dump"}),
    ],
)
def test_requests_bind_as_in_the_original(name: str, values: Values) -> None:
    assert read(request_body(name).decode()) == values


@pytest.mark.parametrize(
    ("name", "fault"),
    [("bind json bad enum", Fault("grant_type", "password")), ("bind json bad int", Fault("ClientID", "abc"))],
)
def test_what_the_original_replaced_by_a_default_is_a_binding_error(name: str, fault: Fault) -> None:
    with pytest.raises(Unconvertible) as refusal:
        read(request_body(name).decode())
    assert refusal.value.faults == (fault,)


@pytest.mark.parametrize(
    ("body", "values"),
    [
        ("{}", {}),
        (' \r\n\t{ "code" : "a" } ', {"code": "a"}),
        ("\ufeff{}", {}),
        (r'{"code":"\u00e9\ud83d\ude00\/"}', {"code": "é😀/"}),
        ('{"code":12,"scope":1.50,"client_id":-1E+05}', {"code": "12", "scope": "1.50", "client_id": "-1E+05"}),
        (f'{{"code":{"9" * 5000}}}', {"code": "9" * 5000}),
        ('{"code":true,"scope":false}', {"code": "true", "scope": "false"}),
        (
            '{"BypassCache":true,"ClientID":12,"grant_type":1}',
            {"BypassCache": True, "ClientID": 12} | {"grant_type": "refresh_token"},
        ),
        ('{"code":"a","code":"b"}', {"code": "b"}),
        ('{"code":"a","CODE":"b","code":"c"}', {"code": "c"}),
        ('{"code":"a","CODE":"b"}', {"code": "b"}),
        (
            '{"clientSecret":"s","clientId":"app","ClientId":3}',
            {"client_secret": "s", "client_id": "app", "ClientID": 3},
        ),
        ('{"other":[{"a":[1,null]}],"code":"a"}', {"code": "a"}),
        (r'{"AppInitTime":"\/Date(0-0000)\/"}', {"AppInitTime": read_date("1970-01-01T00:00:00Z")}),
        ('{"ResponseStatus":null}', {"ResponseStatus": None}),
        (
            '{"ResponseStatus":{"Errors":[null,{}],"Meta":{"k":1,"n":null}}}',
            {"ResponseStatus": {"Errors": [None, {}], "Meta": {"k": "1", "n": None}}},
        ),
    ],
    ids=lambda given: repr(given)[:40],
)
def test_values_are_read(body: str, values: Values) -> None:
    assert read(body) == values


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"a":["x",1.50,true,null,{}]}', '{"a":["x",1.50,true,null,{}]}'),
        ("[]", "[]"),
        (r'["\u00e9\n"]', r'["é\n"]'),
    ],
)
def test_an_object_or_list_is_no_scalar(text: str, shown: str) -> None:
    with pytest.raises(WrongShape) as refusal:
        parse_member(text).text()
    assert refusal.value.shown == shown


@pytest.mark.parametrize(
    ("text", "shown"), [('"a"', "a"), ("1.0", "1.0"), ("true", "true"), ("[[]]", "[[]]"), ('{"a":{}}', '{"a":{}}')]
)
def test_a_value_is_not_what_it_is_not(text: str, shown: str) -> None:
    node = parse_member(text)
    asked = [node.items] * (text[0] != "[") + [node.members, node.entries] * (text[0] != "{")
    for ask in asked:
        with pytest.raises(WrongShape) as refusal:
            ask()
        assert refusal.value.shown == shown


def test_null_is_null_as_whatever() -> None:
    node = parse_member("null")
    assert [node.text(), node.items(), node.members(), node.entries()] == [None] * 4


def nest(levels: int) -> bytes:
    """A body of so many levels, itself one."""
    return b'{"a":' + b"[" * (levels - 1) + b"]" * (levels - 1) + b"}"


def test_a_body_may_be_16_levels_deep() -> None:
    json.parse(nest(16), OIDC_GET_ACCESS_TOKEN)
    with pytest.raises(Malformed):
        json.parse(nest(17), OIDC_GET_ACCESS_TOKEN)


@pytest.mark.parametrize(
    "body",
    [
        *(request_body(name) for name in ("bind malformed json", "bind not json")),
        *(b"", b" ", b"null", b"1", b'"a"', b"[]", b"true"),
        *(
            b"{",
            b'{"a"',
            b'{"a":',
            b'{"a":1',
            b'{"a":1,',
            b'{"a":1,}',
            b'{"a":1}}',
            b"{}{}",
            b"{} x",
            b"{a:1}",
            b"{'a':1}",
        ),
        *(b'{"a":01}', b'{"a":1.}', b'{"a":+1}', b'{"a":.5}', b'{"a":NaN}', b'{"a":-Infinity}', b'{"a":nul}'),
        *(b'{"a":"\n"}', b'{"a":"\x00"}', rb'{"a":"\x41"}', rb'{"a":"\u12"}', b'{"a":"'),
        *(
            b'{"a":"\xff"}',
            b'{"a":"\xed\xa0\x80"}',
            b'{"a":"\xc0\xaf"}',
            "{}".encode("utf-16"),
            b"\xef\xbb\xbf\xef\xbb\xbf{}",
        ),
        *(rb'{"a":"\ud800"}', rb'{"a":["\udc00"]}', rb'{"\ud800":1}', rb'{"a":"\udc00\ud800"}'),
        *(b"{}\x00", b"/**/{}", b'{"a":1 /**/}'),
    ],
    ids=lambda body: repr(body)[:40],
)
def test_any_other_body_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed) as refusal:
        json.parse(body, OIDC_GET_ACCESS_TOKEN_RESPONSE)
    assert refusal.value.args == ()
