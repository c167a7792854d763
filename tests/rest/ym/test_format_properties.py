"""What is printed in a format is read again as it was; and no body, however hostile, is more than malformed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Protocol, cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rpcauth.rest.ym.dates import MAX_VALUE, DateTime
from rpcauth.rest.ym.dto import (
    ERROR_RESPONSE,
    GET_ACCESS_TOKEN,
    GET_ACCESS_TOKEN_RESPONSE,
    OIDC_GET_ACCESS_TOKEN,
    OIDC_GET_ACCESS_TOKEN_RESPONSE,
)
from rpcauth.rest.ym.formats import csv, json, jsv, xml
from rpcauth.rest.ym.reading import Malformed, Node, Unconvertible, read_values
from rpcauth.rest.ym.types import Dto, EnumType, ListOf, MapOf, Scalar, Type, Value, Values, get


class Format(Protocol):
    def print_values(self, dto: Dto, values: Values) -> bytes: ...

    def parse(self, body: bytes, dto: Dto) -> Node: ...


FORMATS: Mapping[str, Format] = {"json": json, "jsv": jsv, "csv": csv, "xml": xml}
DTOS = (
    OIDC_GET_ACCESS_TOKEN,
    OIDC_GET_ACCESS_TOKEN_RESPONSE,
    GET_ACCESS_TOKEN,
    GET_ACCESS_TOKEN_RESPONSE,
    ERROR_RESPONSE,
)
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
PATIENCE = 1.0
"""Seconds in which any body is read. A few milliseconds are usual."""


def every_format(test: Callable[..., None]) -> Callable[..., None]:
    return cast(Callable[..., None], pytest.mark.parametrize("name", FORMATS)(test))


def every_dto(test: Callable[..., None]) -> Callable[..., None]:
    return cast(Callable[..., None], pytest.mark.parametrize("dto", DTOS, ids=lambda dto: dto.name)(test))


STRINGS = st.text(max_size=12) | st.text("{}[]:,\"\\ \r\n\t<&>;]='/aé😀\x85\u2028", max_size=12)
DATES = st.builds(
    DateTime,
    st.integers(0, MAX_VALUE.ticks) | st.integers(0, 3_652_058).map(lambda day: day * 864_000_000_000),
    st.sampled_from(["utc", "unspecified"]) | st.integers(-14 * 60, 14 * 60),
)
SCALARS: Mapping[Scalar, st.SearchStrategy[Value]] = {
    Scalar.STRING: STRINGS,
    Scalar.BOOL: st.booleans(),
    Scalar.INT: st.integers(-(2**31), 2**31 - 1),
    Scalar.LONG: st.integers(-(2**63), 2**63 - 1),
    Scalar.DATE_TIME: DATES,
}


def make_values(kind: Type) -> st.SearchStrategy[Value]:
    """Any value of a type; members may be absent, and null where they may be."""
    match kind:
        case Dto():
            members = {
                one.name: make_values(one.type) | st.none() if one.may_be_null else make_values(one.type)
                for one in kind.members
                if not one.undocumented
            }
            return cast(st.SearchStrategy[Value], st.fixed_dictionaries({}, optional=members))
        case ListOf(item=item):
            return cast(st.SearchStrategy[Value], st.lists(make_values(item), max_size=3))
        case MapOf(item=item):
            return cast(st.SearchStrategy[Value], st.dictionaries(STRINGS, make_values(item) | st.none(), max_size=3))
        case EnumType(values=values):
            return st.sampled_from(values)
        case _:
            return SCALARS[kind]


def complete(name: str, kind: Type, value: Value) -> Value:
    """What of a value a format keeps: every member that it shows, absent ones with their default."""
    match kind, value:
        case Dto(), dict():
            shown = [one for _, one in kind.xml_members] if name == "xml" else kind.text_members
            return {one.name: complete(name, one.type, get(one, value)) for one in shown}
        case ListOf(item=item), list():
            return [complete(name, item, one) for one in value]
        case MapOf(item=item), dict():
            kept = {key: one for key, one in value.items() if one is not None or name == "xml"}
            return {complete_text(name, key): complete(name, item, one) for key, one in kept.items()}
        case _, str():
            return complete_text(name, value)
        case _, DateTime() if name in ("jsv", "csv"):
            return complete_date(value)
        case _:
            return value


def complete_text(name: str, text: str) -> str:
    return NOT_IN_XML.sub("\ufffd", text) if name == "xml" else text


def complete_date(value: DateTime) -> DateTime:
    """JSV writes a date alone at midnight, and a time without a zone as local time."""
    return value.local_to(None) if value.has_time_of_day else DateTime(value.ticks)


def without_empty(values: Values) -> Values:
    """CSV has one nothing for null and for the empty string."""
    return {name: None if value == "" else value for name, value in values.items()}


def check_round_trip(name: str, dto: Dto, values: Values) -> None:
    body = FORMATS[name].print_values(dto, values)
    printed = cast(Values, complete(name, dto, values))
    read = cast(Values, complete(name, dto, read_values(dto, FORMATS[name].parse(body, dto))))
    assert read == (without_empty(printed) if name == "csv" else printed)


@every_format
@every_dto
@given(data=st.data())
def test_what_is_printed_is_read_again(name: str, dto: Dto, data: st.DataObject) -> None:
    check_round_trip(name, dto, cast(Values, data.draw(make_values(dto))))


@every_format
@given(text=st.text())
@example(text="\x00\x7f\x85\ufeff\u2028\uffff")
@example(text=" a ")
@example(text="null")
@example(text='"')
@example(text='a"')
@example(text="=1+1")
def test_any_string_survives_as_a_member_in_a_list_and_in_a_map(name: str, text: str) -> None:
    status: Values = {"Message": text, "Errors": [{"Message": text}], "Meta": {text: text}}
    check_round_trip(name, GET_ACCESS_TOKEN, {"Code": text, "ResponseStatus": status})


BOMB = "".join(f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, 10))
HOSTILE = {
    "billion laughs": f"<!DOCTYPE a [<!ENTITY l0 'lol'>{BOMB}]><GetAccessToken>&l9;</GetAccessToken>".encode(),
    "quadratic": b"<!DOCTYPE a [<!ENTITY a '" + b"a" * 32_000 + b"'>]><GetAccessToken>" + b"&a;" * 8000,
    "external": b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><GetAccessToken><Code>&x;</Code></GetAccessToken>",
    "attributes": b"<GetAccessToken" + b"".join(b" a%d=''" % number for number in range(7000)),
    "namespaces": b"<GetAccessToken" + b"".join(b" xmlns:a%d='b'" % number for number in range(4000)),
    "deep objects": b'{"ResponseStatus":' * 3600,
    "deep objects, closed": b'{"a":' * 9000 + b"1" + b"}" * 9000,
    "deep objects, bare": b"{a:" * 16000 + b"1" + b"}" * 16000,
    "deep lists": b'{"ResponseStatus":{"Errors":' + b"[" * 32000 + b"]" * 32000 + b"}}",
    "deep elements": b"<GetAccessToken>" + b"<a>" * 20000,
    "digits": b'{"ClientID":' + b"9" * 65000 + b"}",
    **{
        f"64 KiB of {text!r}": text * (65_536 // len(text))
        for text in (b"<a", b"<", b"[", b'"', b"{", b"\\", b"&", b"\x00")
    },
    **{
        f"64 KiB of {text!r}": text * (65_536 // len(text))
        for text in (b"<a>", b"<![CDATA[", b"<!--", b"<?a", b"&#1;", b",", b"\r")
    },
    **{
        f"64 KiB of {text!r}": b"{" + text * (65_536 // len(text))
        for text in (b'"', b'""', b"a:", b'"a":', b"a:{", b"a:[", b"\n")
    },
    **{f"CSV of {text!r}": b"Code\r\n" + text * (65_536 // len(text)) for text in (b'"', b'""', b",", b"[", b"{a:")},
}


def try_to_read(name: str, body: bytes) -> bool:
    """Whether a body is read, one way or another."""
    try:
        read_values(GET_ACCESS_TOKEN, FORMATS[name].parse(body, GET_ACCESS_TOKEN))
    except Malformed:
        return False
    except Unconvertible:
        return True
    return True


@every_format
@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_body_is_read_or_refused_at_once(name: str, body: bytes) -> None:
    start = perf_counter()
    is_read = try_to_read(name, body)
    assert perf_counter() - start < PATIENCE
    assert not is_read or name not in ("json", "xml") or body == HOSTILE["digits"]


@every_format
@given(body=st.binary(max_size=200) | st.text('{}[]:,"\\\r\n <>/&;!-=CodeMeta1', max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(name: str, body: bytes) -> None:
    try_to_read(name, body)


@every_format
@given(data=st.data())
def test_a_spoilt_body_is_read_or_refused(name: str, data: st.DataObject) -> None:
    status: Values = {"Errors": [{"Message": 'a"b,'}], "Meta": {"k": "<v>"}}
    body = FORMATS[name].print_values(GET_ACCESS_TOKEN, {"Code": "é", "ClientID": 1, "ResponseStatus": status})
    at, gone = data.draw(st.tuples(st.integers(0, len(body)), st.integers(0, 8)))
    new = data.draw(
        st.sampled_from([b"", b'"', b"{", b"}", b"[", b"]", b",", b":", b"<", b">", b"&", b"\xff", b"\x00"])
    )
    try_to_read(name, body[:at] + new + body[at + gone :])
