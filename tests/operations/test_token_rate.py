"""Token requests of a client are counted once it has proven itself; nobody else can use up its budget."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rpcauth.operations.throttle import RateLimit
from rpcauth.operations.token_rate import TokenRate
from rpcauth.rpc.dialect import RPC
from rpcauth.rpc.dispatch import Dispatcher
from tests.support.provider import CALLER, CLIENT, Provider

ISSUE = {"service_key": "service", "token_data": {"grant_type": "client_credentials"}}


def limit(provider: Provider, *, burst: int, calls: RateLimit | None = None) -> None:
    """Let each client ask for `burst` tokens, and then for none during this test."""
    rate = TokenRate(RateLimit(per_second=0.001, burst=burst))
    backend = replace(provider.dispatcher._backend, token_rate=rate, caller_rate=calls)
    provider.dispatcher = Dispatcher(backend, batch_limit=100)


async def ask(provider: Provider, client: Mapping[str, str] = CLIENT) -> int:
    """The error code of one token request, 0 when it was served."""
    reply = await provider.call("oauth2.createAccessToken", {**ISSUE, "client": dict(client)})
    code: int = reply["error"]["code"] if "error" in reply else 0
    return code


async def test_a_client_over_its_rate_is_told_when_to_come_again(provider: Provider) -> None:
    limit(provider, burst=2)
    assert [await ask(provider) for _ in range(4)] == [0, 0, -32002, -32002]
    reply = await provider.call("oauth2.createAccessToken", {**ISSUE, "client": dict(CLIENT)})
    assert 0 < reply["error"]["data"]["retry_after"] <= 1000


async def test_a_wrong_secret_and_an_unknown_name_use_up_no_budget(provider: Provider) -> None:
    limit(provider, burst=1)
    wrong = {**CLIENT, "client_secret": "wrong"}
    assert [await ask(provider, wrong) for _ in range(3)] == [-2001] * 3
    assert [await ask(provider, {"client_id": "nobody"}) for _ in range(3)] == [-2001] * 3
    assert await ask(provider) == 0


async def test_other_methods_are_not_counted(provider: Provider) -> None:
    limit(provider, burst=1)
    for _ in range(3):
        await provider.result("oauth2.fetchApplication", {"service_key": "service", "client": dict(CLIENT)})
    assert await ask(provider) == 0


async def test_each_front_has_a_budget_of_its_own(provider: Provider) -> None:
    rate = TokenRate(RateLimit(per_second=0.001, burst=1))
    backend = provider.dispatcher._backend
    application = provider.store.definitions.applications[CLIENT["client_id"]]
    proof = await backend.authenticator.prove(application, CLIENT["client_id"], None)
    rate.check(proof, provider.store.definitions)
    rate.check(proof, provider.store.definitions, front="ym")


async def test_the_further_calls_of_a_batch_count_against_its_caller(provider: Provider) -> None:
    calls = RateLimit(per_second=0.001, burst=10)
    limit(provider, burst=10, calls=calls)
    hello: dict[str, Any] = {"jsonrpc": "2.0", "method": "test.hello", "id": 1}
    name = await send_batch(provider, [hello] * 10)
    assert calls.take(name, 10**18) == 0, "long after"
    assert calls.take(name, 0) > 0, "nine were counted, and the batch itself was by whoever let it in"


async def send_batch(provider: Provider, batch: list[dict[str, Any]]) -> str:
    """Send a batch; the name of the caller that it was from."""
    await provider.dispatcher(json.dumps(batch).encode(), CALLER, RPC)
    return CALLER.name
