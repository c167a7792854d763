"""A process that dies at every step of what is done to a store at its start, each time on a copy of its own.

Run as `python -m tests.audit.dying <folder> <master key in hex> <wall clock> <what> [<backup>]`. A step is a call that
may change a file: of the operating system, or of SQLite. The copies are the folders `<folder>.1`, `<folder>.2` and so
on; their number is printed. In each the call of that number, and none behind it, was not made.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from rpcauth.storage.restoring import put_back
from tests.audit.places import ACCEPTED, AS_USUAL, Place
from tests.support.provider import VirtualClock

STEPS = {"open", "rename", "replace", "link", "unlink", "ftruncate", "pwrite", "fdatasync", "fsync", "execute"}
READERS = ("read_", "check_", "find_", "_check", "_find", "connect")
"""How the functions begin that only look: what they call is no step."""

_MOST = 10_000


def die_at(step: int) -> Callable[[FrameType, str, Any], None]:
    """A profiler that counts the steps and ends the process in place of one."""
    passed = 0

    def profile(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal passed
        code = frame.f_code
        if event != "c_call" or argument.__name__ not in STEPS or "/rpcauth/" not in code.co_filename:
            return
        if code.co_name.startswith(READERS):
            return
        passed += 1
        if passed == step:
            os.kill(os.getpid(), signal.SIGKILL)

    return profile


async def do(what: str, place: Place, backup: Path | None) -> None:
    if backup is not None:
        await put_back(backup, place.store, place.master)
    if what == "begin":
        place.audit = "next.log"
    if what == "without":
        place.audit = None
    async with place.open(ACCEPTED if what == "accept" else AS_USUAL):
        pass


def run_to(step: int, place: Place, what: str, backup: Path | None) -> bool:
    """Do it on the place in a child, which dies at a step. Whether it did not come so far."""
    child = os.fork()
    if not child:
        logging.disable()
        profile = die_at(step)
        threading.setprofile(profile)
        sys.setprofile(profile)
        asyncio.run(do(what, place, backup))
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def main(folder: Path, master: bytes, wall: int, what: str, backup: Path | None) -> None:
    for step in range(1, _MOST):
        copy = folder.with_name(f"{folder.name}.{step}")
        shutil.copytree(folder, copy)
        if run_to(step, Place(copy, VirtualClock(wall), master), what, backup):
            shutil.rmtree(copy)
            sys.stdout.write(f"{step - 1}\n")
            return


if __name__ == "__main__":
    main(
        Path(sys.argv[1]),
        bytes.fromhex(sys.argv[2]),
        int(sys.argv[3]),
        sys.argv[4],
        Path(sys.argv[5]) if len(sys.argv) > 5 else None,
    )
