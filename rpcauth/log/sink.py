"""Where lines go: a file descriptor, and whether journald is behind it."""

from __future__ import annotations

import errno
import os
import select
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

Sink: TypeAlias = Callable[[bytes], None]
"""Takes whole lines; raises OSError when it cannot."""

_PATIENCE: Final = 1.0
"""Seconds to wait for whoever reads, before lines count as lost. Whoever was too slow once is not waited for again."""

_LINE_END: Final = ord("\n")


def descriptor_sink(descriptor: int) -> Sink:
    """Writes all it is given to `descriptor`, in order, and hangs for nobody who has stopped reading it.

    Raises BlockingIOError when that is so.
    """
    return _Descriptor(descriptor).write


def is_journal(descriptor: int, environment: Mapping[str, str]) -> bool:
    """Whether `descriptor` is the journal's own stream: JOURNAL_STREAM holds its device and inode (systemd.exec(5))."""
    status = os.fstat(descriptor)
    return environment.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"


class _Descriptor:
    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLOUT)
        self._is_stuck = False
        self._is_cut = False

    def write(self, lines: bytes) -> None:
        rest = memoryview(b"\n" + lines if self._is_cut else lines)
        while rest:
            self._wait()
            # A pipe or socket that is ready takes so much. The others who have it may not want it non-blocking.
            written = self._write_some(rest[: select.PIPE_BUF])
            if written:
                self._is_cut = rest[written - 1] != _LINE_END
            rest = rest[written:]

    def _wait(self) -> None:
        if not self._poll.poll(0 if self._is_stuck else _PATIENCE * 1000):
            self._is_stuck = True
            raise BlockingIOError(errno.EAGAIN, "nobody reads what is written")
        self._is_stuck = False

    def _write_some(self, lines: memoryview) -> int:
        try:
            return os.write(self._descriptor, lines)
        except BlockingIOError:
            return 0
