"""Listening sockets: `host:port` and `unix:/path`, made here or handed over by the service manager."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
import stat
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from rpcauth.errors import ConfigurationInvalid

BACKLOG: Final = 1_024
RPC_MODE: Final = 0o660
ADMIN_MODE: Final = 0o600
"""Modes of unix sockets: of the service's own, and of the administrative one."""

_UNIX: Final = "unix:"
_FileId: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class TcpAddress:
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Listener:
    """A socket that listens. `path` and `file_id` are those of a unix socket's file that was made here."""

    sock: socket.socket
    path: Path | None = None
    file_id: _FileId | None = None

    def remove(self) -> None:
        """Takes the socket's file away, unless another one, or none, stands there by now."""
        if self.path is not None and _find_file_id(self.path) == self.file_id:
            self.path.unlink(missing_ok=True)


def parse_listen(text: str) -> TcpAddress | Path:
    """`host:port` (an IPv6 address in brackets) or `unix:/path`. Raises ConfigurationInvalid."""
    if text.startswith(_UNIX):
        if text == _UNIX:
            raise _refuse(text, 'no path; write "unix:/run/rpcauth/rpc.sock"')
        return Path(text.removeprefix(_UNIX))
    host, _, port = text.rpartition(":")
    is_port = port.isascii() and port.isdigit() and int(port) <= 65_535
    is_bracketed = host.startswith("[") and host.endswith("]")
    if not is_port or not host or (":" in host and not is_bracketed):
        raise _refuse(text, 'no host and port; write "127.0.0.1:8700", "[::1]:8700" or "unix:/run/rpcauth/rpc.sock"')
    return TcpAddress(host[1:-1] if is_bracketed else host, int(port))


def is_loopback_listen(text: str) -> bool:
    """Whether only this machine can reach what listens at `text`. A host name other than localhost does not count."""
    address = parse_listen(text)
    if isinstance(address, Path) or address.host == "localhost":
        return True
    try:
        return ipaddress.ip_address(address.host).is_loopback
    except ValueError:
        return False


def open_listener(text: str, *, mode: int = RPC_MODE) -> Listener:
    """Listens at `text`; `mode` is for a unix socket's file. Raises ConfigurationInvalid where that cannot be.

    A unix socket that nobody answers on any more is replaced, a live one is not.
    """
    address = parse_listen(text)
    try:
        return _listen_unix(address, mode) if isinstance(address, Path) else Listener(_listen_tcp(address))
    except OSError as error:
        raise _refuse(text, f"{error.strerror}; choose another address, or stop what uses it") from error


def adopt_listener(descriptor: int) -> Listener:
    """A listening socket that the service manager opened (sd_listen_fds(3)); its file, if any, stays the manager's."""
    sock = socket.socket(fileno=descriptor)
    sock.setblocking(False)
    return Listener(sock)


def _listen_tcp(address: TcpAddress) -> socket.socket:
    found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, kind, protocol, _, where = min(found, key=lambda info: info[0] != socket.AF_INET)
    sock = socket.socket(family, kind, protocol)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind(where)
        sock.listen(BACKLOG)
    except OSError:
        sock.close()
        raise
    sock.setblocking(False)
    return sock


def _listen_unix(path: Path, mode: int) -> Listener:
    _check_replaceable(path)
    # Made under another name: at its own it is never seen with the wrong mode, or before it listens.
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.bind(str(fresh))
        fresh.chmod(mode)
        sock.listen(BACKLOG)
        fresh.rename(path)
    except OSError:
        sock.close()
        fresh.unlink(missing_ok=True)
        raise
    sock.setblocking(False)
    return Listener(sock, path, _find_file_id(path))


def _check_replaceable(path: Path) -> None:
    if _find_file_id(path) is None:
        return
    if not stat.S_ISSOCK(path.lstat().st_mode):
        raise OSError(errno.EEXIST, "a file that is no socket stands there")
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as probe:
        if probe.connect_ex(str(path)) == 0:
            raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))


def _find_file_id(path: Path) -> _FileId | None:
    try:
        status = path.lstat()
    except FileNotFoundError:
        return None
    return (status.st_dev, status.st_ino)


def _refuse(text: str, why: str) -> ConfigurationInvalid:
    return ConfigurationInvalid([f'listen "{text}": {why}'])
