"""What createAccessToken gives: the nine members, lifetimes, MAC (json-rpc contract §4)."""

from __future__ import annotations

from typing import Any

import pytest

from rpcauth.model import MacAlgorithm, TokenType
from rpcauth.rpc.dialect import MASHERY, RPC, Dialect
from tests.operations.calls import CREATE, NAMED, described, implicit_call, issue, password_call, token_call
from tests.support.provider import REDIRECT_URI, Provider

MEMBERS = [
    "return_type",
    "access_token",
    "token_type",
    "expires_in",
    "refresh_token",
    "scope",
    "state",
    "uri",
    "extended",
]
MAC = {"access_token_type": TokenType.MAC}


def flows() -> list[dict[str, Any]]:
    uri = {"redirect_uri": REDIRECT_URI}
    return [
        password_call(),
        token_call({"grant_type": "client_credentials"}),
        token_call({"grant_type": "implicit"}, NAMED, uri=uri, user_context="user"),
        implicit_call(),
    ]


@pytest.mark.parametrize("dialect", [RPC, MASHERY], ids=["rpc", "mashery"])
@pytest.mark.parametrize("params", flows(), ids=["password", "client_credentials", "implicit json", "implicit"])
async def test_each_flow_gives_the_nine_members_in_their_order(
    provider: Provider, dialect: Dialect, params: dict[str, Any]
) -> None:
    assert list(await provider.result(CREATE, params, dialect=dialect)) == MEMBERS


async def test_code_and_refresh_give_the_nine_members_with_null_where_there_is_nothing(provider: Provider) -> None:
    first = await provider.authorize()
    second = await provider.refresh(first["refresh_token"])

    for tokens in (first, second):
        assert list(tokens) == MEMBERS
        assert {name: tokens[name] for name in MEMBERS if not name.endswith("_token")} == {
            "return_type": "json",
            "token_type": "bearer",
            "expires_in": 3600,
            "scope": None,
            "state": None,
            "uri": None,
            "extended": None,
        }


@pytest.mark.parametrize("state", ["xyz", "a b&c=d#é😀", "x" * 2048])
async def test_state_comes_back_as_it_was_given_in_every_flow(provider: Provider, state: str) -> None:
    uri = {"redirect_uri": REDIRECT_URI, "state": state}
    code = provider.redemption(await provider.issue_code())

    for params in [*flows(), code]:
        assert (await provider.result(CREATE, {**params, "uri": uri}))["state"] == state


@pytest.mark.parametrize("uri", [None, {}, {"state": None}, {"state": ""}, {"redirect_uri": "", "unknown": 1}])
async def test_without_a_state_there_is_null(provider: Provider, uri: dict[str, Any] | None) -> None:
    assert (await provider.result(CREATE, {**password_call(), "uri": uri}))["state"] is None


async def test_password_client_credentials_and_refresh_ignore_the_redirect_uri(provider: Provider) -> None:
    uri = {"redirect_uri": "https://evil.example/"}
    refreshing = provider.refreshing((await issue(provider))["refresh_token"])

    for params in (password_call(), token_call({"grant_type": "client_credentials"}), refreshing):
        assert (await provider.result(CREATE, {**params, "uri": uri}))["uri"] is None


@pytest.mark.parametrize(
    ("settings", "expires_in"),
    [
        ({}, 3600),
        ({"access_token_ttl": 1}, 1),
        ({"access_token_ttl": 86_400 * 365}, 30 * 86_400),
        ({"refresh_token_ttl": 600}, 600),
        ({"refresh_token_ttl": 0, "access_token_ttl": 0}, None),
        ({"refresh_token_ttl": 600, "access_token_ttl": 0}, 600),
    ],
)
async def test_expires_in_is_the_lifetime_capped_by_the_grants_end_and_null_without_expiry(
    provider: Provider, settings: dict[str, int], expires_in: int | None
) -> None:
    await provider.set_service(**settings)

    tokens = await provider.authorize()

    assert tokens["expires_in"] == expires_in
    assert ((await described(provider, tokens["access_token"]))["expires"] is None) is (expires_in is None)


async def test_a_refreshed_token_never_outlives_its_grant(provider: Provider) -> None:
    await provider.set_service(refresh_token_ttl=5000)
    tokens = await provider.authorize()
    provider.clock.advance(seconds=4000)

    refreshed = await provider.refresh(tokens["refresh_token"])
    assert refreshed["expires_in"] == 1000
    provider.clock.advance(seconds=999.999)
    assert await provider.is_live(refreshed["access_token"])
    provider.clock.advance(seconds=0.001)
    assert not await provider.is_live(refreshed["access_token"])


async def test_a_token_lives_to_the_last_millisecond_of_its_lifetime(provider: Provider) -> None:
    token = (await issue(provider))["access_token"]
    provider.clock.advance(seconds=3599.999)
    assert await provider.is_live(token)
    provider.clock.advance(seconds=0.001)
    assert not await provider.is_live(token)


@pytest.mark.parametrize("algorithm", list(MacAlgorithm))
async def test_a_mac_service_gives_secret_and_algorithm_under_extended(
    provider: Provider, algorithm: MacAlgorithm
) -> None:
    await provider.set_service(**MAC, mac_algorithm=algorithm)
    uri = {"redirect_uri": REDIRECT_URI}
    implicit = token_call({"grant_type": "implicit"}, NAMED, uri=uri, user_context="user")

    for params in (password_call(), token_call({"grant_type": "client_credentials"}), implicit):
        tokens = await provider.result(CREATE, params)
        assert tokens["token_type"] == "mac"
        assert tokens["extended"]["algorithm"] == algorithm.value
        assert len(tokens["extended"]["secret"]) == 43
        assert set(tokens["extended"]) == {"secret", "algorithm"}


async def test_every_token_and_every_mac_secret_is_a_new_one(provider: Provider) -> None:
    await provider.set_service(**MAC)
    tokens = [await issue(provider) for _ in range(20)]

    texts = {one["access_token"] for one in tokens} | {one["refresh_token"] for one in tokens}
    assert len(texts) == 40
    assert len({one["extended"]["secret"] for one in tokens}) == 20


async def test_the_prefix_says_what_a_token_is(provider: Provider) -> None:
    code = await provider.issue_code()
    tokens = await provider.redeem(code)

    assert [text[:4] for text in (code, tokens["access_token"], tokens["refresh_token"])] == ["rpc_", "rpa_", "rpf_"]
