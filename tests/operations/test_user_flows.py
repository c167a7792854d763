"""Password, client credentials and implicit (json-rpc contract §4, createAccessToken)."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from rpcauth.model import TokenType
from tests.operations.calls import (
    CREATE,
    NAMED,
    change_application,
    described,
    implicit_call,
    issue,
    password_call,
    refusal,
    token_call,
)
from tests.support.provider import REDIRECT_URI, Provider

CREDENTIALS = {"grant_type": "client_credentials"}
GOOD_URI = {"redirect_uri": REDIRECT_URI}


def json_implicit(**named: Any) -> dict[str, Any]:
    return token_call({"grant_type": "implicit"}, NAMED, **{"uri": GOOD_URI, "user_context": "user", **named})


@pytest.mark.parametrize("user", [None, ""])
async def test_password_needs_the_user_whose_password_was_checked(provider: Provider, user: str | None) -> None:
    assert await provider.oauth_error(CREATE, password_call(user_context=user)) == "invalid_request"


async def test_a_password_grant_stands_for_its_user(provider: Provider) -> None:
    assert await described(provider, (await issue(provider, scope="read"))["access_token"]) == {
        "client_id": "client",
        "token_type": "bearer",
        "grant_type": "password",
        "expires": "2027-01-15T09:00:00Z",
        "scope": "read",
        "user_context": "user",
        "extended": None,
        "cache_until": None,
    }


@pytest.mark.parametrize("user", [None, "batch job"])
async def test_client_credentials_store_the_user_that_is_given(provider: Provider, user: str | None) -> None:
    tokens = await provider.result(CREATE, {**token_call(CREDENTIALS), "user_context": user})

    found = await described(provider, tokens["access_token"])
    assert (found["grant_type"], found["user_context"]) == ("client_credentials", user)


@pytest.mark.parametrize("data", [{"grant_type": "password"}, CREDENTIALS])
@pytest.mark.parametrize(
    ("service", "application", "asked", "granted"),
    [
        ((), None, "whatever you:like", "whatever you:like"),
        ((), None, None, None),
        (("read", "write"), None, "write", "write"),
        (("read", "write"), None, "admin", "invalid_scope"),
        (("read", "write"), ("read",), "read", "read"),
        (("read", "write"), ("read",), "write", "invalid_scope"),
        ((), ("read",), "write", "invalid_scope"),
        ((), None, "two  blanks", "invalid_scope"),
        ((), None, "tab\there", "invalid_scope"),
        ((), None, "back\\slash", "invalid_scope"),
    ],
)
async def test_scope_is_what_service_and_application_allow(
    provider: Provider,
    data: dict[str, str],
    service: tuple[str, ...],
    application: tuple[str, ...] | None,
    asked: str | None,
    granted: str | None,
) -> None:
    await provider.set_service(scopes=service)
    await change_application(provider, scopes=application)
    params = {**token_call({**data, "scope": asked}), "user_context": "user"}

    reply = await provider.call(CREATE, params)

    assert (reply["result"]["scope"] if "result" in reply else reply["error"]["data"]["error"]) == granted


@pytest.mark.parametrize(
    ("application", "granted"), [(None, "read write"), (("write",), "write"), (("admin",), None), ((), None)]
)
async def test_without_a_scope_the_default_is_granted_as_far_as_the_application_may(
    provider: Provider, application: tuple[str, ...] | None, granted: str | None
) -> None:
    await provider.set_service(scopes=("read", "write", "admin"), default_scopes=("read", "write"))
    await change_application(provider, scopes=application)

    assert (await issue(provider))["scope"] == granted


@pytest.mark.parametrize("make", [implicit_call, json_implicit])
@pytest.mark.parametrize(
    "missing", [{"user_context": None}, {"user_context": ""}, {"uri": None}, {"uri": {}}, {"uri": {"redirect_uri": ""}}]
)
async def test_implicit_needs_user_and_redirect_uri(provider: Provider, make: Any, missing: dict[str, Any]) -> None:
    assert await provider.oauth_error(CREATE, {**make(), **missing}) == "invalid_request"


async def test_grant_type_implicit_alone_gives_json_without_uri(provider: Provider) -> None:
    tokens = await provider.result(CREATE, json_implicit(uri={**GOOD_URI, "state": "s"}))

    assert (tokens["return_type"], tokens["uri"], tokens["refresh_token"]) == ("json", None, None)
    assert tokens["state"] == "s"
    assert (await described(provider, tokens["access_token"]))["grant_type"] == "implicit"


async def test_response_type_token_gives_a_redirect_with_the_token_in_its_fragment(provider: Provider) -> None:
    state = "a b&c=d+e%#é😀"
    uri = {"redirect_uri": REDIRECT_URI, "state": state}

    tokens = await provider.result(CREATE, implicit_call(uri=uri, scope="read write"))

    location = urlsplit(tokens["uri"]["redirect_uri"])
    assert (tokens["return_type"], tokens["uri"]["state"], tokens["refresh_token"]) == ("redirect", state, None)
    assert location._replace(fragment="").geturl() == REDIRECT_URI
    assert [tuple(map(unquote, pair.split("="))) for pair in location.fragment.split("&")] == [
        ("access_token", tokens["access_token"]),
        ("token_type", "bearer"),
        ("expires_in", "3600"),
        ("scope", "read write"),
        ("state", state),
    ]
    assert "+" not in location.fragment
    assert "read%20write" in location.fragment


async def test_what_there_is_not_stays_out_of_the_fragment(provider: Provider) -> None:
    await provider.set_service(access_token_ttl=0)

    tokens = await provider.result(CREATE, implicit_call())

    names = [name for name, _ in parse_qsl(urlsplit(tokens["uri"]["redirect_uri"]).fragment)]
    assert names == ["access_token", "token_type"]


async def test_the_query_of_the_redirect_uri_is_kept_before_the_fragment(provider: Provider) -> None:
    uri = "https://client.example.com/cb?tenant=1"
    await change_application(provider, redirect_uris=(uri,))

    tokens = await provider.result(CREATE, implicit_call(uri={"redirect_uri": uri}))

    assert tokens["uri"]["redirect_uri"].startswith(uri + "#access_token=rpa_")


async def test_a_mac_service_cannot_answer_by_redirect_but_can_by_json(provider: Provider) -> None:
    await provider.set_service(access_token_type=TokenType.MAC)

    detail = await refusal(provider, CREATE, implicit_call(uri={**GOOD_URI, "state": "s"}))

    assert detail["error"] == "unsupported_response_type"
    location = detail["error_response"]["headers"]["Location"]
    assert location.startswith(f"{REDIRECT_URI}#error=unsupported_response_type&error_description=")
    assert location.endswith("&state=s")
    assert (await provider.result(CREATE, json_implicit()))["token_type"] == "mac"


@pytest.mark.parametrize(
    "uri", ["https://client.example.com/cb/", "https://evil.example/cb", "http://client.example.com/cb"]
)
async def test_a_bad_redirect_uri_of_an_implicit_request_is_never_redirected_to(provider: Provider, uri: str) -> None:
    detail = await refusal(provider, CREATE, implicit_call(uri={"redirect_uri": uri, "state": "s"}))
    assert (detail["error"], detail["error_response"]) == ("invalid_request", None)

    detail = await refusal(provider, CREATE, json_implicit(uri={"redirect_uri": uri}))
    assert (detail["error"], detail["error_response"]["status"]) == ("invalid_request", 400)


@pytest.mark.parametrize("scope", ["admin", 'bad"'])
async def test_an_error_of_an_implicit_request_is_redirected_in_the_fragment(provider: Provider, scope: str) -> None:
    await provider.set_service(scopes=("read",), issuer="https://issuer.example")
    params = implicit_call(uri={**GOOD_URI, "state": "a b"}, scope=scope)

    answer = (await refusal(provider, CREATE, params))["error_response"]

    location = answer["headers"]["Location"]
    assert (answer["return_type"], answer["status"], answer["uri"]["redirect_uri"]) == ("redirect", 302, location)
    assert dict(parse_qsl(urlsplit(location).fragment)) == {
        **answer["response"],
        "state": "a b",
        "iss": "https://issuer.example",
    }
    assert answer["response"]["error"] == "invalid_scope"
    assert urlsplit(location)._replace(fragment="").geturl() == REDIRECT_URI


async def test_no_error_is_redirected_to_an_unregistered_uri_even_where_those_are_allowed(provider: Provider) -> None:
    await provider.set_service(force_redirect_uri=False, scopes=("read",))
    elsewhere = {"redirect_uri": "https://elsewhere.example/cb"}
    assert (await provider.result(CREATE, implicit_call(uri=elsewhere)))["uri"]["redirect_uri"].startswith(
        "https://elsewhere.example/cb#access_token="
    )

    detail = await refusal(provider, CREATE, implicit_call(uri=elsewhere, scope="admin"))

    assert (detail["error"], detail["error_response"]) == ("invalid_scope", None)


async def test_an_unknown_client_of_an_implicit_request_is_not_redirected(provider: Provider) -> None:
    detail = await refusal(provider, CREATE, implicit_call({"client_id": "nobody"}))

    assert (detail["error"], detail["error_response"]) == ("unauthorized_client", None)
