"""Every rule that refuses something is explained, and nothing else is."""

from __future__ import annotations

import re

import pytest

from rpcauth.explanations import RULES, explain, find_explanation
from tests.explanations.rules_in_source import UNKNOWN, read_source

RULES_IN_SOURCE = {rule.partition(":")[0]: where for rule, where in read_source().find_rules()}


def test_the_rules_are_found() -> None:
    """Those that are made of parts too: by the argument of a function, by a value that it returned, by the run."""
    composed = {
        "code.spent",
        "code.verifier_wrong",
        "mac.header.scheme",
        "flow.no_code",
        "client.no_secret",
        "params.*",
    }
    assert composed <= RULES_IN_SOURCE.keys()
    assert {
        "token.not_live",
        "caller.rate",
        "authz.unknown_service",
        "SQLITE_*",
        "ym.unbound",
    } <= RULES_IN_SOURCE.keys()
    assert len(RULES_IN_SOURCE) > 100


@pytest.mark.parametrize("rule", sorted(RULES_IN_SOURCE))
def test_every_rule_is_explained(rule: str) -> None:
    assert find_explanation(rule.replace(UNKNOWN, "name")) is not None, RULES_IN_SOURCE[rule]


@pytest.mark.parametrize("rule", sorted(RULES))
def test_nothing_is_explained_that_is_no_rule(rule: str) -> None:
    if rule.startswith("SQLITE_"):
        return  # SQLite's own names
    family = re.compile(re.escape(rule).replace(r"\*", "[a-z_.*]+"))
    assert any(family.fullmatch(found) for found in RULES_IN_SOURCE)


@pytest.mark.parametrize("text", RULES.values())
def test_an_explanation_is_one_line_of_whole_sentences(text: str) -> None:
    assert text.isascii()
    assert text.isprintable()
    assert re.match(r"[A-Z\[]", text)
    assert 30 < len(text) < 330


def test_what_stands_behind_a_colon_is_no_part_of_a_rule() -> None:
    assert find_explanation("redirect_uri.not_usable: has a fragment") == RULES["redirect_uri.not_usable"]


def test_what_no_rule_refused_is_a_defect_or_the_disks() -> None:
    assert find_explanation("KeyError at services.py:101 find_it") is None
    assert "defect" in explain("KeyError at services.py:101 find_it", "-32603")
    assert "defect" in explain(None, "InternalServerError")
    assert "disk" in explain("OperationalError", "-32003")
    assert explain("SQLITE_FULL", "-32003") == RULES["SQLITE_FULL"]
    assert explain("SQLITE_IOERR", "-32003") == RULES["SQLITE_*"]
