"""A row written and removed again: whether the store can, before anybody relies on it."""

from __future__ import annotations

from dataclasses import dataclass

from rpcauth.storage.effects import DropMeta, PutMeta
from rpcauth.storage.port import NO_LOCKS, Decision, Facts, Locks, Mint

ROW = "rehearsal"
"""The name of the row of `meta`. One that a crash has left does no harm: the next rehearsal takes it over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteRehearsal:
    """Write a value of its own into the row."""

    value: bytes

    @property
    def locks(self) -> Locks:
        return NO_LOCKS

    def decide(self, facts: Facts, mint: Mint) -> Decision[None]:
        return Decision(effects=[PutMeta(ROW, self.value)])


@dataclass(frozen=True, slots=True)
class EraseRehearsal:
    """Remove the row."""

    @property
    def locks(self) -> Locks:
        return NO_LOCKS

    def decide(self, facts: Facts, mint: Mint) -> Decision[None]:
        return Decision(effects=[DropMeta(ROW)])
