"""oauth2.fetchUserApplications (json-rpc contract §4)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from tests.operations.calls import (
    CREATE,
    LIST,
    NAMED,
    OTHER_CLIENT,
    REVOKE,
    REVOKE_USER,
    UPDATE,
    add_other_client,
    add_second_service,
    change_application,
    described,
    fault,
    issue,
    password_call,
    prune_application,
    put_application,
    token_call,
)
from tests.support.provider import APPLICATION, Provider

SEALED = {"secure_tokens": False}


async def listed(provider: Provider, status: str | None = None, user: str = "user", **named: Any) -> Any:
    params = {"service_key": "service", "user_context": user, "token_status": status, **named}
    return await provider.result(LIST, params)


async def tokens_of(provider: Provider, status: str | None = None) -> list[str]:
    """The tokens of the one application that is listed."""
    (application,) = await listed(provider, status)
    found: list[str] = application["access_tokens"]
    return found


async def revoke(provider: Provider, token: str) -> None:
    await provider.result(REVOKE, {"service_key": "service", "client": NAMED, "access_token": token})


async def test_applications_come_by_id_with_their_tokens_newest_first(provider: Provider) -> None:
    await provider.set_service(**SEALED)
    await add_other_client(provider)
    first = replace(APPLICATION, client_id="first", id=3, name="First App")
    await put_application(provider, first, "the-first-secret")
    other = await issue(provider, OTHER_CLIENT)
    older, newer = await issue(provider), await issue(provider)
    third = await issue(provider, {"client_id": "first", "client_secret": "the-first-secret"})

    found = await listed(provider)

    assert [list(one) for one in found] == [["id", "name", "client_id", "access_tokens"]] * 3
    assert [tuple(one.values()) for one in found] == [
        (3, "First App", "first", [third["access_token"]]),
        (7, "Test App", "client", [newer["access_token"], older["access_token"]]),
        (9, "Other App", "other", [other["access_token"]]),
    ]


async def test_a_user_without_applications_has_an_empty_list(provider: Provider) -> None:
    await issue(provider)
    await provider.result(CREATE, token_call({"grant_type": "client_credentials"}))

    for user in ("somebody else", "USER", "user "):
        assert await listed(provider, user=user) == []


async def test_tokens_of_another_service_are_not_listed(provider: Provider) -> None:
    await add_second_service(provider)
    await issue(provider)

    assert await listed(provider, service_key="second") == []


@pytest.mark.parametrize("default", [None, "", "all"])
async def test_the_status_chooses_and_all_is_the_default(provider: Provider, default: str | None) -> None:
    await provider.set_service(**SEALED)
    expired = (await issue(provider))["access_token"]
    provider.clock.advance(seconds=3600)
    revoked, live = [(await issue(provider))["access_token"] for _ in range(2)]
    await revoke(provider, revoked)

    assert await tokens_of(provider, "active") == [live]
    assert await tokens_of(provider, "inactive") == [revoked, expired]
    assert await tokens_of(provider, default) == [live, revoked, expired]


@pytest.mark.parametrize("status", ["ACTIVE", "revoked", "active ", "x" * 513])
async def test_another_status_is_invalid_params(provider: Provider, status: str) -> None:
    error = await fault(provider, LIST, {"service_key": "service", "user_context": "user", "token_status": status})

    assert (error["code"], error["data"]) == (-32602, {"path": "$.params.token_status"})


async def test_references_stand_for_tokens_where_only_digests_are_kept(provider: Provider) -> None:
    token = (await issue(provider))["access_token"]

    (reference,) = await tokens_of(provider)

    assert reference.startswith("rpr_")
    assert not await provider.is_live(reference)
    params = {"service_key": "service", "client": NAMED, "access_token": reference}
    assert (await provider.result(UPDATE, {**params, "scope": "new"}))["scope"] == "new"
    assert (await described(provider, token))["scope"] == "new"
    assert await provider.result(REVOKE, params) is True
    assert not await provider.is_live(token)


async def test_what_stands_in_the_list_is_the_services_setting_of_now(provider: Provider) -> None:
    await provider.set_service(**SEALED)
    sealed = (await issue(provider))["access_token"]
    await provider.set_service(secure_tokens=True)
    await issue(provider)
    assert [text[:4] for text in await tokens_of(provider)] == ["rpr_", "rpr_"]

    await provider.set_service(**SEALED)
    unsealed, value = await tokens_of(provider)
    assert (unsealed[:4], value) == ("rpr_", sealed)


@pytest.mark.parametrize("retention", [0, 3600, 86_400])
async def test_dead_tokens_stay_listed_as_inactive_for_the_retention(provider: Provider, retention: int) -> None:
    await provider.set_service(inactive_retention=retention, refresh_token_enabled=False)
    expired = (await issue(provider))["access_token"]
    provider.clock.advance(seconds=3600)
    revoked = (await issue(provider))["access_token"]
    await revoke(provider, revoked)
    if retention:
        provider.clock.advance(seconds=retention - 0.001)
        assert len(await tokens_of(provider, "inactive")) == 2
        await provider.store.sweep(100)
        assert len(await tokens_of(provider, "inactive")) == 2
        provider.clock.advance(seconds=0.001)

    assert await listed(provider) == []
    assert not await provider.is_live(expired)


async def test_an_application_with_a_live_refresh_token_only_is_listed_without_tokens(provider: Provider) -> None:
    await provider.set_service(inactive_retention=0)
    tokens = await issue(provider)
    provider.clock.advance(seconds=3600)

    assert await tokens_of(provider) == []
    assert await tokens_of(provider, "active") == []
    assert await listed(provider, "inactive") == []
    await provider.store.sweep(100)
    assert (await provider.refresh(tokens["refresh_token"]))["access_token"]


async def test_a_dead_refresh_token_lists_no_application(provider: Provider) -> None:
    await provider.set_service(inactive_retention=0, access_token_ttl=10, refresh_token_idle_ttl=100)
    await issue(provider)
    provider.clock.advance(seconds=100)
    assert await listed(provider) == []

    tokens = await issue(provider)
    await revoke(provider, tokens["refresh_token"])
    provider.clock.advance(seconds=10)
    assert await listed(provider) == []

    await issue(provider)
    provider.clock.advance(seconds=10)
    assert await tokens_of(provider) == []
    await change_application(provider, disabled=True)
    assert await listed(provider, "active") == []


async def test_at_most_a_thousand_tokens_of_an_application_the_newest_are_listed_in_each_status(
    provider: Provider,
) -> None:
    await provider.set_service(**SEALED)
    live = [(await issue(provider))["access_token"] for _ in range(3)]
    dead = [one["access_token"] for one in await asyncio.gather(*(issue(provider) for _ in range(1002)))]
    await asyncio.gather(*(revoke(provider, token) for token in dead))

    assert await tokens_of(provider, "inactive") == dead[:1:-1]
    assert await tokens_of(provider) == dead[:1:-1]
    assert await tokens_of(provider, "active") == live[::-1]


async def test_tokens_whose_user_was_changed_are_listed_with_the_new_one(provider: Provider) -> None:
    token = (await issue(provider))["access_token"]
    params = {"service_key": "service", "client": NAMED, "access_token": token, "user_context": "new"}
    await provider.result(UPDATE, params)

    assert len((await listed(provider, user="new"))[0]["access_tokens"]) == 1
    assert await tokens_of(provider) == []


async def test_a_disabled_application_has_inactive_tokens_and_a_pruned_one_is_gone(provider: Provider) -> None:
    await issue(provider)
    await change_application(provider, disabled=True)
    assert await listed(provider, "active") == []
    assert len(await tokens_of(provider, "inactive")) == 1

    await prune_application(provider, "client")
    assert await listed(provider) == []


async def test_what_a_watermark_revoked_is_inactive_before_and_after_the_sweeper(provider: Provider) -> None:
    await issue(provider)
    await provider.result(REVOKE_USER, {"service_key": "service", "client": NAMED, "user_context": "user"})
    for _ in range(2):
        assert await listed(provider, "active") == []
        assert len(await tokens_of(provider, "inactive")) == 1
        while await provider.store.sweep(100):
            pass


async def test_another_users_grant_to_the_same_application_is_not_listed(provider: Provider) -> None:
    await provider.result(CREATE, password_call(user_context="somebody else"))
    await issue(provider)

    assert len(await tokens_of(provider)) == 1
