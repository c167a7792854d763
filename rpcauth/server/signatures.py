"""Signatures of callers that were built for Mashery: md5(api_key + secret + unix seconds) in hex (contract §6).

A signature does not say its second, so all that are live must be known: 601 of them. They are kept and rolled on with
the clock, which costs one MD5 a second where computing them would cost 601 a call.
"""

from __future__ import annotations

import hashlib
from collections import deque
from typing import Final

from rpcauth.model import Secret

TOLERANCE: Final = 300
"""Seconds that the caller's clock may be off, either way."""

_LENGTH: Final = 32


class SignatureWindow:
    """The live signatures of one api_key and secret."""

    __slots__ = ("_last", "_live", "_ordered", "_prefix")

    def __init__(self, api_key: str, secret: Secret) -> None:
        # MD5 is what these callers were built with, and binds nothing else here.
        self._prefix = hashlib.md5((api_key + secret.reveal()).encode(), usedforsecurity=False)
        self._ordered: deque[str] = deque()
        self._live: set[str] = set()
        self._last = -1

    def holds(self, signature: str, now: int) -> bool:
        """Whether `signature` is one of the seconds `now` - 300 to `now` + 300.

        The set is searched by a hash keyed with randomness of this process: how long it takes says nothing of how much
        of a guess was right.
        """
        self._roll_to(now + TOLERANCE)
        return len(signature) == _LENGTH and signature in self._live

    def _roll_to(self, last: int) -> None:
        if not 0 <= last - self._last <= 2 * TOLERANCE:
            self._ordered.clear()
            self._live.clear()
            self._last = last - 2 * TOLERANCE - 1
        for second in range(self._last + 1, last + 1):
            self._add(self._sign(second))
        self._last = last

    def _add(self, signature: str) -> None:
        self._ordered.append(signature)
        self._live.add(signature)
        if len(self._ordered) > 2 * TOLERANCE + 1:
            self._live.discard(self._ordered.popleft())

    def _sign(self, second: int) -> str:
        digest = self._prefix.copy()
        digest.update(b"%d" % second)
        return digest.hexdigest()
