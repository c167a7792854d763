"""Forms and queries are read strictly, and end as text that overwrites nothing with nothing."""

from __future__ import annotations

from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rpcauth.rest.ym.dto import OIDC_GET_ACCESS_TOKEN
from rpcauth.rest.ym.forms import MAX_PAIRS, find_repeated, form_node, parse_multipart, parse_urlencoded
from rpcauth.rest.ym.reading import Malformed, WrongShape, read_values

TEXT = st.text(st.characters(codec="utf-8"))
MULTIPART = "multipart/form-data; boundary=B"


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("", []),
        ("&&", []),
        ("a=1&b=2", [("a", "1"), ("b", "2")]),
        ("&a=1&&b=2&", [("a", "1"), ("b", "2")]),
        ("a=b+c%2Bd", [("a", "b c+d")]),
        ("a=1=2", [("a", "1=2")]),
        ("a", [("a", "")]),
        ("a=", [("a", "")]),
        ("=a", [("", "a")]),
        ("a=1;b=2", [("a", "1;b=2")]),
        ("%61+=%C3%A9é", [("a ", "éé")]),
        ("a=100%&b=%zz", [("a", "100%"), ("b", "%zz")]),
        ("a=%2541", [("a", "%41")]),
        ("a=%00", [("a", "\0")]),
        ("\ufeffa=1", [("a", "1")]),
        ("a=1&a=2", [("a", "1"), ("a", "2")]),
    ],
)
def test_pairs_are_read_alike_from_a_query_and_from_a_body(text: str, pairs: list[tuple[str, str]]) -> None:
    assert parse_urlencoded(text) == pairs
    assert parse_urlencoded(text.encode()) == pairs


@pytest.mark.parametrize("text", ["a=%ff", "%c3=1", "a=%ED%A0%80", b"a=\xff", b"\xc3\x28=1", "a=\udcff", "a=\ud800"])
def test_what_is_no_utf_8_is_malformed(text: str | bytes) -> None:
    with pytest.raises(Malformed):
        parse_urlencoded(text)


def test_a_query_may_hold_raw_bytes_of_utf_8() -> None:
    assert parse_urlencoded("a=\udcc3\udca9") == [("a", "é")]


def test_the_number_of_pairs_is_bounded() -> None:
    assert len(parse_urlencoded("&".join(["a=1"] * MAX_PAIRS))) == MAX_PAIRS
    with pytest.raises(Malformed):
        parse_urlencoded("&".join(["a=1"] * (MAX_PAIRS + 1)))


@given(st.lists(st.tuples(TEXT, TEXT), max_size=8))
def test_any_pairs_that_are_written_by_the_rule_are_read_back(pairs: list[tuple[str, str]]) -> None:
    text = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs)
    assert parse_urlencoded(text) == pairs


@given(st.binary(max_size=60))
def test_any_bytes_are_pairs_or_malformed(body: bytes) -> None:
    try:
        parse_urlencoded(body)
    except Malformed:
        assert b"%" in body or not is_utf_8(body)


def is_utf_8(body: bytes) -> bool:
    return body == body.decode(errors="ignore").encode()


def build_part(content: str = "x", disposition: str = 'form-data; name="a"', more: str = "") -> str:
    return f"--B\r\nContent-Disposition: {disposition}\r\n{more}\r\n{content}\r\n"


@pytest.mark.parametrize(
    ("parts", "fields"),
    [
        ([], []),
        ([build_part()], [("a", "x")]),
        ([build_part(), build_part("y", "form-data; name=b")], [("a", "x"), ("b", "y")]),
        ([build_part("")], [("a", "")]),
        ([build_part("a\r\n\r\nb--B\r\n-- B")], [("a", "a\r\n\r\nb--B\r\n-- B")]),
        ([build_part("é", 'form-data; name="é"')], [("é", "é")]),
        ([build_part("x", 'FORM-DATA; NAME="a"')], [("a", "x")]),
        ([build_part("x", 'form-data; name="a;\\"b"')], [('a;"b', "x")]),
        ([build_part("x", 'form-data;\r\n name="a"')], [("a", "x")]),
        ([build_part(more="Content-Type: text/plain; charset=utf-8\r\n")], [("a", "x")]),
        ([build_part(more="Content-Transfer-Encoding: 8bit\r\n")], [("a", "x")]),
        ([build_part(more="Content-Type: multipart/mixed; boundary=C\r\n")], [("a", "x")]),
        ([build_part("x", 'form-data; name="a"; filename="f"'), build_part()], [("a", "x")]),
        ([build_part("x", 'form-data; name="a"; filename=""')], []),
        ([build_part("x", "form-data; name=\"a\"; filename*=utf-8''f")], []),
        (["preamble\r\n", build_part()], [("a", "x")]),
        ([build_part().replace("--B\r\n", "--B \t\r\n")], [("a", "x")]),
    ],
)
def test_fields_are_read_and_files_passed_over(parts: list[str], fields: list[tuple[str, str]]) -> None:
    body = "".join(parts)
    assert parse_multipart(f"{body}--B--\r\n".encode(), MULTIPART) == fields
    assert parse_multipart(f"{body}--B--epilogue\r\n--B\r\nno part".encode(), MULTIPART) == fields


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"a=1",
        b"--B",
        b"--B\r\n",
        b"--C--",
        build_part().encode(),
        build_part().replace("\r\n", "\n").encode() + b"--B--",
        b"--B\r\n\r\nno headers\r\n--B--",
        b"--B\r\nno header\r\n\r\nx\r\n--B--",
        b'--B\r\nContent-Disposition: form-data; name="a"\r\n--B--',
        b"--B\r\nContent-Type: text/plain\r\n\r\nx\r\n--B--",
        b'--Bad\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--B--',
        build_part("x", "form-data").encode() + b"--B--",
        build_part("x", 'attachment; name="a"').encode() + b"--B--",
        build_part("x", 'form-data; name="a"; name="b"').encode() + b"--B--",
        build_part("x", "form-data; name*=utf-8''a").encode() + b"--B--",
        build_part(more='Content-Disposition: form-data; name="b"\r\n').encode() + b"--B--",
        build_part(more="Content-Transfer-Encoding: base64\r\n").encode() + b"--B--",
        build_part(more=f"X: {'x' * 1024}\r\n").encode() + b"--B--",
        build_part("x", 'form-data; name="' + ";" * 40 + '"').encode() + b"--B--",
        build_part("x", 'form-data; name="é"').encode("latin-1") + b"--B--",
        build_part("é").encode("latin-1") + b"--B--",
    ],
)
def test_any_other_multipart_body_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        parse_multipart(body, MULTIPART)


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        'multipart/form-data; boundary=""',
        "multipart/form-data; boundary=B; boundary=B",
        "multipart/form-data; boundary*=utf-8''B",
        "multipart/form-data; boundary*=undefined''B",
        f"multipart/form-data; boundary={'B' * 71}",
        "multipart/form-data; boundary=B; é=1",
        "multipart/form-data; boundary=B; x=\udcff",
        f"multipart/form-data; boundary=B; x={'x' * 1024}",
    ],
)
def test_a_boundary_that_is_none_is_malformed(content_type: str) -> None:
    with pytest.raises(Malformed):
        parse_multipart(f"{build_part()}--B--".encode(), content_type)


@pytest.mark.parametrize(
    "content_type", ['multipart/form-data; charset=x; BOUNDARY="B"', "multipart/form-data;boundary=B "]
)
def test_a_boundary_may_be_quoted_and_stand_anywhere(content_type: str) -> None:
    assert parse_multipart(f"{build_part()}--B--".encode(), content_type) == [("a", "x")]


def test_the_number_of_parts_is_bounded() -> None:
    assert len(parse_multipart((build_part() * MAX_PAIRS + "--B--").encode(), MULTIPART)) == MAX_PAIRS
    with pytest.raises(Malformed):
        parse_multipart((build_part() * (MAX_PAIRS + 1) + "--B--").encode(), MULTIPART)


PIECES = st.sampled_from(
    ["--B", "--", "\r\n", "\n", "Content-Disposition:", " form-data", ";", " name=", '"', "a", "filename*=x''%ff", "é"]
)


@given(st.lists(PIECES, max_size=24).map("".join), st.lists(PIECES, max_size=8).map("".join))
def test_anything_is_fields_or_malformed(body: str, parameters: str) -> None:
    for content_type in (MULTIPART, f"multipart/form-data; boundary=B{parameters}"):
        try:
            parse_multipart(body.encode(), content_type)
        except Malformed:
            continue


@pytest.mark.parametrize(
    ("names", "repeated"),
    [("", None), ("ab", None), ("aba", "a"), ("abA", "A"), ("abbA", "b"), ("AaB", "a"), ("éÉ", "É")],
)
def test_a_name_is_repeated_in_any_letter_case(names: str, repeated: str | None) -> None:
    assert find_repeated((name, "") for name in names) == repeated


def test_a_name_is_repeated_even_without_a_value() -> None:
    assert find_repeated([("code", ""), ("code", "x")]) == "code"


@pytest.mark.parametrize(
    ("pairs", "values"),
    [
        ([], {}),
        ([("code", "x"), ("unknown", "y")], {"code": "x"}),
        ([("code", "")], {}),
        ([("code", ' "a,{b}" ')], {"code": ' "a,{b}" '}),
        ([("GRANT_TYPE", "Refresh_Token"), ("device", "2")], {"grant_type": "refresh_token", "Device": "Android"}),
        ([("ResponseStatus", "{ErrorCode:x}")], {"ResponseStatus": None}),
    ],
)
def test_a_form_is_raw_text_and_empty_values_are_left_out(
    pairs: list[tuple[str, str]], values: dict[str, object]
) -> None:
    assert read_values(OIDC_GET_ACCESS_TOKEN, form_node(pairs)) == values


def test_a_form_is_neither_text_nor_a_list() -> None:
    form = form_node([("a", "b")])
    with pytest.raises(WrongShape):
        form.text()
    with pytest.raises(WrongShape):
        form.items()
    entries = form.entries()
    assert entries is not None
    assert [(name, node.text(), node.items(), node.entries()) for name, node in entries] == [("a", "b", None, None)]
