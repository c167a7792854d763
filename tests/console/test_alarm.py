"""An alarm that waits for an operator is the first thing that the console shows."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.console.conftest import SECTIONS, open_console
from tests.support.browser import Browser
from tests.support.daemon import RunningDaemon, run_daemon


def restore(daemon: RunningDaemon, backup: Path) -> None:
    """End the daemon, and start it again with a store that was restored from a backup."""
    subprocess.run(daemon.command("backup", str(backup)), check=True, capture_output=True)
    daemon.end()
    subprocess.run(daemon.command("restore", str(backup)), check=True, capture_output=True)
    daemon.start()


def test_a_loss_of_data_is_shown_until_it_is_acknowledged(chromium: Browser, tmp_path: Path) -> None:
    with run_daemon(tmp_path, sections=SECTIONS) as daemon:
        restore(daemon, tmp_path / "backup.db")
        for is_acknowledged in (False, True):
            if is_acknowledged:
                subprocess.run(daemon.command("audit", "acknowledge"), check=True, capture_output=True)
            chromium.send("Page.navigate", url="about:blank")
            chromium.send("Page.navigate", url=open_console(daemon).url)
            chromium.wait("document.querySelector('#methods li')")
            shown = chromium.evaluate("document.querySelector('#problems').hidden ? '' : document.body.innerText")
            assert ("data loss accepted (restored from a backup)" in shown) is not is_acknowledged
            assert ("rpcauth audit acknowledge" in shown) is not is_acknowledged
