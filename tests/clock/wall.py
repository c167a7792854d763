"""A wall clock that a test sets while daemons run by it: Debian's libfaketime. The monotonic clock stays as it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.support import debian

HOUR = 3600
DAY = 24 * HOUR
YEAR = 365 * DAY


@dataclass(frozen=True, slots=True)
class Wall:
    """The clock on the wall of every process in `environment`; `file` says how far off it is."""

    library: Path
    file: Path

    @property
    def environment(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(self.library),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DISABLE_SHM": "1",
            "NO_FAKE_STAT": "1",
        }

    def set(self, *, off: int) -> None:
        """Have it go `off` seconds before the true time, or behind it."""
        new = self.file.with_suffix(".new")
        new.write_text(f"{off:+d}\n")
        new.replace(self.file)


def find_library() -> Path:
    """The library for programs with threads. Raises debian.Unavailable."""
    (found,) = debian.unpack("libfaketime").glob("usr/lib/*/faketime/libfaketimeMT.so.1")
    return found
