"""CSV as it is printed and read."""

from __future__ import annotations

import csv as plain_csv
import time
from contextlib import suppress
from io import StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rpcauth.rest.ym.dates import parse_date
from rpcauth.rest.ym.dto import (
    ERROR_RESPONSE,
    GET_ACCESS_TOKEN,
    GET_ACCESS_TOKEN_RESPONSE,
    OIDC_GET_ACCESS_TOKEN,
    OIDC_GET_ACCESS_TOKEN_RESPONSE,
)
from rpcauth.rest.ym.formats import csv
from rpcauth.rest.ym.reading import Fault, Malformed, Unconvertible, read_values
from rpcauth.rest.ym.types import Dto, Values
from tests.rest.ym.class_p import ZONE, P
from tests.rest.ym.random_values import TEXTS, drop_empty, values_of

DTOS = (P, OIDC_GET_ACCESS_TOKEN, OIDC_GET_ACCESS_TOKEN_RESPONSE, GET_ACCESS_TOKEN, GET_ACCESS_TOKEN_RESPONSE)
LARGEST = 64 * 1024


def read(body: str | bytes, dto: Dto = P) -> Values:
    return read_values(dto, csv.parse(body if isinstance(body, bytes) else body.encode(), dto))


def test_a_token_response_is_printed_as_a_row_of_names_and_one_of_values() -> None:
    moment = parse_date("2024-05-03T08:24:51.9748751-04:00")
    values: Values = {
        "access_token": "at",
        "token_type": "Bearer",
        "expires_in": 3600,
        "id_token": "h.p.s",
        "UsingRedis": True,
        "AppInitTime": moment,
        "ServerID": "WS-6-183-431",
        "DateCached": moment,
    }
    assert csv.print_values(OIDC_GET_ACCESS_TOKEN_RESPONSE, values).decode() == (
        "access_token,token_type,refresh_token,expires_in,id_token,UsingRedis,AppInitTime,ServerID,ClientID,"
        "ResponseStatus,BypassCache,DateCached,Device\r\n"
        "at,Bearer,,3600,h.p.s,True,2024-05-03T08:24:51.9748751-04:00,WS-6-183-431,0,,False,"
        "2024-05-03T08:24:51.9748751-04:00,Desktop\r\n"
    )


def test_a_nested_value_is_jsv_in_quotes() -> None:
    status: Values = {"ErrorCode": 'say "no"', "Errors": []}
    assert csv.print_values(ERROR_RESPONSE, {"ResponseStatus": status}) == (
        b'ResponseStatus\r\n"{ErrorCode:""say """"no"""""",Errors:[]}"\r\n'
    )
    assert csv.print_values(ERROR_RESPONSE, {"ResponseStatus": {}}) == b'ResponseStatus\r\n"{}"\r\n'
    assert csv.print_values(ERROR_RESPONSE, {}) == b"ResponseStatus\r\n\r\n"


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("", ""),
        (" x ", " x "),
        ("a:b", "a:b"),
        ("a{b]", "a{b]"),
        ("{a", '"{a"'),
        ("[a", '"[a"'),
        ('"', '""""'),
        ("a\rb", '"a\rb"'),
        ("a\nb", '"a\nb"'),
        ("=1+1", "=1+1"),
        ("é€😀", "é€😀"),
        ("\ud800", "\ufffd"),
    ],
)
def test_a_string_is_quoted_only_where_it_must_be(text: str, field: str) -> None:
    printed = csv.print_values(P, {"A": text}).decode()
    assert printed == f"A,B,I,T,D,N,L,M,C,F,Q\r\n{field},,0,False,0001-01-01,,,,,0,\r\n"


@pytest.mark.parametrize(
    ("body", "values"),
    [
        ("", {}),
        ("\r\n\r\n", {}),
        ("\r\nA\r\n\r\nx\r\n", {"A": "x"}),
        ("A,B", {}),
        ("A,B\r\n", {}),
        ("\ufeffA,B\r\nx,y", {"A": "x", "B": "y"}),
        ("a,B\nx,y\nz,z\n", {"A": "x", "B": "y"}),
        ("A,B,I\nx", {"A": "x"}),
        ("A\nx,y,z", {"A": "x"}),
        ("A,Z\nx,y", {"A": "x"}),
        ("A,B\n x ,", {"A": " x ", "B": None}),
        ('A,B\n"x\r\n""y"",z",b', {"A": 'x\r\n"y",z', "B": "b"}),
        ('A\na"b', {"A": 'a"b'}),
        ('A,B\n"{x","[y"', {"A": "{x", "B": "[y"}),
        ('L,M,C\n"[a,""b,c""]","{k:v,""l:2"":""""}","{A:in,L:[x]}"', None),
        ('L\n"""a"""', {"L": ['"a"']}),
        ("L,M,C,Q,N\n,,,,", {"L": None, "M": None, "C": None, "Q": None, "N": None}),
        ("T,I\nTrue,-5", {"T": True, "I": -5}),
        # The documented sample body.
        ('\ufeff \r\n{"A":"x,y","L":["a"]}', {"A": "x,y", "L": ["a"]}),
        *((text, Malformed) for text in ('A,B\n"x,y', 'A,B\n"x"y,z', '"A\nx', 'A\nx\n"', '{"A":"x"', "{A:x}")),
        *((text, Malformed) for text in ("C\n{A:x}y", "C\n{A:x", "C\n{A}", "L\n[a", b"A\n\xff", 'C\n"{A:x,}"')),
        ("C\n" + "{C:" * 16 + "}" * 16, Malformed),
    ],
)
def test_a_body_is_read_or_refused(body: str | bytes, values: Values | type[Malformed] | None) -> None:
    if values is Malformed:
        with pytest.raises(Malformed):
            read(body)
    else:
        nested = {"L": ["a", "b,c"], "M": {"k": "v", "l:2": ""}, "C": {"A": "in", "L": ["x"]}}
        assert read(body) == (nested if values is None else values)


@pytest.mark.parametrize(("body", "fault"), [("I\nabc", Fault("I", "abc")), ("C\nin", Fault("C", "in"))])
def test_what_does_not_convert_is_named(body: str, fault: Fault) -> None:
    with pytest.raises(Unconvertible) as refusal:
        read(body)
    assert refusal.value.faults == (fault,)


@pytest.mark.parametrize("unit", ["a,", "a\n", ",", '"', '""', '"a",', "\n", "\r", '"\n', "C\n{", "[", "{", '{"a":'])
@pytest.mark.parametrize("start", ["", "A,C\n", 'C\n"', "C\n{A:", "C\n["])
def test_a_hostile_body_costs_little(start: str, unit: str) -> None:
    body = (start + unit * (LARGEST // len(unit)))[:LARGEST]
    before = time.process_time()
    with suppress(Malformed, Unconvertible):
        read(body)
    # A scan that goes back would take minutes.
    assert time.process_time() - before < 1


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(DTOS).flatmap(lambda dto: st.tuples(st.just(dto), values_of(dto))))
def test_what_is_printed_is_read_back(sample: tuple[Dto, Values]) -> None:
    dto, values = sample
    found = read_values(dto, csv.parse(csv.print_values(dto, values, zone=ZONE), dto))
    assert drop_empty(dto, found) == drop_empty(dto, values)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_a_string_never_changes_its_neighbours(text: str) -> None:
    values: Values = {"A": text, "B": "b", "L": ["x", text, "y"], "M": {text: text}, "C": {"A": text}, "Q": 1}
    printed = csv.print_values(P, values, zone=ZONE).decode()
    rows = list(plain_csv.reader(StringIO(printed, newline=""), strict=True))
    assert [len(row) for row in rows] == [len(P.members)] * 2
    assert rows[1][:4] == [text, "b", "0", "False"]
    found = read(printed)
    assert (found["B"], found["L"], found["M"], found["Q"]) == ("b", ["x", text, "y"], {text: text}, 1)


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from('ABCLM":,{}[]\r\n1x'), max_size=40).map("C,L,M,A\n{}".format))
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    with suppress(Malformed, Unconvertible):
        read(text)
