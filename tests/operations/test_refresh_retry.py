"""The retried refresh: a lost reply must not log a user out (json-rpc contract §4, Refresh; §5)."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest

from rpcauth.model import TokenType
from rpcauth.storage.driver import connect
from tests.operations.calls import CREATE, NAMED, REVOKE, change_application, described, issue
from tests.support.provider import Provider

CONFIGURATIONS = [
    pytest.param({}, id="digests only"),
    pytest.param({"secure_tokens": False}, id="sealed tokens"),
    pytest.param({"access_token_type": TokenType.MAC}, id="mac"),
    pytest.param({"refresh_revokes_access_token": True}, id="old one revoked"),
    pytest.param({"access_token_ttl": 0, "refresh_token_ttl": 0}, id="no expiry"),
    pytest.param({"secure_tokens": False, "allow_multiple_tokens": False}, id="one token"),
]


@pytest.mark.parametrize("settings", CONFIGURATIONS)
async def test_a_retry_within_the_window_gets_the_same_answer_with_what_remains(
    provider: Provider, settings: dict[str, Any]
) -> None:
    await provider.set_service(**settings)
    first = await issue(provider, scope="read write")
    second = await provider.refresh(first["refresh_token"])
    expires_in = second.pop("expires_in")

    for waited in (0, 10, 29):
        provider.clock.advance(seconds=waited - (provider.clock.elapsed / 1000))
        again = await provider.refresh(first["refresh_token"])
        assert again.pop("expires_in") == (None if expires_in is None else expires_in - waited)
        assert again == second
    assert await provider.is_live(second["access_token"])
    assert (await provider.refresh(second["refresh_token"]))["access_token"]


async def test_a_mac_secret_is_the_same_on_a_retry_and_good(provider: Provider) -> None:
    await provider.set_service(access_token_type=TokenType.MAC)
    first = await issue(provider)
    second, again = [await provider.refresh(first["refresh_token"]) for _ in range(2)]

    assert again["extended"] == second["extended"]
    assert second["extended"]["secret"] != first["extended"]["secret"]


@pytest.mark.parametrize("window", [1, 30, 3600])
async def test_the_window_closes_with_time(provider: Provider, window: int) -> None:
    await provider.set_service(refresh_retry_window=window)
    first = await provider.authorize()
    second = await provider.refresh(first["refresh_token"])
    provider.clock.advance(seconds=window - 0.001)
    assert (await provider.refresh(first["refresh_token"]))["refresh_token"] == second["refresh_token"]

    provider.clock.advance(seconds=0.001)
    assert await provider.oauth_error(CREATE, provider.refreshing(first["refresh_token"])) == "invalid_grant"
    assert not await provider.is_live(second["access_token"])


async def test_the_window_does_not_slide_with_the_retries(provider: Provider) -> None:
    first = await provider.authorize()
    await provider.refresh(first["refresh_token"])
    for _ in range(2):
        provider.clock.advance(seconds=14)
        await provider.refresh(first["refresh_token"])
    provider.clock.advance(seconds=14)

    assert await provider.oauth_error(CREATE, provider.refreshing(first["refresh_token"])) == "invalid_grant"


async def test_the_window_closes_when_the_successor_is_used(provider: Provider) -> None:
    first = await provider.authorize()
    second = await provider.refresh(first["refresh_token"])
    third = await provider.refresh(second["refresh_token"])

    assert await provider.oauth_error(CREATE, provider.refreshing(first["refresh_token"])) == "invalid_grant"

    assert not await provider.is_live(third["access_token"])


async def test_using_the_successors_access_token_leaves_the_window_open(provider: Provider) -> None:
    first = await provider.authorize()
    second = await provider.refresh(first["refresh_token"])
    assert await provider.is_live(second["access_token"])

    assert await provider.refresh(first["refresh_token"]) == second


async def test_without_a_window_the_second_use_revokes_the_grant(provider: Provider) -> None:
    await provider.set_service(refresh_retry_window=0)
    first = await provider.authorize()
    second = await provider.refresh(first["refresh_token"])

    assert await provider.oauth_error(CREATE, provider.refreshing(first["refresh_token"])) == "invalid_grant"

    assert not await provider.is_live(second["access_token"])


@pytest.mark.parametrize(
    ("first_scope", "retry_scope", "same"),
    [
        (None, None, True),
        (None, "", True),
        ("read", "read", True),
        ("read", "write", False),
        ("read", None, False),
        (None, "read write", False),
        ("read write", "write read", False),
        ("read", "admin", False),
    ],
)
async def test_a_retry_for_another_scope_is_invalid_scope_and_revokes_nothing(
    provider: Provider, first_scope: str | None, retry_scope: str | None, same: bool
) -> None:
    first = await issue(provider, scope="read write")
    second = await provider.refresh(first["refresh_token"], scope=first_scope)

    reply = await provider.call(CREATE, provider.refreshing(first["refresh_token"], scope=retry_scope))

    if same:
        assert reply["result"] == second
    else:
        assert reply["error"]["data"]["error"] == "invalid_scope"
    assert await provider.is_live(second["access_token"])
    assert (await provider.refresh(first["refresh_token"], scope=first_scope)) == second


async def test_a_retry_survives_a_restart_and_rotated_keys(provider: Provider) -> None:
    from rpcauth.keys.keyring import Purpose
    from rpcauth.operations.key_rotation import RotateKey

    first = await provider.authorize()
    second = await provider.refresh(first["refresh_token"])
    for purpose in (Purpose.DERIVATION, Purpose.TOKEN_DIGEST, Purpose.SEALING):
        await provider.store.execute(RotateKey(purpose=purpose, master=provider.master))

    assert await provider.refresh(first["refresh_token"]) == second


async def test_the_sweeper_erases_the_salt_of_a_closed_window_and_of_a_used_successor_it_is_gone_at_once(
    provider: Provider,
) -> None:
    def salts() -> int:
        with closing(connect(provider.path, writer=False)) as connection:
            count: int = connection.execute("SELECT COUNT(salt) FROM refresh_tokens").fetchone()[0]
            return count

    first = await provider.authorize()
    second = await provider.refresh(first["refresh_token"])
    assert salts() == 1
    await provider.refresh(second["refresh_token"])
    assert salts() == 1
    provider.clock.advance(seconds=30)
    await provider.store.sweep(100)

    assert salts() == 0


async def test_a_retry_at_the_end_of_the_grant_is_invalid_grant(provider: Provider) -> None:
    await provider.set_service(refresh_token_ttl=100)
    first = await provider.authorize()
    provider.clock.advance(seconds=99)
    await provider.refresh(first["refresh_token"])
    provider.clock.advance(seconds=1)

    assert await provider.oauth_error(CREATE, provider.refreshing(first["refresh_token"])) == "invalid_grant"


async def test_a_retry_is_refused_while_the_redirect_uri_is_not_registered_and_revokes_nothing(
    provider: Provider,
) -> None:
    uris = provider.store.definitions.applications["client"].redirect_uris
    first = await provider.authorize()
    second = await provider.refresh(first["refresh_token"])
    await change_application(provider, redirect_uris=())
    assert await provider.oauth_error(CREATE, provider.refreshing(first["refresh_token"])) == "invalid_grant"

    await change_application(provider, redirect_uris=uris)

    assert await provider.refresh(first["refresh_token"]) == second


async def test_a_retry_outlives_a_short_access_token_that_the_sweeper_would_take(provider: Provider) -> None:
    await provider.set_service(access_token_ttl=5, inactive_retention=0)
    first = await provider.authorize()
    second = await provider.refresh(first["refresh_token"])
    provider.clock.advance(seconds=20)
    await provider.store.sweep(100)

    again = await provider.refresh(first["refresh_token"])

    assert again["refresh_token"] == second["refresh_token"]
    assert (await provider.refresh(again["refresh_token"]))["access_token"]


async def test_a_retry_gives_no_life_back_to_an_access_token_that_was_revoked(provider: Provider) -> None:
    first = await provider.authorize()
    second = await provider.refresh(first["refresh_token"])
    params = {"service_key": "service", "client": NAMED, "access_token": second["access_token"]}
    await provider.result(REVOKE, params)

    assert await provider.refresh(first["refresh_token"]) == second
    assert not await provider.is_live(second["access_token"])


async def test_a_window_that_is_shortened_later_does_not_change_what_was_promised(provider: Provider) -> None:
    first = await provider.authorize()
    second = await provider.refresh(first["refresh_token"])
    await provider.set_service(refresh_retry_window=0)

    assert await provider.refresh(first["refresh_token"]) == second
    assert (await described(provider, second["access_token"]))["client_id"] == "client"
