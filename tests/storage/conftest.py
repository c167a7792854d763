"""A place for a store, and an open store: of every engine in turn where the contract is tested."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

pytest.register_assert_rewrite("tests.storage.contract", "tests.storage.contract_rows")

from rpcauth.storage.port import Store  # noqa: E402 - what is imported before cannot be rewritten
from rpcauth.storage.sqlite import SqliteStore  # noqa: E402
from tests.storage.engines import ENGINES, Place, open_sqlite  # noqa: E402


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture(params=ENGINES)
async def engine(request: pytest.FixtureRequest, place: Place) -> AsyncIterator[Store]:
    async with ENGINES[request.param](place) as store:
        yield store


@pytest.fixture
async def store(place: Place) -> AsyncIterator[SqliteStore]:
    async with open_sqlite(place) as opened:
        yield opened
