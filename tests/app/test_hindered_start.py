"""A start that is hindered ends in one line; what may pass by itself has the status that the unit starts anew after."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.faults.disk import STORE, WAL, WRITE_ENOSPC, Disk, Fault
from tests.support.daemon import PATIENCE, RunningDaemon, prepare_daemon

AGAIN, CONFIGURATION, REFUSED = 1, 2, 4
"""Exit statuses; packaging/systemd/rpcauth.service restarts after the first alone."""

ORDINARY = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
"""Before a command of root's: file modes count for it, as they do for everybody else."""


def serve(daemon: RunningDaemon, become: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
    """A daemon that is expected to end by itself."""
    return subprocess.run(
        [*become, *daemon.command("serve")],
        env={**os.environ, **daemon.environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


@pytest.fixture
def become() -> Sequence[str]:
    """What to put before a command, so that it has no privilege."""
    if os.geteuid() != 0:
        return ()
    if shutil.which(ORDINARY[0]) is None:
        pytest.skip("not run: root needs setpriv to be kept out of a file")
    return ORDINARY


NO_ROOM = {
    "write ENOSPC in the WAL": WRITE_ENOSPC,
    "write ENOSPC in the audit": Fault("", writes=True, error=errno.ENOSPC, suffix=".log"),
    "write ENOSPC in the key": Fault("", writes=True, error=errno.ENOSPC, suffix=".tmp"),
    "sync EIO of the WAL": Fault("", suffix=WAL),
    "sync EIO of the store": Fault("", suffix=STORE),
}


@pytest.mark.parametrize("fault", NO_ROOM.values(), ids=NO_ROOM.keys())
def test_a_first_start_on_a_full_or_failing_disk_is_tried_again_and_succeeds_when_that_is_mended(
    tmp_path: Path, disk: Disk, fault: Fault
) -> None:
    daemon = prepare_daemon(tmp_path)
    daemon.environment = disk.environment
    disk.fail(fault)

    ended = serve(daemon)

    assert disk.failed > 0
    assert ended.returncode == AGAIN, ended.stderr
    assert "Traceback" not in ended.stderr
    assert "restore" not in ended.stderr, "a full disk has spoilt nothing"

    disk.mend()
    daemon.start()
    assert daemon.end() == 0


def test_a_full_disk_is_named_in_one_line(tmp_path: Path, disk: Disk) -> None:
    daemon = prepare_daemon(tmp_path)
    daemon.environment = disk.environment
    disk.fail(WRITE_ENOSPC)
    assert serve(daemon).stderr.splitlines()[-1] == (
        f"{daemon.store}: cannot be opened now (SQLITE_FULL); make room on its disk"
    )


CLOSED = {
    "configuration": ("rpcauth.toml", 0o000, CONFIGURATION, "cannot be read (Permission denied)"),
    "key": ("var/master.key", 0o000, REFUSED, "check its owner and mode (0600)"),
    "store": ("var/rpcauth.db", 0o000, REFUSED, "check the owner and mode of it and of its folder"),
    "store that cannot be written": ("var/rpcauth.db", 0o400, REFUSED, "check the owner and mode"),
    "lock": ("var/rpcauth.db.lock", 0o000, REFUSED, "check the owner and mode of it and of its folder"),
    "audit": ("var/audit.log", 0o000, REFUSED, "check the owner and mode of it and of its folder"),
    "sums": ("var/rpcauth.db-sums", 0o000, REFUSED, "check the owner and mode of it and of its folder"),
    "folder": ("var", 0o000, REFUSED, "check the owner and mode"),
    "folder that cannot be written": ("var", 0o500, REFUSED, "check the owner and mode"),
}


@pytest.mark.parametrize("what", CLOSED)
def test_what_may_not_be_read_or_written_is_one_line_that_names_it(
    tmp_path: Path, become: Sequence[str], what: str
) -> None:
    daemon = prepare_daemon(tmp_path)
    daemon.apply()
    before = daemon.store.read_bytes()
    name, mode, status, advice = CLOSED[what]
    place = tmp_path / name
    kept = place.stat().st_mode
    place.chmod(mode)
    try:
        ended = serve(daemon, become)
    finally:
        place.chmod(kept)
    assert ended.returncode == status, ended.stderr
    (line,) = ended.stderr.splitlines()
    assert line.startswith(str(place))
    assert advice in line
    assert daemon.store.read_bytes() == before
