"""docs/negative-cases.md is true: every case stands in it once, and every test that it names exists."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
TABLE = (ROOT / "docs" / "negative-cases.md").read_text("utf-8")
CASES = [
    json.loads(line) for line in (ROOT / "tests" / "data" / "negative-cases.jsonl").read_text("utf-8").splitlines()
]
IDS = [case["id"] for case in CASES]
SURFACES = set(re.findall(r"^- \*\*(.+?)\*\*: ", TABLE, re.MULTILINE))
WAITS = "waits for: "

_CELLS = re.compile(r"(?<!\\)\|")
_REFERENCE = re.compile(r"`(?P<path>\S+?\.py)::(?P<name>\w+)(?:\[(?P<part>[^`]+)\])?`")
_COLLECTED = re.compile(r"tests/(?P<path>\S+?\.py)::(?P<name>\w+)(?:\[(?P<part>.*)\])?")
_CASE_ID = re.compile(r"\b[A-Y][0-9]{2}\b")


class Row(NamedTuple):
    id: str
    input: str
    expect: str
    shown_by: str
    note: str


class Reference(NamedTuple):
    """A test and, where it has parameters, a part of their id."""

    path: str
    name: str
    part: str | None


def read_rows() -> Iterator[Row]:
    for line in TABLE.splitlines():
        if re.match(r"\| [A-Z][0-9]", line):
            yield Row(*(cell.strip().replace("\\|", "|") for cell in _CELLS.split(line)[1:-1]))


ROWS = list(read_rows())


def references_of(row: Row) -> list[Reference]:
    return [Reference(*found.groups()) for found in _REFERENCE.finditer(row.shown_by)]


@cache
def collect() -> list[Reference]:
    """Every test of the files that the table names, as pytest finds them."""
    paths = sorted({f"tests/{reference.path}" for row in ROWS for reference in references_of(row)} | {"tests/negative"})
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *paths]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return [Reference(*found.groups()) for line in done.stdout.splitlines() if (found := _COLLECTED.fullmatch(line))]


def is_shown(reference: Reference) -> bool:
    """Whether such a test was collected, with such a parameter."""
    part = reference.part or ""
    return any(
        (test.path, test.name) == (reference.path, reference.name) and part in (test.part or "") for test in collect()
    )


def test_every_case_stands_in_the_table_once_in_its_words() -> None:
    assert len(set(IDS)) == len(IDS) > 300
    assert [row[:3] for row in ROWS] == [(case["id"], case["input"], case["expect"]) for case in CASES]


def test_every_row_names_a_test_or_a_surface_that_is_explained() -> None:
    unexplained = [
        row.id for row in ROWS if not references_of(row) and row.shown_by.removeprefix(WAITS) not in SURFACES
    ]
    assert unexplained == []
    mixed = [row.id for row in ROWS if references_of(row) and WAITS in row.shown_by]
    assert mixed == []


def test_every_surface_is_waited_for() -> None:
    assert {row.shown_by.removeprefix(WAITS) for row in ROWS if row.shown_by.startswith(WAITS)} == SURFACES


@pytest.mark.parametrize("row", [pytest.param(row, id=row.id) for row in ROWS if references_of(row)])
def test_every_test_that_a_row_names_exists(row: Row) -> None:
    assert [reference for reference in references_of(row) if not is_shown(reference)] == []


def test_every_case_that_a_test_of_negative_names_leads_to_it() -> None:
    named = {
        (case, test.path, test.name)
        for test in collect()
        if test.path.startswith("negative/")
        for case in _CASE_ID.findall(test.part or "")
    }
    told = {(row.id, reference.path, reference.name) for row in ROWS for reference in references_of(row)}
    assert named - told == set()
