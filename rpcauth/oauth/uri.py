"""An absolute URI, cut at its delimiters (RFC 3986 §3). Nothing is decoded or rebuilt: a part is what was written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv6Address

_URI = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.\-]*):(?://(?P<authority>[^/?#]*))?"
    r"(?P<target>[^?#]*(?:\?(?P<query>[^#]*))?)(?:\#(?P<fragment>.*))?",
    re.DOTALL,
)
# Narrower than RFC 3986: browsers decode a percent-encoded host, so one could read as another host than it says.
_HOST_PORT = re.compile(r"(?P<host>\[(?P<ipv6>[0-9A-Fa-f:.]{2,45})\]|[A-Za-z0-9._\-]*)(?::(?P<port>[0-9]{1,5}))?")
_MAX_PORT = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class Uri:
    """The parts of an absolute URI. Only `scheme` is changed, to lower case.

    `host` keeps the brackets of an IPv6 address and is None without an authority; `target` is path and query, what
    an HTTP request line carries. None means that the delimiter is not there, `""` that nothing follows it.
    """

    scheme: str
    userinfo: str | None
    host: str | None
    port: int | None
    target: str
    query: str | None
    fragment: str | None


def find_uri(text: str) -> Uri | None:
    """The parts of `text`; None if it is relative, or its host or port is malformed. Takes linear time."""
    whole = _URI.fullmatch(text)
    if whole is None:
        return None
    scheme, target, query, fragment = whole.group("scheme", "target", "query", "fragment")
    authority = _find_authority(whole["authority"])
    if authority is None:
        return None
    userinfo, host, port = authority
    return Uri(
        scheme=scheme.lower(), userinfo=userinfo, host=host, port=port, target=target, query=query, fragment=fragment
    )


def _find_authority(text: str | None) -> tuple[str | None, str | None, int | None] | None:
    """userinfo, host and port; None if malformed. Without an authority all three are None."""
    if text is None:
        return None, None, None
    userinfo, at, host_port = text.rpartition("@")
    parts = _HOST_PORT.fullmatch(host_port)
    if parts is None or (parts["ipv6"] is not None and not _is_ipv6(parts["ipv6"])):
        return None
    port = None if parts["port"] is None else int(parts["port"])
    if port is not None and port > _MAX_PORT:
        return None
    return userinfo if at else None, parts["host"], port


def _is_ipv6(text: str) -> bool:
    try:
        IPv6Address(text)
    except AddressValueError:
        return False
    return True
