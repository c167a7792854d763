"""The disk fails at every call on every file in turn, and each time the process crashes after it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.faults.disk import FILES, Disk
from tests.support.soak import IS_LONG


def test_wherever_the_disk_fails_a_crash_finds_every_acknowledged_fact_and_no_half_of_any_other(
    tmp_path: Path, disk: Disk
) -> None:
    done = disk.run("tests.faults.sweeping", str(tmp_path), "every" if IS_LONG else "some")

    assert done.returncode == 0, done.stderr
    met = json.loads(done.stdout)
    for file in FILES:
        assert met["crashes"][file] >= 10
        assert met["openings"][file] >= 2
