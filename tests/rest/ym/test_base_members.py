"""What every DTO inherits: echoed, computed, defaulted, and what no answer ever repeats (contract, decision 11)."""

from __future__ import annotations

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
    refreshing_of,
)
from tests.rest.ym.said import FORMATS, holds
from tests.rest.ym.serving import CLIENT_SECRET, Served, content_of, serve

every_service = pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.dto)
every_format = pytest.mark.parametrize("kind", FORMATS)

GIVEN = {"ClientID": "31", "BypassCache": "true", "Device": "Android"}
ECHOED = {"ClientID": "31", "BypassCache": "true", "Device": "android"}
DEFAULTS = {"ClientID": "0", "BypassCache": "false", "Device": "desktop"}


def shown(kind: str, service: Spoken, members: dict[str, str]) -> dict[str, str]:
    """GetAccessToken has no ClientID but in XML."""
    hidden = service is GET_SERVICE and kind != "xml"
    return {name: text for name, text in members.items() if not (hidden and name == "ClientID")}


@every_service
@every_format
async def test_what_a_good_request_says_of_itself_is_echoed(served: Served, service: Spoken, kind: str) -> None:
    for given, echoed in ((GIVEN, ECHOED), ({}, DEFAULTS)):
        said = await exchange(served, service, kind, service.say(await code_request(served)) | given)
        found = {name: text.lower() for name, text in said.members.items() if name in DEFAULTS}
        assert found == shown(kind, service, echoed)


@every_service
@every_format
async def test_a_refused_request_gets_the_defaults(served: Served, service: Spoken, kind: str) -> None:
    members = service.say(await code_request(served) | {"client_secret": "wrong"}) | GIVEN
    said = await exchange(served, service, kind, members)
    assert said.reply.status == 401
    found = {name: text.lower() for name, text in said.members.items() if name in DEFAULTS}
    assert found == shown(kind, service, DEFAULTS)


@pytest.mark.parametrize("text", ["2", "android", "ANDROID"])
async def test_a_device_may_be_written_in_any_case_or_as_its_number(served: Served, text: str) -> None:
    content = content_of(await post(served, await code_request(served) | {"Device": text}))
    assert content["Device"] == "Android"


@every_service
@every_format
async def test_members_that_the_server_computes_are_passed_over_even_if_malformed(
    served: Served, service: Spoken, kind: str
) -> None:
    junk = {"UsingRedis": "maybe", "AppInitTime": "yesterday", "ServerID": "WS-0-0-000", "DateCached": "[x"}
    said = await exchange(served, service, kind, service.say(await code_request(served)) | junk)
    assert said.reply.status == 200
    assert not holds(said.reply, "WS-0-0-000")


async def test_whatever_a_request_says_of_its_response_status_is_passed_over(served: Served) -> None:
    for junk in ('"x"', "[1]", '{"ErrorCode":"hunter2","Errors":[{"Meta":{"a":[]}}]}', "null"):
        members = await code_request(served)
        body = "{" + ",".join(f'"{name}":"{text}"' for name, text in members.items()) + f',"ResponseStatus":{junk}}}'
        reply = await served.ask(body=body, headers={"Content-Type": "application/json"})
        assert reply.status == 200
        assert b"ResponseStatus" not in reply.body


@every_service
async def test_the_start_is_constant_and_the_answers_own_time_moves(served: Served, service: Spoken) -> None:
    first = content_of(await post(served, service.say(await code_request(served)), service))
    served.provider.clock.advance(seconds=1.5)
    second = content_of(await post(served, service.say(await code_request(served)), service))
    assert first["AppInitTime"] == second["AppInitTime"] == "2027-01-15T04:00:00.0000000-04:00"
    assert second["DateCached"] == "2027-01-15T04:00:01.5000000-04:00"
    assert first["ServerID"] == second["ServerID"] == "WS-6-183-431"
    assert first["UsingRedis"] is False


@every_service
async def test_errors_of_a_service_tell_of_the_server_too(served: Served, service: Spoken) -> None:
    content = content_of(await post(served, {}, service))
    assert (content["ServerID"], content["UsingRedis"]) == ("WS-6-183-431", False)
    assert content["AppInitTime"] == "2027-01-15T04:00:00.0000000-04:00"


@pytest.mark.parametrize("kind", ["json", "jsv", "csv", "html"])
async def test_xml_alone_has_no_computed_members(served: Served, kind: str) -> None:
    computed = {"UsingRedis", "AppInitTime", "ServerID", "DateCached"}
    assert computed <= (await exchange(served, OIDC_SERVICE, kind, {})).members.keys()
    assert not computed & (await exchange(served, OIDC_SERVICE, "xml", {})).members.keys()


@every_service
async def test_the_settings_say_what_the_answers_tell_of_the_server(tmp_path: Path, service: Spoken) -> None:
    async with serve(tmp_path, using_redis=True, server_id="WS-1-2-003") as served:
        for members in (service.say(await code_request(served)), {}):
            content = content_of(await post(served, members, service))
            assert (content["UsingRedis"], content["ServerID"]) == (True, "WS-1-2-003")


@every_service
@every_format
async def test_by_setting_the_answers_tell_nothing_of_the_server(tmp_path: Path, service: Spoken, kind: str) -> None:
    async with serve(tmp_path, expose_server_info=False) as served:
        for members in (service.say(await code_request(served)), {}):
            said = await exchange(served, service, kind, members)
            assert not holds(said.reply, "WS-6-183-431")
            started = said.members.get("AppInitTime", "0001-01-01")
            assert started.startswith("0001-01-01")
            assert "ServerID" not in said.members


# --- no secret comes back ---------------------------------------------------------------------------------------------


@every_service
@every_format
async def test_no_answer_repeats_a_secret_or_a_code(served: Served, service: Spoken, kind: str) -> None:
    """Good or bad, in body, head and log line."""
    members = await code_request(served)
    for asked in (members, members, members | {"client_secret": "wrong-secret"}, members | {"redirect_uri": "x"}):
        said = await exchange(served, service, kind, service.say(asked))
        assert not holds(said.reply, members["code"])
        assert not holds(said.reply, asked["client_secret"])


@every_service
@every_format
async def test_no_answer_repeats_the_refresh_token_that_was_used(served: Served, service: Spoken, kind: str) -> None:
    refresh_token = (await served.provider.authorize())["refresh_token"]
    members = refreshing_of(refresh_token)
    for asked in (members | {"scope": "more"}, members, members, members | {"client_secret": "wrong-secret"}):
        said = await exchange(served, service, kind, service.say(asked))
        assert not holds(said.reply, refresh_token)
        assert not holds(said.reply, CLIENT_SECRET)


@every_service
@every_format
async def test_a_bad_value_beside_a_secret_does_not_bring_the_secret_back(
    served: Served, service: Spoken, kind: str
) -> None:
    members = await code_request(served)
    for bad in ({"Device": "Nokia"}, {"grant_type": "password"}, {"ClientID": "x"}, {"scope": "\u00e4"}):
        said = await exchange(served, service, kind, service.say(members | bad))
        assert said.reply.status == 400
        assert not holds(said.reply, members["code"])
        assert not holds(said.reply, CLIENT_SECRET)


@every_format
async def test_what_one_service_was_given_of_the_others_secrets_is_not_repeated(served: Served, kind: str) -> None:
    for service, other in ((OIDC_SERVICE, GET_SERVICE), (GET_SERVICE, OIDC_SERVICE)):
        members = other.say(await code_request(served))
        said = await exchange(served, service, kind, members)
        assert not any(holds(said.reply, text) for name, text in members.items() if name in ("code", "Code"))
        assert not holds(said.reply, CLIENT_SECRET)
