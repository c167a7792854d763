"""Paths of the endpoints and of /authz."""

from __future__ import annotations

import pytest

from rpcauth.rest.oauth2.routes import AuthzRoute, Endpoint, EndpointRoute, Route, find_route


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/services/a/oauth2/introspect", EndpointRoute(endpoint=Endpoint.INTROSPECT, service_key="a")),
        ("/services/a/oauth2/revoke/", EndpointRoute(endpoint=Endpoint.REVOKE, service_key="a")),
        ("/services/a%20b%2Fc/oauth2/revoke", EndpointRoute(endpoint=Endpoint.REVOKE, service_key="a b/c")),
        ("/authz", AuthzRoute(service_key=None, tail=None)),
        ("/authz/", AuthzRoute(service_key=None, tail="/")),
        ("/authz//a/%2e%2e/b", AuthzRoute(service_key=None, tail="//a/%2e%2e/b")),
        ("/authz/services/a/oauth2/revoke", AuthzRoute(service_key=None, tail="/services/a/oauth2/revoke")),
        ("/services/a/authz", AuthzRoute(service_key="a", tail=None)),
        ("/services/%61/authz/x", AuthzRoute(service_key="a", tail="/x")),
        ("/services/a/authz/oauth2/revoke", AuthzRoute(service_key="a", tail="/oauth2/revoke")),
    ],
)
def test_a_path_leads_to(path: str, route: Route) -> None:
    assert find_route(path) == route


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "",
        "/authzed",
        "/authz%2f",
        "/Authz",
        "//authz",
        "/services/a",
        "/services//authz",
        "/services/a/authzed",
        "/services/a/b/authz",
        "/services/a/oauth2",
        "/services/a/oauth2/token",
        "/services/a/oauth2/revoke/x",
        "/services/a/oauth2/revoke//",
        "/services/a/oauth2/Revoke",
        "/oauth2/revoke",
    ],
)
def test_any_other_path_is_not_ours(path: str) -> None:
    assert find_route(path) is None
