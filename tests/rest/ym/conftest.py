"""A façade of its own for every test that asks for one, over a copy of one store: hashing secrets anew costs more."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rpcauth.operations.authentication import ClientAuthenticator
from tests.rest.ym.serving import SETTINGS, Served, build
from tests.support.provider import open_provider


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """A closed store with the test definitions, and its master key."""

    async def prepare(folder: Path) -> tuple[Path, bytes]:
        async with open_provider(folder) as provider:
            return provider.path, provider.master

    return asyncio.run(prepare(tmp_path_factory.mktemp("prepared")))


@pytest.fixture
async def served(prepared: tuple[Path, bytes], tmp_path: Path) -> AsyncIterator[Served]:
    path, master = prepared
    shutil.copy(path, tmp_path)
    async with open_provider(tmp_path, master=master) as provider:
        store = provider.store
        authenticator = ClientAuthenticator(
            keyring=lambda: store.keyring, now=store.now, concurrency=2, failures_per_minute=30
        )
        try:
            yield build(provider, authenticator, SETTINGS)
        finally:
            authenticator.close()
