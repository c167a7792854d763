"""The seed of a run, and the library that makes a disk fail."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from tests.faults.disk import Disk, build_library


@pytest.fixture
def seed() -> int:
    """Whatever chance decides follows from it; a failure shows it, and RPCAUTH_SEED repeats it."""
    chosen = int(os.environ.get("RPCAUTH_SEED", time.time_ns() % 1_000_000_000))
    sys.stdout.write(f"RPCAUTH_SEED={chosen}\n")
    return chosen


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_library(tmp_path_factory.mktemp("faults"))


@pytest.fixture
def disk(library: Path, tmp_path: Path) -> Disk:
    """A disk for one process, which works until told otherwise."""
    return Disk(library, tmp_path / "disk.control")
