"""A place for a store with an audit."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.audit.places import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    folder = tmp_path / "store"
    folder.mkdir()
    return Place(folder)
