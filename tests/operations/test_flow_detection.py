"""Which flow a token request is, and who may use it (json-rpc contract §4, createAccessToken)."""

from __future__ import annotations

from typing import Any

import pytest

from rpcauth.model import GrantType
from tests.operations.calls import (
    CREATE,
    NAMED,
    PKCE,
    VERIFIER,
    change_application,
    implicit_call,
    password_call,
    public_code,
    refusal,
    token_call,
)
from tests.support.provider import CLIENT, PUBLIC_CLIENT, REDIRECT_URI, Provider

NOT_A_FLOW = [
    ({}, "invalid_request"),
    ({"response_type": "code"}, "invalid_request"),
    ({"grant_type": None, "response_type": ""}, "invalid_request"),
    ({"grant_type": "authorization_code", "response_type": "token", "code": "c"}, "invalid_request"),
    ({"grant_type": "authorization_code", "response_type": "foo", "code": "c"}, "invalid_request"),
    ({"grant_type": "refresh_token", "response_type": "code", "refresh_token": "r"}, "invalid_request"),
    ({"grant_type": "refresh_token", "response_type": "token", "refresh_token": "r"}, "invalid_request"),
    ({"grant_type": "password", "response_type": "token"}, "invalid_request"),
    ({"grant_type": "client_credentials", "response_type": "code"}, "invalid_request"),
    ({"grant_type": "implicit", "response_type": "code"}, "invalid_request"),
    ({"grant_type": "urn:ietf:params:oauth:grant-type:device_code"}, "unsupported_grant_type"),
    ({"grant_type": "PASSWORD"}, "unsupported_grant_type"),
    ({"grant_type": "password "}, "unsupported_grant_type"),
    ({"grant_type": "saml", "response_type": "token"}, "unsupported_grant_type"),
    ({"response_type": "id_token"}, "unsupported_response_type"),
    ({"response_type": "token id_token"}, "unsupported_response_type"),
]
NEEDED = [
    ({"grant_type": "authorization_code"}, "The code is missing"),
    ({"grant_type": "authorization_code", "code": ""}, "The code is missing"),
    ({"grant_type": "refresh_token"}, "The refresh_token is missing"),
    ({"grant_type": "refresh_token", "refresh_token": None}, "The refresh_token is missing"),
]


@pytest.mark.parametrize(("token_data", "error"), NOT_A_FLOW)
async def test_what_is_no_flow_is_refused_with_the_answer_for_the_client(
    provider: Provider, token_data: dict[str, Any], error: str
) -> None:
    detail = await refusal(provider, CREATE, token_call(token_data, user_context="user"))

    assert detail["error"] == error
    assert (detail["error_response"]["return_type"], detail["error_response"]["status"]) == ("json", 400)
    assert detail["error_response"]["response"] == {"error": error, "error_description": detail["error_description"]}


@pytest.mark.parametrize(("token_data", "description"), NEEDED)
async def test_a_flow_without_what_it_needs_is_invalid_request(
    provider: Provider, token_data: dict[str, Any], description: str
) -> None:
    detail = await refusal(provider, CREATE, token_call(token_data))

    assert (detail["error"], detail["error_description"]) == ("invalid_request", description)


async def test_response_type_code_beside_authorization_code_is_harmless(provider: Provider) -> None:
    assert (await provider.redeem(await provider.issue_code(), response_type="code"))["return_type"] == "json"


@pytest.mark.parametrize("grant_type", [None, "", "implicit"])
async def test_response_type_token_with_implicit_or_no_grant_type_is_the_implicit_flow(
    provider: Provider, grant_type: str | None
) -> None:
    tokens = await provider.result(CREATE, implicit_call(grant_type=grant_type))

    assert tokens["return_type"] == "redirect"


@pytest.mark.parametrize(
    ("params", "grant_type", "error"),
    [
        (token_call({"grant_type": "authorization_code", "code": "c"}), "authorization_code", "unsupported_grant_type"),
        (password_call(), "password", "unsupported_grant_type"),
        (token_call({"grant_type": "client_credentials"}), "client_credentials", "unsupported_grant_type"),
        (implicit_call(), "implicit", "unsupported_response_type"),
        (
            token_call({"grant_type": "implicit"}, NAMED, uri={"redirect_uri": REDIRECT_URI}, user_context="u"),
            "implicit",
            "unsupported_grant_type",
        ),
    ],
)
async def test_a_flow_is_refused_by_a_service_that_does_not_enable_it_and_to_an_application_that_may_not_use_it(
    provider: Provider, params: dict[str, Any], grant_type: str, error: str
) -> None:
    others = tuple(one for one in GrantType if one != grant_type)
    await change_application(provider, grant_types=others)
    assert await provider.oauth_error(CREATE, params) == "unauthorized_client"

    await provider.set_service(grant_types=others)
    assert await provider.oauth_error(CREATE, params) == error


async def test_a_service_without_refresh_tokens_issues_none_and_does_not_know_the_flow(provider: Provider) -> None:
    refresh_token = (await provider.authorize())["refresh_token"]
    await provider.set_service(refresh_token_enabled=False)

    assert (await provider.authorize())["refresh_token"] is None
    assert (await provider.result(CREATE, password_call()))["refresh_token"] is None
    assert await provider.oauth_error(CREATE, provider.refreshing(refresh_token)) == "unsupported_grant_type"


async def test_a_refused_flow_leaves_the_code_unspent(provider: Provider) -> None:
    code = await provider.issue_code()
    await provider.set_service(grant_types=(GrantType.PASSWORD,))
    assert await provider.oauth_error(CREATE, provider.redemption(code)) == "unsupported_grant_type"

    await provider.set_service(grant_types=tuple(GrantType))
    assert (await provider.redeem(code))["access_token"]


@pytest.mark.parametrize(
    ("token_data", "refreshable"),
    [
        ({"grant_type": "password"}, True),
        ({"grant_type": "client_credentials"}, False),
        ({"grant_type": "implicit"}, False),
        ({"grant_type": "implicit", "response_type": "token"}, False),
    ],
)
async def test_only_grants_of_a_user_to_an_authenticated_client_get_a_refresh_token(
    provider: Provider, token_data: dict[str, Any], refreshable: bool
) -> None:
    params = token_call(token_data, CLIENT, uri={"redirect_uri": REDIRECT_URI}, user_context="user")

    assert ((await provider.result(CREATE, params))["refresh_token"] is not None) is refreshable


async def test_a_public_client_uses_code_refresh_and_password_by_its_id_alone(provider: Provider) -> None:
    redemption = provider.redemption(await public_code(provider), PUBLIC_CLIENT, code_verifier=VERIFIER)
    tokens = await provider.result(CREATE, redemption)
    refreshed = await provider.result(CREATE, provider.refreshing(tokens["refresh_token"], PUBLIC_CLIENT))

    assert await provider.is_live(refreshed["access_token"])
    assert await provider.is_live((await provider.result(CREATE, password_call(PUBLIC_CLIENT)))["access_token"])


async def test_client_credentials_are_not_for_a_public_client(provider: Provider) -> None:
    params = token_call({"grant_type": "client_credentials"}, PUBLIC_CLIENT)

    assert await provider.oauth_error(CREATE, params) == "unauthorized_client"


async def test_a_challenge_given_to_the_token_endpoint_is_an_unknown_member_and_ignored(provider: Provider) -> None:
    assert (await provider.redeem(await provider.issue_code(), **PKCE, unknown={"a": [1]}))["access_token"]
