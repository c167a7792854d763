"""What the service manager is told of this process: sd_notify(3), a datagram to the socket that it named."""

from __future__ import annotations

import logging
import re
import socket
import time
from collections.abc import MutableMapping
from typing import Final

_log = logging.getLogger(__name__)

PATIENCE: Final = 1.0
"""Seconds that a change of state waits for a service manager whose queue is full. What is told again waits for none."""


_MICROSECONDS: Final = re.compile(r"[0-9]{1,19}")


class Notifier:
    """Tells the service manager how the process stands. Without an address nobody asked, and nothing is sent.

    `address` is the value of $NOTIFY_SOCKET: the path of a unix socket, or `@` and an abstract name.
    """

    def __init__(self, address: str | None) -> None:
        self._address = _read_address(address)
        self._is_heard = True

    @property
    def is_wanted(self) -> bool:
        """Whether somebody listens at all."""
        return self._address is not None

    def tell_starting(self, seconds: float) -> None:
        """The start goes on, and may take `seconds` from now."""
        self._send(f"EXTEND_TIMEOUT_USEC={_microseconds(seconds)}")

    def tell_ready(self) -> None:
        self._send("READY=1", patience=PATIENCE)

    def tell_reloading(self) -> None:
        """Configuration is read anew; `tell_ready` ends that."""
        self._send("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}", patience=PATIENCE)

    def tell_stopping(self, seconds: float) -> None:
        """The end has begun, and may take `seconds` from now."""
        self._send("STOPPING=1", f"EXTEND_TIMEOUT_USEC={_microseconds(seconds)}", patience=PATIENCE)

    def tell_status(self, text: str) -> None:
        """One line for `systemctl status`."""
        self._send(f"STATUS={' '.join(text.split())}")

    def tell_alive(self) -> None:
        """The watchdog may start counting anew."""
        self._send("WATCHDOG=1")

    def _send(self, *fields: str, patience: float = 0.0) -> None:
        if self._address is None:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
                sock.settimeout(patience)
                sock.sendto("\n".join(fields).encode(), self._address)
        except OSError as error:
            if self._is_heard:
                _log.warning("the service manager cannot be told %s: %s", fields[0], error.strerror or error)
            self._is_heard = False
        else:
            self._is_heard = True


def take_notifier(environ: MutableMapping[str, str]) -> Notifier:
    """The notifier of $NOTIFY_SOCKET, which is taken out of `environ`: it is not for processes started from here."""
    return Notifier(environ.pop("NOTIFY_SOCKET", None))


def take_watchdog(environ: MutableMapping[str, str], pid: int) -> float | None:
    """Seconds within which the service manager wants a sign of life again and again (sd_watchdog_enabled(3)).

    None where it wants none, or from another process. The variables are taken out of `environ`.
    """
    period, wanted = environ.pop("WATCHDOG_USEC", ""), environ.pop("WATCHDOG_PID", str(pid))
    if not _MICROSECONDS.fullmatch(period) or wanted != str(pid):
        return None
    return int(period) / 1e6 or None


def _read_address(text: str | None) -> str | None:
    """Where datagrams go; None for what is no unix socket."""
    if text is None or text[:1] not in ("/", "@"):
        return None
    return "\0" + text[1:] if text.startswith("@") else text


def _microseconds(seconds: float) -> int:
    return int(seconds * 1e6)
