"""What is removed for good is gone after a power cut too: of a name that was not synced, nobody knows."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from rpcauth.storage.safeguards.pages import forget_sums, sums_path
from tests.power.diary import begin_diary, read_diary, watching
from tests.power.platter import Platter


def test_sums_that_are_given_up_do_not_come_back_over_pages_that_changed_without_them(
    recorder: Path, tmp_path: Path
) -> None:
    store, diary = tmp_path.resolve() / "root" / "store.db", tmp_path / "diary"
    store.parent.mkdir()
    sums_path(store).write_bytes(b"of pages that will change unseen")
    begin_diary(diary, store.parent)
    statement = f"import pathlib, {forget_sums.__module__} as pages; pages.forget_sums(pathlib.Path({str(store)!r}))"
    environment = {**os.environ, **watching(recorder, store.parent, diary)}
    subprocess.run([sys.executable, "-c", statement], env=environment, check=True)
    platter = Platter()
    for entry in read_diary(diary):
        platter.follow(entry)
    assert sums_path(store) not in platter.leave([]).names
