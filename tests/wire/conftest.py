"""One daemon for all wire example files of a test process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rpcauth.wire.replay import Site
from tests.support.daemon import GATEWAYS, YM, run_daemon
from tests.wire.corpus import DEFINITIONS, site_of


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A daemon that serves all definitions, and has all that a file may need."""
    with run_daemon(tmp_path_factory.mktemp("wire"), definitions=DEFINITIONS, sections=YM + GATEWAYS) as daemon:
        yield site_of(daemon, DEFINITIONS)
