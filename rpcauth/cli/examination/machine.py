"""What the doctor looks at in the machine and its libraries: randomness, time, SQLite."""

from __future__ import annotations

import ctypes
import os
from typing import Final

from rpcauth.cli.examination.findings import Finding, Verdict, failed
from rpcauth.errors import StoreRefused

UNSYNCHRONISED: Final = 0x0040
"""STA_UNSYNC, adjtimex(2): nothing keeps the kernel's clock right."""


def examine_entropy() -> Finding:
    try:
        os.getrandom(32, os.GRND_NONBLOCK)
    except BlockingIOError:
        return Finding("entropy", Verdict.FAIL, "the kernel has none yet", "wait, or give the machine a virtio-rng")
    return Finding("entropy", Verdict.OK, "the kernel's generator is seeded")


def examine_sqlite() -> Finding:
    from rpcauth.storage.driver import check_version, sqlite_version

    try:
        check_version()
    except StoreRefused as error:
        return failed("sqlite", error)
    return Finding("sqlite", Verdict.OK, sqlite_version())


class _Timex(ctypes.Structure):
    """The beginning of struct timex, and room for the rest of it."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_char * 256),
    )


def find_kernel_status() -> int | None:
    """The status bits of the kernel's clock; None where it does not tell."""
    asked = _Timex()
    adjtimex = getattr(ctypes.CDLL(None), "adjtimex", None)
    if adjtimex is None or adjtimex(ctypes.byref(asked)) < 0:
        return None
    return int(asked.status)


def examine_synchronisation(status: int | None) -> Finding:
    """Whether something keeps the wall clock right, by what the kernel's clock says of itself."""
    if status is None:
        return Finding("time", Verdict.OK, "the kernel does not tell here whether its clock is synchronised")
    if status & UNSYNCHRONISED:
        what = "nothing keeps the clock of this machine right"
        return Finding("time", Verdict.WARN, what, "run an NTP client, such as chrony or systemd-timesyncd")
    return Finding("time", Verdict.OK, "the clock is kept in step with others")
