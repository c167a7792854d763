"""A disk that may hang, for daemons under a watchdog."""

from tests.faults.conftest import disk, library

__all__ = ["disk", "library"]
