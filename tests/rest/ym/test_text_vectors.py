"""Every line that a real server's text library printed or parsed: ours is equal, or departs by name."""

from __future__ import annotations

import json as plain_json
from pathlib import Path

import pytest

from rpcauth.rest.ym.dates import TICKS, DateTime, parse_date
from rpcauth.rest.ym.formats import csv, json, jsv
from rpcauth.rest.ym.reading import Malformed, Unconvertible, read_values
from rpcauth.rest.ym.types import Values
from tests.rest.ym.class_p import ZONE, P, complete, from_json
from tests.rest.ym.departures import TEXT_DEPARTURES

DATA = Path(__file__).parents[2] / "data" / "servicestack-text.tsv"
ROWS = [line.split("\t") for line in DATA.read_text("utf-8").split("\n") if line]

STRINGS = (
    *("", "x", " x ", "a b", "a,b", "a:b", "a{b", "a}b", "a[b", "a]b", 'a"b', '"q"', "a\nb", "a\rb", "a\tb", "é€😀"),
    *("null", "true", "123", "\\", "'", "a=b&c", "#", "\u2028"),
)
"""What A was in the rows of kind `str`, in this order, some left out."""

SHOWN: dict[str, list[Values]] = {
    "str": [{"A": text} for text in STRINGS],
    "bool": [{"T": True}],
    "map": [{"M": {"k": "v", "k:2": "v,2", "e": ""}}],
    "emptymap": [{"M": {}}],
    "emptylist": [{"L": []}],
    "nested": [{"C": {"A": "in,ner"}}],
}
"""What was printed in the rows that do not say it."""

WHOLE: Values = {
    "A": "x,y",
    "B": 'q"z',
    "T": True,
    "D": parse_date("2024-05-03T12:34:56Z"),
    "L": ["a", "b"],
    "M": {"k": "v"},
    "C": {"A": "in"},
}
"""The object of the rows of kind `csv` and `json`."""

PRINTED = frozenset({"str", "bool", "list", "emptylist", "map", "emptymap", "nested", "double", "q"})


def select(*kinds: str, columns: int = 2) -> list[list[str]]:
    return [row for row in ROWS if row[0] in kinds and len(row) == columns]


def read_jsv(text: str) -> Values:
    return read_values(P, jsv.parse(text.encode(), P))


def print_jsv(values: Values) -> str:
    return jsv.print_values(P, values, zone=ZONE).decode()


def attempt(text: str) -> Values | Malformed | Unconvertible:
    try:
        return read_jsv(text)
    except (Malformed, Unconvertible) as refusal:
        return refusal


def test_every_row_is_of_a_kind_that_is_tested_here() -> None:
    assert {row[0] for row in ROWS} <= PRINTED | {"date", "parse", "csv", "json", "csvparse"}


def test_every_departure_is_from_a_row_of_the_file() -> None:
    assert TEXT_DEPARTURES.keys() <= {(row[0], row[1]) for row in ROWS}


@pytest.mark.parametrize(("kind", "text"), select(*PRINTED))
def test_a_value_is_printed_as_the_original_prints_it(kind: str, text: str) -> None:
    printed = plain_json.loads(text)
    assert print_jsv(read_jsv(printed)) == printed
    if kind in SHOWN:
        assert printed in [print_jsv(values) for values in SHOWN[kind]]


@pytest.mark.parametrize(("_kind", "origin", "text", "in_jsv", "in_json"), select("date", columns=5))
def test_a_date_is_printed_as_the_original_prints_it(
    _kind: str, origin: str, text: str, in_jsv: str, in_json: str
) -> None:
    date = parse_date(text)
    assert date is not None
    assert (date.kind if isinstance(date.kind, str) else "local") == origin.lower()
    assert print_jsv({"D": date}) == f"{{I:0,T:False,D:{in_jsv.removeprefix('jsv=')},F:0}}"
    printed = f'{{"I":0,"T":false,"D":{in_json.removeprefix("json=")},"F":0}}'
    assert json.print_values(P, {"D": date}).decode() == printed


@pytest.mark.parametrize(("kind", "text", "expected"), select("parse", columns=3))
def test_jsv_is_read_as_the_original_reads_it_or_departs_by_name(kind: str, text: str, expected: str) -> None:
    outcome = attempt(plain_json.loads(text))
    departure = TEXT_DEPARTURES.get((kind, text))
    if departure is not None:
        assert show(outcome) == show(departure.instead)
        assert isinstance(outcome, Exception) or complete(outcome) != from_json(plain_json.loads(expected))
    elif expected.startswith("EXC "):
        assert isinstance(outcome, Malformed)
    else:
        assert isinstance(outcome, dict), outcome
        assert complete(outcome) == from_json(plain_json.loads(expected))


def show(outcome: Values | Malformed | Unconvertible) -> object:
    match outcome:
        case Malformed():
            return Malformed
        case Unconvertible():
            return outcome.faults
        case _:
            return outcome


def test_a_date_that_keeps_its_zone_is_the_instant_that_the_original_reads() -> None:
    text, expected = next(row[1:] for row in ROWS if row[1] == '"{D:2024-05-03T12:34:56Z}"')
    ours, theirs = read_jsv(plain_json.loads(text))["D"], from_json(plain_json.loads(expected))["D"]
    assert isinstance(ours, DateTime) and isinstance(theirs, DateTime)
    assert (ours.kind, theirs.kind) == ("utc", -240)
    assert ours.ticks == theirs.ticks + 240 * 60 * TICKS


@pytest.mark.parametrize(("_kind", "text", "expected"), select("map", columns=3))
def test_a_map_is_read_as_the_original_reads_it(_kind: str, text: str, expected: str) -> None:
    assert read_jsv(f"{{M:{plain_json.loads(text)}}}") == {"M": plain_json.loads(expected)}


@pytest.mark.parametrize(("_kind", "text"), select("csv"))
def test_csv_is_printed_as_the_original_prints_it(_kind: str, text: str) -> None:
    assert csv.print_values(P, WHOLE, zone=ZONE).decode() == plain_json.loads(text)


@pytest.mark.parametrize(("_kind", "text"), select("json"))
def test_json_is_printed_as_the_original_prints_it(_kind: str, text: str) -> None:
    assert json.print_values(P, WHOLE).decode() == text


@pytest.mark.parametrize(("_kind", "text", "expected"), select("csvparse", columns=3))
def test_csv_is_read_as_the_original_reads_it(_kind: str, text: str, expected: str) -> None:
    values = read_values(P, csv.parse(plain_json.loads(text).encode(), P))
    assert complete(values) == from_json(plain_json.loads(expected))
