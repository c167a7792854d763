"""What is read rather than called: pages, descriptions and keys, and the paths where there is nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rpcauth.keys.signing import JWKS_MAX_AGE
from rpcauth.web.messages import HttpReply
from tests.negative.surface import COMMIT, denying
from tests.rest.ym.said import headers_of
from tests.rest.ym.serving import Served, content_of, serve

PAGES = [
    "/metadata",
    *(f"/{kind}/metadata?op={dto}" for kind in ("json", "jsv", "csv", "xml") for dto in ("GetAccessToken",)),
    "/json/metadata?op=OIDCGetAccessToken",
]
DESCRIPTIONS = ["/types/metadata.json", "/openapi"]
KEYS = "/.well-known/jwks"
ACCEPTS = ["application/xml", "text/html", "text/csv", "*/*"]


async def get(served: Served, target: str, method: str = "GET", accept: str = "*/*") -> HttpReply:
    return await served.ask(target, method=method, headers={"Accept": accept})


@pytest.mark.parametrize("target", PAGES)
async def test_a_page_is_html_whatever_is_accepted_and_allows_no_script(served: Served, target: str) -> None:
    for accept in ACCEPTS:
        reply = await get(served, target, accept=accept)
        assert (reply.status, reply.content_type) == (200, "text/html; charset=utf-8")
        headers = headers_of(reply)
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert b"<script" not in reply.body


@pytest.mark.parametrize("target", DESCRIPTIONS)
async def test_a_description_for_programs_is_json(served: Served, target: str) -> None:
    reply = await get(served, target)
    assert (reply.status, reply.content_type) == (200, "application/json; charset=utf-8")
    assert "OIDCGetAccessToken" in json.dumps(content_of(reply))


async def test_the_types_of_typescript_are_text(served: Served) -> None:
    reply = await get(served, "/types/typescript")
    assert (reply.status, reply.content_type) == (200, "text/plain; charset=utf-8")
    assert b"class OIDCGetAccessToken" in reply.body


@pytest.mark.parametrize("target", [*PAGES, *DESCRIPTIONS, "/types/typescript", KEYS])
async def test_a_document_is_asked_for_by_get_or_head_alone(served: Served, target: str) -> None:
    assert (await get(served, target, "HEAD")).status == 200
    for method in ("POST", "PUT", "DELETE"):
        reply = await get(served, target, method)
        assert (reply.status, reply.body) == (404, b"404")


@pytest.mark.parametrize("op", ["Nope", "", "oidcgetaccesstoken2", "<script>", "%ff", "%00"])
async def test_the_page_of_no_operation_is_not_available(served: Served, op: str) -> None:
    reply = await get(served, f"/json/metadata?op={op}")
    assert (reply.status, reply.body) == (403, b"Service Not Available")
    assert reply.content_type == "text/plain; charset=utf-8"


@pytest.mark.parametrize("target", ["/json/metadata", "/json/metadata?op=%ff&x=%fe", "/json/metadata?" + "a&" * 300])
async def test_a_query_without_an_operation_names_none(served: Served, target: str) -> None:
    assert (await get(served, target)).status == 403


async def test_by_setting_the_pages_tell_nothing_of_the_server(tmp_path: Path) -> None:
    async with serve(tmp_path, expose_server_info=False) as served:
        for target in PAGES:
            assert b"WS-6-183-431" not in (await get(served, target)).body


async def test_else_a_page_tells_of_the_server_what_the_answers_do(served: Served) -> None:
    assert b"WS-6-183-431" in (await get(served, "/json/metadata?op=OIDCGetAccessToken")).body


@pytest.mark.parametrize("offered", [True, False])
async def test_jsonp_is_offered_on_the_page_where_it_is_served(tmp_path: Path, offered: bool) -> None:
    async with serve(tmp_path, jsonp=offered) as served:
        page = (await get(served, "/json/metadata?op=OIDCGetAccessToken")).body
        assert (b"callback" in page) == offered


# --- keys -------------------------------------------------------------------------------------------------------------


async def test_the_public_keys_may_be_kept_for_a_while_and_hold_nothing_private(served: Served) -> None:
    reply = await get(served, KEYS)
    assert (reply.status, reply.cacheable) == (200, True)
    assert headers_of(reply)["Cache-Control"] == f"public, max-age={JWKS_MAX_AGE}"
    (key,) = content_of(reply)["keys"]
    assert (key["kty"], key["alg"], key["use"]) == ("EC", "ES256", "sig")
    assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & key.keys()
    assert (await get(served, KEYS)).body == reply.body


async def test_a_service_that_is_not_defined_has_no_keys(tmp_path: Path) -> None:
    async with serve(tmp_path, service_key="missing") as served:
        reply = await get(served, KEYS)
        assert (reply.status, reply.cacheable, content_of(reply)) == (200, False, {"keys": []})


async def test_keys_that_cannot_be_made_now_are_a_503_that_nobody_keeps(served: Served) -> None:
    with denying(served.provider, COMMIT):
        reply = await get(served, KEYS)
    assert (reply.status, reply.body, reply.cacheable) == (503, b"503", False)
    assert headers_of(reply)["Retry-After"] == "1"
    assert (await get(served, KEYS)).status == 200


# --- where there is nothing -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", "/OAuth/OIDC/GetAccessToken"),
        ("HEAD", "/OAuth/GetAccessToken"),
        ("PUT", "/OAuth/GetToken"),
        ("DELETE", "/api/OIDCGetAccessToken"),
        ("GET", "/OAuth/OIDC/GetAccessToken?format=xml"),
        ("POST", "/OAuth/OIDC/GetAccessToken.txt"),
        ("POST", "/OAuth/OIDC/GetAccessToken.JSON"),
        ("POST", "/OAuth/Nope"),
        ("POST", "/api/Nope"),
        ("GET", "/types/python"),
        ("GET", "/openapi/x"),
    ],
)
async def test_what_has_no_route_is_404_in_plain_text_whatever_is_accepted(
    served: Served, method: str, target: str
) -> None:
    for accept in ACCEPTS:
        reply = await get(served, target, method, accept)
        assert (reply.status, reply.body, reply.content_type) == (404, b"404", "text/plain; charset=utf-8")
        assert reply.reason is None


async def test_no_header_and_no_member_makes_another_method_of_a_request(served: Served) -> None:
    override = {"X-Http-Method-Override": "POST", "Content-Type": "application/x-www-form-urlencoded"}
    assert (await served.ask(headers=override, method="GET")).status == 404
    override["X-Http-Method-Override"] = "GET"
    assert (await served.ask(headers=override)).status == 400
    assert (await served.ask(body="X-Http-Method-Override=GET")).status == 400
