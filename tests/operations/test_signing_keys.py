"""Adding and dropping signing keys: what the transaction decides, and what it tells of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from rpcauth.definitions import DropService
from rpcauth.definitions.execution import prepare
from rpcauth.errors import StoreRefused
from rpcauth.keys.keyring import FIRST_PURPOSES, Purpose
from rpcauth.keys.signing import ANNOUNCEMENT, JWKS_MAX_AGE, KeyState, make_key_pair
from rpcauth.model import SigningAlgorithm
from rpcauth.operations.key_rotation import RotateKey
from rpcauth.operations.signing_keys import AddSigningKey, DropSigningKeys, Occasion, add_signing_key
from rpcauth.storage.effects import Event
from tests.operations.calls import add_second_service
from tests.operations.signing import add, service_of, states_of
from tests.support.provider import Provider

SECOND = 1000
OVERLAP = 3600 + JWKS_MAX_AGE


async def test_a_first_key_signs_at_once_and_is_not_followed_by_another(provider: Provider) -> None:
    first = await add(provider, Occasion.FIRST_USE)
    assert first.active_at == provider.store.now()
    assert await add(provider, Occasion.FIRST_USE) == first
    assert provider.store.keyring.signing_keys("service") == [first]


async def test_the_next_key_is_announced_first(provider: Provider) -> None:
    first = await add(provider, Occasion.FIRST_USE)
    second = await add(provider)
    assert second.active_at == provider.store.now() + ANNOUNCEMENT * SECOND
    assert states_of(provider) == {1: KeyState.ACTIVE, 2: KeyState.ANNOUNCED}
    assert await add(provider, Occasion.FIRST_USE) == first, "the announced one is no reason for another"
    provider.clock.advance(seconds=ANNOUNCEMENT)
    assert states_of(provider) == {2: KeyState.ACTIVE, 1: KeyState.RETIRED}
    assert await add(provider, Occasion.FIRST_USE) == second


async def test_a_rotation_before_the_first_use_makes_the_first_key(provider: Provider) -> None:
    await add(provider)
    assert states_of(provider) == {1: KeyState.ACTIVE}


async def test_a_compromise_leaves_the_new_key_alone(provider: Provider) -> None:
    await add(provider)
    await add(provider)
    key = await add(provider, Occasion.COMPROMISE)
    assert states_of(provider) == {3: KeyState.ACTIVE}
    assert key.active_at == provider.store.now()
    assert [row.version for row in await provider.store.list_keys() if row.purpose is Purpose.SIGNING] == [3]


@pytest.mark.parametrize("occasion", [Occasion.FIRST_USE, Occasion.ROTATION])
async def test_a_key_by_another_algorithm_signs_at_once_and_what_was_announced_is_dropped(
    provider: Provider, occasion: Occasion
) -> None:
    await add(provider)
    await add(provider)
    await provider.set_service(id_token_signing_alg=SigningAlgorithm.RS256)
    key = await add(provider, occasion)
    assert (key.algorithm, key.active_at) == (SigningAlgorithm.RS256, provider.store.now())
    assert states_of(provider) == {3: KeyState.ACTIVE, 1: KeyState.RETIRED}


async def test_versions_count_over_all_services(provider: Provider) -> None:
    await add_second_service(provider)
    for service_key in ("service", "second", "service"):
        await add(provider, service_key=service_key)
    assert states_of(provider) == {1: KeyState.ACTIVE, 3: KeyState.ANNOUNCED}
    assert states_of(provider, "second") == {2: KeyState.ACTIVE}


async def test_rotations_of_services_at_once_lose_no_key(provider: Provider) -> None:
    await add_second_service(provider)
    await asyncio.gather(*(add(provider, service_key=one) for one in ("service", "second") * 4))
    assert len(states_of(provider)) == len(states_of(provider, "second")) == 4


async def test_a_key_sealed_under_another_master_key_changes_nothing(provider: Provider) -> None:
    with pytest.raises(StoreRefused):
        await add_signing_key(provider.store, service_of(provider), Occasion.ROTATION, master=lambda: bytes(32))
    assert states_of(provider) == {}
    assert await provider.authorize()


async def test_random_bytes_are_no_signing_key(provider: Provider) -> None:
    with pytest.raises(StoreRefused):
        await provider.store.execute(RotateKey(purpose=Purpose.SIGNING, master=provider.master))
    assert Purpose.SIGNING not in provider.store.keyring.keys


async def test_the_other_keys_are_what_they_were(provider: Provider) -> None:
    before = {purpose: provider.store.keyring.keys[purpose] for purpose in FIRST_PURPOSES}
    await add(provider)
    await add(provider, Occasion.COMPROMISE)
    assert {purpose: provider.store.keyring.keys[purpose] for purpose in FIRST_PURPOSES} == before
    assert await provider.store.execute(RotateKey(purpose=Purpose.SEALING, master=provider.master)) == 2
    assert states_of(provider) == {2: KeyState.ACTIVE}


# --- the end of a key -------------------------------------------------------------------------------------------------


async def test_a_key_is_dropped_when_it_is_published_no_more(provider: Provider) -> None:
    await add(provider)
    await add(provider)
    left = []
    for seconds in (0, ANNOUNCEMENT, OVERLAP - 0.001, 0.001):
        provider.clock.advance(seconds=seconds)
        await provider.store.execute(DropSigningKeys())
        left.append(list(provider.store.keyring.keys[Purpose.SIGNING]))
    assert left == [[1, 2], [1, 2], [1, 2], [2]]
    assert states_of(provider) == {2: KeyState.ACTIVE}


async def test_the_keys_of_a_service_that_is_gone_are_dropped_and_those_of_others_stay(provider: Provider) -> None:
    await add_second_service(provider)
    await add(provider)
    await add(provider, service_key="second")
    store = provider.store
    drop = DropService(service_key="second", line="")
    await store.execute(prepare([drop], store.keyring, store.now()).operation)
    await store.execute(DropSigningKeys())
    assert list(store.keyring.keys[Purpose.SIGNING]) == [1]


async def test_a_service_without_a_dropped_key_begins_anew(provider: Provider) -> None:
    await add(provider)
    store, service = provider.store, service_of(provider)
    drop = DropService(service_key="service", line="")
    await store.execute(prepare([drop], store.keyring, store.now()).operation)
    await store.execute(DropSigningKeys())
    assert Purpose.SIGNING not in store.keyring.keys
    await add_signing_key(store, service, Occasion.FIRST_USE, master=lambda: provider.master)
    assert list(store.keyring.keys[Purpose.SIGNING]) == [1]


# --- what is told of it -----------------------------------------------------------------------------------------------


async def test_every_change_is_an_event_that_names_service_and_version_and_no_key(provider: Provider) -> None:
    events: list[Event] = []

    def hear(committed: Sequence[Event]) -> None:
        events.extend(committed)

    provider.store.subscribe(hear)
    await add(provider, Occasion.FIRST_USE)
    await add(provider, Occasion.FIRST_USE)
    await add(provider)
    await add(provider, Occasion.COMPROMISE)
    await provider.store.execute(DropSigningKeys())
    assert [event.subject for event in events] == [
        "key signing 1 made (first use)",
        "key signing 2 made (rotation)",
        "key signing 3 made (compromise)",
        "key signing 1 dropped",
        "key signing 2 dropped",
    ]
    assert {event.service_key for event in events} == {"service"}


async def test_an_operation_does_not_show_what_it_carries(provider: Provider) -> None:
    pair = make_key_pair(SigningAlgorithm.ES256)
    shown = repr(AddSigningKey(service_key="s", pair=pair, occasion=Occasion.ROTATION, master=provider.master))
    assert pair.kid in shown
    assert repr(provider.master)[2:-1] not in shown
    assert repr(pair.private_key)[2:-1] not in shown
