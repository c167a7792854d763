"""No method of one service knows, uses or ends what another service issued (json-rpc contract §4 and §5)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.operations.calls import (
    CREATE,
    FETCH,
    LIST,
    NAMED,
    REVOKE,
    REVOKE_TOKENS,
    REVOKE_USER,
    UPDATE,
    VALIDATE,
    add_second_service,
    issue,
)
from tests.support.provider import CLIENT, REDIRECT_URI, Provider

URI = {"redirect_uri": REDIRECT_URI}


def calls_with(code: str, tokens: dict[str, Any], reference: str) -> dict[str, tuple[str, dict[str, Any], Any]]:
    """Each use of a foreign thing at the service `second`: method, parameters, and what it must give."""
    access, refresh = tokens["access_token"], tokens["refresh_token"]
    redeem = {"grant_type": "authorization_code", "code": code}
    refreshing = {"grant_type": "refresh_token", "refresh_token": refresh}
    headers = {"headers": {"Authorization": f"Bearer {access}"}}
    return {
        "redeem": (CREATE, {"client": CLIENT, "token_data": redeem, "uri": URI}, "invalid_grant"),
        "refresh": (CREATE, {"client": CLIENT, "token_data": refreshing}, "invalid_grant"),
        "fetch": (FETCH, {"access_token": access}, "invalid_token"),
        "fetch a list": (FETCH, {"access_token": [access]}, []),
        "validate": (VALIDATE, {"context": headers}, "invalid_token"),
        "update": (UPDATE, {"client": NAMED, "access_token": access, "expires_in": 1}, "invalid_request"),
        "update by reference": (UPDATE, {"client": NAMED, "access_token": reference, "scope": "x"}, "invalid_request"),
        "list": (LIST, {"user_context": "user"}, []),
        "revoke": (REVOKE, {"client": NAMED, "access_token": access}, True),
        "revoke by reference": (REVOKE, {"client": NAMED, "access_token": reference}, True),
        "revoke the grant": (REVOKE, {"client": NAMED, "access_token": refresh}, True),
        "revoke the user": (REVOKE_USER, {"client": NAMED, "user_context": "user"}, True),
        "revoke by client": (REVOKE_TOKENS, {"where": {"client_id": "client"}}, True),
        "revoke by user": (REVOKE_TOKENS, {"where": {"user_context": "user"}}, True),
        "revoke by time": (REVOKE_TOKENS, {"where": {"issued_before": 2_000_000_000}}, True),
    }


@pytest.mark.parametrize("use", calls_with("", {"access_token": "", "refresh_token": ""}, ""))
async def test_another_service_finds_nothing_and_leaves_everything(provider: Provider, use: str) -> None:
    await add_second_service(provider)
    code, tokens = await provider.issue_code(), await issue(provider, scope="read")
    (application,) = await provider.result(LIST, {"service_key": "service", "user_context": "user"})
    method, params, expected = calls_with(code, tokens, application["access_tokens"][0])[use]

    reply = await provider.call(method, {"service_key": "second", **params})

    assert (reply["result"] if "result" in reply else reply["error"]["data"]["error"]) == expected
    found = await provider.result(FETCH, {"service_key": "service", "access_token": tokens["access_token"]})
    assert (found["scope"], found["expires"]) == ("read", "2027-01-15T09:00:00Z")
    assert (await provider.redeem(code))["access_token"]
    assert (await provider.refresh(tokens["refresh_token"]))["access_token"]


async def test_one_user_of_two_services_has_a_token_handed_out_by_each_its_own(provider: Provider) -> None:
    settings: dict[str, Any] = {"allow_multiple_tokens": False, "secure_tokens": False}
    await provider.set_service(**settings)
    await add_second_service(provider, **settings)
    here = await issue(provider)
    params = {"client": CLIENT, "token_data": {"grant_type": "password"}, "user_context": "user"}

    there = await provider.result(CREATE, {"service_key": "second", **params})

    assert there["access_token"] != here["access_token"]
    assert there["refresh_token"] is not None
