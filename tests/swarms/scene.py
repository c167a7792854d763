"""A daemon among clients that do it no good."""

from __future__ import annotations

import http.client
import os
import resource
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep

from tests.support.daemon import BASIC, PATIENCE, RunningDaemon

HELLO = b'{"jsonrpc":"2.0","method":"test.hello","id":1}'
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Caller:
    """A good caller on a connection of its own: what it asked, and what it was not answered."""

    daemon: RunningDaemon
    answered: int = 0
    failed: list[str] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    def call_on(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.daemon.port, timeout=PATIENCE)
        while not self._over.wait(0.005):
            try:
                connection.request("POST", "/rpc", HELLO, {"Authorization": BASIC})
                reply = connection.getresponse()
                text = reply.read()
                if b'"result"' in text:
                    self.answered += 1
                else:
                    self.failed.append(f"{reply.status} {text!r}")
            except (OSError, http.client.HTTPException) as error:
                self.failed.append(repr(error))
                connection.close()
        connection.close()

    def stop(self) -> None:
        self._over.set()


@contextmanager
def calling(daemon: RunningDaemon) -> Iterator[Caller]:
    """A caller that calls for as long as the block."""
    caller = Caller(daemon)
    thread = threading.Thread(target=caller.call_on)
    thread.start()
    try:
        yield caller
    finally:
        caller.stop()
        thread.join()


def wait_until(is_so: Callable[[], bool], seconds: float = PATIENCE) -> None:
    deadline = monotonic() + seconds
    while not is_so():
        assert monotonic() < deadline
        sleep(0.02)


def pid_of(daemon: RunningDaemon) -> int:
    assert daemon.process is not None
    return daemon.process.pid


def cpu_seconds(daemon: RunningDaemon) -> float:
    """User and system time, of all threads together."""
    fields = Path(f"/proc/{pid_of(daemon)}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


def resident(daemon: RunningDaemon) -> int:
    """Bytes."""
    return int(Path(f"/proc/{pid_of(daemon)}/statm").read_text().split()[1]) * resource.getpagesize()
