"""JSV as it is printed and read."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

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
from rpcauth.rest.ym.formats import jsv
from rpcauth.rest.ym.reading import MAX_DEPTH, Fault, Malformed, Unconvertible, read_values
from rpcauth.rest.ym.types import Dto, Values
from tests.rest.ym.class_p import ZONE, P
from tests.rest.ym.random_values import TEXTS, keep, values_of

PAGE = Path(__file__).parents[2] / "data" / "ym-oidc-get-access-token.txt"
REQUEST, RESPONSE = (part[: part.index("\n}") + 2] for part in PAGE.read_text("utf-8").split("length\n\n")[1:])
"""The sample bodies of the documentation page."""

DTOS = (P, OIDC_GET_ACCESS_TOKEN, OIDC_GET_ACCESS_TOKEN_RESPONSE, GET_ACCESS_TOKEN, GET_ACCESS_TOKEN_RESPONSE)
LARGEST = 64 * 1024


def print_p(values: Values) -> str:
    """A P without the members that are always there."""
    text = jsv.print_values(P, values, zone=ZONE).decode()
    for unset in ("I:0", "T:False", "D:0001-01-01", "F:0"):
        text = text.replace(f"{unset},", "").replace(f",{unset}", "")
    return text


def read(body: str | bytes, dto: Dto = P) -> Values:
    return read_values(dto, jsv.parse(body if isinstance(body, bytes) else body.encode(), dto))


@pytest.mark.parametrize(
    ("values", "printed"),
    [
        ({"A": ""}, '{A:""}'),
        ({"A": '"q"'}, '{A:"""q"""}'),
        ({"A": "a{b"}, '{A:"a{b"}'),
        ({"A": "a\rb"}, '{A:"a\rb"}'),
        ({"A": "a\tb\\'=&"}, "{A:a\tb\\'=&}"),
        ({"A": "é€😀"}, "{A:é€😀}"),
        ({"A": None, "B": "null"}, "{B:null}"),
        ({"L": []}, "{L:[]}"),
        ({"L": ["a", None, "b,c", ""]}, '{L:[a,,"b,c",""]}'),
        ({"M": {"k": None, "l": "x", "": "y"}}, '{M:{l:x,"":y}}'),
        ({"C": {"C": {"L": ["]"]}}}, '{C:{C:{L:["]"]}}}'),
        ({"Q": -5}, "{Q:-5}"),
        ({"A": "\ud800"}, "{A:\ufffd}"),
    ],
)
def test_a_value_is_printed_compactly_and_quoted_only_where_it_must_be(values: Values, printed: str) -> None:
    assert print_p(values) == printed


@pytest.mark.parametrize(
    ("number", "text"), [(0.0, "0"), (1.5e300, "1.5E+300"), (-2.5, "-2.5"), (1e-5, "1E-05"), (1e15, "1E+15")]
)
def test_a_double_is_printed_as_dotnet_does(number: float, text: str) -> None:
    assert jsv.print_values(P, {"F": number}).decode().endswith(f",F:{text}}}")


def test_an_error_is_printed_with_its_empty_list() -> None:
    status: Values = {"ErrorCode": "invalid_grant", "Message": "The code has expired.", "Errors": []}
    printed = b"{ResponseStatus:{ErrorCode:invalid_grant,Message:The code has expired.,Errors:[]}}"
    assert jsv.print_values(ERROR_RESPONSE, {"ResponseStatus": status}) == printed
    assert jsv.print_values(ERROR_RESPONSE, {"ResponseStatus": {}}) == b"{ResponseStatus:{}}"
    assert jsv.print_values(ERROR_RESPONSE, {}) == b"{}"


@pytest.mark.parametrize(
    ("dto", "sample"), [(OIDC_GET_ACCESS_TOKEN, REQUEST), (OIDC_GET_ACCESS_TOKEN_RESPONSE, RESPONSE)]
)
def test_the_documented_samples_are_read_and_printed_to_the_letter(dto: Dto, sample: str) -> None:
    values = read(sample, dto)
    assert values["Device"] == "Desktop" and len(values) == len(dto.text_members)
    assert jsv.print_values(dto, values, pretty=True).decode() == sample
    compact = sample.replace("\n", "").replace("\t", "").replace(": ", ":")
    assert jsv.print_values(dto, values).decode() == compact


def test_what_is_empty_stays_on_its_line_in_pretty_text() -> None:
    status: Values = {"ErrorCode": " x ", "Errors": [], "Meta": {}}
    printed = '{\n\tResponseStatus: \n\t{\n\t\tErrorCode: " x ",\n\t\tErrors: [],\n\t\tMeta: {}\n\t}\n}'
    assert jsv.print_values(ERROR_RESPONSE, {"ResponseStatus": status}, pretty=True).decode() == printed
    assert jsv.print_values(ERROR_RESPONSE, {}, pretty=True) == b"{}"


@pytest.mark.parametrize(
    ("body", "values"),
    [
        ("{}", {}),
        ("{ }", {}),
        ("{\n}", {}),
        ("\ufeff\r\n {A:x}\n", {"A": "x"}),
        ("{a:x,A:y}", {"A": "y"}),
        ("{A:x", {"A": "x"}),
        ("{C:{A:in}", {"C": {"A": "in"}}),
        ("{A: x ,B:y}", {"A": " x ", "B": "y"}),
        ("{A:x,B:[y}", Malformed),
        ("{A:[x]}", {"A": "[x]"}),
        ("{A:{x:[y]}}", {"A": "{x:[y]}"}),
        ("{A:a]b,B:c:d}", {"A": "a]b", "B": "c:d"}),
        ("{:x,A:y}", {"A": "y"}),
        ("{L:a}", {"L": ["a"]}),
        ("{L:}", {"L": None}),
        ("{L:[a,,]}", {"L": ["a", None, None]}),
        ("{L:[{a},[b,c],d{]}", {"L": ["{a}", "[b,c]", "d{"]}),
        ("{M:{}}", {"M": {}}),
        ('{M:{"k:2":v,k:{x:y}}}', {"M": {"k:2": "v", "k": "{x:y}"}}),
        ("{C:{A:a[b},B:y}", {"C": {"A": "a[b"}, "B": "y"}),
        ('{C:{A:"}"},B:y}', {"C": {"A": "}"}, "B": "y"}),
        ("{Z:{A:[}]},A:y}", Malformed),
        ('{Z:[{A:"]"}],A:y}', {"A": "y"}),
        # Laid out for reading.
        ("{ A:x}", {"A": "x"}),
        ("{\r\n  A : x y ,\r\n  B: \n}", {"A": "x y", "B": None}),
        ('{\n\tA: " x " ,\n\tL: \n\t[\n\t\ta,\n\t\t"b"\n\t],\n\tM: \n\t{\n\t\t"k" : v\n\t}\n}', None),
        ("{\n\tL: [ ]\n}", {"L": []}),
        # JSON, or JSV with the names quoted.
        ('{"A":"x\\n","I":5,"L":["a"],"Q":null}', {"A": "x\n", "I": 5, "L": ["a"], "Q": None}),
        (' { "A" : null }', {"A": None}),
        ('{"A":x,B:"y"}', {"A": "x", "B": "y"}),
        ('{"A": x', {"A": "x"}),
        ('{"A":"x","B":"y}', Malformed),
        # No JSV.
        *((text, Malformed) for text in ("", " ", "x", "A:x}", "[A:x]", '"{A:x}"', "{A}", "{A,B:x}", "{A:x,}", "{,}")),
        *((text, Malformed) for text in ("{A:x}}", "{A:x}trail", "{A:a}b}", '{A:"x}', '{A:"x"y}', "{A:{x}y}", "{A:[}")),
        *((text, Malformed) for text in ("{C:{A:x,}}", "{C:{A}}", "{L:[[a]b]}", '{"A":"x"}x', '{"A"}', '{"A"x:y}')),
        *((text, Malformed) for text in (b"{A:\xff}", b"{A:\xed\xa0\x80}", b"{A:\xc0\xaf}")),
    ],
)
def test_a_body_is_read_or_refused(body: str | bytes, values: Values | type[Malformed] | None) -> None:
    if values is Malformed:
        with pytest.raises(Malformed):
            read(body)
    else:
        assert read(body) == ({"A": " x ", "L": ["a", "b"], "M": {"k": "v"}} if values is None else values)


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("{T:yes}", Fault("T", "yes")),
        ("{I:5.5}", Fault("I", "5.5")),
        ("{I:[5]}", Fault("I", "[5]")),
        ("{C:in}", Fault("C", "in")),
        ('{M:"x"}', Fault("M", '"x"')),
        ("{C:[x]}", Fault("C", "[x]")),
    ],
)
def test_what_does_not_convert_is_named(body: str, fault: Fault) -> None:
    with pytest.raises(Unconvertible) as refusal:
        read(body)
    assert refusal.value.faults == (fault,)


def test_a_date_may_hold_colons_in_a_list_of_members() -> None:
    text = "2024-05-03T12:34:56.1234567Z"
    assert read(f"{{D:{text},A:x}}") == {"D": parse_date(text), "A": "x"}


@pytest.mark.parametrize(("opening", "closing"), [("C:{", "}"), ("Z:{", "}"), ("[", "]")])
def test_a_body_has_16_levels_and_no_more(opening: str, closing: str) -> None:
    start = "{Z:" if opening == "[" else "{"
    most = MAX_DEPTH - 1
    read(start + opening * most + closing * most + "}")
    with pytest.raises(Malformed):
        read(start + opening * (most + 1) + closing * (most + 1) + "}")


@pytest.mark.parametrize(
    "unit",
    [
        "{",
        "{A:",
        "[",
        "{A:[",
        "a:,",
        "a:x,",
        '""',
        '"',
        '"a",',
        '"":,',
        '{"',
        " ",
        "\n,",
        "{},",
        "[]",
        "::",
        "}",
        '{"a":',
    ],
)
@pytest.mark.parametrize("start", ["{", "{ ", '{"', "{A:", '{A:"', "{L:[", "{Z:{", '{"Z":['])
@pytest.mark.parametrize("end", ["", "}"])
def test_a_hostile_body_costs_little(start: str, unit: str, end: str) -> None:
    body = (start + unit * (LARGEST // len(unit)))[: LARGEST - 1] + end
    before = time.process_time()
    with suppress(Malformed, Unconvertible):
        read(body)
    # A scan that goes back would take minutes.
    assert time.process_time() - before < 1


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(DTOS).flatmap(lambda dto: st.tuples(st.just(dto), values_of(dto))), st.booleans())
def test_what_is_printed_is_read_back(sample: tuple[Dto, Values], pretty: bool) -> None:
    dto, values = sample
    body = jsv.print_values(dto, values, pretty=pretty, zone=ZONE)
    assert keep(dto, read_values(dto, jsv.parse(body, dto))) == keep(dto, values)


@settings(max_examples=200, deadline=None)
@given(TEXTS, TEXTS, st.booleans())
def test_a_string_never_changes_its_neighbours(text: str, key: str, pretty: bool) -> None:
    neighbours: Values = {"B": "b", "I": 7, "M": {"k": "v"}, "L": ["x"]}
    values = neighbours | {"A": text, "L": ["x", text, "y"], "M": {"k": "v", key: text}, "C": {"A": text, "Q": 1}}
    found = read(jsv.print_values(P, values, pretty=pretty, zone=ZONE))
    assert {name: found[name] for name in values if name != "C"} == {n: v for n, v in values.items() if n != "C"}
    inner = found["C"]
    assert isinstance(inner, dict) and (inner["A"], inner["Q"]) == (text, 1)


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from('ABCLMTQ":,{}[] \n1x'), max_size=40).map("{{{}".format))
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    with suppress(Malformed, Unconvertible):
        read(text)
