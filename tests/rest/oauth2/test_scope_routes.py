"""The table of scopes: the first that fits counts, in every reading of a path."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rpcauth.rest.oauth2.gateway_requests import GatewayFault
from rpcauth.rest.oauth2.scope_routes import ScopeRoute, find_scopes

ADMIN = ScopeRoute(prefix="/admin/", scope="admin")
STATUS = ScopeRoute(prefix="/admin/status")
READ = ScopeRoute(prefix="/", methods=("GET",), scope="read")
ALL = ScopeRoute(prefix="/", scope="all")


@pytest.mark.parametrize(
    ("routes", "method", "target", "scopes"),
    [
        ((), "GET", "/x", []),
        ((READ,), "GET", "/x", ["read"]),
        ((READ,), "HEAD", "/x", ["read"]),
        ((READ,), "POST", "/x", []),
        ((READ, ALL), "POST", "/x", ["all"]),
        ((ADMIN, ALL), "GET", "/admin/x", ["admin"]),
        ((ADMIN, ALL), "GET", "/admin", ["all"]),
        ((ADMIN, ALL), "GET", "/x?/admin/", ["all"]),
        ((STATUS, ADMIN), "GET", "/admin/status", []),
        ((STATUS, ADMIN), "GET", "/admin/status/../users", ["admin"]),
        ((STATUS, ADMIN), "GET", "/admin/users/../status", ["admin"]),
        ((ADMIN, ALL), "GET", "/x/../admin/y", ["all", "admin"]),
        ((ADMIN, ALL), "GET", "/x/%2E%2e/admin/y", ["all", "admin"]),
        ((ADMIN, ALL), "GET", "/x%2f..%2fadmin/y", ["all", "admin"]),
        ((ADMIN, ALL), "GET", "/x/..\\admin\\y", ["all", "admin"]),
        ((ADMIN, ALL), "GET", "//admin//y", ["all", "admin"]),
        ((ADMIN, ALL), "GET", "/./admin/./y", ["all", "admin"]),
        ((ADMIN, ALL), "GET", "/../../admin/.", ["all", "admin"]),
        ((ADMIN, ALL), "GET", "/admin/x/..", ["admin"]),
        ((ADMIN, ALL), "GET", "/%61dmin/y", ["all", "admin"]),
        ((ADMIN, ALL), "GET", "/admin%2Fy", ["all", "admin"]),
        # Java's servers take the parameters off a segment, then look at its dots.
        ((ADMIN, ALL), "GET", "/open/..;/admin/y", ["all", "admin"]),
        ((ADMIN, ALL), "GET", "/open/..%3Ba=b/admin/y", ["all", "admin"]),
        ((ADMIN, ALL), "GET", "/;a/admin/y", ["all", "admin"]),
        ((ADMIN, ALL), "GET", "/admin;a/y", ["all", "admin"]),
        # A proxy decodes, and the API again.
        ((ADMIN, ALL), "GET", "/%2561dmin/y", ["all", "admin"]),
        # Some resolve before they decode, or leave empty segments where they are.
        ((ADMIN, ALL), "GET", "/x/a%2Fb/../../admin/y", ["all", "admin"]),
        ((ADMIN, ALL), "GET", "/admin/x//../../status", ["admin", "all"]),
        ((ADMIN, ALL), "GET", "/x//../admin/../../admin/y", ["all", "admin"]),
        ((STATUS, ADMIN), "GET", "/admin/status//../../users", ["admin"]),
        ((STATUS, ADMIN), "GET", "/admin/status/..\\users/../x", ["admin"]),
    ],
)
def test_a_request_needs(routes: tuple[ScopeRoute, ...], method: str, target: str, scopes: list[str]) -> None:
    assert find_scopes(routes, method, target) == scopes


@pytest.mark.parametrize("method", ["delete", "Delete"])
def test_a_method_in_small_letters_needs_what_its_capitals_do(method: str) -> None:
    deleting = ScopeRoute(prefix="/", methods=("DELETE",), scope="delete")
    assert find_scopes((deleting, READ), method, "/x") == ["delete"]
    assert find_scopes((READ, ALL), "head", "/x") == ["read"]


@pytest.mark.parametrize("path", ["/%" + "25" * 40 + "41", "/x/..;\\%252e%252e" * 400], ids=["deep", "long"])
def test_a_path_that_can_be_read_in_very_many_ways_is_refused(path: str) -> None:
    with pytest.raises(GatewayFault) as raised:
        find_scopes((ALL,), "GET", path)
    assert raised.value.word == "malformed_request"


def test_a_long_path_of_one_reading_is_none_of_these() -> None:
    assert find_scopes((ALL,), "GET", "/" + "x/" * 4000) == ["all"]
    assert find_scopes((ALL,), "GET", "/" + "%C3%A4" * 1300) == ["all"]


def encode(text: str, places: list[bool]) -> str:
    """The text with some of its characters percent-encoded."""
    pairs = zip(text, [*places, *[False] * len(text)], strict=False)
    return "".join(f"%{ord(char):02X}" if is_encoded else char for char, is_encoded in pairs)


@given(
    st.lists(st.sampled_from(["", ".", "x/..", "a/b/../..", "x/..;a", ";a"]), max_size=3),
    st.lists(st.booleans(), max_size=40),
    st.text(max_size=5),
)
def test_no_way_of_writing_a_path_gets_round_its_scope(detour: list[str], places: list[bool], end: str) -> None:
    path = "/".join(["", *detour, "admin", quote(end, safe="")])
    assert "admin" in find_scopes((ADMIN,), "GET", encode(path, places))
