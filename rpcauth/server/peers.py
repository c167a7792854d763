"""What a connection itself proves of who is at its other end; read once, when it is made."""

from __future__ import annotations

import asyncio
import re
import socket
import struct
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Any, Final

UNIX: Final = "unix"
"""What stands for an address where there is none: the other end of a unix socket."""

_CREDENTIALS: Final = struct.Struct("3i")  # pid, uid, gid: struct ucred of unix(7)


@dataclass(frozen=True, slots=True)
class Peer:
    """`uid` of the process that connected to a unix socket; `subject` of a verified client certificate.

    `source` is the IP address at the other end, in its one canonical form, or `unix`; None when it is not known.
    """

    uid: int | None = None
    subject: str | None = None
    source: str | None = None


def read_peer(transport: asyncio.BaseTransport) -> Peer:
    """What is known of the peer of `transport`. Over TCP without a client certificate: its address alone."""
    certificate = transport.get_extra_info("peercert")
    sock = transport.get_extra_info("socket")
    return Peer(
        uid=_read_uid(sock),
        subject=format_subject(certificate) if certificate else None,
        source=_read_source(sock, transport.get_extra_info("peername")),
    )


def format_subject(certificate: dict[str, Any]) -> str | None:
    """The subject of a certificate, as `ssl.SSLSocket.getpeercert` gives it, in the form of RFC 4514; None if empty.

    Most specific name first, without blanks between them: `CN=gateway,OU=Edge,O=Example,C=DE`. The names of RFC 4514
    §3 are short, others as OpenSSL calls them (`emailAddress`); names of one RDN are joined by `+` in their order in
    the certificate; special characters are escaped as in §2.4. A caller's `tls_subjects` are compared with it exactly.
    """
    names = reversed(certificate.get("subject", ()))
    return ",".join("+".join(_format_name(*name) for name in relative) for relative in names) or None


_SHORT: Final = {
    "commonName": "CN",
    "countryName": "C",
    "domainComponent": "DC",
    "localityName": "L",
    "organizationName": "O",
    "organizationalUnitName": "OU",
    "stateOrProvinceName": "ST",
    "streetAddress": "STREET",
    "userId": "UID",
}
_SPECIAL: Final = re.compile(r'["+,;<>\\]|^[ #]| $')


def _format_name(name: str, value: str) -> str:
    escaped = _SPECIAL.sub(lambda found: "\\" + found[0], value).replace("\0", "\\00")
    return f"{_SHORT.get(name, name)}={escaped}"


def _read_uid(sock: socket.socket | None) -> int | None:
    if sock is None or sock.family != socket.AF_UNIX:
        return None
    _, uid, _ = _CREDENTIALS.unpack(sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size))
    return int(uid)


def _read_source(sock: socket.socket | None, name: object) -> str | None:
    if sock is not None and sock.family == socket.AF_UNIX:
        return UNIX
    # A client that has gone already has no name any more.
    return format_address(name[0]) if isinstance(name, tuple) else None


def format_address(host: str) -> str:
    """The canonical text of an IP address: without a zone, and of an IPv4 address in IPv6 form the IPv4 one."""
    address = ip_address(host.partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)
