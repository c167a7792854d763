"""For every test: property tests have no deadline, because a busy machine is no defect; no daemon outlives the run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.support.daemon import STARTED

settings.register_profile("rpcauth", deadline=None)
settings.load_profile("rpcauth")


@pytest.fixture(scope="session", autouse=True)
def _no_daemon_outlives_the_run() -> Iterator[None]:
    """Whoever starts a daemon ends it, by RunningDaemon.end, which also looks for leaked tokens."""
    yield
    left = [daemon for daemon in STARTED if daemon.is_running]
    for daemon in left:
        daemon.end()
    assert left == []
