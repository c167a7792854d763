"""What stands around an answer: its headers, and OAuth's own words for an error (contract, decisions 10 and 15)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.rest.ym.conversation import (
    GET_SERVICE,
    OIDC_SERVICE,
    SERVICES,
    Spoken,
    code_request,
    exchange,
    post,
    redemption_of,
)
from tests.rest.ym.said import FORMATS, Said, headers_of, read_reply
from tests.rest.ym.serving import Served, content_of, serve

every_service = pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.dto)
every_format = pytest.mark.parametrize("kind", FORMATS)

LABELS = {
    "json": "application/json; charset=utf-8",
    "jsv": "application/jsv",
    "csv": "text/csv",
    "xml": "application/xml",
    "html": "text/html",
}


async def ask_all_ways(served: Served, service: Spoken, kind: str) -> dict[str, Said]:
    """A good answer, and one of every kind of error."""
    good = service.say(await code_request(served))
    requests = {
        "good": good,
        "refused": service.say(redemption_of("x")),
        "unproven": service.say(redemption_of("x") | {"client_secret": "wrong"}),
        "missing": {},
        "unbound": good | {"Device": "Nokia"},
    }
    return {name: await exchange(served, service, kind, members) for name, members in requests.items()}


@every_service
@every_format
async def test_no_answer_is_to_be_kept_or_guessed_at(served: Served, service: Spoken, kind: str) -> None:
    """Cache-Control is the server's to add, to all replies that are not cacheable."""
    for said in (await ask_all_ways(served, service, kind)).values():
        headers = headers_of(said.reply)
        assert not said.reply.cacheable
        assert "Cache-Control" not in headers
        assert (headers["Pragma"], headers["Vary"]) == ("no-cache", "Accept")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert said.reply.content_type == LABELS[kind]


@every_service
@every_format
async def test_html_alone_brings_a_policy_that_allows_no_script(served: Served, service: Spoken, kind: str) -> None:
    for said in (await ask_all_ways(served, service, kind)).values():
        policy = headers_of(said.reply).get("Content-Security-Policy", "")
        assert policy.startswith("default-src 'none'; ") == (kind == "html")
        assert kind != "html" or b"<script" not in said.reply.body


@every_service
@every_format
async def test_csv_is_a_file_if_a_service_made_it(served: Served, service: Spoken, kind: str) -> None:
    """Binding and validation answer before there is a service, and the original's answers then are no files."""
    answers = await ask_all_ways(served, service, kind)
    files = {name: headers_of(said.reply).get("Content-Disposition") for name, said in answers.items()}
    name = f"attachment;filename={service.dto}.csv" if kind == "csv" else None
    assert files == {"good": name, "refused": name, "unproven": name, "missing": None, "unbound": None}


async def test_an_answer_in_a_synonym_is_labelled_with_it(served: Served) -> None:
    labels = {"text/jsv": "text/jsv", "text/xml": "text/xml", "text/json": "text/json; charset=utf-8"}
    for accepted, label in labels.items():
        for members in (await code_request(served), {}):
            reply = await post(served, members, headers={"Accept": accepted})
            assert reply.content_type == label
            read_reply(reply)


# --- 10: OAuth's words ------------------------------------------------------------------------------------------------

WORDS = {
    "refused": ("invalid_grant", "The authorization code is invalid."),
    "unproven": ("invalid_client", "Client authentication failed."),
    "missing": ("invalid_request", "?grant_type? should not be empty."),
    "unbound": ("invalid_request", "Unable to bind to request ?OIDCGetAccessToken?"),
}


@pytest.mark.parametrize("kind", ["json", "html"])
async def test_errors_of_the_oidc_service_carry_oauths_words_behind_all_members(served: Served, kind: str) -> None:
    for name, said in (await ask_all_ways(served, OIDC_SERVICE, kind)).items():
        if name == "good":
            assert "error" not in said.members
            continue
        error, description = said.members["error"], said.members["error_description"]
        assert (error, description.replace("'", "?")) == WORDS[name]
        assert list(said.members)[-2:] == ["error", "error_description"]


async def test_the_description_has_the_characters_that_oauth_allows(served: Served) -> None:
    for body in ("Device=Nokia", "", "code=%ff", "grant_type=pass\u00e4word"):
        content = content_of(await served.ask(body=body))
        assert re.fullmatch(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+", content["error_description"])


async def test_a_bad_grant_type_alone_is_an_unsupported_one(served: Served) -> None:
    bad = {"grant_type": "password"}
    assert content_of(await post(served, bad))["error"] == "unsupported_grant_type"
    assert content_of(await post(served, bad | {"Device": "x"}))["error"] == "invalid_request"


@pytest.mark.parametrize("kind", ["jsv", "csv", "xml"])
async def test_other_formats_have_no_place_for_them(served: Served, kind: str) -> None:
    for said in (await ask_all_ways(served, OIDC_SERVICE, kind)).values():
        assert "error" not in said.members


@every_format
async def test_the_other_service_never_has_them(served: Served, kind: str) -> None:
    for said in (await ask_all_ways(served, GET_SERVICE, kind)).values():
        assert "error" not in said.members


@every_format
async def test_by_setting_nobody_has_them(tmp_path: Path, kind: str) -> None:
    async with serve(tmp_path, oauth_error_fields=False) as served:
        for name, said in (await ask_all_ways(served, OIDC_SERVICE, kind)).items():
            assert "error" not in said.members
            assert (said.error is None) == (name == "good")
