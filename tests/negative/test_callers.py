"""Group X: backend callers and their JSON-RPC. What a caller may not do is not done, and spoils nothing beside it."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

import pytest

from rpcauth.definitions import Wanted
from rpcauth.model import Caller
from rpcauth.rpc.dialect import RPC
from tests.negative.surface import CREATE_CODE, CREATE_TOKEN, FETCH_TOKEN, REVOKE_TOKEN, Surface, case, read_rows
from tests.support.provider import CLIENT, SERVICE, Provider

NARROW = Caller(name="narrow", services=("service",), methods=("oauth2.fetch*",))
SERVICE_PARAMS = {"service_key": "service"}


def element(method: str, params: object, number: int) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "method": method, "params": params, "id": number}


async def send(provider: Provider, body: object, caller: Caller | None = None) -> tuple[int, Any]:
    """A body as it stands, a batch too: status, and the reply decoded."""
    reply = await provider.dispatcher(json.dumps(body).encode(), caller or provider.caller, RPC)
    return reply.status, json.loads(reply.body) if reply.body else None


@pytest.mark.parametrize(
    "params",
    [
        pytest.param({**SERVICE_PARAMS, "service_key": "theirs"}, id="X02 service of somebody else"),
        pytest.param({**SERVICE_PARAMS, "service_key": "nowhere"}, id="X02 service of nobody"),
    ],
)
async def test_a_foreign_service_is_answered_as_an_unknown_one(surface: Surface, params: dict[str, str]) -> None:
    provider = surface.provider
    await provider.define(Wanted(services=(replace(SERVICE, service_key="theirs"),)))
    before = read_rows(provider)
    reply = await provider.call(FETCH_TOKEN, {**params, "access_token": "x"}, caller=NARROW)
    assert reply["error"] == {"code": -32001, "message": "Not Authorized"}
    assert read_rows(provider) == before


@case("X02 method that the caller may not use")
async def test_a_foreign_method_is_not_executed(surface: Surface) -> None:
    provider = surface.provider
    tokens = await provider.authorize()
    params = {**SERVICE_PARAMS, "client": {"client_id": "client"}, "access_token": tokens["access_token"]}
    reply = await provider.call(REVOKE_TOKEN, params, caller=NARROW)
    assert reply["error"] == {"code": -32001, "message": "Not Authorized"}
    assert await provider.is_live(tokens["access_token"])


@case("X06 notification of a method that hands out")
@pytest.mark.parametrize("method", [CREATE_TOKEN, CREATE_CODE])
async def test_a_notification_hands_out_nothing(provider: Provider, method: str) -> None:
    token_data = {"grant_type": "client_credentials"} if method == CREATE_TOKEN else None
    params = [value for value in ("service", CLIENT, token_data) if value is not None]
    before = read_rows(provider)
    assert await send(provider, {"jsonrpc": "2.0", "method": method, "params": params}) == (204, None)
    assert read_rows(provider) == before


@case("X06 notification of a method that revokes")
async def test_a_notification_that_revokes_is_done(provider: Provider) -> None:
    tokens = await provider.authorize()
    params = ["service", {"client_id": "client"}, tokens["access_token"]]
    assert await send(provider, {"jsonrpc": "2.0", "method": REVOKE_TOKEN, "params": params}) == (204, None)
    assert not await provider.is_live(tokens["access_token"])


@case("X08 one element not allowed")
async def test_an_element_that_is_not_allowed_is_refused_alone(provider: Provider) -> None:
    token = (await provider.authorize())["access_token"]
    fetch = {**SERVICE_PARAMS, "access_token": token}
    batch = [
        element(FETCH_TOKEN, fetch, 1),
        element(REVOKE_TOKEN, {**fetch, "client": {"client_id": "client"}}, 2),
        element(FETCH_TOKEN, {**fetch, "service_key": "theirs"}, 3),
        element(FETCH_TOKEN, fetch, 4),
    ]
    status, replies = await send(provider, batch, NARROW)
    assert status == 200
    outcomes = [(reply["id"], reply.get("error", {}).get("code")) for reply in replies]
    assert outcomes == [(1, None), (2, -32001), (3, -32001), (4, None)]


@case("X09 fetch, revoke, fetch in one batch")
async def test_a_batch_is_done_in_its_order(provider: Provider) -> None:
    token = (await provider.authorize())["access_token"]
    fetch = element(FETCH_TOKEN, {**SERVICE_PARAMS, "access_token": token}, 1)
    revoke = element(REVOKE_TOKEN, {**SERVICE_PARAMS, "client": {"client_id": "client"}, "access_token": token}, 2)
    _, replies = await send(provider, [fetch, revoke, fetch])
    assert ["result" in reply for reply in replies] == [True, True, False]


@pytest.mark.parametrize(
    "method",
    [
        pytest.param("oauth2.dropEverything", id="X10 unknown"),
        pytest.param("oauth2.createaccesstoken", id="X10 other letter case"),
        pytest.param("oauth2.__init__", id="X10 attribute"),
        pytest.param("admin.putService", id="X10 administrative"),
    ],
)
async def test_an_unknown_method_is_not_found(provider: Provider, method: str) -> None:
    reply = await provider.call(method, SERVICE_PARAMS)
    assert reply["error"] == {"code": -32601, "message": "Method not found"}


TOKEN_DATA = {"grant_type": "client_credentials"}
ORDERED = ["service", CLIENT, TOKEN_DATA, None, None, None]


@pytest.mark.parametrize(
    ("params", "path"),
    [
        pytest.param([*ORDERED, "more"], "$.params", id="X12 one too many"),
        pytest.param(ORDERED * 20, "$.params", id="X12 many too many"),
        pytest.param(["service", "client", TOKEN_DATA], "$.params[1]", id="X13 string for an object, ordered"),
        pytest.param(
            {**SERVICE_PARAMS, "client": "client", "token_data": TOKEN_DATA},
            "$.params.client",
            id="X13 string for an object, named",
        ),
        pytest.param({**SERVICE_PARAMS, "client": CLIENT, "token_data": []}, "$.params.token_data", id="X13 list"),
        pytest.param(
            {**SERVICE_PARAMS, "client": CLIENT, "token_data": TOKEN_DATA, "other": 1},
            "$.params",
            id="X13 unknown name",
        ),
        pytest.param({**SERVICE_PARAMS, "client": CLIENT}, "$.params.token_data", id="X13 missing"),
        pytest.param(
            {"service_key": 1, "client": CLIENT, "token_data": TOKEN_DATA}, "$.params.service_key", id="X13 number"
        ),
        pytest.param(
            {**SERVICE_PARAMS, "client": CLIENT, "token_data": TOKEN_DATA, "user_context": "u" * 256},
            "$.params.user_context",
            id="X13 over-long",
        ),
    ],
)
async def test_parameters_of_another_shape_are_the_callers_mistake(surface: Surface, params: Any, path: str) -> None:
    await surface.misused(CREATE_TOKEN, params, path)


@case("X13 unknown member of an object")
async def test_an_unknown_member_of_an_object_is_ignored(surface: Surface) -> None:
    params = {**SERVICE_PARAMS, "client": {**CLIENT, "x": [1]}, "token_data": {**TOKEN_DATA, "client_id": "other"}}
    assert (await surface.result(CREATE_TOKEN, params))["token_type"] == "bearer"


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param(["x" * 64] * 16_000, id="X14 1 MB"),
        pytest.param([f"x{n}" for n in range(501)], id="X14 501 elements"),
        pytest.param(["x" * 1_000_000], id="X14 one element of 1 MB"),
        pytest.param([["x"]], id="X14 list in the list"),
    ],
)
async def test_an_over_long_list_of_tokens_is_refused_at_once(surface: Surface, texts: list[Any]) -> None:
    begun = time.process_time()
    await surface.misused(FETCH_TOKEN, {**SERVICE_PARAMS, "access_token": texts})
    assert time.process_time() - begun < 0.5


@case("D13 two clients at once")
async def test_two_ways_of_naming_the_client_are_the_callers_mistake(surface: Surface) -> None:
    token = (await surface.provider.authorize())["access_token"]
    params = {**SERVICE_PARAMS, "client": CLIENT, "client_id": "public", "access_token": token, "scope": "r"}
    await surface.misused("oauth2.updateAccessToken", params, "$.params.client")
