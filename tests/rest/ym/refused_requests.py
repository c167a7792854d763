"""Requests that are to be refused, each made on a provider where just that is wrong with it. In OAuth's words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from rpcauth.model import GrantType, TokenType
from tests.operations.calls import (
    OTHER_CLIENT,
    PKCE,
    add_other_client,
    add_second_service,
    change_application,
    prune_application,
)
from tests.rest.ym.conversation import OWN_CLIENT, code_request, refreshing_of
from tests.rest.ym.serving import Served
from tests.support.provider import SERVICE

Make = Callable[[Served], Awaitable[dict[str, str]]]


def changed(*gone: str, **members: str) -> Make:
    """A good request by code, with members changed or left out."""

    async def make(served: Served) -> dict[str, str]:
        good = await code_request(served) | members
        return {name: text for name, text in good.items() if name not in gone}

    return make


async def refreshing(served: Served) -> dict[str, str]:
    """A good request by refresh token."""
    return refreshing_of((await served.provider.authorize())["refresh_token"])


async def refreshing_without_token(served: Served) -> dict[str, str]:
    return {name: text for name, text in (await refreshing(served)).items() if name != "refresh_token"}


async def nothing(served: Served) -> dict[str, str]:
    return {}


# --- clients ----------------------------------------------------------------------------------------------------------


async def of_disabled_client(served: Served) -> dict[str, str]:
    await change_application(served.provider, disabled=False)
    request = await code_request(served)
    await change_application(served.provider, disabled=True)
    return request


async def of_another_services_client(served: Served) -> dict[str, str]:
    if "second" not in served.provider.store.definitions.services:
        await add_second_service(served.provider)
    await change_application(served.provider, services=("service",))
    request = await code_request(served)
    await change_application(served.provider, services=("second",))
    return request


async def of_client_gone_since(served: Served) -> dict[str, str]:
    if "other" not in served.provider.store.definitions.applications:
        await add_other_client(served.provider)
    request = await code_request(served, client=OTHER_CLIENT) | OTHER_CLIENT
    await prune_application(served.provider, "other")
    return request


# --- codes ------------------------------------------------------------------------------------------------------------


async def expired(served: Served) -> dict[str, str]:
    request = await code_request(served)
    served.provider.clock.advance(seconds=SERVICE.authorization_code_ttl)
    return request


async def used(served: Served) -> dict[str, str]:
    request = await code_request(served)
    await served.provider.redeem(request["code"])
    served.provider.clock.advance(seconds=2)
    return request


async def of_another_client(served: Served) -> dict[str, str]:
    await add_other_client(served.provider)
    return await code_request(served, client=OTHER_CLIENT)


async def with_challenge(served: Served) -> dict[str, str]:
    return await code_request(served, authorization_data=PKCE)


async def access_token_for_code(served: Served) -> dict[str, str]:
    return await changed(code=(await served.provider.authorize())["access_token"])(served)


async def code_of_another_service(served: Served) -> dict[str, str]:
    await add_second_service(served.provider)
    return await code_request(served, service_key="second")


# --- refresh tokens ---------------------------------------------------------------------------------------------------


async def made_up_refresh_token(served: Served) -> dict[str, str]:
    return refreshing_of("rpf_made_up")


async def refresh_expired(served: Served) -> dict[str, str]:
    request = await refreshing(served)
    served.provider.clock.advance(seconds=SERVICE.refresh_token_ttl)
    return request


async def refresh_revoked(served: Served) -> dict[str, str]:
    tokens = await served.provider.authorize()
    params = {"service_key": "service", "client": OWN_CLIENT, "access_token": tokens["refresh_token"]}
    await served.provider.result("oauth2.revokeAccessToken", params)
    return refreshing_of(tokens["refresh_token"])


async def refresh_reused(served: Served) -> dict[str, str]:
    request = await refreshing(served)
    await served.provider.refresh(request["refresh_token"])
    served.provider.clock.advance(seconds=SERVICE.refresh_retry_window + 1)
    return request


async def refresh_of_another_client(served: Served) -> dict[str, str]:
    await add_other_client(served.provider)
    return await refreshing(served) | OTHER_CLIENT


# --- scopes and grants ------------------------------------------------------------------------------------------------


async def wider_scope(served: Served) -> dict[str, str]:
    return await code_request(served, scope="read") | {"scope": "read write"}


async def wider_refresh(served: Served) -> dict[str, str]:
    code = await served.provider.issue_code(scope="read")
    tokens = await served.provider.redeem(code)
    return refreshing_of(tokens["refresh_token"]) | {"scope": "read write"}


async def grant_not_for_client(served: Served) -> dict[str, str]:
    await change_application(served.provider, grant_types=None)
    request = await code_request(served)
    await change_application(served.provider, grant_types=(GrantType.PASSWORD,))
    return request


async def grant_not_offered(served: Served) -> dict[str, str]:
    await served.provider.set_service(grant_types=tuple(GrantType))
    request = await code_request(served)
    await served.provider.set_service(grant_types=(GrantType.PASSWORD,))
    return request


async def refresh_not_offered(served: Served) -> dict[str, str]:
    await served.provider.set_service(refresh_token_enabled=True)
    request = await refreshing(served)
    await served.provider.set_service(refresh_token_enabled=False)
    return request


async def mac_service(served: Served) -> dict[str, str]:
    await served.provider.set_service(access_token_type=TokenType.BEARER)
    request = await code_request(served)
    await served.provider.set_service(access_token_type=TokenType.MAC)
    return request
