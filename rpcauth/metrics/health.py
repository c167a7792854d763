"""What can be amiss with a daemon that runs, in words for its operator."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final


class Trouble(StrEnum):
    """A reason not to send requests; the values are what a metric's label carries."""

    STARTING = "starting"
    DRAINING = "draining"
    STORE_FAILING = "store_failing"
    STORE_HANGING = "store_hanging"
    AUDIT_FAILING = "audit_failing"
    CLOCK_SUSPECT = "clock_suspect"


_WORDS: Final[Mapping[Trouble, str]] = {
    Trouble.STARTING: "the store is being checked, migrated and opened",
    Trouble.DRAINING: "open requests are finished, then the daemon ends",
    Trouble.STORE_FAILING: "a commit failed, and no write is taken until the disk does; the log names the error",
    Trouble.STORE_HANGING: "the disk does not come back from a write",
    Trouble.AUDIT_FAILING: "the audit file cannot be written, and no write is taken until it can; check its disk",
    Trouble.CLOCK_SUSPECT: "the clock has jumped and is not believed; set it, then type: rpcauth doctor --reset-clock",
}


def describe(troubles: Iterable[Trouble]) -> str:
    """A line for each, or that there is none."""
    return "".join(f"{trouble}: {_WORDS[trouble]}\n" for trouble in troubles) or "ready\n"
