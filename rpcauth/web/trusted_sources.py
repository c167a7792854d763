"""Whose word counts on where a request comes from, and on what it asks for."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Final

UNIX: Final = "unix"


class TrustedSources:
    """IP addresses, networks of them, and `unix` for whoever may connect to the unix socket."""

    def __init__(self, sources: Iterable[str]) -> None:
        named = frozenset(sources)
        self._unix = UNIX in named
        self._networks = tuple(ip_network(source) for source in named - {UNIX})
        self._is_within = lru_cache(maxsize=1024)(self._find_network)

    def __contains__(self, source: str | None) -> bool:
        if source is None or source == UNIX:
            return source is not None and self._unix
        return self._is_within(source)

    def _find_network(self, source: str) -> bool:
        address = ip_address(source)
        return any(address in network for network in self._networks)
