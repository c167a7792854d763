"""The end of a suspicion: an operator believes the wall clock again, and the store remembers when."""

from __future__ import annotations

from dataclasses import dataclass

from rpcauth.storage.effects import Event, EventKind, PutMeta
from rpcauth.storage.port import NO_LOCKS, Decision, Facts, Locks, Mint

CLOCK_RESET = "clock_reset"


@dataclass(frozen=True, slots=True)
class RememberClockReset:
    """Write down the time that is believed from now on. The commit takes the store's own times along."""

    @property
    def locks(self) -> Locks:
        return NO_LOCKS

    def decide(self, facts: Facts, mint: Mint) -> Decision[None]:
        event = Event(kind=EventKind.CHANGED, at=facts.now, subject="clock believed again")
        return Decision(effects=[PutMeta(CLOCK_RESET, str(facts.now).encode())], events=[event])
