"""The table of refusals: what is wrong with a request, and what is said to it in every format by either service.

Requests and fields are in OAuth's words; each service says them in its own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from rpcauth.model import GrantType, TokenType
from tests.operations.calls import (
    OTHER_CLIENT,
    PKCE,
    add_other_client,
    add_second_service,
    change_application,
    prune_application,
)
from tests.rest.ym.exchanges import GET_SERVICE, OIDC_SERVICE, SERVICES, Spoken, code_request, refreshing_of
from tests.rest.ym.serving import CLIENT_ID, Served
from tests.support.provider import SERVICE

Make = Callable[[Served], Awaitable[dict[str, str]]]

CODE_INVALID = "The authorization code is invalid."
REFRESH_INVALID = "The refresh token is invalid."


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A row. `fields` are the members at fault, `shown` what the answer says of each; `changes` the tables that differ
    afterwards: what a request is refused for may end codes and grants, and never begins any.
    """

    make: Make
    code: str
    message: str
    status: int = 400
    fields: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    bare: bool = False
    oauth: str = "invalid_request"
    changes: frozenset[str] = frozenset()
    services: tuple[Spoken, ...] = SERVICES


def _changed(*gone: str, **members: str) -> Make:
    """A good request by code, with members changed or left out."""

    async def make(served: Served) -> dict[str, str]:
        good = await code_request(served) | members
        return {name: text for name, text in good.items() if name not in gone}

    return make


async def _refreshing(served: Served) -> dict[str, str]:
    """A good request by refresh token."""
    return refreshing_of((await served.provider.authorize())["refresh_token"])


async def _refreshing_without_token(served: Served) -> dict[str, str]:
    return {name: text for name, text in (await _refreshing(served)).items() if name != "refresh_token"}


async def _nothing(served: Served) -> dict[str, str]:
    return {}


# --- clients ----------------------------------------------------------------------------------------------------------


async def _of_disabled_client(served: Served) -> dict[str, str]:
    await change_application(served.provider, disabled=False)
    request = await code_request(served)
    await change_application(served.provider, disabled=True)
    return request


async def _of_another_services_client(served: Served) -> dict[str, str]:
    if "second" not in served.provider.store.definitions.services:
        await add_second_service(served.provider)
    await change_application(served.provider, services=("service",))
    request = await code_request(served)
    await change_application(served.provider, services=("second",))
    return request


async def _of_client_gone_since(served: Served) -> dict[str, str]:
    if "other" not in served.provider.store.definitions.applications:
        await add_other_client(served.provider)
    request = await code_request(served, client=OTHER_CLIENT) | OTHER_CLIENT
    await prune_application(served.provider, "other")
    return request


# --- codes ------------------------------------------------------------------------------------------------------------


async def _expired(served: Served) -> dict[str, str]:
    request = await code_request(served)
    served.provider.clock.advance(seconds=SERVICE.authorization_code_ttl)
    return request


async def _used(served: Served) -> dict[str, str]:
    request = await code_request(served)
    await served.provider.redeem(request["code"])
    served.provider.clock.advance(seconds=2)
    return request


async def _of_another_client(served: Served) -> dict[str, str]:
    await add_other_client(served.provider)
    return await code_request(served, client=OTHER_CLIENT)


async def _with_challenge(served: Served) -> dict[str, str]:
    return await code_request(served, authorization_data=PKCE)


async def _access_token_for_code(served: Served) -> dict[str, str]:
    return await _changed(code=(await served.provider.authorize())["access_token"])(served)


async def _code_of_another_service(served: Served) -> dict[str, str]:
    await add_second_service(served.provider)
    return await code_request(served, service_key="second")


# --- refresh tokens ---------------------------------------------------------------------------------------------------


async def _made_up_refresh_token(served: Served) -> dict[str, str]:
    return refreshing_of("rpf_made_up")


async def _refresh_expired(served: Served) -> dict[str, str]:
    request = await _refreshing(served)
    served.provider.clock.advance(seconds=SERVICE.refresh_token_ttl)
    return request


async def _refresh_revoked(served: Served) -> dict[str, str]:
    tokens = await served.provider.authorize()
    client = {"client_id": CLIENT_ID, "client_secret": refreshing_of("")["client_secret"]}
    params = {"service_key": "service", "client": client, "access_token": tokens["refresh_token"]}
    await served.provider.result("oauth2.revokeAccessToken", params)
    return refreshing_of(tokens["refresh_token"])


async def _refresh_reused(served: Served) -> dict[str, str]:
    request = await _refreshing(served)
    await served.provider.refresh(request["refresh_token"])
    served.provider.clock.advance(seconds=SERVICE.refresh_retry_window + 1)
    return request


async def _refresh_of_another_client(served: Served) -> dict[str, str]:
    await add_other_client(served.provider)
    return await _refreshing(served) | OTHER_CLIENT


# --- scopes and grants ------------------------------------------------------------------------------------------------


async def _wider_scope(served: Served) -> dict[str, str]:
    return await code_request(served, scope="read") | {"scope": "read write"}


async def _wider_refresh(served: Served) -> dict[str, str]:
    code = await served.provider.issue_code(scope="read")
    tokens = await served.provider.redeem(code)
    return refreshing_of(tokens["refresh_token"]) | {"scope": "read write"}


async def _grant_not_for_client(served: Served) -> dict[str, str]:
    await change_application(served.provider, grant_types=None)
    request = await code_request(served)
    await change_application(served.provider, grant_types=(GrantType.PASSWORD,))
    return request


async def _grant_not_offered(served: Served) -> dict[str, str]:
    await served.provider.set_service(grant_types=tuple(GrantType))
    request = await code_request(served)
    await served.provider.set_service(grant_types=(GrantType.PASSWORD,))
    return request


async def _refresh_not_offered(served: Served) -> dict[str, str]:
    await served.provider.set_service(refresh_token_enabled=True)
    request = await _refreshing(served)
    await served.provider.set_service(refresh_token_enabled=False)
    return request


async def _mac_service(served: Served) -> dict[str, str]:
    await served.provider.set_service(access_token_type=TokenType.BEARER)
    request = await code_request(served)
    await served.provider.set_service(access_token_type=TokenType.MAC)
    return request


_UNBOUND_FORM = Refusal(make=_nothing, code="SerializationException", message="Unable to bind to request", bare=True)
_INVALID_CLIENT = Refusal(
    make=_nothing,
    status=401,
    code="invalid_client",
    message="Client authentication failed.",
    oauth="invalid_client",
)
_INVALID_CODE = Refusal(make=_nothing, code="invalid_grant", message=CODE_INVALID, oauth="invalid_grant")
_INVALID_REFRESH = replace(_INVALID_CODE, message=REFRESH_INVALID)
_UNAUTHORIZED = Refusal(
    make=_nothing,
    code="unauthorized_client",
    message="The client is not authorized to use this flow.",
    oauth="unauthorized_client",
)
_NOT_OFFERED = replace(
    _UNAUTHORIZED,
    code="unsupported_grant_type",
    message="The service does not offer this flow.",
    oauth="unsupported_grant_type",
)
_TOO_WIDE = Refusal(
    make=_nothing,
    code="invalid_scope",
    message="The requested scope exceeds the scope granted.",
    oauth="invalid_scope",
)


def _missing(make: Make, *fields: str, services: tuple[Spoken, ...] = SERVICES) -> Refusal:
    """Members that are not there; the first one gives the answer its message."""
    message = f"'{{{fields[0]}}}' should not be empty."
    shown = tuple(f"'{{{one}}}' should not be empty." for one in fields)
    return Refusal(make=make, code="NotEmpty", message=message, fields=fields, shown=shown, services=services)


def _unbound(oauth: str = "invalid_request", **values: str) -> Refusal:
    """Members whose text does not convert."""
    shown = tuple(f"'{text}' is an Invalid value for '{{{name}}}'" for name, text in values.items())
    return replace(_UNBOUND_FORM, make=_changed(**values), fields=tuple(values), shown=shown, oauth=oauth)


_BURNT = frozenset({"authorization_codes"})
_REVOKED = frozenset({"grants"})
_OIDC = (OIDC_SERVICE,)
_GET = (GET_SERVICE,)

REFUSALS: Mapping[str, Refusal] = {
    "no grant_type": _missing(_changed("grant_type"), "grant_type", services=_OIDC),
    "empty grant_type": _missing(_changed(grant_type=""), "grant_type", services=_OIDC),
    "no code": _missing(_changed("code"), "code"),
    "no refresh token": _missing(_refreshing_without_token, "refresh_token"),
    "a code for a refresh": _missing(_changed(grant_type="refresh_token"), "refresh_token"),
    "no client": _missing(_changed("client_id"), "client_id"),
    "no secret": _missing(_changed("client_secret"), "client_secret"),
    "no code, no secret": _missing(_changed("code", "client_secret"), "code", "client_secret"),
    "nothing (OIDC)": _missing(_nothing, "grant_type", "client_id", "client_secret", services=_OIDC),
    "nothing": _missing(_nothing, "client_id", "code", "client_secret", services=_GET),
    "unknown grant_type": _unbound("unsupported_grant_type", grant_type="password"),
    "grant_type out of range": _unbound("unsupported_grant_type", grant_type="2"),
    "unknown Device": _unbound(Device="Nokia"),
    "ClientID is no number": _unbound(ClientID="abc"),
    "ClientID too large": _unbound(ClientID="2147483648"),
    "BypassCache is neither": _unbound(BypassCache="maybe"),
    "several do not convert": _unbound(ClientID="x", Device="y"),
    "a bad grant_type among others": _unbound(grant_type="password", Device="y"),
    "unknown client": replace(_INVALID_CLIENT, make=_changed(client_id="nobody")),
    "wrong secret": replace(_INVALID_CLIENT, make=_changed(client_secret="wrong-secret-of-the-tests")),
    "public client with a secret": replace(_INVALID_CLIENT, make=_changed(client_id="public")),
    "disabled client": replace(_INVALID_CLIENT, make=_of_disabled_client),
    "client of another service": replace(_INVALID_CLIENT, make=_of_another_services_client),
    "client that is gone": replace(_INVALID_CLIENT, make=_of_client_gone_since),
    "unknown code": replace(_INVALID_CODE, make=_changed(code="rpc_made_up")),
    "expired code": replace(_INVALID_CODE, make=_expired),
    "used code": replace(_INVALID_CODE, make=_used, changes=_REVOKED),
    "code of another client": replace(_INVALID_CODE, make=_of_another_client),
    "code of another service": replace(_INVALID_CODE, make=_code_of_another_service),
    "code with a challenge": replace(_INVALID_CODE, make=_with_challenge, changes=_BURNT),
    "access token for a code": replace(_INVALID_CODE, make=_access_token_for_code),
    "no redirect_uri": replace(_INVALID_CODE, make=_changed("redirect_uri"), changes=_BURNT, services=_OIDC),
    "another redirect_uri": replace(
        _INVALID_CODE, make=_changed(redirect_uri="https://evil.example.com/"), changes=_BURNT, services=_OIDC
    ),
    "unknown refresh token": replace(_INVALID_REFRESH, make=_made_up_refresh_token),
    "expired refresh token": replace(_INVALID_REFRESH, make=_refresh_expired),
    "revoked refresh token": replace(_INVALID_REFRESH, make=_refresh_revoked),
    "reused refresh token": replace(_INVALID_REFRESH, make=_refresh_reused, changes=_REVOKED),
    "refresh token of another client": replace(_INVALID_REFRESH, make=_refresh_of_another_client),
    "wider scope": replace(_TOO_WIDE, make=_wider_scope),
    "wider scope at refresh": replace(_TOO_WIDE, make=_wider_refresh),
    "client may not use this grant": replace(_UNAUTHORIZED, make=_grant_not_for_client),
    "service does not offer this grant": replace(_NOT_OFFERED, make=_grant_not_offered),
    "service does not refresh": replace(_NOT_OFFERED, make=_refresh_not_offered),
    "service of MAC tokens": replace(
        _UNAUTHORIZED,
        make=_mac_service,
        message="This service issues MAC tokens, which have no place in this answer.",
    ),
    "text too long": Refusal(
        make=_changed(code="c" * 513), code="invalid_request", message="A member is malformed or too long."
    ),
}
