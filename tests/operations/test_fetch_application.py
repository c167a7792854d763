"""oauth2.fetchApplication: what a consent page asks before it shows anything (json-rpc contract §4)."""

from __future__ import annotations

from typing import Any

import pytest

from rpcauth.model import GrantType
from rpcauth.rpc.dialect import MASHERY, RPC, Dialect
from tests.operations.calls import NAMED, change_application, fault, refusal
from tests.support.provider import REDIRECT_URI, Provider

METHOD = "oauth2.fetchApplication"


def application_call(client: dict[str, Any] = NAMED, **named: Any) -> dict[str, Any]:
    return {"service_key": "service", "client": client, **named}


@pytest.mark.parametrize("dialect", [RPC, MASHERY], ids=["rpc", "mashery"])
async def test_an_application_is_four_members(provider: Provider, dialect: Dialect) -> None:
    found = await provider.result(METHOD, application_call(), dialect=dialect)

    assert list(found.items()) == [("id", 7), ("external_id", None), ("name", "Test App"), ("attributes", None)]


async def test_an_external_id_is_a_number(provider: Provider) -> None:
    await change_application(provider, external_id=2**53 + 1)

    assert (await provider.result(METHOD, application_call()))["external_id"] == 2**53 + 1


@pytest.mark.parametrize("response_type", [None, "", "code", "token"])
@pytest.mark.parametrize("uri", [None, {}, {"state": "s"}, {"redirect_uri": REDIRECT_URI}])
async def test_good_parts_of_a_request_are_taken(provider: Provider, uri: Any, response_type: str | None) -> None:
    assert (await provider.result(METHOD, application_call(uri=uri, response_type=response_type)))["id"] == 7


async def test_without_a_redirect_uri_an_application_with_several_is_no_error_here(provider: Provider) -> None:
    await change_application(provider, redirect_uris=(REDIRECT_URI, REDIRECT_URI + "2"))

    assert (await provider.result(METHOD, application_call(uri={})))["id"] == 7


@pytest.mark.parametrize("uri", ["https://evil.example/", REDIRECT_URI + "/", "nonsense"])
async def test_a_bad_redirect_uri_is_invalid_request_without_redirect(provider: Provider, uri: str) -> None:
    detail = await refusal(provider, METHOD, application_call(uri={"redirect_uri": uri}, response_type="x"))

    assert (detail["error"], detail["error_response"]) == ("invalid_request", None)


@pytest.mark.parametrize("response_type", ["id_token", "code token", "CODE"])
async def test_an_unknown_response_type_is_redirected_where_a_good_redirect_uri_was_given(
    provider: Provider, response_type: str
) -> None:
    detail = await refusal(provider, METHOD, application_call(response_type=response_type))
    assert (detail["error"], detail["error_response"]) == ("unsupported_response_type", None)

    uri = {"redirect_uri": REDIRECT_URI, "state": "s"}
    detail = await refusal(provider, METHOD, application_call(response_type=response_type, uri=uri))
    location = detail["error_response"]["uri"]["redirect_uri"]
    assert location.startswith(f"{REDIRECT_URI}?error=unsupported_response_type&")
    assert location.endswith("&state=s")


@pytest.mark.parametrize(("response_type", "sign"), [("code", "?"), ("token", "#")])
async def test_a_response_type_that_is_not_enabled_is_redirected_in_query_or_fragment(
    provider: Provider, response_type: str, sign: str
) -> None:
    await provider.set_service(grant_types=(GrantType.PASSWORD,))
    params = application_call(response_type=response_type, uri={"redirect_uri": REDIRECT_URI})

    location = (await refusal(provider, METHOD, params))["error_response"]["uri"]["redirect_uri"]

    assert location.startswith(f"{REDIRECT_URI}{sign}error=unsupported_response_type&")


async def test_a_response_type_that_the_application_may_not_use_is_unauthorized_client(provider: Provider) -> None:
    await change_application(provider, grant_types=(GrantType.AUTHORIZATION_CODE,))

    assert await provider.oauth_error(METHOD, application_call(response_type="token")) == "unauthorized_client"


async def test_an_unknown_client_is_answered_as_in_the_original(provider: Provider) -> None:
    error = await fault(provider, METHOD, application_call({"client_id": "nope"}), dialect=MASHERY)

    detail = {
        "error": "unauthorized_client",
        "error_description": "Invalid client identifier",
        "error_response": None,
    }
    assert error == {"code": -2001, "message": "Invalid client identifier", "data": detail, "error": detail}


@pytest.mark.parametrize("change", [{"disabled": True}, {"services": ()}])
async def test_an_application_without_standing_is_unknown(provider: Provider, change: dict[str, Any]) -> None:
    await change_application(provider, **change)

    assert await provider.oauth_error(METHOD, application_call()) == "unauthorized_client"
