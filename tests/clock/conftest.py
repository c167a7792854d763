"""The wall clock that the tests of this folder set."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.clock.wall import Wall, find_library
from tests.support import debian
from tests.support.provider import Provider, open_provider


@pytest.fixture
def wall(tmp_path: Path) -> Wall:
    """A clock that is right until it is set."""
    try:
        wall = Wall(find_library(), tmp_path / "wall")
    except debian.Unavailable as unavailable:
        pytest.skip(str(unavailable))
    wall.set(off=0)
    return wall


@pytest.fixture
async def provider(tmp_path: Path) -> AsyncIterator[Provider]:
    async with open_provider(tmp_path) as opened:
        yield opened
