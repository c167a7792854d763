"""Listening sockets, TCP and unix, made here or handed over by the service manager."""

from __future__ import annotations

import errno
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

_FileId: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Listener:
    """A socket that listens. `path` and `file_id` are those of a unix socket's file that was made here."""

    sock: socket.socket
    path: Path | None = None
    file_id: _FileId | None = None

    @property
    def is_tcp(self) -> bool:
        return self.sock.family != socket.AF_UNIX

    @property
    def name(self) -> str:
        """Where it listens, as an address of the configuration; a port 0 has become the one that was taken."""
        if not self.is_tcp:
            # The kernel begins an abstract name with a NUL, people write @.
            return f"unix:{self.path or os.fsdecode(self.sock.getsockname()).replace(chr(0), '@')}"
        host, port = self.sock.getsockname()[:2]
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    def remove(self) -> None:
        """Takes the socket's file away, unless another one, or none, stands there by now."""
        if self.path is not None and _find_file_id(self.path) == self.file_id:
            self.path.unlink(missing_ok=True)


def listen_tcp(host: str, port: int) -> Listener:
    """Listens on a TCP address; port 0 takes a free one. Raises ConfigurationInvalid where that cannot be."""
    try:
        return Listener(_listen_tcp(host, port))
    except OSError as error:
        raise _refuse(f"{host}:{port}", error) from error


def listen_unix(path: Path, *, mode: int = RPC_MODE) -> Listener:
    """Listens on a unix socket whose file has `mode`. Raises ConfigurationInvalid where that cannot be.

    A socket that nobody answers on any more is replaced, a live one is not.
    """
    try:
        return _listen_unix(path, mode)
    except OSError as error:
        raise _refuse(f"unix:{path}", error) from error


def adopt_listener(descriptor: int) -> Listener:
    """A listening socket that the service manager opened (sd_listen_fds(3)); its file, if any, stays the manager's."""
    sock = socket.socket(fileno=descriptor)
    sock.setblocking(False)
    return Listener(sock)


def _listen_tcp(host: str, port: int) -> socket.socket:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
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


def _refuse(text: str, error: OSError) -> ConfigurationInvalid:
    why = f"{error.strerror}; choose another address, or stop what uses it"
    return ConfigurationInvalid([f'listen "{text}": {why}'])
