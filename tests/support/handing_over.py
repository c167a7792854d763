"""Becomes a command whose descriptors 3, 4 … are the given ones, as the protocol of sd_listen_fds(3) has it.

LISTEN_PID and WATCHDOG_PID are the command's own, unless the environment says otherwise.

python -m tests.support.handing_over 17 18 -- command words
"""

from __future__ import annotations

import fcntl
import os
import sys

FIRST = 3


def main(arguments: list[str]) -> None:
    split = arguments.index("--")
    given, command = [int(text) for text in arguments[:split]], arguments[split + 1 :]
    # Out of the way first: a number that is wanted may be another's now.
    moved = [fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, FIRST + len(given)) for descriptor in given]
    for wanted, descriptor in enumerate(moved, FIRST):
        os.dup2(descriptor, wanted, inheritable=True)
    own = {name: str(os.getpid()) for name in ("LISTEN_PID", "WATCHDOG_PID")}
    os.execvpe(command[0], command, {**own, **os.environ})


main(sys.argv[1:])
