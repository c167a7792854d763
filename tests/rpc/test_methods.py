"""The methods as they are called: names, order, dialects, callers (json-rpc contract §1, §4 and §6)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from rpcauth.model import Caller
from rpcauth.rpc.binding import Binding
from rpcauth.rpc.dialect import MASHERY, RPC, Dialect
from rpcauth.rpc.methods import HANDING_OUT, METHODS
from tests.support.provider import CALLER, CLIENT, REDIRECT_URI, Provider

ORDERS = {
    "oauth2.createAccessToken": "service_key client token_data uri? user_context? context?",
    "oauth2.createAuthorizationCode": (
        "service_key client uri? scope? user_context? response_type? authorization_data? context?"
    ),
    "oauth2.fetchApplication": "service_key client uri? response_type? context?",
    "oauth2.fetchAccessToken": "service_key access_token context?",
    "oauth2.validateRequest": "service_key context scope?",
    "oauth2.updateAccessToken": "service_key client access_token scope? user_context? expires_in? context?",
    "oauth2.fetchUserApplications": "service_key user_context token_status? context?",
    "oauth2.revokeAccessToken": "service_key client access_token context?",
    "oauth2.revokeUserApplication": "service_key client user_context context?",
    "oauth2.revokeTokens": "service_key where context?",
    "test.hello": "",
    "test.echo": "value",
    "rpc.discover": "",
}
GOOD: dict[str, Any] = {
    "service_key": "service",
    "client": CLIENT,
    "token_data": {"grant_type": "password"},
    "uri": {"redirect_uri": REDIRECT_URI, "state": "s"},
    "scope": "read",
    "user_context": "user",
    "response_type": "code",
    "authorization_data": {"nonce": "n"},
    "access_token": "unknown",
    "token_status": "all",
    "expires_in": 60,
    "where": {"client_id": "nobody"},
    "context": {"remote_addr": "192.0.2.1"},
    "value": [1, 2.5, None, {"a": "b"}],
}
SERVICE_METHODS = [method for method in ORDERS if method.startswith("oauth2.")]
DIALECTS = pytest.mark.parametrize("dialect", [RPC, MASHERY], ids=["rpc", "mashery"])


def names_of(method: str) -> list[str]:
    return [name.removesuffix("?") for name in ORDERS[method].split()]


def required_of(method: str) -> list[str]:
    return [name for name in ORDERS[method].split() if not name.endswith("?")]


def without_tokens(reply: dict[str, Any]) -> str:
    """A reply with what is new each time left out."""
    result = reply.get("result")
    if isinstance(result, dict):
        secrets = {"access_token", "refresh_token", "code", "uri"}
        result = {name: value for name, value in result.items() if name not in secrets}
    return json.dumps({**reply, "result": result})


@pytest.mark.parametrize("method", ORDERS)
def test_the_parameters_have_the_contracts_names_and_order(method: str) -> None:
    parameters = Binding(METHODS).parameters[method]

    assert [name if required else f"{name}?" for name, required in parameters.items()] == ORDERS[method].split()


def test_there_are_no_other_methods_and_two_of_them_hand_something_out() -> None:
    assert set(METHODS) == set(ORDERS)
    assert {"oauth2.createAccessToken", "oauth2.createAuthorizationCode"} == HANDING_OUT


@pytest.mark.parametrize("method", ORDERS)
@DIALECTS
async def test_ordered_and_named_parameters_get_one_answer(provider: Provider, method: str, dialect: Dialect) -> None:
    names = names_of(method)

    named = await provider.call(method, {name: GOOD[name] for name in names}, dialect=dialect)
    ordered = await provider.call(method, [GOOD[name] for name in names], dialect=dialect)

    assert without_tokens(named) == without_tokens(ordered)


@pytest.mark.parametrize("method", ORDERS)
async def test_optional_parameters_may_be_missing_or_null(provider: Provider, method: str) -> None:
    names, required = names_of(method), required_of(method)

    replies = [
        await provider.call(method, {name: GOOD[name] for name in required}),
        await provider.call(method, [GOOD[name] for name in required]),
        await provider.call(method, {name: GOOD[name] if name in required else None for name in names}),
        await provider.call(method, [GOOD[name] if name in required else None for name in names]),
    ]

    assert len({without_tokens(reply) for reply in replies}) == 1
    assert replies[0].get("error", {}).get("code") != -32602


@pytest.mark.parametrize(("method", "missing"), [(method, name) for method in ORDERS for name in required_of(method)])
async def test_a_missing_parameter_is_named_as_it_was_to_be_given(
    provider: Provider, method: str, missing: str
) -> None:
    names = required_of(method)
    place = names.index(missing)
    invalid = {"code": -32602, "message": "Invalid params"}

    named = await provider.call(method, {name: GOOD[name] for name in names if name != missing})
    ordered = await provider.call(method, [GOOD[name] for name in names[:place]])

    assert named["error"] == {**invalid, "data": {"path": f"$.params.{missing}"}}
    assert ordered["error"] == {**invalid, "data": {"path": f"$.params[{place}]"}}


@pytest.mark.parametrize("method", SERVICE_METHODS)
async def test_null_for_a_required_parameter_is_the_same_as_none(provider: Provider, method: str) -> None:
    for name in required_of(method):
        params = {one: GOOD[one] for one in names_of(method)}
        error = (await provider.call(method, {**params, name: None}))["error"]
        assert (error["code"], error["data"]) == (-32602, {"path": f"$.params.{name}"})


@pytest.mark.parametrize("method", ORDERS)
async def test_an_unknown_name_or_one_parameter_too_many_is_invalid_params(provider: Provider, method: str) -> None:
    names = names_of(method)

    named = await provider.call(method, {**{name: GOOD[name] for name in names}, "extra": 1})
    ordered = await provider.call(method, [*(GOOD[name] for name in names), 1])

    for reply in (named, ordered):
        assert (reply["error"]["code"], reply["error"]["data"]) == (-32602, {"path": "$.params"})


@pytest.mark.parametrize("method", SERVICE_METHODS)
@DIALECTS
async def test_an_unknown_service_a_forbidden_one_and_a_forbidden_method_get_one_answer(
    provider: Provider, method: str, dialect: Dialect
) -> None:
    params = {name: GOOD[name] for name in names_of(method)}

    async def answer(service_key: str, **narrowed: Any) -> dict[str, Any]:
        caller: Caller = replace(CALLER, **narrowed)
        return await provider.call(method, {**params, "service_key": service_key}, caller=caller, dialect=dialect)

    answers = [
        await answer("nowhere"),
        await answer("SERVICE"),
        await answer("nowhere", services=("nowhere",)),
        await answer("service", services=()),
        await answer("service", services=("other",)),
        await answer("service", services=("serv*",)),
        await answer("service", methods=()),
        await answer("service", methods=("test.*",)),
        await answer("nowhere", methods=()),
    ]

    assert all(one["error"] == {"code": -32001, "message": "Not Authorized"} for one in answers)


@DIALECTS
async def test_hello_echo_and_discover_need_no_service(provider: Provider, dialect: Dialect) -> None:
    caller = replace(CALLER, services=(), methods=("test.*", "rpc.discover"))

    assert await provider.result("test.hello", [], caller=caller, dialect=dialect) == "Hello!"
    assert await provider.result("test.hello", {}, caller=caller, dialect=dialect) == "Hello!"
    assert "openrpc" in await provider.result("rpc.discover", [], caller=caller, dialect=dialect)
    values: list[Any] = [None, 0, "", "é😀", [], {"a": [1.5, 2**64, True]}, "x" * 5000]
    for value in values:
        assert await provider.result("test.echo", [value], caller=caller, dialect=dialect) == value
        assert await provider.result("test.echo", {"value": value}, caller=caller, dialect=dialect) == value


ERRORS: list[tuple[str, dict[str, Any], str, str]] = [
    (
        "oauth2.fetchApplication",
        {"service_key": "service", "client": {"client_id": "nope"}},
        "unauthorized_client",
        "Invalid client identifier",
    ),
    (
        "oauth2.updateAccessToken",
        {"service_key": "service", "client": CLIENT, "access_token": "nope"},
        "invalid_request",
        "Unable to update token",
    ),
    (
        "oauth2.createAccessToken",
        {"service_key": "service", "client": {"client_id": "client"}, "token_data": {"grant_type": "password"}},
        "invalid_client",
        "Client authentication failed",
    ),
]


@pytest.mark.parametrize(("method", "params", "word", "text"), ERRORS)
async def test_an_oauth_error_has_the_message_and_the_detail_of_its_dialect(
    provider: Provider, method: str, params: dict[str, Any], word: str, text: str
) -> None:
    ours = (await provider.call(method, params))["error"]
    mashery = (await provider.call(method, params, dialect=MASHERY))["error"]

    assert list(ours) == ["code", "message", "data"]
    assert list(mashery) == ["code", "message", "data", "error"]
    assert (ours["code"], ours["message"]) == (-2001, "An OAuth related error has occurred")
    assert (mashery["code"], mashery["message"]) == (-2001, text)
    assert ours["data"] == mashery["data"] == mashery["error"]
    assert list(ours["data"]) == ["error", "error_description", "error_response"]
    assert (ours["data"]["error"], ours["data"]["error_description"]) == (word, text)


@pytest.mark.parametrize("pattern", ["oauth2.fetch*", "*", "oauth2.fetchAccessToken"])
async def test_methods_take_patterns(provider: Provider, pattern: str) -> None:
    caller = replace(CALLER, methods=(pattern,))

    params = {"service_key": "service", "access_token": []}
    assert await provider.result("oauth2.fetchAccessToken", params, caller=caller) == []
