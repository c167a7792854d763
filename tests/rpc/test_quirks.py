"""updateAccessToken with flat parameters, named and ordered, as Mashery's page has it (json-rpc contract §4)."""

from __future__ import annotations

from typing import Any

import pytest

from rpcauth.rpc.quirks import FLAT_ORDER
from tests.support.provider import CLIENT, Provider

UPDATE = "oauth2.updateAccessToken"


async def new_token(provider: Provider) -> str:
    params = {"service_key": "service", "client": CLIENT, "token_data": {"grant_type": "password"}}
    token: str = (await provider.result("oauth2.createAccessToken", {**params, "user_context": "user"}))["access_token"]
    return token


def flat(token: str, **changes: Any) -> dict[str, Any]:
    given = {"service_key": "service", **CLIENT, "access_token": token, "scope": "s", "expires_in": 60}
    return {**given, "user_context": "new", **changes}


def ordered(params: dict[str, Any]) -> list[Any]:
    return [params.get(name) for name in FLAT_ORDER]


async def test_every_form_has_one_result(provider: Provider) -> None:
    token = await new_token(provider)
    named = flat(token)
    client = {name: named.pop(name) for name in CLIENT}
    of_object = {**named, "client": client}
    names = ("service_key", "client", "access_token", "scope", "user_context", "expires_in")

    results = [
        await provider.result(UPDATE, of_object),
        await provider.result(UPDATE, [of_object[name] for name in names]),
        await provider.result(UPDATE, flat(token)),
        await provider.result(UPDATE, ordered(flat(token))),
        await provider.result(UPDATE, [*ordered(flat(token))[:-1], {"remote_addr": "192.0.2.1"}]),
    ]

    assert all(one == results[0] for one in results)
    assert (results[0]["scope"], results[0]["user_context"]) == ("s", "new")
    assert results[0]["expires"] == "2027-01-15T08:01:00Z"


@pytest.mark.parametrize("secret", ["absent", None, ""])
async def test_the_secret_may_be_left_out(provider: Provider, secret: str | None) -> None:
    params = flat(await new_token(provider), client_secret=secret)
    if secret == "absent":
        del params["client_secret"]

    assert (await provider.result(UPDATE, params))["scope"] == "s"
    assert (await provider.result(UPDATE, ordered({**params, "client_secret": None})))["scope"] == "s"


async def test_trailing_parameters_of_the_ordered_form_may_be_missing(provider: Provider) -> None:
    token = await new_token(provider)

    for count in range(4, len(FLAT_ORDER) + 1):
        assert (await provider.result(UPDATE, ordered(flat(token))[:count]))["client_id"] == "client"


async def test_a_wrong_flat_secret_is_refused_like_a_wrong_one_in_the_object(provider: Provider) -> None:
    token = await new_token(provider)

    for params in (flat(token, client_secret="wrong"), ordered(flat(token, client_secret="wrong"))):
        assert await provider.oauth_error(UPDATE, params) == "invalid_request"


BAD = [
    ({"client": CLIENT}, "$.params.client"),
    ({"client": None}, "$.params.client"),
    ({"client_id": None}, "$.params.client_id"),
    ({"client_id": ""}, "$.params.client_id"),
    ({"client_id": 5}, "$.params.client_id"),
    ({"client_id": "x" * 513}, "$.params.client_id"),
    ({"client_secret": {}}, "$.params.client_secret"),
    ({"access_token": None}, "$.params.access_token"),
    ({"expires_in": "soon"}, "$.params.expires_in"),
    ({"extra": 1}, "$.params"),
]


@pytest.mark.parametrize(("change", "path"), BAD)
async def test_flat_named_parameters_stand_at_the_top(provider: Provider, change: dict[str, Any], path: str) -> None:
    reply = await provider.call(UPDATE, flat(await new_token(provider), **change))

    assert (reply["error"]["code"], reply["error"]["data"]) == (-32602, {"path": path})


async def test_the_secret_alone_is_no_client(provider: Provider) -> None:
    params = flat(await new_token(provider))
    del params["client_id"]

    reply = await provider.call(UPDATE, params)

    assert (reply["error"]["code"], reply["error"]["data"]) == (-32602, {"path": "$.params.client_id"})


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"client_id": ""}, 1),
        ({"client_secret": 5}, 2),
        ({"access_token": 5}, 3),
        ({"access_token": None}, 3),
        ({"scope": 5}, 4),
        ({"expires_in": "x"}, 5),
        ({"user_context": "x" * 256}, 6),
        ({"context": 5}, 7),
    ],
)
async def test_a_bad_flat_parameter_is_named_by_its_own_place(
    provider: Provider, change: dict[str, Any], place: int
) -> None:
    reply = await provider.call(UPDATE, ordered(flat(await new_token(provider), **change)))

    assert (reply["error"]["code"], reply["error"]["data"]) == (-32602, {"path": f"$.params[{place}]"})


async def test_too_few_and_too_many_flat_parameters_are_told(provider: Provider) -> None:
    few = await provider.call(UPDATE, ["service", "client", "secret"])
    many = await provider.call(UPDATE, [*ordered(flat("t")), 1])

    assert few["error"]["data"] == {"path": "$.params[3]"}
    assert many["error"]["data"] == {"path": "$.params"}


async def test_other_methods_know_no_flat_client(provider: Provider) -> None:
    params = {"service_key": "service", "client_id": "client", "access_token": "t"}

    reply = await provider.call("oauth2.revokeAccessToken", params)

    assert (reply["error"]["code"], reply["error"]["data"]) == (-32602, {"path": "$.params"})
