"""oauth2.updateAccessToken (json-rpc contract §4). Its flat parameter forms: tests/rpc/test_quirks.py."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rpcauth.model import TokenType
from rpcauth.oauth.token_text import Kind, parse, write
from rpcauth.operations.token_values import write_reference
from rpcauth.rpc.dialect import MASHERY
from tests.operations.calls import (
    NAMED,
    OTHER_CLIENT,
    REVOKE,
    UPDATE,
    add_other_client,
    add_second_service,
    change_application,
    described,
    fault,
    issue,
)
from tests.support.provider import CALLER, CLIENT, Provider


def update_call(access_token: Any, client: Any = NAMED, service_key: str = "service", **named: Any) -> dict[str, Any]:
    return {"service_key": service_key, "client": client, "access_token": access_token, **named}


async def is_unable(provider: Provider, params: dict[str, Any]) -> bool:
    """Whether the one answer for what cannot be updated is given."""
    detail = {"error": "invalid_request", "error_description": "Unable to update token", "error_response": None}
    expected = {"code": -2001, "message": "Unable to update token", "data": detail, "error": detail}
    return await fault(provider, UPDATE, params, dialect=MASHERY) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {}),
        ({"scope": None, "user_context": "", "expires_in": ""}, {}),
        ({"scope": "less"}, {"scope": "less"}),
        ({"user_context": "new"}, {"user_context": "new"}),
        ({"expires_in": 60}, {"expires": "2027-01-15T08:01:00Z"}),
        (
            {"scope": "a b", "user_context": "n", "expires_in": "7200"},
            {"scope": "a b", "user_context": "n", "expires": "2027-01-15T10:00:00Z"},
        ),
    ],
)
async def test_only_what_is_given_changes_and_the_result_is_what_a_fetch_gives_then(
    provider: Provider, changes: dict[str, Any], expected: dict[str, str]
) -> None:
    token = (await issue(provider, scope="read"))["access_token"]
    before = await described(provider, token, dialect=MASHERY)

    updated = await provider.result(UPDATE, update_call(token, **changes))

    assert updated == {**before, **expected}
    assert await described(provider, token, dialect=MASHERY) == updated
    assert list(updated) == list(before)


@pytest.mark.parametrize(
    ("value", "expires"),
    [
        (1, "2027-01-15T08:00:01Z"),
        ("1", "2027-01-15T08:00:01Z"),
        ("060", "2027-01-15T08:01:00Z"),
        (60.0, "2027-01-15T08:01:00Z"),
        (6e1, "2027-01-15T08:01:00Z"),
        (10**9, "2027-02-14T08:00:00Z"),
        ("1000000000", "2027-02-14T08:00:00Z"),
    ],
)
async def test_expires_in_is_a_number_or_a_decimal_string_and_never_outlives_the_grant(
    provider: Provider, value: Any, expires: str
) -> None:
    token = (await issue(provider))["access_token"]

    assert (await provider.result(UPDATE, update_call(token, expires_in=value)))["expires"] == expires


async def test_an_expires_in_of_another_type_is_invalid_params(provider: Provider) -> None:
    token = (await issue(provider))["access_token"]

    for value in [True, "+1", " 1", "1.5", "1e3", "x", "\u0661", "9" * 30, [], {}]:
        error = await fault(provider, UPDATE, update_call(token, expires_in=value))
        assert (error["code"], error["data"]) == (-32602, {"path": "$.params.expires_in"})


@pytest.mark.parametrize("value", [0, -1, 0.5, 10**12, 1e300, "0", "-1", "9" * 19])
async def test_a_lifetime_out_of_range_cannot_be_set(provider: Provider, value: Any) -> None:
    token = (await issue(provider))["access_token"]
    before = await provider.result("oauth2.fetchAccessToken", {"service_key": "service", "access_token": token})

    error = await fault(provider, UPDATE, update_call(token, expires_in=value))
    assert (error["code"], error["data"]["error"]) == (-2001, "invalid_request")
    assert error["data"]["error_description"] == "Unable to update token"
    after = await provider.result("oauth2.fetchAccessToken", {"service_key": "service", "access_token": token})
    assert after == before


async def test_expires_in_counts_from_now(provider: Provider) -> None:
    token = (await issue(provider))["access_token"]
    provider.clock.advance(seconds=3000)
    await provider.result(UPDATE, update_call(token, expires_in=100))
    provider.clock.advance(seconds=99.999)
    assert await provider.is_live(token)
    provider.clock.advance(seconds=0.001)
    assert not await provider.is_live(token)


async def test_a_lengthened_token_outlives_the_sweeper(provider: Provider) -> None:
    await provider.set_service(inactive_retention=0)
    token = (await issue(provider))["access_token"]
    await provider.result(UPDATE, update_call(token, expires_in=86_400))
    provider.clock.advance(seconds=80_000)
    await provider.store.sweep(100)

    assert await provider.is_live(token)


async def test_a_token_without_expiry_can_be_given_one(provider: Provider) -> None:
    await provider.set_service(access_token_ttl=0, refresh_token_ttl=0)
    token = (await issue(provider))["access_token"]

    updated = await provider.result(UPDATE, update_call(token, expires_in=60))

    assert updated["expires"] == "2027-01-15T08:01:00Z"


@pytest.mark.parametrize(
    ("service", "application", "asked", "good"),
    [
        ((), None, "anything", True),
        (("read", "write"), None, "write", True),
        (("read", "write"), None, "admin", False),
        (("read", "write"), ("read",), "write", False),
        ((), None, "two  blanks", False),
        ((), None, 'say"so', False),
    ],
)
async def test_the_scope_stays_within_the_applications(
    provider: Provider,
    service: tuple[str, ...],
    application: tuple[str, ...] | None,
    asked: str,
    good: bool,
) -> None:
    token = (await issue(provider, scope="read"))["access_token"]
    await provider.set_service(scopes=service)
    await change_application(provider, scopes=application)
    params = update_call(token, scope=asked)

    if good:
        assert (await provider.result(UPDATE, params))["scope"] == asked
    else:
        assert await is_unable(provider, params)
        assert (await described(provider, token))["scope"] == "read"


async def test_the_grant_stays_as_it_was(provider: Provider) -> None:
    first = await issue(provider, scope="read")
    await provider.result(UPDATE, update_call(first["access_token"], scope="less", user_context="new"))

    second = await provider.refresh(first["refresh_token"])

    assert second["scope"] == "read"
    assert (await described(provider, second["access_token"]))["user_context"] == "user"


async def test_a_reference_is_taken_for_the_token(provider: Provider) -> None:
    token = (await issue(provider))["access_token"]
    presented = parse(token)
    assert presented is not None
    reference = write_reference(provider.store.keyring, presented.id)

    assert (await provider.result(UPDATE, update_call(reference, scope="new")))["scope"] == "new"
    assert (await described(provider, token))["scope"] == "new"
    assert await is_unable(provider, update_call(write(Kind.REFERENCE, presented.id, bytes(12)), scope="x"))


async def test_what_cannot_be_updated_gets_one_answer_whatever_the_reason(provider: Provider) -> None:
    await add_other_client(provider)
    await add_second_service(provider)
    tokens, revoked, expired = [await issue(provider) for _ in range(3)]
    foreign = await issue(provider, OTHER_CLIENT)
    await provider.result(REVOKE, {"service_key": "service", "client": NAMED, "access_token": revoked["access_token"]})
    good = tokens["access_token"]

    for params in [
        update_call("nonsense"),
        update_call(tokens["refresh_token"]),
        update_call(await provider.issue_code()),
        update_call(revoked["access_token"], expires_in=60),
        update_call(foreign["access_token"]),
        update_call(good, service_key="second"),
        update_call(good, {"client_id": "nobody"}),
        update_call(good, {"client_id": "client", "client_secret": "wrong"}),
        update_call(good, {"client_id": "public", "client_secret": "x"}),
        update_call(good, {"client_id": 5}),
        update_call(good, {}),
    ]:
        assert await is_unable(provider, params)
    provider.clock.advance(seconds=3600)
    assert await is_unable(provider, update_call(expired["access_token"], expires_in=60))


async def test_a_token_of_a_disabled_application_cannot_be_updated(provider: Provider) -> None:
    token = (await issue(provider))["access_token"]
    await change_application(provider, disabled=True)

    assert await is_unable(provider, update_call(token))


async def test_the_result_never_has_a_secret(provider: Provider) -> None:
    await provider.set_service(access_token_type=TokenType.MAC)
    token = (await issue(provider, CLIENT))["access_token"]

    updated = await provider.result(UPDATE, update_call(token, CLIENT), caller=replace(CALLER, mac_keys=True))

    assert updated["extended"] == {"algorithm": "hmac-sha-256"}
