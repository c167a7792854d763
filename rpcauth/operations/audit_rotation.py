"""The end of an audit file: what follows is written to another one, which carries the chain on."""

from __future__ import annotations

from dataclasses import dataclass

from rpcauth.storage.effects import Event, EventKind, PutMeta
from rpcauth.storage.port import NO_LOCKS, Decision, Facts, Locks, Mint

AUDIT_ROTATED = "audit_rotated"
"""The row of `meta` that tells when."""


@dataclass(frozen=True, slots=True)
class RotateAudit:
    """Have another file begun: the trail does it when it writes this event down (storage/safeguards/trail.py)."""

    @property
    def locks(self) -> Locks:
        return NO_LOCKS

    def decide(self, facts: Facts, mint: Mint) -> Decision[None]:
        event = Event(kind=EventKind.ROTATED, at=facts.now)
        return Decision(effects=[PutMeta(AUDIT_ROTATED, str(facts.now).encode())], events=[event])
