"""oauth2.validateRequest for bearer tokens: where a token may stand, and the answers of RFC 6750 (contract §4)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rpcauth.model import TokenType
from rpcauth.oauth.token_text import parse
from rpcauth.operations.token_values import write_reference
from tests.operations.calls import (
    NAMED,
    REVOKE,
    VALIDATE,
    add_second_service,
    change_application,
    fault,
    issue,
    refusal,
)
from tests.support.provider import Provider

URI = "https://api.example.com/orders/1"


def bearer(token: str) -> dict[str, Any]:
    return {"headers": {"Authorization": f"Bearer {token}"}}


def request_call(context: Any, scope: str | None = None, service_key: str = "service") -> dict[str, Any]:
    return {"service_key": service_key, "context": context, "scope": scope}


async def challenge(provider: Provider, context: Any, **options: Any) -> tuple[str, int, str]:
    """The error, status and challenge of a request that must be refused."""
    detail = await refusal(provider, VALIDATE, request_call(context, **options))
    answer = detail["error_response"]
    assert (answer["return_type"], answer["uri"]) == ("json", None)
    return detail["error"], answer["status"], answer["headers"]["WWW-Authenticate"]


async def test_a_good_request_gets_the_token_without_any_secret_with_forward_and_limits(provider: Provider) -> None:
    await provider.set_service(qps_limit=5, rate_limit=1000)
    tokens = await issue(provider, scope="read write")

    assert await provider.result(VALIDATE, request_call(bearer(tokens["access_token"]))) == {
        "client_id": "client",
        "token_type": "bearer",
        "grant_type": "password",
        "expires": "2027-01-15T09:00:00Z",
        "scope": "read write",
        "user_context": "user",
        "extended": None,
        "forward": {},
        "limits": {"qps": 5, "quota": 1000, "period_seconds": 86_400},
    }


async def test_forward_holds_the_headers_that_the_service_forwards(provider: Provider) -> None:
    await provider.set_service(forwarded_headers=("client-id", "scope", "user-context", "access-token"))
    token = (await issue(provider))["access_token"]

    assert (await provider.result(VALIDATE, request_call(bearer(token))))["forward"] == {
        "X-Mashery-Oauth-Client-Id": "client",
        "X-Mashery-Oauth-Scope": "",
        "X-Mashery-Oauth-User-Context": "user",
        "X-Mashery-Oauth-Access-Token": token,
    }


PLACES = [
    pytest.param(bearer, id="header"),
    pytest.param(lambda token: {"headers": {"authorization": f"bearer {token}"}}, id="any case"),
    pytest.param(lambda token: {"headers": {"AUTHORIZATION": [f"BEARER  {token} "]}}, id="list and blanks"),
    pytest.param(lambda token: {"method": "POST", "form": {"access_token": token}}, id="form"),
    pytest.param(lambda token: {"form": {"access_token": token}}, id="form, method not told"),
    pytest.param(
        lambda token: {"form": {"access_token": token}, "headers": {"Authorization": "Basic dTpw"}}, id="form and Basic"
    ),
    pytest.param(lambda token: {**bearer(token), "uri": f"{URI}?access_token=x", "method": "GET"}, id="query is off"),
    pytest.param(lambda token: {**bearer(token), "form": {"access_token": ""}}, id="empty member"),
    pytest.param(lambda token: {**bearer(token), "method": "GET", "form": {"access_token": "x"}}, id="form of a GET"),
]


@pytest.mark.parametrize("place", PLACES)
async def test_a_token_is_found_in_header_or_form(provider: Provider, place: Any) -> None:
    context = place((await issue(provider))["access_token"])

    assert (await provider.result(VALIDATE, request_call(context)))["client_id"] == "client"


async def test_a_token_in_the_query_counts_only_where_the_service_allows_it(provider: Provider) -> None:
    token = (await issue(provider))["access_token"]
    context = {"method": "GET", "uri": f"{URI}?a=1&access_token={token}&b=2"}
    assert await challenge(provider, context) == ("invalid_token", 401, 'Bearer realm="Test API"')

    await provider.set_service(token_in_query=True)
    assert (await provider.result(VALIDATE, request_call(context)))["client_id"] == "client"


@pytest.mark.parametrize(
    "more",
    [
        {"headers": {"Authorization": ["Bearer {0}", "Bearer {0}"]}},
        {"headers": {"Authorization": "Bearer {0}", "authorization": "Bearer {0}"}},
        {"headers": {"Authorization": ["Basic dTpw", "Bearer {0}"]}},
        {"headers": {"Authorization": "Bearer {0}"}, "form": {"access_token": "{0}"}},
        {"headers": {"Authorization": "Bearer {0}"}, "uri": URI + "?access_token={0}"},
        {"form": {"access_token": "{0}"}, "uri": URI + "?access_token={0}"},
        {"uri": URI + "?access_token={0}&access_token={0}"},
        {"headers": {"Authorization": 'MAC id="{0}"'}, "form": {"access_token": "{0}"}},
    ],
)
async def test_two_ways_of_presenting_a_token_at_once_are_400_invalid_request(
    provider: Provider, more: dict[str, Any]
) -> None:
    await provider.set_service(token_in_query=True)
    token = (await issue(provider))["access_token"]
    context = json.loads(json.dumps(more).replace("{0}", token))

    expected = ("invalid_request", 400, 'Bearer realm="Test API", error="invalid_request"')
    assert await challenge(provider, context) == expected


@pytest.mark.parametrize(
    "context",
    [
        {},
        {"headers": {}},
        {"headers": {"Authorization": ""}},
        {"headers": {"Authorization": None}},
        {"headers": {"Authorization": []}},
        {"headers": {"Authorization": "Basic dTpw"}},
        {"headers": {"Authorization": "Bearer"}},
        {"headers": {"Authorization": "Bearer  "}},
        {"headers": {"X-Authorization": "Bearer x"}},
        {"form": {"token": "x"}},
        {"form": {"access_token": ""}},
        {"form": None, "uri": "", "method": None, "unknown": 1},
    ],
)
async def test_without_a_token_the_challenge_has_no_error_code(provider: Provider, context: dict[str, Any]) -> None:
    assert await challenge(provider, context) == ("invalid_token", 401, 'Bearer realm="Test API"')


async def test_a_token_that_is_not_good_is_401_invalid_token(provider: Provider) -> None:
    await add_second_service(provider)
    tokens = await issue(provider)
    presented = parse(tokens["access_token"])
    assert presented is not None
    reference = write_reference(provider.store.keyring, presented.id)
    revoked = (await issue(provider))["access_token"]
    await provider.result(REVOKE, {"service_key": "service", "client": NAMED, "access_token": revoked})
    expected = ("invalid_token", 401, 'Bearer realm="Test API", error="invalid_token"')

    for text in ("nonsense", reference, revoked, tokens["refresh_token"], tokens["access_token"] + " x"):
        assert await challenge(provider, bearer(text)) == expected
    foreign = await challenge(provider, bearer(tokens["access_token"]), service_key="second")
    assert foreign == ("invalid_token", 401, 'Bearer realm="Second API", error="invalid_token"')
    await change_application(provider, disabled=True)
    assert await challenge(provider, bearer(tokens["access_token"])) == expected
    await change_application(provider, disabled=False)
    provider.clock.advance(seconds=3600)
    assert await challenge(provider, bearer(tokens["access_token"])) == expected


@pytest.mark.parametrize(
    ("granted", "required", "good"),
    [
        ("read write", "read", True),
        ("read write", "write read", True),
        ("read", "", True),
        (None, None, True),
        ("read", "read write", False),
        ("read", "READ", False),
        ("read:all", "read", False),
        (None, "read", False),
    ],
)
async def test_a_missing_scope_is_403_and_the_challenge_names_it(
    provider: Provider, granted: str | None, required: str | None, good: bool
) -> None:
    context = bearer((await issue(provider, scope=granted))["access_token"])

    if good:
        assert (await provider.result(VALIDATE, request_call(context, required)))["scope"] == granted
        return
    assert await challenge(provider, context, scope=required) == (
        "insufficient_scope",
        403,
        f'Bearer realm="Test API", error="insufficient_scope", scope="{required}"',
    )


async def test_the_wrong_type_of_token_is_invalid_token(provider: Provider) -> None:
    bearer_token = (await issue(provider))["access_token"]
    await provider.set_service(access_token_type=TokenType.MAC)
    mac_token = (await issue(provider))["access_token"]

    for context in (
        bearer(mac_token),
        {"headers": {"Authorization": f'MAC id="{bearer_token}", ts="1800000000", nonce="n", mac="bQ=="'}},
    ):
        expected = ("invalid_token", 401, 'MAC realm="Test API", error="invalid_token"')
        assert await challenge(provider, context) == expected


@pytest.mark.parametrize(
    ("params", "path"),
    [
        ({"service_key": "service"}, "$.params.context"),
        ({"service_key": "service", "context": None}, "$.params.context"),
        ({"service_key": "service", "context": []}, "$.params.context"),
        ({"service_key": "service", "context": {"headers": []}}, "$.params.context.headers"),
        ({"service_key": "service", "context": {"headers": {"a": 1}}}, "$.params.context.headers"),
        ({"service_key": "service", "context": {"method": 1}}, "$.params.context.method"),
        ({"service_key": "service", "context": {"uri": "x" * 8193}}, "$.params.context.uri"),
        ({"service_key": "service", "context": {"form": {"a\0": "b"}}}, "$.params.context.form"),
        ({"service_key": "service", "context": {"form": {"a": "b\0"}}}, "$.params.context.form"),
        ({"service_key": "service", "context": {"form": {"a": "x" * 8192, "b": "x" * 8192}}}, "$.params.context"),
        ({"service_key": "service", "context": {}, "scope": 5}, "$.params.scope"),
        (["service", {"method": 1}], "$.params[1].method"),
        (["service", {}, ["read"]], "$.params[2]"),
    ],
)
async def test_a_bad_context_is_the_callers_mistake(provider: Provider, params: Any, path: str) -> None:
    error = await fault(provider, VALIDATE, params)

    assert (error["code"], error["data"]) == (-32602, {"path": path})
