"""The life of signing keys: the first one of a service, the next one, the end of those retired long ago.

A rotation announces: the new key is published at once and signs later, when everybody who verifies has fetched it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum

from rpcauth.errors import StoreRefused
from rpcauth.keys.keyring import NONCE_BYTES, Purpose, seal_key
from rpcauth.keys.signing import (
    ANNOUNCEMENT,
    KeyPair,
    KeyState,
    SigningKey,
    find_active,
    list_states,
    make_key_pair,
    read_signing_key,
    write_signing_key,
)
from rpcauth.model import Millis, Service
from rpcauth.operations.issuing import SECOND
from rpcauth.storage.effects import DropKey, Event, EventKind, PutKey
from rpcauth.storage.port import NO_LOCKS, Decision, Facts, Locks, Mint, Store


class Occasion(Enum):
    """Why a key is added."""

    FIRST_USE = "first use"
    """Nothing signs yet, or nothing by the algorithm that the service now asks for. Else there is nothing to do."""

    ROTATION = "rotation"

    COMPROMISE = "compromise"
    """The new key signs at once, and the old ones are forgotten: what they signed no longer verifies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddSigningKey:
    """Add a key pair to a service's; result: the key that was added, or the active one where that will do."""

    service_key: str
    pair: KeyPair
    occasion: Occasion
    master: bytes = field(repr=False)

    @property
    def locks(self) -> Locks:
        return NO_LOCKS

    def decide(self, facts: Facts, mint: Mint) -> Decision[SigningKey]:
        now, keys = facts.now, mint.keyring.signing_keys(self.service_key)
        active = find_active(keys, now)
        is_served = active is not None and active.algorithm is self.pair.algorithm
        if is_served and self.occasion is Occasion.FIRST_USE:
            return Decision(result=active)
        at_once = not is_served or self.occasion is Occasion.COMPROMISE
        active_at = now if at_once else Millis(now + ANNOUNCEMENT * SECOND)
        version = mint.keyring.current.get(Purpose.SIGNING, 0) + 1
        document = write_signing_key(self.pair, self.service_key, active_at)
        nonce = mint.random(NONCE_BYTES)
        sealed = seal_key(self.master, Purpose.SIGNING, version, document, nonce=nonce, now=now)
        # An announced key must not take over from one that signs at once; nobody has signed with it yet.
        dropped = [key for key in keys if self.occasion is Occasion.COMPROMISE or (at_once and key.active_at > now)]
        return Decision(
            result=read_signing_key(version, document),
            effects=[PutKey(sealed), *_drops(dropped)],
            events=[_event(self.service_key, version, f"made ({self.occasion.value})", now), *_farewells(dropped, now)],
        )


@dataclass(frozen=True, slots=True)
class DropSigningKeys:
    """Forget the signing keys that are published no more: retired long ago, or of services that are gone."""

    @property
    def locks(self) -> Locks:
        return NO_LOCKS

    def decide(self, facts: Facts, mint: Mint) -> Decision[None]:
        services = facts.definitions.services
        gone = [
            key
            for service_key, keys in mint.keyring.signing.items()
            for key, state in list_states(keys, services.get(service_key), facts.now)
            if state is KeyState.GONE
        ]
        return Decision(effects=_drops(gone), events=_farewells(gone, facts.now))


async def add_signing_key(
    store: Store, service: Service, occasion: Occasion, *, master: Callable[[], bytes]
) -> SigningKey:
    """Make a key pair off the event loop and add it; `master` gives the store's master key.

    Returns what AddSigningKey does. Raises StorageUnavailable.
    """
    pair = await asyncio.get_running_loop().run_in_executor(None, make_key_pair, service.id_token_signing_alg)
    while True:
        sealing = master()
        adding = AddSigningKey(service_key=service.service_key, pair=pair, occasion=occasion, master=sealing)
        try:
            return await store.execute(adding)
        except StoreRefused:
            if master() == sealing:
                raise
            # The store came under another master key on the way: under that one the new key opens.


def _drops(keys: Iterable[SigningKey]) -> list[DropKey]:
    return [DropKey(Purpose.SIGNING, key.version) for key in keys]


def _farewells(keys: Sequence[SigningKey], now: Millis) -> list[Event]:
    return [_event(key.service_key, key.version, "dropped", now) for key in keys]


def _event(service_key: str, version: int, what: str, now: Millis) -> Event:
    subject = f"key {Purpose.SIGNING} {version} {what}"
    return Event(kind=EventKind.CHANGED, at=now, service_key=service_key, subject=subject)
