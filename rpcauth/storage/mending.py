"""What is owed to a disk that failed is tried again each second, so that a daemon is well soon after its disk is.

Whoever writes meanwhile tries it too; but a probe of readiness may keep all who would away.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from rpcauth.errors import StorageUnavailable

EVERY: Final = 1.0
"""Seconds between an attempt that failed and the next."""


class Mend:
    """A job that does nothing by itself: before any is run, what is owed is tried again (group.py)."""


class Mending:
    """Submits such jobs for as long as something `is_owed`. For the event loop's thread."""

    def __init__(self, is_owed: Callable[[], bool], submit: Callable[[Mend], asyncio.Future[None]]) -> None:
        self._is_owed = is_owed
        self._submit = submit
        self._next: asyncio.TimerHandle | None = None

    def look(self) -> None:
        """To be called after each group of the writer: what fails, fails there."""
        if self._next is None and self._is_owed():
            self._next = asyncio.get_running_loop().call_later(EVERY, self._try)

    def stop(self) -> None:
        if self._next is not None:
            self._next.cancel()

    def _try(self) -> None:
        self._next = None
        with suppress(StorageUnavailable):  # whoever fills the queue tries as well
            self._submit(Mend()).add_done_callback(_heed)


def _heed(attempt: asyncio.Future[None]) -> None:
    """An attempt in vain was logged where it failed, and `look` is called behind it."""
    attempt.exception()
