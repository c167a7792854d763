"""Who is served at all: a sender of many wrong credentials is not looked at, a caller of too many calls waits.

Both are asked about before the body is read (contract §2, -32002).
"""

from __future__ import annotations

from typing import Final

from rpcauth.errors import LimitReached
from rpcauth.model import Caller, Millis
from rpcauth.operations.throttle import FailureThrottle, RateLimit
from rpcauth.server.addresses import Addresses
from rpcauth.server.exchange import Exchange

_MILLISECOND: Final = 1_000_000


class Admission:
    """Checks one request after the other. `now` is nanoseconds of a clock that never jumps."""

    def __init__(self, *, addresses: Addresses, failures: FailureThrottle, callers: RateLimit) -> None:
        self._addresses = addresses
        self._failures = failures
        self._callers = callers

    def check_address(self, exchange: Exchange, now: int) -> None:
        """Raises LimitReached for an address that many failures came from."""
        millis = Millis(now // _MILLISECOND)
        if self._failures.is_quiet(millis):
            return
        address = self.find_address(exchange)
        wait = 0 if address is None else self._failures.retry_after(address, millis)
        if wait:
            raise LimitReached(wait, "address.too_many_failures")

    def record_failure(self, exchange: Exchange, now: int) -> None:
        """Credentials that came with the request were wrong."""
        address = self.find_address(exchange)
        if address is not None:
            self._failures.record_failure(address, Millis(now // _MILLISECOND))

    def check_caller(self, caller: Caller, now: int) -> None:
        """Counts a call. Raises LimitReached for one too many."""
        if self._callers.is_on and (wait := self._callers.take(caller.name, now)):
            raise LimitReached(wait, "caller.rate")

    def find_address(self, exchange: Exchange) -> str | None:
        """What failures of this request count against, and the log tells of it."""
        return self._addresses.find(exchange.connection.peer.source, exchange.message.headers)


def unlimited() -> Admission:
    """An admission of everybody."""
    return Admission(
        addresses=Addresses(), failures=FailureThrottle(per_minute=0), callers=RateLimit(per_second=0, burst=1)
    )
