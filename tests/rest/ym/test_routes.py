"""What stands at which path, in every spelling that counts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rpcauth.rest.ym.dto import GET_ACCESS_TOKEN, OIDC_GET_ACCESS_TOKEN
from rpcauth.rest.ym.negotiation import Format
from rpcauth.rest.ym.routes import Route, RouteKind, find_route, serves
from rpcauth.rest.ym.types import Dto

VECTORS = json.loads((Path(__file__).parents[2] / "data/servicestack-http.json").read_text("utf-8"))

NAMED = [
    ("/OAuth/OIDC/GetAccessToken", OIDC_GET_ACCESS_TOKEN, None),
    ("/OAuth/GetToken", OIDC_GET_ACCESS_TOKEN, None),
    ("/OAuth/GetAccessToken", GET_ACCESS_TOKEN, None),
    ("/api/OIDCGetAccessToken", OIDC_GET_ACCESS_TOKEN, Format.JSON),
    ("/api/GetAccessToken", GET_ACCESS_TOKEN, Format.JSON),
]

PAGES = {
    "/metadata": Route(kind=RouteKind.METADATA_INDEX),
    "/json/metadata": Route(kind=RouteKind.METADATA, path_format=Format.JSON),
    "/xml/metadata": Route(kind=RouteKind.METADATA, path_format=Format.XML),
    "/jsv/metadata": Route(kind=RouteKind.METADATA, path_format=Format.JSV),
    "/csv/metadata": Route(kind=RouteKind.METADATA, path_format=Format.CSV),
    "/types/metadata.json": Route(kind=RouteKind.TYPES_METADATA),
    "/types/typescript": Route(kind=RouteKind.TYPESCRIPT),
    "/openapi": Route(kind=RouteKind.OPENAPI),
    "/.well-known/jwks": Route(kind=RouteKind.JWKS),
}

REFUSED = {RouteKind.UNKNOWN_OPERATION, RouteKind.WRONG_METHOD}
MEASURED: dict[int, set[RouteKind | None]] = {404: {None}, 405: {*REFUSED}}
"""Statuses that the route alone decides, with the kinds that mean them."""

ROUTE_DEPARTURES = {
    "GET + X-Http-Method-Override: POST": "decision 6: no method override",
    "meta /openapi": "served here; the measured server had no such plugin",
    "err 404 application/json": "that test server's own switch: the service answered, with an error",
}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_a_measured_request_is_routed_where_the_original_routed_it(vector: dict) -> None:
    request = vector["request"]
    route = find_route(request["method"], request["target"].partition("?")[0])
    kind = None if route is None else route.kind
    agrees = kind in MEASURED.get(vector["response"].get("status"), {*RouteKind} - REFUSED)
    assert agrees is (vector["name"] not in ROUTE_DEPARTURES)


def build_named(dto: Dto, suffix: Format | None, path_format: Format | None) -> Route:
    return Route(kind=RouteKind.SERVICE, dto=dto, suffix=suffix, path_format=path_format, merges_query=True)


@pytest.mark.parametrize(("path", "dto", "path_format"), NAMED)
def test_a_service_has_its_path_in_any_letter_case_with_any_suffix(
    path: str, dto: Dto, path_format: Format | None
) -> None:
    bare = build_named(dto, None, path_format)
    spellings = (path, path.lower(), path.upper(), f"{path}/", path.replace("A", "%41").replace("a", "%61"))
    assert [find_route("POST", one) for one in spellings] == [bare] * len(spellings)
    for suffix in Format:
        named = build_named(dto, suffix, path_format)
        assert find_route("POST", f"{path}.{suffix.value}") == named
        assert find_route("POST", f"{path}%2e{suffix.value}") == named


@pytest.mark.parametrize(("path", "dto", "path_format"), NAMED)
@pytest.mark.parametrize(
    "ending",
    [
        ".JSON",
        ".Json",
        ".txt",
        ".foo",
        ".",
        ".json.",
        ".json.json",
        ".foo.json",
        ".json/",
        "//",
        "/x",
        "%2F",
        "%20",
        "x",
    ],
)
def test_a_path_that_only_begins_well_is_none_and_is_still_answered_here(
    path: str, dto: Dto, path_format: Format | None, ending: str
) -> None:
    assert find_route("POST", path + ending) is None
    assert serves(path + ending)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "post", ""])
@pytest.mark.parametrize("path", [path for path, _, _ in NAMED])
def test_another_method_has_no_service(method: str, path: str) -> None:
    assert find_route(method, path) is None


@pytest.mark.parametrize("path_format", Format)
@pytest.mark.parametrize("verb", ["reply", "oneway"])
@pytest.mark.parametrize("dto", [OIDC_GET_ACCESS_TOKEN, GET_ACCESS_TOKEN], ids=lambda dto: dto.name)
def test_a_predefined_route_names_format_and_operation(path_format: Format, verb: str, dto: Dto) -> None:
    path = f"/{path_format.value}/{verb}/{dto.name}"
    for spelling in (path, path.lower(), path.upper(), f"{path}/", path.replace("e", "%65")):
        route = find_route("POST", spelling)
        assert route is not None
        assert (route.kind, route.dto, route.path_format) == (RouteKind.SERVICE, dto, path_format)
        assert route.suffix is None
        assert not route.merges_query


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "post"])
def test_a_predefined_route_tells_another_method(method: str) -> None:
    route = find_route(method, "/xml/reply/getaccesstoken")
    assert route is not None
    assert (route.kind, route.dto, route.path_format) == (RouteKind.WRONG_METHOD, GET_ACCESS_TOKEN, Format.XML)


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("Nope", "Nope"),
        ("GetToken", "GetToken"),
        ("GetAccessToken.json", "GetAccessToken.json"),
        ("GetAccessToken%2F", "GetAccessToken/"),
        ("%2541", "%41"),
        ("GetAccessTo\u212aen", "GetAccessTo\u212aen"),
        ("%ff", "\ufffd"),
        ("\udcff", "\ufffd\ufffd\ufffd"),
    ],
)
def test_a_predefined_route_tells_an_unknown_operation_by_the_name_it_was_asked_by(
    method: str, name: str, asked: str
) -> None:
    unknown = Route(kind=RouteKind.UNKNOWN_OPERATION, asked=asked, path_format=Format.JSV)
    assert find_route(method, f"/jsv/oneway/{name}") == unknown


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_its_path_in_any_letter_case(method: str, path: str) -> None:
    for spelling in (path, path.upper(), f"{path}/", path.replace("m", "%6D")):
        assert find_route(method, spelling) == PAGES[path]
        assert serves(spelling)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_only_read(path: str) -> None:
    assert [find_route(method, path) for method in ("POST", "PUT", "OPTIONS", "get")] == [None] * 4


@pytest.mark.parametrize(
    "path",
    [
        "/OAuth",
        "/OAuth/Unknown",
        "/oauth/",
        "/api/Nope",
        "/api",
        "/types",
        "/types/python",
        "/types/metadata",
        "/metadata/x",
        "/openapi/x",
        "/.well-known/jwks/x",
        "/csv/reply",
        "/html/oneway/a/b",
        "/xml/metadata/x",
    ],
)
def test_what_stands_beside_the_services_is_answered_here_with_nothing(path: str) -> None:
    assert serves(path)
    assert [find_route(method, path) for method in ("GET", "POST")] == [None, None]


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "//",
        "*",
        "/rpc",
        "/v2/json-rpc/1",
        "/foo",
        "/healthz",
        "/metrics",
        "/.well-known",
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
        "/openapi.json",
        "/OAuthGetToken",
        "/OAuth2/token",
        "/json",
        "/json/foo",
        "/html/metadata",
        "/txt/reply/GetAccessToken",
        "//OAuth/GetAccessToken",
        "/./OAuth/GetAccessToken",
        "/OAuth%2FGetAccessToken",
        "OAuth/GetAccessToken",
        "http://host/OAuth/GetAccessToken",
        "/Ams/Authenticate",
    ],
)
def test_what_is_not_of_these_services_is_left_to_others(path: str) -> None:
    assert not serves(path)
    assert [find_route(method, path) for method in ("GET", "POST")] == [None, None]


SEGMENTS = st.sampled_from(
    ["OAuth", "OIDC", "GetAccessToken", "GetToken", "json", "reply", "api", "metadata", "types", ".xml", "%2e", "", "é"]
)
PATHS = st.lists(SEGMENTS, max_size=5).map("/".join).map(lambda text: f"/{text}") | st.text()


@given(st.sampled_from(["GET", "POST", "PUT"]), PATHS)
def test_whatever_has_a_route_is_answered_here(method: str, path: str) -> None:
    route = find_route(method, path)
    assert route is None or serves(path)
    assert route is None or (route.dto is None) is (route.kind not in (RouteKind.SERVICE, RouteKind.WRONG_METHOD))
