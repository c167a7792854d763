"""Why something is refused, for the operator who asks: each rule by the id that errors and the log name it by.

A rule's text says what it means and what to do. Rules whose ids end in a name are one family, such as `params.*`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from rpcauth.explanations.clients import CLIENT_RULES
from rpcauth.explanations.requests import REQUEST_RULES
from rpcauth.explanations.service import SERVICE_RULES
from rpcauth.explanations.tokens import TOKEN_RULES

__all__ = ["RULES", "explain", "find_explanation"]

RULES: Final[Mapping[str, str]] = MappingProxyType({**CLIENT_RULES, **TOKEN_RULES, **REQUEST_RULES, **SERVICE_RULES})
"""The explanation of every rule, and of every family."""

_DEFECT: Final = (
    "No rule refused this: it is a defect in rpcauth, at the place that is named, and nothing was changed by it. "
    "Report it with the log's lines that hold this incident; they hold no secret."
)
_STORE: Final = (
    "The database's driver reported this error. Look at the disk and its messages (dmesg), then type: rpcauth doctor"
)
_STORE_OUTCOMES: Final = frozenset({"-32003", "ServiceUnavailable", "temporarily_unavailable"})


def explain(rule: str | None, outcome: str) -> str:
    """What is to be said of a refusal or failure: of a rule that is not in the table, by its outcome."""
    found = None if rule is None else find_explanation(rule)
    if found is not None:
        return found
    return _STORE if outcome in _STORE_OUTCOMES else _DEFECT


def find_explanation(rule: str) -> str | None:
    """The explanation of a rule, or of its family. What stands behind a colon is no part of its id."""
    rule_id = rule.partition(":")[0]
    return RULES.get(rule_id) or RULES.get(f"{rule_id.rpartition('.')[0]}.*") or RULES.get(_stem_of(rule_id))


def _stem_of(rule_id: str) -> str:
    return f"{rule_id.partition('_')[0]}_*"
