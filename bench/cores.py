"""Which core runs what: servers on the first that this process may use, the generator on the last."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


def server_core() -> int:
    return min(os.sched_getaffinity(0))


def generator_core() -> int:
    """The server's core too, where there is only one: the figures then say little."""
    return max(os.sched_getaffinity(0))


@contextmanager
def pinned(core: int) -> Iterator[None]:
    """What is started inside runs on `core`, with all its threads: an affinity is inherited."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


_TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """User and system time that a process has used, all its threads together."""
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK
