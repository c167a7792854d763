"""How many tokens a client may ask for in a time: counted once it has proven itself."""

from __future__ import annotations

from time import perf_counter_ns
from typing import Final

from rpcauth.errors import LimitReached
from rpcauth.model import Definitions
from rpcauth.oauth.client import ClientProof
from rpcauth.operations.throttle import RateLimit


class TokenRate:
    """Counts token requests, for each client and front. A client that has no secret is counted by its name alone."""

    def __init__(self, rate: RateLimit) -> None:
        self._rate = rate

    def check(self, proof: ClientProof, definitions: Definitions, *, front: str = "") -> None:
        """Counts a token request. Raises LimitReached for one too many.

        A wrong secret counts against nobody, or whoever knows a client's name could keep it out; each front has a
        budget of its own for the same reason. Names that are not defined are not remembered.
        """
        if not self._rate.is_on or (proof.secret_given and proof.matched is None):
            return
        if proof.client_id not in definitions.applications:
            return
        wait = self._rate.take(f"{front}\0{proof.client_id}", perf_counter_ns())
        if wait:
            raise LimitReached(wait, "client.rate")


UNLIMITED: Final = TokenRate(RateLimit(per_second=0, burst=1))
