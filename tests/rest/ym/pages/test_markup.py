"""Every page is one that its Content-Security-Policy lets be, and that loads nothing."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

import pytest

from rpcauth.rest.ym.dates import MIN_VALUE
from rpcauth.rest.ym.dto import OIDC_GET_ACCESS_TOKEN
from rpcauth.rest.ym.negotiation import Format
from rpcauth.rest.ym.pages.markup import CONTENT_SECURITY_POLICY, escape, link, table
from rpcauth.rest.ym.pages.metadata import metadata_index, operation_page
from rpcauth.rest.ym.pages.samples import SampleFacts
from rpcauth.rest.ym.pages.snapshot import snapshot_page
from tests.rest.ym.pages.rendered import Rendered

FACTS = SampleFacts(host="h", server_id="s", started=MIN_VALUE, asked=MIN_VALUE, answered=MIN_VALUE)
PAGES = {
    "index": metadata_index(),
    "operation": operation_page(Format.JSON, OIDC_GET_ACCESS_TOKEN, facts=FACTS, jsonp=True),
    "snapshot": snapshot_page("OIDCGetAccessTokenResponse", b"{}", MIN_VALUE).decode(),
}
EACH_PAGE = pytest.mark.parametrize("html", PAGES.values(), ids=PAGES.keys())
HARMLESS = frozenset(
    {"html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "h4", "p", "a", "b", "pre"}
    | {"table", "caption", "tr", "th", "td", "ul", "li"}
)


@EACH_PAGE
def test_the_policy_allows_the_style_of_the_page_by_its_hash(html: str) -> None:
    digest = b64encode(sha256(Rendered(html).style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in CONTENT_SECURITY_POLICY.split("; ")


def test_the_policy_allows_nothing_else() -> None:
    others = [one for one in CONTENT_SECURITY_POLICY.split("; ") if not one.startswith("style-src ")]
    assert others == ["default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"]


@EACH_PAGE
def test_a_page_runs_nothing_and_loads_nothing(html: str) -> None:
    tags = Rendered(html).tags
    assert {tag for tag, _ in tags} <= HARMLESS
    attributes = {(tag, name) for tag, found in tags for name in found}
    assert attributes <= {("html", "lang"), ("meta", "charset"), ("a", "href")}
    assert all(str(found["href"]).startswith("/") for tag, found in tags if tag == "a")


def test_text_is_escaped_for_elements_and_attributes() -> None:
    assert escape("<a b=\"c\" d='e'>&amp;") == "&lt;a b=&quot;c&quot; d=&#x27;e&#x27;&gt;&amp;amp;"


def test_links_captions_and_heads_are_text_and_cells_are_markup() -> None:
    linked = link('/"><i>', "<i>")
    assert Rendered(f"<body>{linked}</body>").tags == [("body", {}), ("a", {"href": '/"><i>'})]
    shown = table([["<b>cell</b>"]], heads=("<i>",), caption="<i>")
    tags = [tag for tag, _ in Rendered(f"<body>{shown}</body>").tags]
    assert tags == ["body", "table", "caption", "tr", "th", "tr", "td", "b"]
