"""Outcomes as the XML that JUnit writes and continuous integration reads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree

from rpcauth.wire.checking import Outcome

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML may hold."""


def render_junit(outcomes: Sequence[Outcome]) -> bytes:
    """One test suite, a test case for each file."""
    suite = ElementTree.Element(
        "testsuite",
        name="rpcauth check",
        tests=str(len(outcomes)),
        failures=str(sum(not outcome.is_good for outcome in outcomes)),
        skipped=str(sum(outcome.skipped is not None for outcome in outcomes)),
        time=f"{sum(outcome.seconds for outcome in outcomes):.3f}",
    )
    for outcome in outcomes:
        suite.append(_render_case(outcome))
    suites = ElementTree.Element("testsuites")
    suites.append(suite)
    text: bytes = ElementTree.tostring(suites, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _render_case(outcome: Outcome) -> ElementTree.Element:
    case = ElementTree.Element(
        "testcase",
        name=_clean(outcome.file.title or outcome.file.name),
        classname=_clean(outcome.file.name),
        time=f"{outcome.seconds:.3f}",
    )
    if outcome.skipped is not None:
        ElementTree.SubElement(case, "skipped", message=_clean(outcome.skipped))
    if outcome.failures:
        first = outcome.failures[0]
        failed = ElementTree.SubElement(case, "failure", message=f"{_clean(outcome.file.name)}:{first.line}")
        texts = (f"line {one.line}\n{one.problem}\n{one.curl or ''}" for one in outcome.failures)
        failed.text = _clean("\n".join(texts))
    return case


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
