"""Where something listens, where the world finds it, and where the store is.

Parsed from what the file says, and written back the same way.
Paths are as written until `settings.anchor` has put the configuration file's folder before relative ones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv6Address, ip_address, ip_network
from pathlib import Path
from typing import NewType

_HOST_PORT = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):(?P<port>[0-9]{1,5})")
_BASE_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?"
    r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*"
)
_MAX_PORT = 65_535
_SQLITE = "sqlite:///"
_POSTGRESQL = ("postgresql://", "postgres://")


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpAddress:
    """`host` is a name or an IP literal without brackets; port 0 takes a free one."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_literal(self) -> bool:
        """Whether the host is an IP address, and no name."""
        try:
            return ip_address(self.host) is not None
        except ValueError:
            return False

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine reaches it. Of names, only localhost counts: the others are the resolver's word."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host.lower() == "localhost"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnixAddress:
    path: Path

    def __str__(self) -> str:
        return f"unix:{self.path}"


Address = TcpAddress | UnixAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class SqliteUrl:
    path: Path

    def __str__(self) -> str:
        return f"{_SQLITE}{self.path}"


Source = NewType("Source", str)
"""Who sends requests: an IP address, a network of them, or `unix` for whoever connects to a unix socket."""

BaseUrl = NewType("BaseUrl", str)
"""An http or https URL of origin and path, with nothing behind it: no slash, query or fragment."""


def parse_address(text: str) -> Address:
    """An address of `host:port` or `unix:/path`. Raises ValueError("what; what to do")."""
    if text.startswith("unix:"):
        return parse_unix_address(text)
    parts = _HOST_PORT.fullmatch(text)
    if parts is None or int(parts["port"]) > _MAX_PORT or not _is_host(parts["host"]):
        raise ValueError('is no address; write "127.0.0.1:8700", "[::1]:8700" or "unix:/run/rpcauth.sock"')
    return TcpAddress(host=parts["host"].strip("[]"), port=int(parts["port"]))


def _is_host(text: str) -> bool:
    try:
        return not text.startswith("[") or IPv6Address(text[1:-1]) is not None
    except AddressValueError:
        return False


def parse_tcp_address(text: str) -> TcpAddress:
    """An address of `host:port`. Raises ValueError("what; what to do")."""
    address = parse_address(text)
    if not isinstance(address, TcpAddress):
        raise ValueError('is no address of host and port; write "127.0.0.1:8702"')
    return address


def parse_unix_address(text: str) -> UnixAddress:
    """An address of `unix:/path`. Raises ValueError("what; what to do")."""
    path = text.removeprefix("unix:")
    if path in ("", text):
        raise ValueError('is no unix socket; write "unix:" and its path')
    return UnixAddress(path=Path(path))


def parse_base_url(text: str) -> BaseUrl:
    """A URL that paths are put behind; http is for this machine alone. Raises ValueError("what; what to do")."""
    parts = _BASE_URL.fullmatch(text)
    if parts is None or int(parts["port"] or 0) > _MAX_PORT or not _is_host(parts["host"]):
        raise ValueError(
            'is no base URL; write scheme, host in small letters and path, and no "/" at its end: '
            '"https://auth.example.com"'
        )
    if parts["scheme"] == "http" and not TcpAddress(host=parts["host"].strip("[]"), port=0).is_loopback:
        raise ValueError("would have secrets cross the network in the clear; write https://")
    return BaseUrl(text)


def parse_source(text: str) -> Source:
    """An IP address, a network of them, or `unix`. Raises ValueError("what; what to do")."""
    if text == "unix":
        return Source(text)
    try:
        network = ip_network(text)
        return Source(str(network.network_address if network.num_addresses == 1 else network))
    except ValueError:
        raise ValueError('is no address; write "192.0.2.1", "192.0.2.0/24", "2001:db8::/32" or "unix"') from None


def parse_store_url(text: str) -> SqliteUrl:
    """A store of `sqlite:///relative/path` or `sqlite:////absolute/path`. Raises ValueError("what; what to do")."""
    if text.startswith(_POSTGRESQL):
        raise ValueError('postgresql is not available in this version; use "sqlite:///var/rpcauth.db"')
    path = text.removeprefix(_SQLITE)
    if path in ("", text, ":memory:") or "?" in path:
        raise ValueError('is no store; write "sqlite:///var/rpcauth.db", with four slashes for an absolute path')
    return SqliteUrl(path=Path(path))
