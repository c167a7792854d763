"""oauth2.revokeUserApplication and oauth2.revokeTokens: one watermark each (json-rpc contract §4)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.operations.calls import (
    CREATE,
    NAMED,
    OTHER_CLIENT,
    REVOKE_TOKENS,
    REVOKE_USER,
    UPDATE,
    add_other_client,
    add_second_service,
    fault,
    issue,
    password_call,
    token_call,
)
from tests.support.provider import CLIENT, START, Provider, open_provider

SECOND = START // 1000


def user_call(user: str = "user", client: dict[str, Any] = NAMED, service_key: str = "service") -> dict[str, Any]:
    return {"service_key": service_key, "client": client, "user_context": user}


async def revoke_where(provider: Provider, **where: Any) -> None:
    assert await provider.result(REVOKE_TOKENS, {"service_key": "service", "where": where}) is True


async def is_dead(provider: Provider, tokens: dict[str, Any], client: dict[str, str] = CLIENT) -> bool:
    """Whether all of a grant is gone; half of it gone fails the test."""
    live = await provider.is_live(tokens["access_token"])
    refreshed = await provider.call(CREATE, provider.refreshing(tokens["refresh_token"], client))
    assert ("result" in refreshed) is live
    return not live


async def sweep(provider: Provider) -> None:
    while await provider.store.sweep(3):
        pass


@pytest.mark.parametrize("swept", [False, True])
async def test_a_user_application_takes_access_tokens_refresh_tokens_and_unspent_codes(
    provider: Provider, swept: bool
) -> None:
    code = await provider.issue_code()
    first = await provider.authorize()
    second = await provider.refresh(first["refresh_token"])
    direct = await issue(provider)
    await provider.result(CREATE, token_call({"grant_type": "client_credentials"}, user_context="user"))

    assert await provider.result(REVOKE_USER, user_call()) is True
    if swept:
        await sweep(provider)

    assert await provider.oauth_error(CREATE, provider.redemption(code)) == "invalid_grant"
    for tokens in (first, second, direct):
        assert await is_dead(provider, tokens)


@pytest.mark.parametrize("swept", [False, True])
async def test_other_users_clients_and_services_are_left_alone(provider: Provider, swept: bool) -> None:
    await add_other_client(provider)
    await add_second_service(provider)
    somebody = await issue(provider, user_context="somebody else")
    nobody = await provider.result(CREATE, token_call({"grant_type": "client_credentials"}))
    others = await issue(provider, OTHER_CLIENT)
    second = await provider.result(CREATE, password_call(service_key="second"))
    await provider.result(REVOKE_USER, user_call())
    if swept:
        await sweep(provider)

    assert not await is_dead(provider, somebody)
    assert not await is_dead(provider, others, OTHER_CLIENT)
    assert await provider.is_live(nobody["access_token"])
    found = await provider.result(
        "oauth2.fetchAccessToken", {"service_key": "second", "access_token": second["access_token"]}
    )
    assert found["user_context"] == "user"


async def test_what_is_issued_afterwards_works_at_once_in_the_same_millisecond(provider: Provider) -> None:
    for _ in range(3):
        before = await issue(provider)
        code = await provider.issue_code()
        await provider.result(REVOKE_USER, user_call())
        after, later_code = await issue(provider), await provider.issue_code()

        assert await is_dead(provider, before)
        assert not await is_dead(provider, after)
        assert await provider.oauth_error(CREATE, provider.redemption(code)) == "invalid_grant"
        assert not await is_dead(provider, await provider.redeem(later_code))


async def test_what_was_revoked_stays_so_when_the_watermark_is_gone(provider: Provider) -> None:
    await provider.set_service(access_token_ttl=0, refresh_token_ttl=0)
    before = await issue(provider)
    await provider.result(REVOKE_USER, user_call())
    await sweep(provider)
    provider.clock.advance(seconds=16 * 60)
    await sweep(provider)

    assert await is_dead(provider, before)
    assert not await is_dead(provider, await issue(provider))


async def test_nothing_to_revoke_is_true_and_an_unknown_client_is_not(provider: Provider) -> None:
    assert await provider.result(REVOKE_USER, user_call("nobody")) is True
    assert await provider.oauth_error(REVOKE_USER, user_call(client={"client_id": "nobody"})) == "unauthorized_client"


async def test_an_access_token_dies_with_the_grants_user_also_when_it_was_given_to_another(
    provider: Provider,
) -> None:
    tokens = await issue(provider)
    params = {"service_key": "service", "client": NAMED, "access_token": tokens["access_token"], "user_context": "new"}
    await provider.result(UPDATE, params)

    await provider.result(REVOKE_USER, user_call("user"))
    assert await is_dead(provider, tokens)
    await sweep(provider)
    assert await is_dead(provider, tokens)


ME, YOU = ("client", "me"), ("client", "you")
MINE, YOURS = ("other", "me"), ("other", "you")


@pytest.mark.parametrize(
    ("where", "dead"),
    [
        ({"client_id": "client"}, {ME, YOU}),
        ({"client_id": "nobody"}, set()),
        ({"user_context": "me"}, {ME, MINE}),
        ({"client_id": "other", "user_context": "you"}, {YOURS}),
        ({"client_id": "", "user_context": "you"}, {YOU, YOURS}),
        ({"client_id": None, "user_context": "you"}, {YOU, YOURS}),
        ({"issued_before": SECOND + 11}, {ME, YOU, MINE, YOURS}),
        ({"issued_before": SECOND + 10}, {ME, MINE}),
        ({"issued_before": "2027-01-15T08:00:10Z"}, {ME, MINE}),
        ({"issued_before": "2027-01-15T09:00:10+01:00"}, {ME, MINE}),
        ({"issued_before": "2027-01-15T08:00:10.001Z"}, {ME, YOU, MINE, YOURS}),
        ({"issued_before": SECOND}, set()),
        ({"issued_before": 0}, set()),
        ({"issued_before": SECOND + 86_400}, {ME, YOU, MINE, YOURS}),
        ({"issued_before": SECOND + 10, "client_id": "other"}, {MINE}),
        ({"issued_before": SECOND + 10, "user_context": "you", "client_id": "client"}, set()),
    ],
)
@pytest.mark.parametrize("swept", [False, True])
async def test_where_combines_client_user_and_time_of_issue(
    provider: Provider, where: dict[str, Any], dead: set[tuple[str, str]], swept: bool
) -> None:
    await add_other_client(provider)
    clients = {"client": CLIENT, "other": OTHER_CLIENT}
    tokens = {}
    for user in ("me", "you"):  # "me" at the start, "you" ten seconds later
        for name, client in clients.items():
            tokens[name, user] = await issue(provider, client, user_context=user)
        provider.clock.advance(seconds=10)

    await revoke_where(provider, **where)
    if swept:
        await sweep(provider)

    found = {key for key, one in tokens.items() if await is_dead(provider, one, clients[key[0]])}
    assert found == dead


async def test_a_later_time_than_now_revokes_what_there_is_and_nothing_that_comes(provider: Provider) -> None:
    before = await issue(provider)
    await revoke_where(provider, issued_before=SECOND + 3600)
    after = await issue(provider)

    assert await is_dead(provider, before)
    assert not await is_dead(provider, after)


async def test_an_earlier_watermark_does_not_lift_a_later_one(provider: Provider) -> None:
    provider.clock.advance(seconds=100)
    tokens = await issue(provider)
    await revoke_where(provider, client_id="client")
    await revoke_where(provider, client_id="client", issued_before=SECOND)

    assert await is_dead(provider, tokens)


@pytest.mark.parametrize(
    ("where", "path"),
    [
        (None, "$.params.where"),
        ([], "$.params.where"),
        ("client", "$.params.where"),
        ({}, "$.params.where"),
        ({"client_id": "", "user_context": None, "issued_before": ""}, "$.params.where"),
        ({"client_id": "client", "scope": "read"}, "$.params.where"),
        ({"user_context": "user", "client_id": 0}, "$.params.where.client_id"),
        ({"user_context": "user", "client_id": False}, "$.params.where.client_id"),
        ({"user_context": "user", "client_id": []}, "$.params.where.client_id"),
        ({"client_id": "x" * 513}, "$.params.where.client_id"),
        ({"client_id": "a\0b"}, "$.params.where.client_id"),
        ({"client_id": "client", "user_context": {}}, "$.params.where.user_context"),
        ({"user_context": "x" * 256}, "$.params.where.user_context"),
        ({"issued_before": -1}, "$.params.where.issued_before"),
        ({"issued_before": 1.5}, "$.params.where.issued_before"),
        ({"issued_before": True}, "$.params.where.issued_before"),
        ({"issued_before": 2**50}, "$.params.where.issued_before"),
        ({"issued_before": "yesterday"}, "$.params.where.issued_before"),
        ({"issued_before": "2027-01-15T08:00:10"}, "$.params.where.issued_before"),
    ],
)
async def test_a_where_that_is_not_understood_revokes_nothing(provider: Provider, where: Any, path: str) -> None:
    tokens = await issue(provider)

    error = await fault(provider, REVOKE_TOKENS, {"service_key": "service", "where": where})

    assert (error["code"], error["data"]) == (-32602, {"path": path})
    assert not await is_dead(provider, tokens)


async def test_a_later_time_than_now_covers_what_was_issued_after_a_restart(tmp_path: Path) -> None:
    """Ids of a store that was opened again may run a second ahead of the clock."""
    async with open_provider(tmp_path) as provider:
        before = await issue(provider)
    async with open_provider(tmp_path, provider.clock, provider.master) as reopened:
        after = await issue(reopened)
        await revoke_where(reopened, issued_before="2027-01-15T08:00:00.500Z")

        assert await is_dead(reopened, before)
        assert await is_dead(reopened, after)
