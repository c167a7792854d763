"""The seed of a run, the library that watches a disk, and a life that it has watched."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from tests.power.diary import build_recorder
from tests.power.recordings import Recording, record
from tests.support.soak import IS_LONG


@pytest.fixture(scope="session")
def seed() -> str:
    """Whatever chance decides follows from it, but for the pace of threads; RPCAUTH_SEED repeats it."""
    return os.environ.get("RPCAUTH_SEED", str(time.time_ns() % 1_000_000_000))


@pytest.fixture(autouse=True)
def _told_seed(seed: str) -> None:
    sys.stdout.write(f"RPCAUTH_SEED={seed}\n")


@pytest.fixture(scope="session")
def recorder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_recorder(tmp_path_factory.mktemp("recorder"))


def _scope_of_a_life(fixture_name: str, config: pytest.Config) -> str:
    """A code lives for ten minutes, and `make soak` longer."""
    return "function" if IS_LONG else "session"


@pytest.fixture(scope=_scope_of_a_life)  # type: ignore[arg-type]
def life(recorder: Path, tmp_path_factory: pytest.TempPathFactory, seed: str) -> Recording:
    """A store is made, killed at work, killed again, restored from a backup, and given another audit file."""
    return record(recorder, tmp_path_factory.mktemp("life") / "whole", seed)
