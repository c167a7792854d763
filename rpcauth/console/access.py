"""Who may use the console: whoever shows a key that the daemon made on its administrative socket."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import hdrs

from rpcauth.errors import CallerRefused, DefinitionsRefused
from rpcauth.model import Caller, Millis, Secret
from rpcauth.rpc.results import format_time
from rpcauth.server.callers import Headers
from rpcauth.server.peers import Peer

LIFETIME: Final = 12 * 3_600_000
"""Milliseconds that a key is good for; no key outlives the daemon."""

MOST: Final = 8
"""Keys at a time; one more ends the oldest."""

_KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class ConsoleKey:
    """A key that was just made, and when it ends: milliseconds since the epoch. The only time that it is shown."""

    key: Secret
    ends_at: Millis


class ConsoleAccess:
    """The keys of the moment, as digests in memory alone. For one thread.

    Whoever shows one is `caller`. `name` is the `host:port` that the console listens on, None while it does not.
    """

    def __init__(self, caller: Caller, *, clock: Callable[[], Millis]) -> None:
        self.name: str | None = None
        self._caller = caller
        self._clock = clock
        self._ends: dict[bytes, Millis] = {}

    def open(self, asking: Caller) -> Mapping[str, Any]:
        """The console's address with a fresh key in it, and when that ends (rpc/admin/console.OpenConsole)."""
        if asking == self._caller:
            raise CallerRefused("caller.console_key")
        if self.name is None:
            what = "[console] listen: no address is set, so there is no console"
            raise DefinitionsRefused([f'{what}; add listen = "127.0.0.1:8702" to [console], and restart the daemon'])
        made = self.make_key()
        return {"url": f"http://{self.name}/#key={made.key.reveal()}", "expires": format_time(made.ends_at)}

    def make_key(self) -> ConsoleKey:
        """A fresh key."""
        now = self._clock()
        alive = [(digest, ends_at) for digest, ends_at in self._ends.items() if now < ends_at]
        made = ConsoleKey(Secret(secrets.token_urlsafe(_KEY_BYTES)), Millis(now + LIFETIME))
        self._ends = dict([*alive, (_digest(made.key.reveal()), made.ends_at)][-MOST:])
        return made

    def prove(self, headers: Headers, _query: str | None, _peer: Peer) -> Caller | None:
        """The console's caller for a request with a key (RFC 6750 §2.1), else None: a `CallerProof`."""
        given = headers.getall(hdrs.AUTHORIZATION, ())
        scheme, _, key = given[0].partition(" ") if len(given) == 1 else ("", "", "")
        return self._caller if scheme.lower() == "bearer" and self._is_good(key) else None

    def _is_good(self, key: str) -> bool:
        digest, now, is_good = _digest(key), self._clock(), False
        for known, ends_at in self._ends.items():
            # Every key is compared, whether one has fitted or not.
            is_good |= hmac.compare_digest(known, digest) & (now < ends_at)
        return is_good


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode(errors="surrogateescape")).digest()
