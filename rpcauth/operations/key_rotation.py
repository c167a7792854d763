"""Rotation of keys: a new version of one purpose's key, a new master key over all of them, the end of an old version.

New versions make, all versions check; so a rotation needs no rewriting of rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rpcauth.keys.keyring import KEY_BYTES, NONCE_BYTES, Purpose, seal_key
from rpcauth.keys.master import check_value
from rpcauth.storage.effects import ChangeMaster, DropKey, Effect, Event, EventKind, PutKey
from rpcauth.storage.port import NO_LOCKS, Decision, Facts, Locks, Mint


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateKey:
    """Add a version of one purpose's key; result: its number."""

    purpose: Purpose
    master: bytes = field(repr=False)

    @property
    def locks(self) -> Locks:
        return NO_LOCKS

    def decide(self, facts: Facts, mint: Mint) -> Decision[int]:
        version = mint.keyring.current.get(self.purpose, 0) + 1
        nonce = mint.random(NONCE_BYTES)
        key = seal_key(self.master, self.purpose, version, mint.random(KEY_BYTES), nonce=nonce, now=facts.now)
        event = Event(kind=EventKind.CHANGED, at=facts.now, subject=f"key {self.purpose} {version} made")
        return Decision(result=version, effects=[PutKey(key)], events=[event])


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateMaster:
    """Wrap every key anew under another master key: those that there are when it runs, not when it was asked for."""

    master: bytes = field(repr=False)

    @property
    def locks(self) -> Locks:
        return NO_LOCKS

    def decide(self, facts: Facts, mint: Mint) -> Decision[None]:
        keys = tuple(
            seal_key(self.master, purpose, version, key, nonce=mint.random(NONCE_BYTES), now=facts.now)
            for purpose, versions in mint.keyring.keys.items()
            for version, key in versions.items()
        )
        event = Event(kind=EventKind.CHANGED, at=facts.now, subject="master key changed")
        change = ChangeMaster(keys=keys, check=check_value(self.master), master=self.master)
        return Decision(effects=[change], events=[event])


@dataclass(frozen=True, slots=True)
class TakeTurn:
    """Do nothing, but only when all that was asked of the store before is done or refused."""

    @property
    def locks(self) -> Locks:
        return NO_LOCKS

    def decide(self, facts: Facts, mint: Mint) -> Decision[None]:
        return Decision()


@dataclass(frozen=True, slots=True, kw_only=True)
class DropDigestKeys:
    """Forget digest keys that no row names any more; the current one always stays."""

    versions: Sequence[int]

    @property
    def locks(self) -> Locks:
        return NO_LOCKS

    def decide(self, facts: Facts, mint: Mint) -> Decision[None]:
        old = [version for version in self.versions if self._is_unused(version, facts, mint)]
        effects: list[Effect] = [DropKey(Purpose.TOKEN_DIGEST, version) for version in old]
        subject = f"token digest keys dropped: {old}"
        return Decision(effects=effects, events=[Event(kind=EventKind.CHANGED, at=facts.now, subject=subject)])

    def _is_unused(self, version: int, facts: Facts, mint: Mint) -> bool:
        """Codes and tokens name only the current version anew; a client secret may be older than its application."""
        applications = facts.definitions.applications.values()
        named = any(secret.stored.startswith(f"v{version}:") for one in applications for secret in one.secrets)
        return version < mint.keyring.digest_version and not named
