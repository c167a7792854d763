"""The end of an alarm: an operator knows of a loss of data that was accepted."""

from __future__ import annotations

from dataclasses import dataclass

from rpcauth.storage.effects import DropMeta, Event, EventKind
from rpcauth.storage.port import NO_LOCKS, Decision, Facts, Locks, Mint

DATA_LOSS = "data_loss"
"""The row of `meta` that holds the alarm until then (storage/safeguards/recovery.py)."""


@dataclass(frozen=True, slots=True)
class AcknowledgeLoss:
    """Take the alarm back."""

    @property
    def locks(self) -> Locks:
        return NO_LOCKS

    def decide(self, facts: Facts, mint: Mint) -> Decision[None]:
        event = Event(kind=EventKind.CHANGED, at=facts.now, subject="data loss acknowledged")
        return Decision(effects=[DropMeta(DATA_LOSS)], events=[event])
