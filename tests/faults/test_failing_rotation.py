"""The disk fails at every call while another audit file is begun, and each time the process crashes after it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.faults.disk import Disk
from tests.support.soak import IS_LONG


def test_wherever_the_disk_fails_all_files_are_one_chain_with_every_acknowledged_deed(
    tmp_path: Path, disk: Disk
) -> None:
    done = disk.run("tests.faults.rotating", str(tmp_path), "every" if IS_LONG else "some")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["crashes"] >= (40 if IS_LONG else 20)
