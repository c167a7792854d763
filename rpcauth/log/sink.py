"""Where lines go: a file descriptor, and whether journald is behind it."""

from __future__ import annotations

import os
import select
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

Sink: TypeAlias = Callable[[bytes], None]
"""Takes whole lines; raises OSError when it cannot."""

_PATIENCE: Final = 1.0
"""Seconds to wait for a full pipe that was set non-blocking, before its lines count as lost."""


def descriptor_sink(descriptor: int) -> Sink:
    """Writes all it is given to `descriptor`, in order."""

    def write(lines: bytes) -> None:
        rest = memoryview(lines)
        while rest:
            rest = rest[_write_some(descriptor, rest) :]

    return write


def is_journal(descriptor: int, environment: Mapping[str, str]) -> bool:
    """Whether `descriptor` is the journal's own stream: JOURNAL_STREAM holds its device and inode (systemd.exec(5))."""
    status = os.fstat(descriptor)
    return environment.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"


def _write_some(descriptor: int, lines: memoryview) -> int:
    try:
        return os.write(descriptor, lines)
    except BlockingIOError:
        _, writable, _ = select.select([], [descriptor], [], _PATIENCE)
        if not writable:
            raise
        return 0
