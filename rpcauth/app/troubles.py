"""What is amiss with a store that is served, as it can be told without waiting for its disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rpcauth.metrics.health import Trouble
from rpcauth.storage.sqlite import SqliteStore

HANGING: Final = 5.0
"""Seconds at one transaction after which the writer's disk is taken not to answer (app/watchdog.py)."""


def find_troubles(store: SqliteStore) -> Iterator[Trouble]:
    """The reasons not to send requests, as far as they are the store's."""
    store.now()  # a jump of the clock is seen when it is asked
    if store.is_failing:
        yield Trouble.STORE_FAILING
    if store.busy_for > HANGING:
        yield Trouble.STORE_HANGING
    if store.trail.is_failing:
        yield Trouble.AUDIT_FAILING
    if store.clock.suspect:
        yield Trouble.CLOCK_SUSPECT


def is_audit_in_place(store: SqliteStore, path: Path) -> bool:
    """Whether the file at `path` is the audit that is written, with all that was written to it."""
    size = store.trail.find_size(path)
    return size is not None and path.stat().st_size >= size
