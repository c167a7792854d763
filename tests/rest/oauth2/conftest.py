"""A house of its own for every test: copying a store is cheaper than hashing secrets anew."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.rest.oauth2.asking import House, make_house, wanted
from tests.support.provider import open_provider


@pytest.fixture(scope="session")
def prepared_house(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    async def prepare(folder: Path) -> tuple[Path, bytes]:
        async with open_provider(folder) as provider:
            await provider.define(wanted())
            return provider.path, provider.master

    return asyncio.run(prepare(tmp_path_factory.mktemp("prepared")))


@pytest.fixture
async def house(prepared_house: tuple[Path, bytes], tmp_path: Path) -> AsyncIterator[House]:
    store, master = prepared_house
    shutil.copy(store, tmp_path)
    async with open_provider(tmp_path, master=master) as provider:
        yield make_house(provider)
