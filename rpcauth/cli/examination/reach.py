"""Whether the daemon, and each of its addresses, can be reached; without a daemon, whether the addresses are free."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

from rpcauth.cli.examination.findings import Finding, Verdict, render_mode
from rpcauth.cli.transport import connect, endpoint_of
from rpcauth.config import Address, UnixAddress

if TYPE_CHECKING:
    from rpcauth.config import Config

PATIENCE = 2.0
"""Seconds in which a listener must accept a connection."""


def examine_addresses(config: Config, *, is_running: bool) -> Iterator[Finding]:
    """Every address that the configuration names."""
    for address in config.server.listen:
        yield examine_listener(address, is_running=is_running)
    if config.console.listen is not None:
        yield examine_listener(config.console.listen, is_running=is_running, name="console")
    if config.metrics.listen is not None:
        yield examine_metrics(config.metrics.listen, is_running=is_running)


def examine_daemon(config: Config, *, is_running: bool) -> Finding:
    admin = config.server.admin
    if not is_running:
        return Finding("daemon", Verdict.WARN, f"nobody answers at {admin}", "start it: rpcauth serve")
    status = admin.path.stat()
    mode = render_mode(status)
    if status.st_mode & 0o077:
        return Finding("daemon", Verdict.FAIL, f"{admin}: open to others ({mode})", f"chmod 600 {admin.path}")
    return Finding("daemon", Verdict.OK, f"answers at {admin} ({mode})")


def examine_listener(address: Address, *, is_running: bool, name: str = "listen") -> Finding:
    """Whether the daemon's address accepts; without a daemon, whether it is free."""
    subject, is_taken = f"{name} {address}", _accepts(address)
    if is_taken == is_running:
        return Finding(subject, Verdict.OK, "accepts connections" if is_running else "free")
    if is_running:
        return Finding(subject, Verdict.FAIL, "does not accept connections", "start the daemon anew: rpcauth serve")
    return Finding(subject, Verdict.FAIL, "in use by another process", "stop that one, or choose another address")


def examine_metrics(address: Address, *, is_running: bool) -> Finding:
    """Whether the listener for metrics and health answers as one."""
    found = examine_listener(address, is_running=is_running, name="metrics")
    if not is_running or found.verdict is not Verdict.OK:
        return found
    try:
        with closing(connect(endpoint_of(address, is_tls=False), PATIENCE)) as connection:
            connection.request("GET", "/livez")
            status = connection.getresponse().status
    except (OSError, http.client.HTTPException):
        status = 0
    if status != http.client.OK:
        advice = "stop what is there, or choose another address, then start the daemon anew"
        return Finding(found.subject, Verdict.FAIL, "another program answers at /livez", advice)
    return Finding(found.subject, Verdict.OK, "answers at /livez, /readyz and /metrics")


def _accepts(address: Address) -> bool:
    try:
        if isinstance(address, UnixAddress):
            with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as sock:
                sock.settimeout(PATIENCE)
                sock.connect(str(address.path))
        else:
            socket.create_connection((address.host, address.port), PATIENCE).close()
    except OSError:
        return False
    return True
