"""A provider of its own for every case, called with named parameters, or in turn with named and ordered ones."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.negative.surface import Form, Surface
from tests.support.provider import Provider, open_provider


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """A closed store with the test definitions, and its master key: copying it is cheaper than hashing secrets anew."""

    async def prepare(folder: Path) -> tuple[Path, bytes]:
        async with open_provider(folder) as provider:
            return provider.path, provider.master

    return asyncio.run(prepare(tmp_path_factory.mktemp("prepared")))


@pytest.fixture
async def provider(prepared: tuple[Path, bytes], tmp_path: Path) -> AsyncIterator[Provider]:
    store, master = prepared
    shutil.copy(store, tmp_path)
    async with open_provider(tmp_path, master=master) as opened:
        yield opened


@pytest.fixture
def surface(provider: Provider) -> Surface:
    return Surface(provider)


@pytest.fixture(params=list(Form))
def either(provider: Provider, request: pytest.FixtureRequest) -> Surface:
    """The surface with named, then with ordered parameters."""
    return Surface(provider, request.param)
