"""The engines that the contract runs against. A second one is one more entry of ENGINES."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rpcauth.storage.opening import StoreSettings, open_store
from rpcauth.storage.port import Store
from rpcauth.storage.sqlite import SqliteStore
from tests.support.provider import VirtualClock


@dataclass(slots=True)
class Place:
    """Where a test has its store: it may open it again and again, under the same master key."""

    folder: Path
    clock: VirtualClock = field(default_factory=VirtualClock)
    master: bytes = field(default_factory=lambda: os.urandom(32))

    @property
    def path(self) -> Path:
        return self.folder / "store.db"


@asynccontextmanager
async def open_sqlite(
    place: Place, *, node: int = 0, queue_limit: int = 4096, patience: float = 30.0
) -> AsyncIterator[SqliteStore]:
    settings = StoreSettings(
        path=place.path,
        node=node,
        queue_limit=queue_limit,
        patience=patience,
        wall=place.clock.wall,
        monotonic=place.clock.monotonic,
    )
    store = await open_store(settings, place.master)
    try:
        yield store
    finally:
        await store.close()


ENGINES: dict[str, Callable[[Place], AbstractAsyncContextManager[Store]]] = {"sqlite": open_sqlite}
