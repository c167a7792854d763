"""The disk fails at every call in turn, and each time the process crashes after it."""

from __future__ import annotations

import re
from pathlib import Path

from tests.faults.disk import Disk
from tests.support.soak import rounds

STEP = rounds(short=11, long=1)
"""1: every call; else each so many-th, which meets all the calls of a commit because commits differ in length."""


def test_wherever_the_disk_fails_a_crash_finds_every_acknowledged_fact_and_no_half_of_any_other(
    tmp_path: Path, disk: Disk
) -> None:
    done = disk.run("tests.faults.sweeping", str(tmp_path), str(STEP))

    assert done.returncode == 0, done.stderr
    crashes = re.search(r"(\d+) crashes, (\d+) openings", done.stdout)
    assert crashes is not None
    assert int(crashes[1]) > 50
    assert int(crashes[2]) > 20
