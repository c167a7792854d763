"""Rotating keys: what was made with the old ones stays good, and a key goes only when nothing names it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rpcauth.definitions.execution import generate_secret
from rpcauth.errors import StoreRefused
from rpcauth.keys.keyring import FIRST_PURPOSES, Purpose
from rpcauth.model import TokenType
from rpcauth.operations.key_rotation import DropDigestKeys, RotateKey, RotateMaster, TakeTurn
from rpcauth.storage.driver import connect
from rpcauth.storage.effects import PutApplication
from rpcauth.storage.port import Decision, Operation
from tests.storage.records import Do, run_together
from tests.support.provider import CLIENT, Provider, VirtualClock, open_provider

NEW_MASTER = bytes(range(32))
MINUTE = 60


async def rotate(provider: Provider, *purposes: Purpose) -> None:
    for purpose in purposes or FIRST_PURPOSES:
        await provider.store.execute(RotateKey(purpose=purpose, master=provider.master))


async def references(provider: Provider) -> list[str]:
    """What fetchUserApplications lists for the user."""
    applications = await provider.result(
        "oauth2.fetchUserApplications", {"service_key": "service", "user_context": "user"}
    )
    return [token for application in applications for token in application["access_tokens"]]


@pytest.mark.parametrize("purpose", FIRST_PURPOSES)
async def test_a_rotation_adds_the_next_version_and_keeps_the_others(provider: Provider, purpose: Purpose) -> None:
    before = provider.store.keyring.keys[purpose]
    assert await provider.store.execute(RotateKey(purpose=purpose, master=provider.master)) == 2
    after = provider.store.keyring.keys
    assert {version: after[purpose][version] for version in before} == before
    assert list(after[purpose]) == [1, 2]
    assert after[purpose][1] != after[purpose][2]
    assert all(list(after[other]) == [1] for other in FIRST_PURPOSES if other is not purpose)


async def test_tokens_codes_references_and_secrets_of_the_old_keys_stay_good(provider: Provider) -> None:
    tokens, code = await provider.authorize(), await provider.issue_code()
    (reference,) = await references(provider)
    await rotate(provider)
    assert await provider.is_live(tokens["access_token"])
    await provider.redeem(code)
    refreshed = await provider.refresh(tokens["refresh_token"])
    assert await provider.is_live(refreshed["access_token"])
    params = {"service_key": "service", "client": dict(CLIENT), "access_token": reference}
    assert await provider.result("oauth2.revokeAccessToken", params) is True
    assert not await provider.is_live(tokens["access_token"])


async def test_a_refresh_that_is_retried_over_a_rotation_gives_the_same_tokens(provider: Provider) -> None:
    tokens = await provider.authorize()
    first = await provider.refresh(tokens["refresh_token"])
    await rotate(provider)
    assert await provider.refresh(tokens["refresh_token"]) == first


async def test_sealed_values_of_the_old_keys_open(provider: Provider) -> None:
    await provider.set_service(secure_tokens=False, access_token_type=TokenType.MAC)
    tokens = await provider.authorize()
    await rotate(provider)
    assert await references(provider) == [tokens["access_token"]]
    caller = type(provider.caller)(name="mac", services=("*",), methods=("*",), mac_keys=True)
    params = {"service_key": "service", "access_token": tokens["access_token"]}
    found = await provider.result("oauth2.fetchAccessToken", params, caller=caller)
    assert found["extended"]["secret"] == tokens["extended"]["secret"]


async def test_a_sealed_value_that_was_moved_to_another_row_does_not_open(provider: Provider) -> None:
    await provider.set_service(secure_tokens=False)
    await provider.authorize()
    await provider.authorize()
    writer = connect(provider.path, writer=True)
    writer.execute("UPDATE access_tokens SET sealed_value = (SELECT sealed_value FROM access_tokens LIMIT 1)")
    writer.close()
    params = {"service_key": "service", "user_context": "user"}
    reply = await provider.call("oauth2.fetchUserApplications", params)
    assert reply["error"]["code"] == -32603


async def test_a_new_key_sealed_under_another_master_key_changes_nothing(provider: Provider) -> None:
    before = provider.store.keyring.keys
    with pytest.raises(StoreRefused):
        await provider.store.execute(RotateKey(purpose=Purpose.SEALING, master=NEW_MASTER))
    assert provider.store.keyring.keys == before
    assert await provider.authorize()


# --- the end of a digest key ------------------------------------------------------------------------------------------


async def test_a_digest_key_is_unused_only_when_no_code_and_no_token_names_it(tmp_path: Path) -> None:
    clock = VirtualClock()
    async with open_provider(tmp_path, clock) as provider:
        store = provider.store
        await provider.set_service(access_token_ttl=60, refresh_token_ttl=3600, inactive_retention=0)
        await provider.authorize()
        assert await store.find_unused_digest_versions() == [], "the current key is never unused"
        await rotate(provider, Purpose.TOKEN_DIGEST)
        left = []
        for minutes in (1, 58, 1):
            clock.advance(seconds=minutes * MINUTE)
            while await store.sweep(100):
                pass
            left.append(await store.find_unused_digest_versions())
        assert left == [[], [], [1]], "the access token is gone, the refresh token is still there, all are gone"
        await provider.authorize()
        await store.execute(DropDigestKeys(versions=[1]))
        assert list(store.keyring.keys[Purpose.TOKEN_DIGEST]) == [2]
        assert await provider.is_live((await provider.authorize())["access_token"])


async def test_a_digest_key_that_a_client_secret_names_is_kept(provider: Provider) -> None:
    secret, stored = generate_secret("client", provider.store.keyring, provider.store.now())
    application = replace(provider.store.definitions.applications["client"], secrets=(stored,))
    await provider.store.execute(Do(lambda facts, mint: Decision(effects=[PutApplication(application)])))
    await rotate(provider, Purpose.TOKEN_DIGEST)
    assert await provider.store.find_unused_digest_versions() == []
    # Even when it was found unused before the secret was given to an application.
    await provider.store.execute(DropDigestKeys(versions=[1]))
    client = {"client_id": "client", "client_secret": secret.reveal()}
    code = await provider.issue_code(client)
    await provider.result("oauth2.createAccessToken", provider.redemption(code, client))


async def test_the_current_digest_key_is_never_dropped(provider: Provider) -> None:
    tokens = await provider.authorize()
    await provider.store.execute(DropDigestKeys(versions=[1, 2, 3]))
    assert await provider.is_live(tokens["access_token"])


# --- the master key ---------------------------------------------------------------------------------------------------


async def test_a_new_master_key_wraps_every_key_anew_and_opens_the_store_alone(tmp_path: Path) -> None:
    clock = VirtualClock()
    async with open_provider(tmp_path, clock) as provider:
        tokens = await provider.authorize()
        await rotate(provider, Purpose.SEALING)
        before = {(row.purpose, row.version): row for row in await provider.store.list_keys()}
        await provider.store.execute(RotateMaster(master=NEW_MASTER))
        after = {(row.purpose, row.version): row for row in await provider.store.list_keys()}
        assert after.keys() == before.keys()
        assert all(after[key].sealed != before[key].sealed for key in before)
        assert all(after[key].created_at == before[key].created_at for key in before)
        assert await provider.is_live(tokens["access_token"])
        assert (provider.store.is_under(NEW_MASTER), provider.store.is_under(provider.master)) == (True, False)
        old = provider.master
    with pytest.raises(StoreRefused, match="not the master key"):
        async with open_provider(tmp_path, clock, old):
            pass
    async with open_provider(tmp_path, clock, NEW_MASTER) as provider:
        assert await provider.is_live(tokens["access_token"])
        await rotate(provider)


async def test_a_key_made_while_the_master_key_was_being_changed_is_not_forgotten(provider: Provider) -> None:
    made, changed = await run_together(
        provider.store,
        RotateKey(purpose=Purpose.SEALING, master=provider.master),
        RotateMaster(master=NEW_MASTER),
    )
    assert (made, changed) == (2, None)
    assert list(provider.store.keyring.keys[Purpose.SEALING]) == [1, 2]


async def test_a_turn_is_taken_after_what_was_asked_before(provider: Provider) -> None:
    asked: list[Operation[Any]] = [RotateKey(purpose=Purpose.SEALING, master=provider.master), TakeTurn()]
    rotation, turn = (asyncio.ensure_future(provider.store.execute(operation)) for operation in asked)
    await turn
    assert rotation.done()
    assert list(provider.store.keyring.keys[Purpose.SEALING]) == [1, 2]
