"""`allow_multiple_tokens = false`: a live token is handed out again (json-rpc contract §5)."""

from __future__ import annotations

from typing import Any

import pytest

from rpcauth.model import TokenType
from tests.operations.calls import (
    CREATE,
    NAMED,
    OTHER_CLIENT,
    REVOKE,
    REVOKE_USER,
    UPDATE,
    add_other_client,
    described,
    implicit_call,
    issue,
    token_call,
)
from tests.support.provider import Provider

ONE = {"allow_multiple_tokens": False, "secure_tokens": False}


async def test_a_live_token_is_handed_out_again_with_what_remains_and_no_refresh_token(provider: Provider) -> None:
    await provider.set_service(**ONE)
    first = await issue(provider, scope="read")
    assert first["refresh_token"] is not None
    provider.clock.advance(seconds=100)

    again = await issue(provider, scope="read")

    assert again == {**first, "expires_in": 3500, "refresh_token": None}


async def test_every_flow_hands_out_the_same_token(provider: Provider) -> None:
    await provider.set_service(**ONE)
    first = await issue(provider)

    credentials = token_call({"grant_type": "client_credentials"}, user_context="user")
    others = [
        await provider.authorize(),
        await provider.result(CREATE, credentials),
        await provider.result(CREATE, implicit_call()),
    ]

    assert {one["access_token"] for one in others} == {first["access_token"]}
    assert others[2]["uri"]["redirect_uri"].split("#")[1].startswith(f"access_token={first['access_token']}&")


@pytest.mark.parametrize(
    "change", [{"scope": "write"}, {"scope": None}, {"user_context": "somebody else"}, {"client": OTHER_CLIENT}]
)
async def test_another_client_user_or_scope_gets_a_token_of_its_own(provider: Provider, change: dict[str, Any]) -> None:
    await provider.set_service(**ONE)
    await add_other_client(provider)
    first = await issue(provider, scope="read")

    assert (await issue(provider, **{"scope": "read", **change}))["access_token"] != first["access_token"]
    assert (await issue(provider, scope="read"))["access_token"] == first["access_token"]


async def test_a_mac_token_is_handed_out_again_with_its_secret(provider: Provider) -> None:
    await provider.set_service(**ONE, access_token_type=TokenType.MAC)
    first = await issue(provider)

    again = await issue(provider)

    assert (again["access_token"], again["extended"]) == (first["access_token"], first["extended"])


async def test_a_refresh_always_makes_a_new_token_which_is_the_one_handed_out_from_then_on(provider: Provider) -> None:
    await provider.set_service(**ONE)
    first = await issue(provider)

    second = await provider.refresh(first["refresh_token"])
    third = await provider.refresh(second["refresh_token"])

    assert len({one["access_token"] for one in (first, second, third)}) == 3
    assert None not in (second["refresh_token"], third["refresh_token"])
    assert (await issue(provider))["access_token"] == third["access_token"]


async def test_a_token_without_expiry_is_handed_out_without_one(provider: Provider) -> None:
    await provider.set_service(**ONE, access_token_ttl=0, refresh_token_ttl=0)
    first = await issue(provider)
    provider.clock.advance(seconds=86_400 * 1000)

    assert await issue(provider) == {**first, "refresh_token": None}


async def end_by_revocation(provider: Provider, token: str) -> None:
    await provider.result(REVOKE, {"service_key": "service", "client": NAMED, "access_token": token})


async def end_by_user(provider: Provider, token: str) -> None:
    await provider.result(REVOKE_USER, {"service_key": "service", "client": NAMED, "user_context": "user"})


async def end_by_time(provider: Provider, token: str) -> None:
    provider.clock.advance(seconds=3600)


async def change_scope(provider: Provider, token: str) -> None:
    params = {"service_key": "service", "client": NAMED, "access_token": token, "scope": "less"}
    await provider.result(UPDATE, params)


async def change_user(provider: Provider, token: str) -> None:
    params = {"service_key": "service", "client": NAMED, "access_token": token, "user_context": "new"}
    await provider.result(UPDATE, params)


@pytest.mark.parametrize("end", [end_by_revocation, end_by_user, end_by_time, change_scope, change_user])
async def test_a_token_that_ended_or_was_changed_is_not_handed_out_again(provider: Provider, end: Any) -> None:
    await provider.set_service(**ONE)
    first = await issue(provider)
    await end(provider, first["access_token"])

    second = await issue(provider)

    assert second["access_token"] != first["access_token"]
    assert second["refresh_token"] is not None
    assert (await issue(provider))["access_token"] == second["access_token"]


async def test_a_token_whose_lifetime_was_changed_is_handed_out_with_what_then_remains(provider: Provider) -> None:
    await provider.set_service(**ONE)
    first = await issue(provider)
    params = {"service_key": "service", "client": NAMED, "access_token": first["access_token"], "expires_in": 60}
    await provider.result(UPDATE, params)

    again = await issue(provider)

    assert (again["access_token"], again["expires_in"]) == (first["access_token"], 60)


async def test_a_code_that_was_given_a_token_again_is_spent_and_its_replay_revokes_that_token(
    provider: Provider,
) -> None:
    await provider.set_service(**ONE)
    first = await provider.authorize()
    code = await provider.issue_code()
    assert (await provider.redeem(code))["access_token"] == first["access_token"]
    provider.clock.advance(seconds=2)

    assert await provider.oauth_error(CREATE, provider.redemption(code)) == "invalid_grant"

    assert not await provider.is_live(first["access_token"])


async def test_after_a_switch_to_multiple_tokens_each_call_gets_its_own(provider: Provider) -> None:
    await provider.set_service(**ONE)
    first = await issue(provider)
    await provider.set_service(allow_multiple_tokens=True, secure_tokens=True)

    assert (await issue(provider))["access_token"] != first["access_token"]
    assert (await described(provider, first["access_token"]))["user_context"] == "user"


async def test_multiple_tokens_are_the_default(provider: Provider) -> None:
    assert (await issue(provider))["access_token"] != (await issue(provider))["access_token"]
