"""One daemon for all clients of a process, one installation of the npm packages for all processes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.site import STANDARD, YM, Site, define
from tests.support.daemon import run_daemon
from tests.support.npm import install_once, run_folder


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with run_daemon(tmp_path_factory.mktemp("ym"), definitions=define(), sections=YM + STANDARD) as daemon:
        yield Site(daemon)


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the npm packages. Where they cannot be had, the test is skipped."""
    folder = run_folder(tmp_path_factory.getbasetemp(), os.environ.get("PYTEST_XDIST_WORKER")) / "npm"
    reason = install_once(folder, Path(__file__).parent)
    if reason:
        pytest.skip(reason)
    return folder


@pytest.fixture(autouse=True)
def _clients_need_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that the machine's settings name cannot reach this machine's loopback."""
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1")
