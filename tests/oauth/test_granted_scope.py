"""Which scope a request gets, RFC 6749 §3.3: what it asks for, within what is allowed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rpcauth.errors import ErrorCode, OAuthError
from rpcauth.model import Application, Service
from rpcauth.oauth import scope
from rpcauth.oauth.granted_scope import choose_scope, narrow_scope, reduce_scope

Tokens = tuple[str, ...]


def service(scopes: Tokens = (), default: Tokens = ()) -> Service:
    return Service(service_key="s", name="S", scopes=scopes, default_scopes=default)


def application(scopes: Tokens | None = None) -> Application:
    return Application(client_id="c", id=1, name="C", scopes=scopes)


def outcome(function: Callable[[], str | None]) -> str | ErrorCode | None:
    """What a rule gives, or the error code by which it refuses."""
    try:
        return function()
    except OAuthError as error:
        return error.code


REFUSED = ErrorCode.INVALID_SCOPE


@pytest.mark.parametrize(
    ("scopes", "default", "of_application", "requested", "expected"),
    [
        ((), (), None, None, None),
        ((), (), None, "anything at:all", "anything at:all"),
        ((), ("a", "b"), None, None, "a b"),
        ((), ("a", "b"), ("b",), None, "b"),
        ((), ("a",), ("b",), None, None),
        ((), ("a",), None, "b", "b"),
        ((), (), (), "a", REFUSED),
        ((), (), ("a",), "a", "a"),
        ((), (), ("a",), "a b", REFUSED),
        (("a", "b"), (), None, None, None),
        (("a", "b"), ("a",), None, None, "a"),
        (("a", "b"), (), None, "b a", "b a"),
        (("a", "b"), (), None, "a a", "a a"),
        (("a", "b"), (), None, "c", REFUSED),
        (("a", "b"), (), None, "a c", REFUSED),
        (("a", "b"), (), None, "A", REFUSED),
        (("a", "b"), (), None, "a:b", REFUSED),
        (("a", "b"), (), ("b", "c"), "b", "b"),
        (("a", "b"), (), ("b", "c"), "a", REFUSED),
        (("a", "b"), (), ("b", "c"), "c", REFUSED),
        ((), (), None, "a  b", REFUSED),
        ((), (), None, " a", REFUSED),
        ((), (), None, 'a"b', REFUSED),
        ((), (), None, "a\\b", REFUSED),
        ((), (), None, "é", REFUSED),
    ],
)
def test_a_new_grant_gets_what_it_asks_for_if_service_and_application_allow_it(
    scopes: Tokens,
    default: Tokens,
    of_application: Tokens | None,
    requested: str | None,
    expected: str | ErrorCode | None,
) -> None:
    assert outcome(lambda: choose_scope(service(scopes, default), application(of_application), requested)) == expected


@pytest.mark.parametrize(
    ("granted", "requested", "expected"),
    [
        ("a b", None, "a b"),
        (None, None, None),
        ("a b", "b", "b"),
        ("a b", "b a", "b a"),
        ("a b", "a b c", REFUSED),
        ("a b", "c", REFUSED),
        (None, "a", REFUSED),
        ("read:all", "read", REFUSED),
        ("read", "read:all", REFUSED),
        ("a b", "a  b", REFUSED),
    ],
)
def test_a_token_under_a_grant_may_get_less_and_never_more(
    granted: str | None, requested: str | None, expected: str | ErrorCode | None
) -> None:
    assert outcome(lambda: narrow_scope(granted, requested)) == expected


@pytest.mark.parametrize(
    ("scopes", "of_application", "granted", "expected"),
    [
        ((), None, "a b", "a b"),
        ((), None, None, None),
        (("a",), None, "a b", "a"),
        (("a", "b"), ("b",), "a b", "b"),
        (("c",), None, "a b", None),
        ((), (), "a b", None),
    ],
)
def test_of_a_granted_scope_what_is_no_longer_allowed_falls_away(
    scopes: Tokens, of_application: Tokens | None, granted: str | None, expected: str | None
) -> None:
    assert reduce_scope(service(scopes), application(of_application), granted) == expected


TOKENS = st.lists(st.sampled_from("abcd"), max_size=4).map(tuple)
TEXTS = st.none() | st.lists(st.sampled_from("abcd"), min_size=1, max_size=4).map(" ".join)


@given(TOKENS, TOKENS, st.none() | TOKENS, TEXTS, TEXTS)
def test_no_rule_ever_widens(
    scopes: Tokens, default: Tokens, of_application: Tokens | None, granted: str | None, requested: str | None
) -> None:
    of_service, client = service(scopes, default), application(of_application)
    chosen = outcome(lambda: choose_scope(of_service, client, requested))
    narrowed = outcome(lambda: narrow_scope(granted, requested))
    reduced = reduce_scope(of_service, client, granted)
    allowed = [set(one) for one in (scopes or None, of_application) if one is not None]
    for result in (chosen, reduced):
        if not isinstance(result, ErrorCode):
            assert all(set(scope.parse(result)) <= one for one in allowed)
    assert isinstance(narrowed, ErrorCode) or scope.is_within(narrowed, granted)
    assert scope.is_within(reduced, granted)
