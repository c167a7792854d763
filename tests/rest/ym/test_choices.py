"""The settings that choose how an answer looks: its default format, JSONP, pretty JSV (contract, decisions 1, 3, 5)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rpcauth.web.messages import HttpReply
from tests.rest.ym.conversation import OIDC_SERVICE, code_request, post, write_body
from tests.rest.ym.said import headers_of, kind_of, read_reply
from tests.rest.ym.serving import Served, content_of, serve

INDIFFERENT: list[dict[str, str]] = [{}, {"Accept": "*/*"}, {"Accept": "image/png"}, {"Accept": ""}]


@pytest.mark.parametrize("headers", INDIFFERENT)
async def test_who_names_no_format_gets_json(served: Served, headers: dict[str, str]) -> None:
    for members in (await code_request(served), {}):
        assert kind_of((await post(served, members, headers=headers)).content_type) == "json"


@pytest.mark.parametrize("headers", INDIFFERENT)
async def test_by_setting_who_names_no_format_gets_html(tmp_path: Path, headers: dict[str, str]) -> None:
    async with serve(tmp_path, html_by_default=True) as served:
        for members in (await code_request(served), {}):
            said = read_reply(await post(served, members, headers=headers))
            assert said.kind == "html"
        for accepted, kind in (("application/json", "json"), ("text/jsv", "jsv"), ("text/csv", "csv")):
            reply = await post(served, await code_request(served), headers={"Accept": accepted})
            assert kind_of(reply.content_type) == kind


async def test_by_setting_a_json_body_is_still_answered_in_json_if_anything_will_do(tmp_path: Path) -> None:
    async with serve(tmp_path, html_by_default=True) as served:
        body = write_body("json", "OIDCGetAccessToken", await code_request(served))
        reply = await served.ask(body=body, headers={"Content-Type": "application/json", "Accept": "*/*"})
        assert kind_of(reply.content_type) == "json"


# --- 3: JSONP ---------------------------------------------------------------------------------------------------------


async def test_a_callback_is_ignored(served: Served) -> None:
    for members in (await code_request(served), {}):
        reply = await post(served, members, query="callback=show", headers={"Accept": "application/xml"})
        assert reply.content_type == "application/xml"
        assert b"show" not in reply.body


def unwrap(reply: HttpReply, name: str) -> dict[str, object]:
    """What a script hands to the function `name`."""
    assert reply.content_type == "text/javascript"
    assert headers_of(reply)["X-Content-Type-Options"] == "nosniff"
    assert headers_of(reply)["Pragma"] == "no-cache"
    text = reply.body.decode()
    assert text.startswith(f"{name}(") and text.endswith(")")
    content: dict[str, object] = json.loads(text[len(name) + 1 : -1])
    return content


@pytest.mark.parametrize("name", ["show", "_", "$", "jQuery1.x_$9", "a" * 64])
async def test_by_setting_a_callback_is_given_good_answers_and_errors(tmp_path: Path, name: str) -> None:
    async with serve(tmp_path, jsonp=True) as served:
        for accepted in ("application/xml", "text/html", "*/*"):
            headers = {"Accept": accepted}
            good = await post(served, await code_request(served), query=f"callback={name}", headers=headers)
            assert unwrap(good, name)["token_type"] == "Bearer"
            bad = await post(served, {}, query=f"callback={name}&format=csv", headers=headers)
            assert bad.status == 400
            assert unwrap(bad, name)["error"] == "invalid_request"


@pytest.mark.parametrize("name", ["a b", "1a", "alert(1)//", "a;b", "%22", "a" * 65, "%C3%A4", ".a", "a%0A", "<x>"])
async def test_a_callback_that_is_no_name_is_refused_unwrapped_and_buys_nothing(tmp_path: Path, name: str) -> None:
    async with serve(tmp_path, jsonp=True) as served:
        members = await code_request(served)
        reply = await post(served, members, query=f"callback={name}")
        assert (reply.status, reply.reason) == (400, "invalid_request")
        assert read_reply(reply).kind == "json"
        assert (await post(served, members)).status == 200


async def test_a_suffix_is_stronger_than_a_callback(tmp_path: Path) -> None:
    async with serve(tmp_path, jsonp=True) as served:
        reply = await served.ask(f"{OIDC_SERVICE.path}.json?callback=show")
        assert "ResponseStatus" in content_of(reply)
        reply = await served.ask(f"{OIDC_SERVICE.path}.xml?callback=%28")
        assert reply.content_type == "application/xml"


@pytest.mark.parametrize("place", ["form", "empty"])
async def test_a_callback_in_the_form_and_an_empty_one_are_none(tmp_path: Path, place: str) -> None:
    async with serve(tmp_path, jsonp=True) as served:
        form = {"callback": "show"} if place == "form" else {}
        reply = await post(served, form, query="callback=" if place == "empty" else "")
        assert "ResponseStatus" in content_of(reply)


# --- 5: pretty JSV ----------------------------------------------------------------------------------------------------


async def test_jsv_is_compact_unless_debugging_is_asked_for(served: Served) -> None:
    headers = {"Accept": "application/jsv"}
    compact = await post(served, {}, headers=headers)
    assert b"\n" not in compact.body
    for query in ("debug", "debug=1"):
        pretty = await post(served, {}, headers=headers, query=query)
        assert pretty.body.startswith(b"{\n\tUsingRedis: False,\n\t")
        assert read_reply(pretty).error == read_reply(compact).error


async def test_debugging_changes_no_other_format(served: Served) -> None:
    for kind in ("json", "csv", "xml"):
        plain = await post(served, {}, query=f"format={kind}")
        assert (await post(served, {}, query=f"format={kind}&debug=1")).body == plain.body
