"""One daemon for all wire example files of a test process."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.daemon import run_daemon
from tests.support.wire.replay import Credentials, Site

DEFINITIONS = (Path(__file__).parent / "definitions.toml").read_text("utf-8")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A daemon that serves definitions.toml, with the callers that stand there."""
    callers = {
        caller["name"]: Credentials(caller["api_key"], caller["secret"])
        for caller in tomllib.loads(DEFINITIONS)["callers"]
    }
    with run_daemon(tmp_path_factory.mktemp("wire"), definitions=DEFINITIONS) as daemon:
        yield Site(host="127.0.0.1", port=daemon.port, callers=callers, on_reply=daemon.remember)
