"""The sweeper: removes what has outlived its use, in bounded steps, for as long as the daemon runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Protocol, TypeVar

from rpcauth.errors import StorageUnavailable
from rpcauth.operations.key_rotation import DropDigestKeys
from rpcauth.operations.signing_keys import DropSigningKeys
from rpcauth.storage.port import Operation

_log = logging.getLogger(__name__)
R = TypeVar("R")

STEP = 500
"""Most rows of one table that one step removes: a step must not keep redemptions waiting."""

BUSY_PAUSE = 0.05
IDLE_PAUSE = 5.0
KEY_CHECK_PAUSE = 3600.0


class Sweepable(Protocol):
    """What the sweeper needs of an engine."""

    async def sweep(self, limit: int) -> int:
        """One bounded step; returns the rows touched."""

    async def find_unused_digest_versions(self) -> Sequence[int]:
        """Versions of the digest key that no row names."""

    async def execute(self, operation: Operation[R]) -> R:
        """Run one operation."""


async def sweep_for_ever(store: Sweepable) -> None:
    """Step after step: quickly while something is due, then at leisure. A store that cannot is tried again."""
    loop = asyncio.get_running_loop()
    keys_checked = loop.time()
    while True:
        try:
            touched = await store.sweep(STEP)
            if loop.time() - keys_checked > KEY_CHECK_PAUSE:
                keys_checked = loop.time()
                await _drop_unused_keys(store)
        except StorageUnavailable as error:
            _log.warning("the sweeper waits: the store answers %s", error.detail)
            touched = 0
        await asyncio.sleep(BUSY_PAUSE if touched else IDLE_PAUSE)


async def _drop_unused_keys(store: Sweepable) -> None:
    versions = await store.find_unused_digest_versions()
    if versions:
        await store.execute(DropDigestKeys(versions=versions))
    await store.execute(DropSigningKeys())
