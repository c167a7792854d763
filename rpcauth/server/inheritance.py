"""Listening sockets that the service manager opened and handed over: sd_listen_fds(3)."""

from __future__ import annotations

import os
import re
import socket
import stat
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass
from typing import Final

from rpcauth.errors import ConfigurationInvalid
from rpcauth.server.listeners import Listener, adopt_listener

FIRST: Final = 3
ADMIN: Final = "admin"
METRICS: Final = "metrics"
_COUNT: Final = re.compile(r"[0-9]{1,4}")
_FAMILIES: Final = (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX)


@dataclass(frozen=True, slots=True)
class Inherited:
    """What was handed over, by purpose: a socket named `admin` or `metrics` is for that, every other for callers."""

    rpc: tuple[Listener, ...] = ()
    admin: tuple[Listener, ...] = ()
    metrics: tuple[Listener, ...] = ()


def take_inherited(environ: MutableMapping[str, str], pid: int) -> Inherited:
    """The sockets that are meant for this process; their variables are taken out of `environ`.

    Raises ConfigurationInvalid, with every descriptor that is no listening stream socket.
    """
    count, wanted = environ.pop("LISTEN_FDS", "0"), environ.pop("LISTEN_PID", "")
    names = environ.pop("LISTEN_FDNAMES", "").split(":")
    if wanted != str(pid) or not _COUNT.fullmatch(count):
        return Inherited()
    descriptors = range(FIRST, FIRST + int(count))
    problems = [problem for descriptor in descriptors if (problem := _find_problem(descriptor))]
    if problems:
        raise ConfigurationInvalid(problems)
    adopted = [(names[place] if place < len(names) else "", _adopt(fd)) for place, fd in enumerate(descriptors)]
    return Inherited(
        rpc=tuple(listener for name, listener in adopted if name not in (ADMIN, METRICS)),
        admin=tuple(_named(adopted, ADMIN)),
        metrics=tuple(_named(adopted, METRICS)),
    )


def _named(adopted: list[tuple[str, Listener]], wanted: str) -> Iterator[Listener]:
    return (listener for name, listener in adopted if name == wanted)


def _adopt(descriptor: int) -> Listener:
    os.set_inheritable(descriptor, False)
    return adopt_listener(descriptor)


def _find_problem(descriptor: int) -> str | None:
    what = f"socket activation: descriptor {descriptor}"
    try:
        if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
            return f"{what} is no socket; list only ListenStream= in the socket unit"
    except OSError as error:
        return f"{what}: {error.strerror}; start it by its socket unit, or by systemd-socket-activate"
    with socket.socket(fileno=os.dup(descriptor)) as sock:
        if not sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            return f"{what} does not listen; list only ListenStream= in the socket unit, with Accept=no"
        if sock.family not in _FAMILIES or sock.type != socket.SOCK_STREAM:
            return f"{what} is no stream of TCP or unix; list only ListenStream= in the socket unit"
    return None
