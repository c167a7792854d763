"""A disk that fails on request: the library that is preloaded into a daemon, and the file that tells it what to do."""

from __future__ import annotations

import errno
import mmap
import os
import shutil
import struct
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

SOURCE = Path(__file__).with_name("faults.c")
FOR_EVER = -1
PATIENCE = 1800.0
"""Seconds that a process with a failing disk may take."""

WAL = ".db-wal"
STORE = ".db"
SUMS = ".db-sums"
AUDIT = "audit.log"
FILES = (WAL, STORE, SUMS, AUDIT)
"""The endings of all files that an answer depends on."""

_CHANNEL = struct.Struct("iiii")
_SYNC, _WRITE, _ERROR = 0, _CHANNEL.size, 2 * _CHANNEL.size
_SUFFIX = _ERROR + 3 * 4
_SIZE = _SUFFIX + 64


@dataclass(frozen=True, slots=True)
class Fault:
    """What fails: syncs or writes (`torn`: after half of the bytes), with which error, of files with which ending.

    It takes `delay` milliseconds first. Without an error it is only slow.
    """

    name: str
    writes: bool = False
    error: int = errno.EIO
    torn: bool = False
    suffix: str = WAL
    delay: int = 0

    def __str__(self) -> str:
        return self.name


SYNC_EIO = Fault("sync EIO")
WRITE_EIO = Fault("write EIO", writes=True)
WRITE_ENOSPC = Fault("write ENOSPC", writes=True, error=errno.ENOSPC)
TORN_WRITE = Fault("torn write", writes=True, torn=True)
FAULTS = (SYNC_EIO, WRITE_EIO, WRITE_ENOSPC, TORN_WRITE)


def faults_of(suffix: str) -> list[Fault]:
    """Each of these faults, of files with this ending."""
    return [replace(fault, name=f"{fault.name} of {suffix}", suffix=suffix) for fault in FAULTS]


class Disk:
    """The control file of one preloaded process (faults.c has the same layout)."""

    def __init__(self, library: Path, control: Path) -> None:
        if not control.exists():
            control.write_bytes(bytes(_SIZE))
        self.environment = {"LD_PRELOAD": str(library), "FAULTS": str(control)}
        with control.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), _SIZE)

    def run(self, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a module of the tests in a process that has this disk."""
        return subprocess.run(
            [sys.executable, "-m", module, *arguments],
            env={**os.environ, **self.environment},
            capture_output=True,
            check=False,
            text=True,
            timeout=PATIENCE,
        )

    @classmethod
    def of_this_process(cls) -> Disk:
        """The disk that this process was started with."""
        return cls(Path(os.environ["LD_PRELOAD"]), Path(os.environ["FAULTS"]))

    def watch(self, suffix: str = WAL) -> None:
        """Count the calls on files with this ending, from 0 on, and let all of them pass."""
        self._map[:] = bytes(_SIZE)
        self._map[_SUFFIX : _SUFFIX + len(suffix)] = suffix.encode()

    def fail(self, fault: Fault, *, times: int = FOR_EVER, after: int = 0) -> None:
        """Make calls fail: `times` of them, when `after` others have passed."""
        self.watch(fault.suffix)
        struct.pack_into("iii", self._map, _ERROR, fault.error, fault.torn, fault.delay)
        _CHANNEL.pack_into(self._map, _WRITE if fault.writes else _SYNC, after, times, 0, 0)

    def mend(self) -> None:
        """Let everything pass again; the counts stay."""
        for channel in (_SYNC, _WRITE):
            struct.pack_into("ii", self._map, channel, 0, 0)

    def count(self, fault: Fault) -> int:
        """How many calls of the kind that `fault` concerns there were."""
        return int(_CHANNEL.unpack_from(self._map, _WRITE if fault.writes else _SYNC)[2])

    @property
    def failed(self) -> int:
        """How many calls failed."""
        return sum(int(_CHANNEL.unpack_from(self._map, channel)[3]) for channel in (_SYNC, _WRITE))


def build_library(folder: Path) -> Path:
    """The library to preload. Skips the test where there is no C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("no C compiler here: a failing disk cannot be simulated")
    library = folder / "faults.so"
    flags = ["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror"]
    subprocess.run([compiler, *flags, "-o", str(library), str(SOURCE), "-ldl"], check=True)
    return library
