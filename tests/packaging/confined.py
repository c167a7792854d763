"""Becomes a command under the limits of a systemd unit that a process can put on itself.

    python -m tests.packaging.confined allowed,system,calls -- command words

System calls beyond the allowed ones fail with EPERM, memory is never writable and executable, no privilege is gained,
and no core is dumped: as SystemCallFilter=, MemoryDenyWriteExecute=, NoNewPrivileges= and LimitCORE= have it.
"""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import sys

LIBRARY = "libseccomp.so.2"
ALLOW, ERRNO = 0x7FFF0000, 0x00050000
UNKNOWN = -1
PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN = 65, 1


def confine(allowed: list[str]) -> None:
    """Put the limits on this process, for good."""
    library = ctypes.CDLL(LIBRARY, use_errno=True)
    library.seccomp_init.restype = ctypes.c_void_p
    filter_ = ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(ERRNO | errno.EPERM)))
    for name in allowed:
        number = library.seccomp_syscall_resolve_name(name.encode())
        if number != UNKNOWN:
            library.seccomp_rule_add(filter_, ctypes.c_uint32(ALLOW), number, 0)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # A kernel before 6.3 does not know it.
    ctypes.CDLL(None).prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0)
    if library.seccomp_load(filter_) != 0:
        sys.exit("the filter cannot be loaded")


if __name__ == "__main__":
    split = sys.argv.index("--")
    confine(sys.argv[1].split(","))
    os.execvp(sys.argv[split + 1], sys.argv[split + 1 :])
