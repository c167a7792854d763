"""Where a member may stand and what it may be called (contract, decisions 4, 7, 8 and 12)."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.negative.surface import read_rows
from tests.rest.ym.conversation import (
    FORM_TYPE,
    GET_SERVICE,
    OIDC_SERVICE,
    OWN_CLIENT,
    SERVICES,
    Spoken,
    code_request,
    exchange,
    post,
    redemption_of,
    type_of,
    write_body,
)
from tests.rest.ym.said import FORMATS, holds, read_reply
from tests.rest.ym.serving import Served, content_of, serve
from tests.support.provider import REDIRECT_URI

every_service = pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.dto)

IN_QUERY = "Codes, tokens and secrets must not stand in the query; send them in the body."
REPEATED = "A parameter is given more than once."


def split(members: dict[str, str], *in_query: str) -> tuple[dict[str, str], str]:
    """The members for the body, and a query of those that are named."""
    body = {name: text for name, text in members.items() if name not in in_query}
    return body, urlencode({name: members[name] for name in in_query})


# --- every format, every place ----------------------------------------------------------------------------------------


@every_service
@pytest.mark.parametrize("kind", FORMATS)
async def test_a_good_request_buys_tokens_in_every_format(served: Served, service: Spoken, kind: str) -> None:
    said = await exchange(served, service, kind, service.say(await code_request(served)))
    assert (said.reply.status, said.reply.reason, said.error, said.bare) == (200, None, None, False)
    assert await served.provider.is_live(said.members[service.name("access_token")])


@every_service
@pytest.mark.parametrize("kind", ["json", "jsv", "csv", "xml", "form"])
async def test_a_predefined_route_reads_a_body_by_its_type_or_else_by_its_path(
    served: Served, service: Spoken, kind: str
) -> None:
    for headers in ({"Content-Type": type_of(kind)}, {"Content-Type": "text/plain"}, {}):
        if kind == "form" and headers.get("Content-Type") != FORM_TYPE:
            continue
        folder = "json" if kind == "form" else kind
        body = write_body(kind, service.dto, service.say(await code_request(served)))
        reply = await served.ask(f"/{folder}/reply/{service.dto}", body, headers)
        assert reply.status == 200, reply.body


@every_service
async def test_the_newer_address_of_a_service_answers_json_unless_its_suffix_says_else(
    served: Served, service: Spoken
) -> None:
    headers = {"Content-Type": FORM_TYPE, "Accept": "text/html"}
    for target, kind in ((f"/api/{service.dto}", "json"), (f"/api/{service.dto}.xml", "xml")):
        body = write_body("form", service.dto, service.say(await code_request(served)))
        said = read_reply(await served.ask(target, body, headers))
        assert (said.kind, said.reply.status) == (kind, 200)


@every_service
async def test_json_sent_as_csv_is_read(served: Served, service: Spoken) -> None:
    body = b"\n " + write_body("json", service.dto, service.say(await code_request(served)))
    reply = await served.ask(service.path, body, {"Content-Type": "text/csv", "Accept": "text/csv"})
    said = read_reply(reply)
    assert (said.kind, said.reply.status) == ("csv", 200)


@every_service
async def test_a_body_may_begin_with_a_byte_order_mark(served: Served, service: Spoken) -> None:
    for kind in ("json", "jsv", "csv", "xml", "form"):
        body = b"\xef\xbb\xbf" + write_body(kind, service.dto, service.say(await code_request(served)))
        reply = await served.ask(service.path, body, {"Content-Type": type_of(kind), "Accept": "application/json"})
        assert reply.status == 200, kind


async def test_a_form_wins_over_the_query_and_the_query_over_any_other_body(served: Served) -> None:
    members = await code_request(served)
    other = urlencode({"redirect_uri": "https://evil.example.com/"})
    assert (await post(served, members, query=other)).status == 200

    members = await code_request(served)
    body = write_body("json", "OIDCGetAccessToken", members | {"redirect_uri": "https://evil.example.com/"})
    right = urlencode({"redirect_uri": REDIRECT_URI})
    assert (await served.ask(f"{OIDC_SERVICE.path}?{right}", body, {"Content-Type": "application/json"})).status == 200


async def test_an_empty_value_overwrites_nothing(served: Served) -> None:
    body = write_body("json", "OIDCGetAccessToken", await code_request(served))
    target = f"{OIDC_SERVICE.path}?redirect_uri=&grant_type=&client_id=&code="
    assert (await served.ask(target, body, {"Content-Type": "application/json"})).status == 200


async def test_a_predefined_route_takes_no_member_from_the_query(served: Served) -> None:
    body, query = split(await code_request(served), "grant_type")
    reply = await served.ask(f"/json/reply/OIDCGetAccessToken?{query}", urlencode(body))
    assert read_reply(reply).fields == ["grant_type"]


@every_service
async def test_unknown_members_are_passed_over(served: Served, service: Spoken) -> None:
    for kind in ("json", "jsv", "csv", "xml", "form"):
        members = {"Nonsense": "x"} | service.say(await code_request(served)) | {"ResponseStatus2": "y"}
        assert (await exchange(served, service, "html" if kind == "form" else kind, members)).reply.status == 200


# --- 7: no secret in the query ----------------------------------------------------------------------------------------

SECRETS = {
    "OIDCGetAccessToken": [
        "client_secret",
        "code",
        "refresh_token",
        "clientSecret",
        "CLIENT_SECRET",
        "refreshToken",
        "code_verifier",
    ],
    "GetAccessToken": ["AppSecret", "AppSecert", "Code", "RefreshToken", "appsecret", "CODE"],
}
SECRET_PLACES = [pytest.param(service, name) for service in SERVICES for name in SECRETS[service.dto]]


@pytest.mark.parametrize(("service", "name"), SECRET_PLACES)
async def test_a_secret_in_the_query_is_refused_and_spends_nothing(served: Served, service: Spoken, name: str) -> None:
    members = service.say(await code_request(served))
    before = read_rows(served.provider)
    for kind in FORMATS:
        said = read_reply(await post(served, members, service, query=f"format={kind}&{name}=hunter2-hunter2"))
        assert (said.kind, said.reply.status, said.code) == (kind, 400, "invalid_request")
        assert said.error is not None
        assert said.error["Message"] == IN_QUERY
        assert not holds(said.reply, "hunter2")
    assert read_rows(served.provider) == before


@pytest.mark.parametrize("name", ["%63ode", "c%6Fde", "client%5Fsecret"])
async def test_a_secret_in_the_query_is_refused_however_its_name_is_written(served: Served, name: str) -> None:
    assert content_of(await post(served, await code_request(served), query=f"{name}=x"))["error"] == "invalid_request"


async def test_a_secret_in_the_query_of_a_predefined_route_is_refused_too(served: Served) -> None:
    reply = await served.ask("/json/reply/OIDCGetAccessToken?code=x", urlencode(await code_request(served)))
    assert content_of(reply)["error_description"] == IN_QUERY


async def test_what_is_no_secret_may_stand_in_the_query(served: Served) -> None:
    body, query = split(await code_request(served), "grant_type", "client_id", "redirect_uri")
    assert (await post(served, body, query=f"{query}&code=&client_secret=")).status == 200


@every_service
async def test_by_setting_secrets_may_stand_in_the_query(tmp_path: Path, service: Spoken) -> None:
    async with serve(tmp_path, secrets_in_query=True) as served:
        members = service.say(await code_request(served))
        assert (await post(served, {}, service, query=urlencode(members))).status == 200


# --- 8: nothing twice -------------------------------------------------------------------------------------------------


@every_service
@pytest.mark.parametrize("name", ["code", "client_id", "client_secret", "grant_type"])
async def test_a_member_twice_in_a_form_is_refused_and_spends_nothing(
    served: Served, service: Spoken, name: str
) -> None:
    members = service.say(await code_request(served))
    before = read_rows(served.provider)
    said_name = service.name(name)
    for again in (said_name, said_name.upper(), f"{said_name[:-1]}%{ord(said_name[-1]):x}"):
        body = f"{urlencode(members)}&{again}={members[said_name]}"
        reply = read_reply(await served.ask(service.path, body))
        assert (reply.reply.status, reply.code) == (400, "invalid_request")
        assert reply.error is not None
        assert reply.error["Message"] == REPEATED
    assert read_rows(served.provider) == before


@pytest.mark.parametrize(
    "twice",
    [
        "grant_type=a&grant_type=a",
        "grant_type=a&grantType=a",
        "scope=a&SCOPE=a",
        "clientId=abc&client_id=abc",
        "x=1&x=2",
    ],
)
async def test_a_name_twice_is_refused_by_whatever_spellings_in_form_and_query(served: Served, twice: str) -> None:
    for target, body in ((OIDC_SERVICE.path, twice), (f"{OIDC_SERVICE.path}?{twice}", "")):
        said = read_reply(await served.ask(target, body))
        assert (said.reply.status, said.code) == (400, "invalid_request")


async def test_a_name_twice_in_a_multipart_form_is_refused(served: Served) -> None:
    part = '--b\r\nContent-Disposition: form-data; name="{}"\r\n\r\nx\r\n'
    body = part.format("code") + part.format("Code") + "--b--\r\n"
    reply = await served.ask(body=body, headers={"Content-Type": "multipart/form-data; boundary=b"})
    assert content_of(reply)["error_description"] == REPEATED


async def test_once_in_the_query_and_once_in_the_form_is_not_twice(served: Served) -> None:
    assert (await post(served, await code_request(served), query="grant_type=authorization_code")).status == 200


async def test_two_spellings_of_two_members_are_not_twice(served: Served) -> None:
    """clientId is YM's number when it is one, and the OAuth client when it is not."""
    members = await code_request(served) | {"clientId": "31"}
    assert content_of(await post(served, members))["ClientID"] == 31


# --- 12: other spellings ----------------------------------------------------------------------------------------------

CAMEL = {
    "grant_type": "grantType",
    "redirect_uri": "redirectUri",
    "client_secret": "clientSecret",
    "client_id": "clientId",
    "refresh_token": "refreshToken",
}


@pytest.mark.parametrize("kind", ["json", "jsv", "csv", "xml", "html"])
async def test_camel_case_names_bind_in_every_format(served: Served, kind: str) -> None:
    tokens = await served.provider.authorize()
    refreshing = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], **OWN_CLIENT}
    for members in (await code_request(served), refreshing):
        spelled = {CAMEL.get(name, name): text for name, text in members.items()}
        assert (await exchange(served, OIDC_SERVICE, kind, spelled)).reply.status == 200


@every_service
async def test_letter_case_of_names_does_not_count(served: Served, service: Spoken) -> None:
    for kind in ("json", "jsv", "csv", "xml", "html"):
        for spell in (str.upper, str.lower):
            members = {spell(name): text for name, text in service.say(await code_request(served)).items()}
            assert (await exchange(served, service, kind, members)).reply.status == 200


@pytest.mark.parametrize(
    ("spelling", "text", "bound"),
    [
        ("clientId", "31", {"ClientID": 31}),
        ("clientId", "client", {}),
        ("ClientID", "31", {"ClientID": 31}),
        ("CLIENTID", "31", {"ClientID": 31}),
        ("clientId", "-31", {"ClientID": -31}),
    ],
)
async def test_client_id_in_camel_case_is_yms_number_if_it_is_a_number(
    served: Served, spelling: str, text: str, bound: dict[str, int]
) -> None:
    members = await code_request(served)
    named = text == "client"
    if named:
        del members["client_id"]
    reply = await post(served, members | {spelling: text})
    assert reply.status == 200
    assert content_of(reply)["ClientID"] == bound.get("ClientID", 0)


@pytest.mark.parametrize("spelling", ["ClientID", "clientid", "CLIENTID"])
async def test_yms_number_by_any_other_spelling_is_never_a_client(served: Served, spelling: str) -> None:
    members = await code_request(served)
    del members["client_id"]
    said = read_reply(await post(served, members | {spelling: "client"}))
    assert (said.code, said.fields) == ("SerializationException", ["ClientID"])


async def test_a_client_whose_id_is_a_number_is_named_by_client_id_alone(served: Served) -> None:
    said = read_reply(await post(served, redemption_of("x") | {"client_id": "31"}))
    assert (said.reply.status, said.code) == (401, "invalid_client")


async def test_the_newer_service_knows_no_number_in_place_of_a_client(served: Served) -> None:
    members = GET_SERVICE.say(await code_request(served)) | {"clientId": "client"}
    assert read_reply(await post(served, members, GET_SERVICE)).fields == ["ClientID"]
