"""The end of a suspicion: an operator believes the wall clock again, and the store remembers when.

Where time goes back by it, what had outlived its use was removed too early: a nonce of a MAC request, which would be
new again when its time comes a second time, or the watermark over a code; and the time to retry a refresh would be
open again. So codes from before are good no more, retries are over, and MAC tokens from before are refused until that
time is over; fresh ones are not.
"""

from __future__ import annotations

from dataclasses import dataclass

from rpcauth.model import Millis, RecordId
from rpcauth.oauth.mac import NONCE_KEEP_SECONDS
from rpcauth.operations.issuing import SECOND
from rpcauth.storage.effects import CloseWindows, Effect, Event, EventKind, PutMeta, RecordNonce
from rpcauth.storage.port import NO_LOCKS, Decision, Facts, Locks, Mint

CLOCK_RESET = "clock_reset"


@dataclass(frozen=True, slots=True)
class RememberClockReset:
    """Write down the time that is believed from now on, in place of `before`. The store's own times go along."""

    before: Millis

    @property
    def locks(self) -> Locks:
        return NO_LOCKS

    def decide(self, facts: Facts, mint: Mint) -> Decision[None]:
        event = Event(kind=EventKind.CHANGED, at=facts.now, subject="clock believed again")
        effects: list[Effect] = [PutMeta(CLOCK_RESET, str(facts.now).encode())]
        if facts.now < self.before:
            remove_at = Millis(self.before + NONCE_KEEP_SECONDS * SECOND)
            effects += [CloseWindows(), RecordNonce(RecordId(-mint.next_id()), "", remove_at)]
        return Decision(effects=effects, events=[event])
