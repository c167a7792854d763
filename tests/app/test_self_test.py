"""A store that loses or keeps what it should not is found before the daemon says that it is ready."""

from __future__ import annotations

import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from rpcauth.operations.rehearsal import ROW
from tests.support.daemon import PATIENCE, prepare_daemon

WRITTEN = f"AFTER INSERT ON meta WHEN NEW.name = '{ROW}'"
REMOVED = f"BEFORE DELETE ON meta WHEN OLD.name = '{ROW}'"
DAMAGE = {
    "lost": f"{WRITTEN} BEGIN DELETE FROM meta WHERE name = NEW.name; END",
    "altered": f"{WRITTEN} BEGIN UPDATE meta SET value = X'00' WHERE name = NEW.name; END",
    "kept": f"{REMOVED} BEGIN SELECT RAISE(IGNORE); END",
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_store_that_does_not_give_back_what_was_committed_is_refused(tmp_path: Path, damage: str) -> None:
    daemon = prepare_daemon(tmp_path)
    daemon.apply()
    with closing(sqlite3.connect(daemon.store)) as store, store:
        store.execute(f"CREATE TRIGGER damage {damage}")
    # The page was written behind the daemon's back: with its sum, that would be found first.
    daemon.store.with_name("rpcauth.db-sums").unlink()
    ended = subprocess.run(daemon.command("serve"), capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert ended.returncode == 4, ended.stderr
    assert ended.stderr.splitlines()[-1] == (
        f"{daemon.store}: what was committed is not what is read; check the disk, restore a backup"
    )
