"""Every measured answer of the original is labelled alike here, or departs by a decision that is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rpcauth.rest.ym.forms import parse_urlencoded
from rpcauth.rest.ym.negotiation import OFFERS, PATH_BODIES, BodyKind, Format, Offer, body_format, negotiate
from rpcauth.rest.ym.routes import find_route

VECTORS = json.loads((Path(__file__).parents[2] / "data/servicestack-http.json").read_text("utf-8"))

JSON = "application/json; charset=utf-8"
FORM = "application/x-www-form-urlencoded"

NEGOTIATION_DEPARTURES = {
    "accept text/xml form body": ("text/xml", "decision 2: a synonym"),
    "accept text/jsv form body": ("text/jsv", "decision 2: a synonym"),
    "ct text/jsv accept same": ("text/jsv", "decision 2: a synonym"),
    "accept text/csv, */* form body": ("text/csv", "decision 2: what is named goes before anything"),
    "callback": ("application/xml", "decision 3: no JSONP, the callback is ignored"),
    "GET + X-Http-Method-Override: POST": (None, "decision 6: no method override, so no route"),
    "suffix .JSON": (None, "decision 6: no route is answered by 404, text/plain, in no format"),
}
"""By the vector's name: the label here, None where nothing is negotiated, and why."""

SERVICE_VECTORS = [one for one in VECTORS if not one["name"].startswith("meta ")]


def label(vector: dict) -> str | None:
    request = vector["request"]
    path, _, query = request["target"].partition("?")
    route = find_route(request["method"], path)
    if route is None:
        return None
    headers = request["headers"]
    return negotiate(
        suffix=route.suffix,
        path_format=route.path_format,
        query_format=dict(parse_urlencoded(query)).get("format"),
        accept=[headers["Accept"]] if "Accept" in headers else [],
        content_type=headers.get("Content-Type"),
        default=Format.JSON,
    ).content_type


@pytest.mark.parametrize("vector", SERVICE_VECTORS, ids=lambda vector: vector["name"])
def test_an_answer_is_labelled_as_the_original_labels_it(vector: dict) -> None:
    measured = vector["response"]["headers"]["Content-Type"]
    expected, _ = NEGOTIATION_DEPARTURES.get(vector["name"], (measured, ""))
    assert label(vector) == expected


def test_every_departure_departs_from_a_vector() -> None:
    measured = {one["name"]: one["response"]["headers"]["Content-Type"] for one in SERVICE_VECTORS}
    assert {name for name, (ours, _) in NEGOTIATION_DEPARTURES.items() if measured[name] != ours} == {
        *NEGOTIATION_DEPARTURES
    }


def accept(*values: str, content_type: str | None = FORM, default: Format = Format.JSON) -> str:
    return negotiate(
        suffix=None, path_format=None, query_format=None, accept=values, content_type=content_type, default=default
    ).content_type


@pytest.mark.parametrize(
    ("header", "content_type"),
    [
        ("application/json;q=0, application/xml", "application/xml"),
        ("application/json;q=0.1, application/xml;q=0.2", "application/xml"),
        ("application/jsv, application/xml;q=0.9", "application/jsv"),
        ("application/jsv;q=0.5, application/xml;q=0.5", "application/xml"),
        ("application/xml;q=0.5, text/csv", "text/csv"),
        ("application/xml;q=0.5, text/unknown", "application/xml"),
        ("application/xml;q=0.5, text/unknown, */*;q=0.1", "application/xml"),
        ("application/xml;q=0.5, */*", JSON),
        ("application/json;q=0, */*", "text/html"),
        ("application/json;q=0, text/html;q=0.000, */*;q=0.1", "application/xml"),
        ("text/json;q=0, text/html;q=0, text/xml;q=0, text/jsv;q=0, */*", JSON),
        ("application/json;q=0", JSON),
        ("*/*;q=0", JSON),
        ("application/xml ; Q = 0.5 , application/jsv;level=1;q=.6", "application/jsv"),
        ("application/xml;q=0.333333333333, application/jsv;q=0.333333333334", "application/jsv"),
        ("application/xml;q=1.0, application/jsv;q=1.7", "application/xml"),
        ("application/xml;q=0.5, application/jsv;q=nonsense", "application/jsv"),
        ("application/xml;q=0.5, application/jsv;q=-1", "application/jsv"),
        ("application/xml;q=0.5, application/jsv;q=", "application/jsv"),
        ("application/xml;q=0.5, application/jsv;q=\u0660", "application/jsv"),
        ("application/xml;q=0.5;q=0, application/jsv;q=0.1", "application/xml"),
        ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", "text/html"),
    ],
)
def test_weights_count_before_anything_else(header: str, content_type: str) -> None:
    assert accept(header) == content_type


@pytest.mark.parametrize(
    ("header", "content_type"),
    [
        ("text/json", "text/json; charset=utf-8"),
        ("text/xml", "text/xml"),
        ("text/jsv", "text/jsv"),
        ("TEXT/JSV; charset=utf-8", "text/jsv"),
        ("text/jsv, application/jsv", "text/jsv"),
        ("application/jsv, text/jsv", "application/jsv"),
        ("text/jsv, text/xml", "text/xml"),
        ("text/csv, text/jsv", "text/jsv"),
    ],
)
def test_a_synonym_ranks_as_its_format_and_labels_the_answer(header: str, content_type: str) -> None:
    assert accept(header) == content_type


@pytest.mark.parametrize(
    ("header", "content_type"),
    [
        ("text/csv, */*", "text/csv"),
        ("*/*, text/csv", JSON),
        ("text/csv, application/jsv", "application/jsv"),
        ("application/xml, text/html", "text/html"),
        ("application/jsv, application/xml, application/json", JSON),
        ("application/json-patch", JSON),
        ("text/plain", JSON),
        ("text/*", JSON),
        ("application/*", JSON),
        ("", JSON),
        (",;,", JSON),
    ],
)
def test_without_weights_the_servers_order_decides(header: str, content_type: str) -> None:
    assert accept(header) == content_type


def test_the_lines_of_the_header_are_one_list() -> None:
    assert accept("text/csv", "application/xml;q=0.5, application/jsv") == "application/jsv"
    assert accept() == JSON


@pytest.mark.parametrize(
    ("sent", "header", "content_type"),
    [
        ("text/csv", "*/*", "text/csv"),
        ("text/jsv; charset=utf-8", "*/*", "text/jsv"),
        ("TEXT/XML", "*/*", "text/xml"),
        ("text/plain", "*/*", JSON),
        (None, "*/*", JSON),
        ("multipart/form-data; boundary=B", "*/*", JSON),
        ("application/jsv", "application/xml, application/jsv", "application/jsv"),
        ("text/jsv", "application/xml, application/jsv", "application/xml"),
        ("text/jsv", "application/xml, text/jsv", "text/jsv"),
        ("text/csv", "application/xml, text/csv", "application/xml"),
        ("application/jsv", "application/xml, application/jsv;q=0.9", "application/xml"),
        ("application/jsv", "application/jsv;q=0, */*", JSON),
        ("application/jsv", "", JSON),
    ],
)
def test_what_was_sent_wins_among_equals(sent: str | None, header: str, content_type: str) -> None:
    assert accept(header, content_type=sent) == content_type


@pytest.mark.parametrize(
    ("header", "content_type"),
    [
        ("", "text/html"),
        ("*/*", "text/html"),
        ("text/plain", "text/html"),
        ("application/json, text/html", "text/html"),
        ("application/xml, application/json", JSON),
        ("text/html;q=0, */*", JSON),
    ],
)
def test_the_default_leads_the_servers_order(header: str, content_type: str) -> None:
    assert accept(header, default=Format.HTML) == content_type


@pytest.mark.parametrize(
    ("query_format", "expected"),
    [
        ("json", Format.JSON),
        ("JSON", Format.JSON),
        ("jsonreport", Format.JSON),
        ("xml.zip", Format.XML),
        ("text/jsv", Format.JSV),
        ("csv", Format.CSV),
        ("HTML", Format.HTML),
        ("xmljson", Format.JSON),
    ],
)
def test_the_query_names_a_format_before_path_and_accept(query_format: str, expected: Format) -> None:
    offer = negotiate(
        suffix=None,
        path_format=Format.XML,
        query_format=query_format,
        accept=["text/html"],
        content_type=None,
        default=Format.JSON,
    )
    assert offer == OFFERS[expected]


@pytest.mark.parametrize("query_format", ["", "txt", "foo", "csvs", "zip.xml", "htm"])
def test_a_query_that_names_no_format_leaves_it_to_accept(query_format: str) -> None:
    offer = negotiate(
        suffix=None,
        path_format=Format.XML,
        query_format=query_format,
        accept=["application/jsv"],
        content_type=None,
        default=Format.JSON,
    )
    assert offer == OFFERS[Format.JSV]


@pytest.mark.parametrize("suffix", Format)
def test_the_suffix_is_stronger_than_all(suffix: Format) -> None:
    offer = negotiate(
        suffix=suffix,
        path_format=Format.XML,
        query_format="jsv",
        accept=["text/csv"],
        content_type=None,
        default=Format.HTML,
    )
    assert offer == OFFERS[suffix]


WORDS = st.sampled_from(
    ["application/json", "text/jsv", "text/csv", "*/*", ",", ";", "q=", "0", ".5", "1", " ", "\t", '"', "\udcff", "é"]
)
HEADERS = st.lists(WORDS, max_size=16).map("".join) | st.text()
FORMATS = st.none() | st.sampled_from(Format)


@given(
    suffix=FORMATS,
    path_format=FORMATS,
    query_format=st.none() | st.text(),
    accept=st.lists(HEADERS, max_size=3),
    content_type=st.none() | HEADERS,
    default=st.sampled_from(Format),
)
def test_anything_is_answered_in_a_format_under_a_name_of_it(
    suffix: Format | None,
    path_format: Format | None,
    query_format: str | None,
    accept: list[str],
    content_type: str | None,
    default: Format,
) -> None:
    offer = negotiate(
        suffix=suffix,
        path_format=path_format,
        query_format=query_format,
        accept=accept,
        content_type=content_type,
        default=default,
    )
    assert isinstance(offer, Offer)
    assert offer.content_type.partition(";")[0].endswith(f"/{offer.format.value}")


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [
        ("application/json", BodyKind.JSON),
        ("text/json", BodyKind.JSON),
        ("APPLICATION/JSON ;charset=utf-8", BodyKind.JSON),
        ("application/jsv", BodyKind.JSV),
        ("text/jsv", BodyKind.JSV),
        ("text/csv", BodyKind.CSV),
        ("application/xml", BodyKind.XML),
        ("text/xml; charset=utf-8", BodyKind.XML),
        ("application/x-www-form-urlencoded", BodyKind.FORM),
        ("multipart/form-data; boundary=B", BodyKind.MULTIPART),
        ("application/jsonx", None),
        ("multipart/mixed", None),
        ("text/html", None),
        ("text/plain", None),
        ("application/foo", None),
        ("", None),
        (None, None),
    ],
)
def test_the_content_type_says_what_a_body_is(content_type: str | None, kind: BodyKind | None) -> None:
    assert body_format(content_type) is kind


def test_a_path_of_every_format_but_html_says_what_a_body_is() -> None:
    assert {one: kind.value for one, kind in PATH_BODIES.items()} == {
        one: one.value for one in Format if one is not Format.HTML
    }
