"""Throttling of failures: a generic cell rate algorithm, one number a key, no timers."""

from __future__ import annotations

from collections import OrderedDict

from rpcauth.model import Millis

_MINUTE = 60_000
_KEYS_LIMIT = 100_000


class FailureThrottle:
    """Lets `per_minute` failures of a key pass in a burst, then one each minute / `per_minute`. 0 switches it off."""

    def __init__(self, *, per_minute: int) -> None:
        self._ends: OrderedDict[str, int] = OrderedDict()
        self.limit(per_minute=per_minute)

    def limit(self, *, per_minute: int) -> None:
        """Take another limit; what was counted stays counted."""
        self._interval = _MINUTE // per_minute if per_minute else 0

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
        self._ends[key] = max(self._ends.pop(key, 0), now) + self._interval
        if len(self._ends) > _KEYS_LIMIT:
            self._ends.popitem(last=False)
