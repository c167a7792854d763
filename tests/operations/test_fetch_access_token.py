"""oauth2.fetchAccessToken: one token and lists of them (json-rpc contract §4)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rpcauth.model import MacAlgorithm, TokenType
from rpcauth.oauth.token_text import Kind, parse, write
from rpcauth.operations.authentication import ClientAuthenticator
from rpcauth.operations.token_values import write_reference
from rpcauth.rpc.dialect import MASHERY, RPC, Dialect
from rpcauth.rpc.dispatch import Dispatcher
from rpcauth.rpc.invocation import Backend
from tests.operations.calls import FETCH, NAMED, REVOKE, add_second_service, described, fault, issue
from tests.support.provider import CALLER, Provider

MEMBERS = ["client_id", "token_type", "grant_type", "expires", "scope", "user_context", "extended"]


def fetch_call(access_token: Any, service_key: str = "service") -> dict[str, Any]:
    return {"service_key": service_key, "access_token": access_token}


async def reference_of(provider: Provider, text: str) -> str:
    presented = parse(text)
    assert presented is not None
    return write_reference(provider.store.keyring, presented.id)


async def test_mashery_gets_seven_members_and_rpc_cache_until_as_well(provider: Provider) -> None:
    token = (await issue(provider))["access_token"]

    assert list(await described(provider, token, dialect=MASHERY)) == MEMBERS
    assert list(await described(provider, token)) == [*MEMBERS, "cache_until"]
    found = await provider.result(FETCH, fetch_call([token]), dialect=MASHERY)
    assert list(found[0]) == [*MEMBERS, "access_token"]


@pytest.mark.parametrize(
    ("lifetime", "expires"), [(1, "2027-01-15T08:00:01Z"), (3600, "2027-01-15T09:00:00Z"), (0, None)]
)
async def test_expires_is_utc_to_the_second_or_null(provider: Provider, lifetime: int, expires: str | None) -> None:
    await provider.set_service(access_token_ttl=lifetime, refresh_token_ttl=0)
    provider.clock.advance(seconds=0.999)

    assert (await described(provider, (await issue(provider))["access_token"]))["expires"] == expires


@pytest.mark.parametrize("dialect", [RPC, MASHERY], ids=["rpc", "mashery"])
async def test_whatever_is_no_live_token_of_the_service_gets_one_and_the_same_answer(
    provider: Provider, dialect: Dialect
) -> None:
    await add_second_service(provider)
    live, revoked, brief = [await issue(provider) for _ in range(3)]
    foreign = await issue(provider)
    params = {"service_key": "service", "client": NAMED, "access_token": revoked["access_token"]}
    await provider.result(REVOKE, params)
    known = parse(live["access_token"])
    assert known is not None
    dead = [
        fetch_call("csqvjdxmduxbg78au9q2xqmy"),
        fetch_call(revoked["access_token"]),
        fetch_call(foreign["access_token"], "second"),
        fetch_call(await reference_of(provider, live["access_token"])),
        fetch_call(write(Kind.ACCESS, known.id, bytes(32))),
        fetch_call(live["access_token"][:-1]),
        fetch_call(live["access_token"] + "x"),
        fetch_call(" " + live["access_token"]),
        fetch_call(live["refresh_token"]),
        fetch_call(await provider.issue_code()),
    ]
    answers = [await fault(provider, FETCH, params, dialect=dialect) for params in dead]
    provider.clock.advance(seconds=3600)
    answers.append(await fault(provider, FETCH, fetch_call(brief["access_token"]), dialect=dialect))

    detail = {
        "error": "invalid_token" if dialect is RPC else 404,
        "error_description": "Invalid Access Token",
        "error_response": None,
    }
    message = "An OAuth related error has occurred" if dialect is RPC else "Invalid Access Token"
    members = {"data": detail} if dialect is RPC else {"data": detail, "error": detail}
    assert all(answer == {"code": -2001, "message": message, **members} for answer in answers)


async def test_a_list_gives_the_live_tokens_in_input_order_and_duplicates_once(provider: Provider) -> None:
    tokens = [(await issue(provider, user_context=f"user {number}"))["access_token"] for number in range(4)]
    await provider.result(REVOKE, {"service_key": "service", "client": NAMED, "access_token": tokens[1]})
    asked = [tokens[3], "unknown", tokens[0], tokens[1], tokens[3], tokens[2], "rpa_", tokens[0]]

    found = await provider.result(FETCH, fetch_call(asked))

    assert [one["access_token"] for one in found] == [tokens[3], tokens[0], tokens[2]]
    assert [one["user_context"] for one in found] == ["user 3", "user 0", "user 2"]
    for one in found:
        alone = await described(provider, one["access_token"])
        assert one == {**alone, "access_token": one["access_token"]}


@pytest.mark.parametrize("dialect", [RPC, MASHERY], ids=["rpc", "mashery"])
async def test_a_list_without_a_live_token_gives_an_empty_list(provider: Provider, dialect: Dialect) -> None:
    for asked in ([], ["unknown"], [(await issue(provider))["refresh_token"]]):
        assert await provider.result(FETCH, fetch_call(asked), dialect=dialect) == []


async def test_a_list_of_one_is_answered_by_a_list(provider: Provider) -> None:
    token = (await issue(provider))["access_token"]

    assert [one["access_token"] for one in await provider.result(FETCH, fetch_call([token]))] == [token]


async def test_five_hundred_tokens_may_be_asked_at_once_and_no_more(provider: Provider) -> None:
    tokens = [(await issue(provider))["access_token"] for _ in range(300)]
    asked = [*tokens, *(f"unknown {number}" for number in range(200))]

    assert [one["access_token"] for one in await provider.result(FETCH, fetch_call(asked))] == tokens
    error = await fault(provider, FETCH, fetch_call([*asked, "one more"]))
    assert (error["code"], error["data"]) == (-32602, {"path": "$.params.access_token"})


@pytest.mark.parametrize("element", [5, None, "", {}, [], "x" * 513, "a\0b"])
async def test_a_list_with_what_can_be_no_token_is_invalid_params(provider: Provider, element: object) -> None:
    token = (await issue(provider))["access_token"]

    assert (await fault(provider, FETCH, fetch_call([token, element])))["code"] == -32602


async def test_a_list_leaves_out_tokens_of_another_service(provider: Provider) -> None:
    await add_second_service(provider)
    token = (await issue(provider))["access_token"]

    assert await provider.result(FETCH, fetch_call([token], "second")) == []


@pytest.mark.parametrize("algorithm", list(MacAlgorithm))
async def test_a_mac_secret_is_for_callers_with_mac_keys_only(provider: Provider, algorithm: MacAlgorithm) -> None:
    await provider.set_service(access_token_type=TokenType.MAC, mac_algorithm=algorithm)
    tokens = await issue(provider)
    text, given = tokens["access_token"], tokens["extended"]

    for dialect in (RPC, MASHERY):
        without = await described(provider, text, dialect=dialect)
        assert (without["token_type"], without["extended"]) == ("mac", {"algorithm": algorithm.value})
        trusted = {"caller": replace(CALLER, mac_keys=True), "dialect": dialect}
        assert (await described(provider, text, **trusted))["extended"] == given
        listed = await provider.result(FETCH, fetch_call([text]), **trusted)
        assert listed[0]["extended"] == given


async def test_extended_of_a_bearer_token_is_null_for_every_caller(provider: Provider) -> None:
    token = (await issue(provider))["access_token"]

    assert (await described(provider, token, caller=replace(CALLER, mac_keys=True)))["extended"] is None


@pytest.mark.parametrize(
    ("seconds", "cache_until"), [(0, None), (60, "2027-01-15T08:01:00Z"), (86_400, "2027-01-15T09:00:00Z")]
)
async def test_cache_until_is_what_the_daemon_allows_and_never_later_than_expires(
    provider: Provider, seconds: int, cache_until: str | None
) -> None:
    store = provider.store
    authenticator = ClientAuthenticator(
        keyring=lambda: store.keyring, now=store.now, concurrency=1, failures_per_minute=0
    )
    backend = Backend(store=store, authenticator=authenticator, cache_seconds=seconds)
    provider.dispatcher = Dispatcher(backend, batch_limit=1)

    assert (await described(provider, (await issue(provider))["access_token"]))["cache_until"] == cache_until
