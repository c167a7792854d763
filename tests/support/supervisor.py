"""A service manager as small as can be: it holds the sockets of a daemon, starts it on them, and hears what it says.

It does what systemd does for a unit of Type=notify with a socket unit, by the same variables and messages.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.support.daemon import PATIENCE, STARTED, RunningDaemon


@dataclass(slots=True)
class Supervisor:
    """`sockets` are handed over under their names. `said` are the fields of all that the daemon told, in order."""

    daemon: RunningDaemon
    sockets: Sequence[tuple[str, socket.socket]] = ()
    watchdog: float | None = None
    said: list[str] = field(default_factory=list)
    inbox: socket.socket = field(init=False)

    def __post_init__(self) -> None:
        self.inbox = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.inbox.bind("\0" + os.urandom(8).hex())

    @property
    def environment(self) -> dict[str, str]:
        """What the daemon finds; LISTEN_PID and WATCHDOG_PID are its own to be filled in."""
        variables = {"NOTIFY_SOCKET": "@" + self.inbox.getsockname()[1:].decode()}
        if self.sockets:
            variables["LISTEN_FDS"] = str(len(self.sockets))
            variables["LISTEN_FDNAMES"] = ":".join(name for name, _ in self.sockets)
        if self.watchdog is not None:
            variables["WATCHDOG_USEC"] = str(int(self.watchdog * 1e6))
        return variables

    def launch(self) -> None:
        """Start the daemon; it may not be ready when this returns."""
        numbers = [held.fileno() for _, held in self.sockets]
        command = [
            sys.executable,
            "-m",
            "tests.support.handing_over",
            *map(str, numbers),
            "--",
            *self.daemon.command("serve"),
        ]
        with self.daemon.log.open("ab") as log:
            self.daemon.process = subprocess.Popen(
                command,
                stderr=log,
                stdout=log,
                env={**os.environ, **self.daemon.environment, **self.environment},
                pass_fds=numbers,
            )
        STARTED.append(self.daemon)

    def start(self) -> None:
        """Start the daemon and wait until it says that it is ready."""
        self.launch()
        self.wait_for("READY=1")

    def wait_for(self, wanted: str) -> None:
        """Hear what the daemon says until something begins with `wanted`, which it has not said before this call."""
        assert self.hear(lambda said: said.startswith(wanted), PATIENCE), self.daemon.log.read_text()

    def hear(self, wanted: Callable[[str], bool], seconds: float) -> bool:
        """Whether the daemon says what is wanted within some time; all that it said meanwhile is in `said`."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if not select.select([self.inbox], [], [], min(left, 0.1))[0]:
                assert self.daemon.process is not None
                if self.daemon.process.poll() is not None:
                    return False
                continue
            fields = self.inbox.recv(65_536).decode().split("\n")
            self.said += fields
            if any(map(wanted, fields)):
                return True
        return False

    def hear_rest(self) -> list[str]:
        """All that was said by now."""
        while select.select([self.inbox], [], [], 0)[0]:
            self.said += self.inbox.recv(65_536).decode().split("\n")
        return self.said

    def reload(self) -> None:
        """Have the daemon read its configuration again, and wait until it says that it has."""
        assert self.daemon.process is not None
        self.hear_rest()
        self.daemon.process.send_signal(signal.SIGHUP)
        self.wait_for("RELOADING=1")
        self.wait_for("READY=1")


@contextmanager
def supervise(supervisor: Supervisor) -> Iterator[Supervisor]:
    """The supervisor with its daemon ready; ended when the block is left."""
    try:
        supervisor.start()
        yield supervisor
    finally:
        if supervisor.daemon.is_running:
            supervisor.daemon.end()
        supervisor.inbox.close()
