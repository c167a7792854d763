"""The documentation pages say what the services' own say, and hold nothing that a browser would run."""

from __future__ import annotations

import json

import pytest

from rpcauth.rest.ym.dates import DateTime, parse_date
from rpcauth.rest.ym.dto import GET_ACCESS_TOKEN, OIDC_GET_ACCESS_TOKEN
from rpcauth.rest.ym.formats import jsv, xml
from rpcauth.rest.ym.negotiation import Format
from rpcauth.rest.ym.operations import OPERATIONS, RESPONSES, ROUTES, TOKEN_ROUTE, find_operation
from rpcauth.rest.ym.pages.metadata import CONTENT_TYPES, metadata_index, operation_page
from rpcauth.rest.ym.pages.samples import SampleFacts
from rpcauth.rest.ym.reading import read_values
from rpcauth.rest.ym.routes import find_route
from rpcauth.rest.ym.types import Dto
from tests.rest.ym.answers import DATA
from tests.rest.ym.pages.rendered import Rendered


def at(text: str) -> DateTime:
    date = parse_date(text)
    assert date is not None
    return date


OIDC_FACTS = SampleFacts(
    host="ws.yourmembership.com",
    server_id="WS-6-183-431",
    started=at("2024-05-03T08:24:51.9748751-04:00"),
    asked=at("2024-05-03T08:41:03.5705299-04:00"),
    answered=at("2024-05-03T08:41:03.5914433-04:00"),
)
FACTS = SampleFacts(
    host="ws.yourmembership.com",
    server_id="WS-4-69-031",
    started=at("2024-05-03T01:23:34.4285027-04:00"),
    asked=at("2024-05-03T02:06:58.4723478-04:00"),
    answered=at("2024-05-03T02:06:58.4773515-04:00"),
)
EACH_PAGE = pytest.mark.parametrize(
    ("kind", "dto"),
    [(kind, dto) for kind in CONTENT_TYPES for dto in OPERATIONS],
    ids=lambda one: one.name,
)


def show(kind: Format, dto: Dto, facts: SampleFacts = FACTS) -> Rendered:
    return Rendered(operation_page(kind, dto, facts=facts, jsonp=True))


def bodies(page: Rendered) -> list[str]:
    return [block.partition("\n\n")[2] for block in page.blocks]


@pytest.mark.parametrize(
    ("seed", "kind", "dto", "facts"),
    [
        ("ym-oidc-get-access-token.txt", Format.JSV, OIDC_GET_ACCESS_TOKEN, OIDC_FACTS),
        ("ym-get-access-token.txt", Format.CSV, GET_ACCESS_TOKEN, FACTS),
    ],
    ids=["oidc jsv", "csv"],
)
def test_the_page_reads_as_the_documented_one(seed: str, kind: Format, dto: Dto, facts: SampleFacts) -> None:
    documented = (DATA / seed).read_text()
    page = show(kind, dto, facts)
    assert page.text == " ".join(documented.split())
    # In the samples the white space counts, too.
    assert [body in documented for body in bodies(page)] == [True, True]


@EACH_PAGE
def test_every_page_names_its_own_format_and_no_other(kind: Format, dto: Dto) -> None:
    text = show(kind, dto).text
    named = {one for one in Format if f".{one.value} suffix or ?format={one.value}" in text}
    assert named == {kind}
    assert f"HTTP + {kind.name} " in text
    assert text.count(f"Content-Type: {CONTENT_TYPES[kind]} ") == 2
    assert f"POST {ROUTES[dto.name]} HTTP/1.1" in text


@EACH_PAGE
def test_the_samples_are_in_the_format_of_the_page_but_for_csv(kind: Format, dto: Dto) -> None:
    asked, answered = bodies(show(kind, dto))
    if kind is Format.XML:
        assert asked.startswith('<?xml version="1.0" encoding="utf-8"?>')
        assert read_values(RESPONSES[dto.name], xml.parse(answered.encode(), RESPONSES[dto.name]))
        assert "<ClientID" in asked
    elif kind is Format.JSV:
        names = read_values(RESPONSES[dto.name], jsv.parse(answered.encode(), RESPONSES[dto.name])).keys()
        assert list(names) == [one.name for one in RESPONSES[dto.name].text_members]
    else:
        assert list(json.loads(asked)) == [one.name for one in dto.text_members]
        assert list(json.loads(answered)) == [one.name for one in RESPONSES[dto.name].text_members]


@EACH_PAGE
def test_no_page_shows_an_undocumented_member(kind: Format, dto: Dto) -> None:
    assert any(one.undocumented for one in OIDC_GET_ACCESS_TOKEN.members)
    assert "code_verifier" not in operation_page(kind, dto, facts=FACTS, jsonp=True)


@EACH_PAGE
@pytest.mark.parametrize("jsonp", [True, False])
def test_only_the_json_page_tells_of_jsonp_and_only_where_it_is_served(kind: Format, dto: Dto, jsonp: bool) -> None:
    text = Rendered(operation_page(kind, dto, facts=FACTS, jsonp=jsonp)).text
    sentence = "To embed the response in a jsonp callback, append ?callback=myCallback"
    assert (sentence in text) == (jsonp and kind is Format.JSON)


@EACH_PAGE
def test_a_hostile_host_stays_text(kind: Format, dto: Dto) -> None:
    hostile = "\"><script>alert('&amp;')</script></pre><!--"
    facts = SampleFacts(host=hostile, server_id=hostile, started=FACTS.started, asked=FACTS.asked, answered=FACTS.asked)
    page = show(kind, dto, facts)
    assert f"Host: {hostile}\n" in page.blocks[0]
    assert page.tags == show(kind, dto).tags


def test_html_has_no_page_of_its_own() -> None:
    with pytest.raises(KeyError):
        operation_page(Format.HTML, GET_ACCESS_TOKEN, facts=FACTS, jsonp=False)


def test_the_index_links_every_page_and_document_and_each_is_served() -> None:
    page = Rendered(metadata_index())
    links = [str(attributes["href"]) for tag, attributes in page.tags if tag == "a"]
    expected = {f"/{kind.value}/metadata?op={dto.name}" for kind in CONTENT_TYPES for dto in OPERATIONS}
    assert set(links) == expected | {"/types/metadata.json", "/types/typescript", "/openapi"}
    assert len(set(links)) == len(links)
    assert all(find_route("GET", one.partition("?")[0]) is not None for one in links)


def test_every_route_that_the_pages_name_is_served_by_what_they_say_of_it() -> None:
    named = {**{ROUTES[dto.name]: dto for dto in OPERATIONS}, TOKEN_ROUTE: OIDC_GET_ACCESS_TOKEN}
    served = {path: find_route("POST", path) for path in named}
    assert {path: route.dto for path, route in served.items() if route is not None} == named


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("GetAccessToken", GET_ACCESS_TOKEN),
        ("OIDCGetAccessToken", OIDC_GET_ACCESS_TOKEN),
        ("getaccesstoken", None),
        ("GetAccessTokenResponse", None),
        ("", None),
    ],
)
def test_an_operation_is_found_by_its_exact_name(name: str, found: Dto | None) -> None:
    assert find_operation(name) is found
