"""Throttling: a generic cell rate algorithm, one number a key, no timers.

Each class counts one thing: failures, which are told after the fact, and calls, which are asked about before.
"""

from __future__ import annotations

from collections import OrderedDict

from rpcauth.model import Millis

_MINUTE = 60_000
_SECOND = 1_000_000_000
_KEYS_LIMIT = 100_000


class FailureThrottle:
    """Lets `per_minute` failures of a key pass in a burst, then one each minute / `per_minute`. 0 switches it off."""

    def __init__(self, *, per_minute: int) -> None:
        self._ends: OrderedDict[str, int] = OrderedDict()
        self._last_end = 0
        self.limit(per_minute=per_minute)

    def limit(self, *, per_minute: int) -> None:
        """Take another limit; what was counted stays counted."""
        self._interval = _MINUTE // per_minute if per_minute else 0

    def is_quiet(self, now: Millis) -> bool:
        """Whether no failure of anybody counts any more: then no key needs to be looked for."""
        return now >= self._last_end

    def retry_after(self, key: str, now: Millis) -> int:
        """Seconds until the next try of `key` is looked at, 0 when that is now."""
        ahead = self._ends.get(key, 0) - now - (_MINUTE - self._interval)
        return 0 if not self._interval or ahead <= 0 else -(-ahead // 1000)

    def forgive(self, key: str) -> None:
        """Take back the last failure of `key`: it was counted before the check, and the check came out well."""
        if key in self._ends:
            self._ends[key] -= self._interval

    def record_failure(self, key: str, now: Millis) -> None:
        if not self._interval:
            return
        end = self._ends[key] = max(self._ends.pop(key, 0), now) + self._interval
        self._last_end = max(self._last_end, end)
        if len(self._ends) > _KEYS_LIMIT:
            self._ends.popitem(last=False)


class RateLimit:
    """Lets `burst` calls of a key pass at once, then `per_second` each second, evenly. A rate of 0 switches it off.

    Times are nanoseconds of a clock that never jumps.
    """

    def __init__(self, *, per_second: float, burst: int) -> None:
        self._ends: OrderedDict[str, int] = OrderedDict()
        self.limit(per_second=per_second, burst=burst)

    def limit(self, *, per_second: float, burst: int) -> None:
        """Take another limit; what was counted stays counted."""
        self._interval = round(_SECOND / per_second) if per_second else 0
        self._tolerance = self._interval * (burst - 1)

    @property
    def is_on(self) -> bool:
        return self._interval > 0

    def take(self, key: str, now: int) -> int:
        """Count a call of `key` and return 0; or, without counting it, the seconds until one may pass."""
        ahead = self._ends.get(key, 0) - now - self._tolerance
        if self._interval and ahead > 0:
            return -(-ahead // _SECOND)
        self.charge(key, 1, now)
        return 0

    def charge(self, key: str, calls: int, now: int) -> None:
        """Count calls that pass whatever came before them: whoever sends them waits for it afterwards."""
        if not self._interval:
            return
        self._ends[key] = max(self._ends.pop(key, 0), now) + calls * self._interval
        if len(self._ends) > _KEYS_LIMIT:
            self._ends.popitem(last=False)
