"""Refreshing: rotation, reuse, lifetimes, scope (json-rpc contract §4, Refresh)."""

from __future__ import annotations

import asyncio

import pytest

from rpcauth.oauth.token_text import Kind, parse, write
from tests.operations.calls import (
    CREATE,
    OTHER_CLIENT,
    add_other_client,
    add_second_service,
    change_application,
    described,
    issue,
    password_call,
)
from tests.support.provider import PUBLIC_CLIENT, Provider

DAY = 86_400


async def test_each_use_rotates(provider: Provider) -> None:
    seen = [await provider.authorize()]
    for _ in range(3):
        seen.append(await provider.refresh(seen[-1]["refresh_token"]))

    assert len({one["refresh_token"] for one in seen}) == 4
    assert len({one["access_token"] for one in seen}) == 4


@pytest.mark.parametrize("revokes", [False, True])
async def test_the_old_access_token_lives_on_unless_the_service_revokes_it(provider: Provider, revokes: bool) -> None:
    await provider.set_service(refresh_revokes_access_token=revokes)
    first = await provider.authorize()

    second = await provider.refresh(first["refresh_token"])

    assert await provider.is_live(first["access_token"]) is not revokes
    assert await provider.is_live(second["access_token"])


async def test_a_retry_keeps_the_new_access_token_where_refreshing_revokes_the_old_one(provider: Provider) -> None:
    await provider.set_service(refresh_revokes_access_token=True)
    first = await provider.authorize()
    second = await provider.refresh(first["refresh_token"])

    assert await provider.refresh(first["refresh_token"]) == second
    assert await provider.is_live(second["access_token"])


async def test_what_the_grant_stands_for_stays(provider: Provider) -> None:
    for first in (await provider.authorize(), await issue(provider)):
        before = await described(provider, first["access_token"])
        after = await described(provider, (await provider.refresh(first["refresh_token"]))["access_token"])
        assert after == before
        assert after["grant_type"] in ("authorization_code", "password")


async def test_reuse_outside_the_window_revokes_the_whole_grant(provider: Provider) -> None:
    first = await provider.authorize()
    second = await provider.refresh(first["refresh_token"])
    third = await provider.refresh(second["refresh_token"])
    provider.clock.advance(seconds=31)

    assert await provider.oauth_error(CREATE, provider.refreshing(first["refresh_token"])) == "invalid_grant"

    for tokens in (first, second, third):
        assert not await provider.is_live(tokens["access_token"])
    assert await provider.oauth_error(CREATE, provider.refreshing(third["refresh_token"])) == "invalid_grant"


async def test_reuse_revokes_this_grant_and_no_other_of_the_same_user(provider: Provider) -> None:
    stolen, other = await provider.authorize(), await provider.authorize()
    await provider.refresh(stolen["refresh_token"])
    provider.clock.advance(seconds=31)

    await provider.oauth_error(CREATE, provider.refreshing(stolen["refresh_token"]))

    assert await provider.is_live(other["access_token"])
    assert (await provider.refresh(other["refresh_token"]))["access_token"]


@pytest.mark.parametrize("ended", ["grant", "90 days"])
async def test_reuse_is_noticed_to_the_end_of_the_tombstone(provider: Provider, ended: str) -> None:
    await provider.set_service(refresh_token_ttl=30 * DAY if ended == "grant" else 0, access_token_ttl=0)
    first = await provider.authorize()
    second = await provider.refresh(first["refresh_token"])
    provider.clock.advance(seconds=(30 if ended == "grant" else 90) * DAY - 1)
    await provider.store.sweep(1000)
    assert await provider.is_live(second["access_token"])

    await provider.oauth_error(CREATE, provider.refreshing(first["refresh_token"]))

    assert not await provider.is_live(second["access_token"])


async def test_a_made_up_token_with_a_known_id_changes_nothing(provider: Provider) -> None:
    first = await provider.authorize()
    known = parse(first["refresh_token"])
    assert known is not None
    made_up = write(Kind.REFRESH, known.id, bytes(32))
    assert await provider.oauth_error(CREATE, provider.refreshing(made_up)) == "invalid_grant"

    second = await provider.refresh(first["refresh_token"])
    provider.clock.advance(seconds=31)
    assert await provider.oauth_error(CREATE, provider.refreshing(made_up)) == "invalid_grant"

    assert await provider.is_live(second["access_token"])
    assert (await provider.refresh(second["refresh_token"]))["access_token"]


@pytest.mark.parametrize("spent", [False, True])
async def test_a_foreign_client_a_wrong_secret_or_another_service_changes_nothing(
    provider: Provider, spent: bool
) -> None:
    await add_other_client(provider)
    await add_second_service(provider)
    tokens = await provider.authorize()
    presented = tokens["refresh_token"]
    if spent:
        tokens = await provider.refresh(presented)
        provider.clock.advance(seconds=31)
    wrong = {"client_id": "client", "client_secret": "wrong"}

    for client in (OTHER_CLIENT, PUBLIC_CLIENT):
        assert await provider.oauth_error(CREATE, provider.refreshing(presented, client)) == "invalid_grant"
    assert await provider.oauth_error(CREATE, provider.refreshing(presented, wrong)) == "invalid_client"
    elsewhere = {**provider.refreshing(presented), "service_key": "second"}
    assert await provider.oauth_error(CREATE, elsewhere) == "invalid_grant"

    assert await provider.is_live(tokens["access_token"])
    assert (await provider.refresh(tokens["refresh_token"]))["access_token"]


@pytest.mark.parametrize("text", ["8xLOxBtZp8", "rpf_", "x" * 512, "é"])
async def test_what_is_no_refresh_token_is_invalid_grant(provider: Provider, text: str) -> None:
    assert await provider.oauth_error(CREATE, provider.refreshing(text)) == "invalid_grant"


async def test_an_access_token_or_a_code_is_no_refresh_token(provider: Provider) -> None:
    for text in ((await provider.authorize())["access_token"], await provider.issue_code()):
        assert await provider.oauth_error(CREATE, provider.refreshing(text)) == "invalid_grant"


async def test_of_many_refreshes_at_once_all_get_the_one_successor(provider: Provider) -> None:
    params = provider.refreshing((await provider.authorize())["refresh_token"])

    replies = await asyncio.gather(*(provider.result(CREATE, params) for _ in range(32)))

    assert len({reply["refresh_token"] for reply in replies}) == 1
    assert await provider.is_live(replies[0]["access_token"])


async def test_of_many_refreshes_at_once_one_wins_and_the_grant_dies_where_there_is_no_window(
    provider: Provider,
) -> None:
    await provider.set_service(refresh_retry_window=0)
    params = provider.refreshing((await provider.authorize())["refresh_token"])

    replies = await asyncio.gather(*(provider.call(CREATE, params) for _ in range(16)))

    won = [reply["result"] for reply in replies if "result" in reply]
    assert len(won) == 1
    assert not await provider.is_live(won[0]["access_token"])


async def test_the_grant_ends_at_its_absolute_lifetime_however_often_it_was_refreshed(provider: Provider) -> None:
    await provider.set_service(refresh_token_ttl=1000)
    tokens = await provider.authorize()
    for _ in range(3):
        provider.clock.advance(seconds=333)
        tokens = await provider.refresh(tokens["refresh_token"])
    assert tokens["expires_in"] == 1
    provider.clock.advance(seconds=1)

    assert await provider.oauth_error(CREATE, provider.refreshing(tokens["refresh_token"])) == "invalid_grant"


async def test_idle_time_counts_from_the_last_refresh(provider: Provider) -> None:
    await provider.set_service(refresh_token_idle_ttl=100)
    tokens = await provider.authorize()
    for _ in range(3):
        provider.clock.advance(seconds=99.999)
        tokens = await provider.refresh(tokens["refresh_token"])
    provider.clock.advance(seconds=100)

    assert await provider.oauth_error(CREATE, provider.refreshing(tokens["refresh_token"])) == "invalid_grant"


async def test_a_grant_without_an_end_refreshes_after_years_if_it_was_never_idle_for_long(provider: Provider) -> None:
    await provider.set_service(refresh_token_ttl=0, refresh_token_idle_ttl=60 * DAY)
    tokens = await provider.authorize()
    for _ in range(15):
        provider.clock.advance(seconds=59 * DAY)
        await provider.store.sweep(1000)
        tokens = await provider.refresh(tokens["refresh_token"])

    assert await provider.is_live(tokens["access_token"])


async def test_scope_narrows_this_access_token_only(provider: Provider) -> None:
    first = await issue(provider, scope="read write admin")
    second = await provider.refresh(first["refresh_token"], scope="read")
    third = await provider.refresh(second["refresh_token"])

    assert [one["scope"] for one in (first, second, third)] == ["read write admin", "read", "read write admin"]
    assert (await described(provider, second["access_token"]))["scope"] == "read"


@pytest.mark.parametrize("asked", ["read write", "write", "READ", "read  read", ""])
async def test_a_wider_or_malformed_scope_is_invalid_scope_and_leaves_the_refresh_token_good(
    provider: Provider, asked: str
) -> None:
    first = await issue(provider, scope="read")
    if asked:
        params = provider.refreshing(first["refresh_token"], scope=asked)
        assert await provider.oauth_error(CREATE, params) == "invalid_scope"

    assert (await provider.refresh(first["refresh_token"], scope=""))["scope"] == "read"


async def test_scopes_that_are_no_longer_allowed_are_left_out_and_come_back_when_they_are_allowed_again(
    provider: Provider,
) -> None:
    first = await issue(provider, scope="read write")
    await provider.set_service(scopes=("read",))
    second = await provider.refresh(first["refresh_token"])
    await provider.set_service(scopes=())
    third = await provider.refresh(second["refresh_token"])
    await change_application(provider, scopes=("write",))
    fourth = await provider.refresh(third["refresh_token"])

    assert [one["scope"] for one in (first, second, third, fourth)] == ["read write", "read", "read write", "write"]


async def test_a_refresh_of_one_client_leaves_another_users_grant_alone(provider: Provider) -> None:
    other = await provider.result(CREATE, password_call(user_context="somebody else"))

    await provider.refresh((await provider.authorize())["refresh_token"])

    assert (await provider.refresh(other["refresh_token"]))["access_token"]
