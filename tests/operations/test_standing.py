"""Disabled, pruned, or a redirect_uri taken away: what becomes of codes and tokens, and their return (contract §5)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.operations.calls import (
    CREATE,
    FETCH,
    NAMED,
    REVOKE,
    VALIDATE,
    change_application,
    implicit_call,
    issue,
    prune_application,
    put_application,
)
from tests.support.provider import APPLICATION, CLIENT, REDIRECT_URI, Provider

OTHER_URI = "https://client.example.com/other"


async def disable(provider: Provider) -> None:
    await change_application(provider, disabled=True)


async def enable(provider: Provider) -> None:
    await change_application(provider, disabled=False)


async def prune(provider: Provider) -> None:
    await prune_application(provider, "client")


async def put_back(provider: Provider) -> None:
    await put_application(provider, APPLICATION, CLIENT["client_secret"])


async def take_from_service(provider: Provider) -> None:
    await change_application(provider, services=())


async def give_to_service(provider: Provider) -> None:
    await change_application(provider, services=("service",))


async def take_redirect_uri(provider: Provider) -> None:
    await change_application(provider, redirect_uris=(OTHER_URI,))


async def give_redirect_uri(provider: Provider) -> None:
    await change_application(provider, redirect_uris=(OTHER_URI, REDIRECT_URI))


GONE = [
    pytest.param(disable, enable, "invalid_client", id="disabled"),
    pytest.param(prune, put_back, "invalid_client", id="pruned"),
    pytest.param(take_from_service, give_to_service, "invalid_client", id="not of the service"),
    pytest.param(take_redirect_uri, give_redirect_uri, "invalid_grant", id="redirect_uri taken away"),
]


@pytest.mark.parametrize(("leave", "come_back", "error"), GONE)
async def test_codes_and_tokens_are_inactive_at_the_next_call_and_good_again_on_return(
    provider: Provider, leave: Any, come_back: Any, error: str
) -> None:
    tokens, code = await provider.authorize(), await provider.issue_code()
    implicit = await provider.result(CREATE, implicit_call())
    texts = [tokens["access_token"], implicit["access_token"]]

    await leave(provider)

    assert await provider.oauth_error(CREATE, provider.redemption(code)) == error
    assert await provider.oauth_error(CREATE, provider.refreshing(tokens["refresh_token"])) == error
    assert await provider.result(FETCH, {"service_key": "service", "access_token": texts}) == []
    for text in texts:
        assert not await provider.is_live(text)
        context = {"headers": {"Authorization": f"Bearer {text}"}}
        assert "error" in await provider.call(VALIDATE, {"service_key": "service", "context": context})

    await come_back(provider)

    assert [await provider.is_live(text) for text in texts] == [True, True]
    assert (await provider.redeem(code))["access_token"]
    assert (await provider.refresh(tokens["refresh_token"]))["access_token"]


async def test_tokens_that_came_without_a_redirect_uri_outlive_its_removal(provider: Provider) -> None:
    tokens = await issue(provider)
    await take_redirect_uri(provider)

    assert await provider.is_live(tokens["access_token"])
    assert (await provider.refresh(tokens["refresh_token"]))["access_token"]


async def test_where_any_redirect_uri_goes_the_removal_of_one_changes_nothing(provider: Provider) -> None:
    await provider.set_service(force_redirect_uri=False)
    tokens, code = await provider.authorize(), await provider.issue_code()
    await take_redirect_uri(provider)

    assert await provider.is_live(tokens["access_token"])
    assert (await provider.redeem(code))["access_token"]


async def test_what_was_revoked_while_its_application_was_away_stays_revoked(provider: Provider) -> None:
    tokens = await provider.authorize()
    await disable(provider)
    params = {"service_key": "service", "client": NAMED, "access_token": tokens["access_token"]}
    assert await provider.oauth_error(REVOKE, params) == "unauthorized_client"
    where = {"client_id": "client"}
    assert await provider.result("oauth2.revokeTokens", {"service_key": "service", "where": where}) is True

    await enable(provider)

    assert not await provider.is_live(tokens["access_token"])


async def test_a_pruned_applications_refresh_token_is_not_spent_by_the_attempt(provider: Provider) -> None:
    tokens = await provider.authorize()
    await prune(provider)
    for _ in range(2):
        assert await provider.oauth_error(CREATE, provider.refreshing(tokens["refresh_token"])) == "invalid_client"
    await put_back(provider)

    assert (await provider.refresh(tokens["refresh_token"]))["access_token"]


@pytest.mark.parametrize("setting", [{"grant_types": ()}, {"scopes": ("other",)}, {"access_token_ttl": 1}])
async def test_other_changes_of_a_service_leave_issued_tokens_alone(
    provider: Provider, setting: dict[str, Any]
) -> None:
    token = (await issue(provider, scope="read"))["access_token"]
    await provider.set_service(**setting)
    provider.clock.advance(seconds=3599)

    assert await provider.is_live(token)
