"""Group U: the shape of every answer. What goes wrong inside is told by an incident id and by nothing else."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from typing import Any

import pytest

from rpcauth.model import MacAlgorithm, TokenType
from rpcauth.rpc.dialect import MASHERY, RPC, Dialect
from rpcauth.rpc.dispatch import Dispatcher
from rpcauth.rpc.invocation import Invocation
from tests.negative.surface import COMMIT, CREATE_TOKEN, FETCH_TOKEN, Surface, case, check_discreet, denying
from tests.support.provider import CLIENT, REDIRECT_URI, Provider

TOLD_BY_MISTAKE = "SELECT secret FROM /var/lib/rpcauth.db"


def asking(token_data: dict[str, str]) -> dict[str, Any]:
    uri = {"redirect_uri": REDIRECT_URI}
    return {"service_key": "service", "client": CLIENT, "token_data": token_data, "uri": uri, "user_context": "user"}


@case("U01 headers of an error for the OAuth client")
async def test_an_answer_for_the_oauth_client_is_not_to_be_stored(surface: Surface) -> None:
    answer = await surface.denied(CREATE_TOKEN, asking({}), "invalid_request")
    assert answer["headers"] == {
        "Content-Type": "application/json;charset=UTF-8",
        "Cache-Control": "no-store",
        "Pragma": "no-cache",
    }


@pytest.mark.parametrize("dialect", [pytest.param(RPC, id="rpc"), pytest.param(MASHERY, id="mashery")])
@case("U04 every kind of error")
async def test_no_error_says_more_than_it_must(provider: Provider, dialect: Dialect) -> None:
    tokens = await provider.authorize()
    wrong = {**asking({"grant_type": "authorization_code", "code": tokens["access_token"]})}
    calls: list[tuple[str, Any]] = [
        (CREATE_TOKEN, wrong),
        (CREATE_TOKEN, {**wrong, "client": {"client_id": "client", "client_secret": "hunter2-hunter2"}}),
        (CREATE_TOKEN, {**wrong, "user_context": ["hunter2-hunter2"]}),
        (CREATE_TOKEN, {**wrong, "service_key": "hunter2-hunter2"}),
        (FETCH_TOKEN, {"service_key": "service", "access_token": "hunter2-hunter2"}),
        ("oauth2.hunter2-hunter2", {}),
    ]
    replies = [await provider.call(method, params, dialect=dialect) for method, params in calls]
    with denying(provider, COMMIT):
        replies.append(await provider.call(CREATE_TOKEN, asking({"grant_type": "password"}), dialect=dialect))
    codes = [reply["error"]["code"] for reply in replies]
    assert codes == [-2001, -2001, -32602, -32001, -2001, -32601, -32003]
    for reply in replies:
        check_discreet(reply, provider.path)
        assert "hunter2" not in json.dumps(reply)
        assert tokens["access_token"] not in json.dumps(reply)


@case("U05 expires_in")
async def test_expires_in_is_what_remains_in_whole_seconds(provider: Provider) -> None:
    await provider.set_service(allow_multiple_tokens=False, secure_tokens=False, access_token_ttl=10)
    params = asking({"grant_type": "password"})
    first = await provider.result(CREATE_TOKEN, params)
    seen = [first["expires_in"]]
    for pause in (0.001, 4, 5.9):
        provider.clock.advance(seconds=pause)
        again = await provider.result(CREATE_TOKEN, params)
        assert again["access_token"] == first["access_token"]
        seen.append(again["expires_in"])
    assert seen == [10, 9, 5, 1]
    assert {type(number) for number in seen} == {int}


@pytest.mark.parametrize(
    ("token_data", "settings", "token_type"),
    [
        pytest.param({"grant_type": "password"}, {}, "bearer", id="U06 password"),
        pytest.param({"grant_type": "client_credentials"}, {}, "bearer", id="U06 client_credentials"),
        pytest.param({"response_type": "token"}, {}, "bearer", id="U06 implicit"),
        pytest.param(
            {"grant_type": "password"},
            {"access_token_type": TokenType.MAC, "mac_algorithm": MacAlgorithm.SHA1},
            "mac",
            id="U06 MAC",
        ),
    ],
)
async def test_every_token_says_its_type(
    provider: Provider, token_data: dict[str, str], settings: dict[str, Any], token_type: str
) -> None:
    await provider.set_service(**settings)
    tokens = await provider.result(CREATE_TOKEN, asking(token_data))
    assert tokens["token_type"] == token_type
    fetched = await provider.result(FETCH_TOKEN, {"service_key": "service", "access_token": tokens["access_token"]})
    assert fetched["token_type"] == token_type


@case("U08 a handler raises")
async def test_a_defect_is_an_incident_and_nothing_else(provider: Provider, caplog: pytest.LogCaptureFixture) -> None:
    async def stumble(call: Invocation, /) -> object:
        raise LookupError(TOLD_BY_MISTAKE)

    dispatcher = Dispatcher(provider.dispatcher._backend, batch_limit=100, extra={"test.stumble": stumble})
    with caplog.at_level(logging.DEBUG):
        reply = await replace(provider, dispatcher=dispatcher).call("test.stumble", [])
    incident = reply["error"]["data"]["incident"]
    assert reply["error"] == {"code": -32603, "message": "Internal error", "data": {"incident": incident}}
    assert incident in caplog.text
    assert TOLD_BY_MISTAKE not in caplog.text
