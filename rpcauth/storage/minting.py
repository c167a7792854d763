"""Fresh ids, randomness and keys for decisions."""

from __future__ import annotations

import os
from collections.abc import Callable

from rpcauth.keys.keyring import Keyring
from rpcauth.model import Millis, RecordId
from rpcauth.oauth.record_id import IdSequence


class FreshMint:
    """The fresh ids, randomness and keys that decisions take as an argument (port.Mint)."""

    def __init__(self, *, ids: IdSequence, now: Callable[[], Millis], keyring: Keyring) -> None:
        self._ids = ids
        self._now = now
        self.keyring = keyring

    def next_id(self) -> RecordId:
        return self._ids.next(self._now())

    def random(self, size: int) -> bytes:
        return os.urandom(size)
