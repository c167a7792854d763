"""oauth2.revokeAccessToken (json-rpc contract §4)."""

from __future__ import annotations

from typing import Any

import pytest

from rpcauth.oauth.token_text import Kind, parse, write
from rpcauth.operations.token_values import write_reference
from tests.operations.calls import (
    CREATE,
    NAMED,
    OTHER_CLIENT,
    REVOKE,
    add_other_client,
    add_second_service,
    issue,
    refusal,
)
from tests.support.provider import CLIENT, PUBLIC_CLIENT, Provider


def revoke_call(access_token: Any, client: dict[str, Any] = NAMED, service_key: str = "service") -> dict[str, Any]:
    return {"service_key": service_key, "client": client, "access_token": access_token}


async def is_refreshable(provider: Provider, tokens: dict[str, Any]) -> bool:
    return "result" in await provider.call(CREATE, provider.refreshing(tokens["refresh_token"]))


@pytest.mark.parametrize("client", [NAMED, CLIENT])
async def test_an_access_token_takes_only_itself(provider: Provider, client: dict[str, str]) -> None:
    first = await provider.authorize()
    second = await provider.refresh(first["refresh_token"])

    assert await provider.result(REVOKE, revoke_call(first["access_token"], client)) is True

    assert not await provider.is_live(first["access_token"])
    assert await provider.is_live(second["access_token"])
    assert await is_refreshable(provider, second)


@pytest.mark.parametrize("spent", [False, True])
async def test_a_refresh_token_takes_its_whole_grant_and_no_other(provider: Provider, spent: bool) -> None:
    other = await provider.authorize()
    first = await provider.authorize()
    second = await provider.refresh(first["refresh_token"])
    presented = (first if spent else second)["refresh_token"]

    assert await provider.result(REVOKE, revoke_call(presented)) is True

    for tokens in (first, second):
        assert not await provider.is_live(tokens["access_token"])
        assert not await is_refreshable(provider, tokens)
    assert await provider.is_live(other["access_token"])
    assert await is_refreshable(provider, other)


async def test_revoking_twice_or_what_does_not_exist_is_true(provider: Provider) -> None:
    tokens = await provider.authorize()
    for text in (tokens["access_token"], tokens["refresh_token"]):
        for _ in range(2):
            assert await provider.result(REVOKE, revoke_call(text)) is True

    for text in ("SlAV32hkKG", "rpa_", "é", "x" * 512, await provider.issue_code()):
        assert await provider.result(REVOKE, revoke_call(text)) is True


async def test_a_code_is_no_token_to_revoke(provider: Provider) -> None:
    code = await provider.issue_code()
    await provider.result(REVOKE, revoke_call(code))

    assert (await provider.redeem(code))["access_token"]


@pytest.mark.parametrize("name", ["access_token", "refresh_token"])
async def test_a_made_up_token_with_a_known_id_revokes_nothing(provider: Provider, name: str) -> None:
    tokens = await provider.authorize()
    presented = parse(tokens[name])
    assert presented is not None

    assert await provider.result(REVOKE, revoke_call(write(presented.kind, presented.id, bytes(32)))) is True

    assert await provider.is_live(tokens["access_token"])
    assert await is_refreshable(provider, tokens)


@pytest.mark.parametrize("name", ["access_token", "refresh_token"])
async def test_somebody_elses_token_is_unauthorized_client_and_stays(provider: Provider, name: str) -> None:
    await add_other_client(provider)
    tokens = await provider.authorize()

    for client in (OTHER_CLIENT, PUBLIC_CLIENT):
        detail = await refusal(provider, REVOKE, revoke_call(tokens[name], client))
        assert (detail["error"], detail["error_description"]) == ("unauthorized_client", "Invalid client identifier")

    assert await provider.is_live(tokens["access_token"])
    assert await is_refreshable(provider, tokens)


async def test_somebody_elses_token_is_told_from_an_unknown_one_even_when_it_is_revoked(provider: Provider) -> None:
    tokens = await provider.authorize()
    await provider.result(REVOKE, revoke_call(tokens["access_token"]))

    assert await provider.oauth_error(REVOKE, revoke_call(tokens["access_token"], PUBLIC_CLIENT)) == (
        "unauthorized_client"
    )


async def test_an_unknown_client_is_unauthorized_client_and_revokes_nothing(provider: Provider) -> None:
    tokens = await provider.authorize()

    params = revoke_call(tokens["access_token"], {"client_id": "nobody"})
    assert await provider.oauth_error(REVOKE, params) == "unauthorized_client"
    assert await provider.is_live(tokens["access_token"])


@pytest.mark.parametrize("name", ["access_token", "refresh_token"])
async def test_another_service_does_not_know_the_token(provider: Provider, name: str) -> None:
    await add_second_service(provider)
    tokens = await provider.authorize()

    assert await provider.result(REVOKE, revoke_call(tokens[name], service_key="second")) is True

    assert await provider.is_live(tokens["access_token"])
    assert await is_refreshable(provider, tokens)


async def test_a_reference_is_taken_for_the_access_token_and_a_made_up_one_is_not(provider: Provider) -> None:
    token = (await issue(provider))["access_token"]
    presented = parse(token)
    assert presented is not None

    assert await provider.result(REVOKE, revoke_call(write(Kind.REFERENCE, presented.id, bytes(12)))) is True
    assert await provider.is_live(token)
    reference = write_reference(provider.store.keyring, presented.id)
    assert await provider.oauth_error(REVOKE, revoke_call(reference, PUBLIC_CLIENT)) == "unauthorized_client"
    assert await provider.result(REVOKE, revoke_call(reference)) is True
    assert not await provider.is_live(token)


async def test_an_expired_token_is_revoked_without_complaint(provider: Provider) -> None:
    tokens = await issue(provider)
    provider.clock.advance(seconds=86_400 * 31)

    for text in (tokens["access_token"], tokens["refresh_token"]):
        assert await provider.result(REVOKE, revoke_call(text)) is True


async def test_a_wrong_secret_revokes_nothing(provider: Provider) -> None:
    token = (await issue(provider))["access_token"]

    params = revoke_call(token, {"client_id": "client", "client_secret": "wrong"})
    assert await provider.oauth_error(REVOKE, params) == "invalid_client"
    assert await provider.is_live(token)
