"""Scope: a set of case-sensitive tokens, written with single blanks between them (RFC 6749 §3.3).

The text that was granted is stored as it was given; only comparisons see the set.
"""

from __future__ import annotations

import re

from rpcauth.errors import ErrorCode, OAuthError

_TOKEN = r"[\x21\x23-\x5b\x5d-\x7e]+"
_SCOPE = re.compile(rf"{_TOKEN}(?: {_TOKEN})*")


def parse(text: str | None) -> tuple[str, ...]:
    """The scope-tokens of `text`, in its order; none for None. Raises INVALID_SCOPE on any other syntax."""
    if text is None:
        return ()
    if _SCOPE.fullmatch(text) is None:
        raise OAuthError(ErrorCode.INVALID_SCOPE, "The requested scope is malformed", "scope.syntax")
    return tuple(text.split(" "))


def is_within(narrow: str | None, wide: str | None) -> bool:
    """Whether each token of `narrow` is one of `wide`. Tokens are atoms: `read` is not `read:all`. Both are valid."""
    return _token_set(narrow) <= _token_set(wide)


def _token_set(text: str | None) -> frozenset[str]:
    return frozenset() if text is None else frozenset(text.split(" "))
