"""From where a request comes, for those limits that go by address: the other end, or what a trusted proxy says.

An address is answered for by whoever may use all of it: of IPv6 the network of 64 bits that a site has. This machine's
own addresses answer for nobody, since a proxy on it stands for everybody behind it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Final

from multidict import CIMultiDictProxy, istr

from rpcauth.server.peers import format_address
from rpcauth.web.trusted_sources import UNIX, TrustedSources

FORWARDED_FOR: Final = istr("X-Forwarded-For")
MAX_HOPS: Final = 32
"""Entries of X-Forwarded-For that are looked at, from its end."""

_SITE_BITS: Final = 64


class Addresses:
    """Finds whom to count against. `trusted` are proxies whose X-Forwarded-For counts.

    With `behind_proxy` and none trusted, every address is the proxy's: then it is never known.
    """

    def __init__(self, *, trusted: Iterable[str] = (), behind_proxy: bool = False) -> None:
        named = tuple(trusted)
        self._trusted = TrustedSources(named)
        self._has_trusted = bool(named)
        self._is_blind = behind_proxy and not named

    def find(self, source: str | None, headers: CIMultiDictProxy[str]) -> str | None:
        """The address behind a request that `source` sent, as a key; None where it is not known, or this machine's."""
        if source is None or self._is_blind:
            return None
        if self._has_trusted and source in self._trusted:
            source = self._find_forwarded(headers)
        return None if source is None or source == UNIX else _find_site(source)

    def _find_forwarded(self, headers: CIMultiDictProxy[str]) -> str | None:
        """The rightmost address that is no trusted proxy's: what stands left of it, its owner may have written."""
        entries = ",".join(headers.getall(FORWARDED_FOR, ())).split(",")
        for entry in entries[: -MAX_HOPS - 1 : -1]:
            address = _read_entry(entry.strip())
            if address is None or address not in self._trusted:
                return address
        return None


def _read_entry(text: str) -> str | None:
    """An address of X-Forwarded-For; some proxies write its port behind it."""
    host, _, _ = text.partition(":") if text.count(":") == 1 else text.removeprefix("[").partition("]")
    try:
        return format_address(host)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def _find_site(text: str) -> str | None:
    address = ip_address(text)
    if address.is_loopback:
        return None
    return str(IPv6Network((address, _SITE_BITS), strict=False)) if isinstance(address, IPv6Address) else text
