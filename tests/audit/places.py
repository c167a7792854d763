"""A provider whose store keeps an audit, to be opened, copied as a crash leaves it, and damaged."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rpcauth.definitions import Wanted, WantedApplication
from rpcauth.model import Secret
from rpcauth.storage.opening import StoreSettings, open_store
from rpcauth.storage.safeguards.auditing import Circumstances
from tests.support.provider import APPLICATION, CLIENT, SERVICE, Provider, VirtualClock, provider_of

ACCEPTED = Circumstances(accepts_loss=True)
RESTORED = Circumstances(accepts_loss=True, was_restored=True)
AS_USUAL = Circumstances()


@dataclass(slots=True)
class Place:
    """Where a store is, with its audit file, the clock and the master key that it is opened with."""

    folder: Path
    clock: VirtualClock = field(default_factory=VirtualClock)
    master: bytes = field(default_factory=lambda: os.urandom(32))
    audit: str | None = "audit.log"

    @property
    def store(self) -> Path:
        return self.folder / "store.db"

    @property
    def wal(self) -> Path:
        return self.folder / "store.db-wal"

    @property
    def file(self) -> Path:
        return self.folder / "audit.log" if self.audit is None else self.folder / self.audit

    def records(self) -> list[dict[str, Any]]:
        """The records of the file, oldest first."""
        return [json.loads(line) for line in self.file.read_bytes().splitlines()]

    def kinds(self) -> list[str]:
        return [record["kind"] for record in self.records()]

    @asynccontextmanager
    async def open(self, circumstances: Circumstances = AS_USUAL) -> AsyncIterator[Provider]:
        """The provider; its service and application are defined on the first opening."""
        settings = StoreSettings(
            path=self.store,
            wall=self.clock.wall,
            monotonic=self.clock.monotonic,
            audit=None if self.audit is None else self.file,
            circumstances=circumstances,
        )
        store = await open_store(settings, self.master)
        try:
            provider = provider_of(store, self.clock, self.store, self.master)
            if not store.definitions.services:
                await provider.define(WANTED)
            yield provider
        finally:
            await store.close()

    def crash(self, name: str) -> Place:
        """The files as they stand, in a folder of their own: what kill -9 leaves."""
        folder = self.folder.parent / name
        shutil.copytree(self.folder, folder)
        for shared in folder.glob("*-shm"):
            shared.unlink()  # it is memory, which a machine that fails has not
        return Place(folder, self.clock, self.master, self.audit)


WANTED = Wanted(
    services=(SERVICE,),
    applications=(WantedApplication(application=APPLICATION, client_secrets=(Secret(CLIENT["client_secret"]),)),),
)
