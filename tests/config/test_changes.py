"""What a running daemon takes over of a configuration, and what waits for a restart."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rpcauth.config import Config, load
from rpcauth.config.changes import RELOADABLE, find_changes, is_reloadable
from rpcauth.config.settings import Names, walk_settings

ROOT = Path(__file__).parent.parent.parent
SETTINGS = [names for names, _ in walk_settings()]
BEFORE = '[server]\nlisten = ["127.0.0.1:1"]\nbody_limit = 2000\n[log]\nlevel = "info"\n'
AFTER = '[server]\nlisten = ["127.0.0.1:2"]\nbody_limit = 3000\n[log]\nlevel = "debug"\n[keys]\nfile = "other"\n'


def read(folder: Path, text: str) -> Config:
    path = folder / "rpcauth.toml"
    path.write_text(text)
    return load(path, {})


def test_what_can_be_taken_over_is_new_and_the_rest_is_as_it_was(tmp_path: Path) -> None:
    before, after = read(tmp_path, BEFORE), read(tmp_path, AFTER)
    changes = find_changes(before, after)
    assert changes.taken == ("server.body_limit", "log.level")
    assert changes.waiting == ("server.listen", "keys.file")
    assert changes.config.server.body_limit == after.server.body_limit
    assert changes.config.log == after.log
    assert changes.config.server.listen == before.server.listen
    assert changes.config.keys == before.keys


def test_the_same_configuration_changes_nothing(tmp_path: Path) -> None:
    config = read(tmp_path, AFTER)
    changes = find_changes(config, read(tmp_path, AFTER))
    assert (changes.config, changes.taken, changes.waiting) == (config, (), ())


def test_what_waits_goes_on_waiting(tmp_path: Path) -> None:
    first = find_changes(read(tmp_path, BEFORE), read(tmp_path, AFTER))
    second = find_changes(first.config, read(tmp_path, AFTER))
    assert (second.taken, second.waiting) == ((), first.waiting)


@pytest.mark.parametrize("names", sorted(RELOADABLE), ids=".".join)
def test_whatever_is_said_to_be_reloadable_is_a_setting_or_a_section(names: Names) -> None:
    assert [setting for setting in SETTINGS if setting[: len(names)] == names]


@pytest.mark.parametrize(
    "names", [("server", "listen"), ("server", "admin"), ("storage", "url"), ("keys", "file"), ("audit", "path")]
)
def test_what_a_daemon_holds_open_takes_a_restart(names: Names) -> None:
    assert names in SETTINGS
    assert not is_reloadable(names)


@pytest.mark.parametrize("names", sorted(RELOADABLE), ids=".".join)
def test_the_documentation_names_what_can_be_reloaded(names: Names) -> None:
    reload = (ROOT / "docs" / "running.md").read_text("utf-8").partition("| taken over |")[2].partition("\n\n")[0]
    left = " ".join(line.split("|")[1] for line in reload.splitlines() if line.count("|") > 2)
    section, *setting = names if names != ("server", "tls") else ("server.tls",)
    assert f"`[{section}]`" in left
    assert all(name in left for name in setting)


def test_what_the_documentation_names_can_be_reloaded() -> None:
    """`[section]`: `setting`, `setting`; or sections alone, with all of their settings."""
    table = (ROOT / "docs" / "running.md").read_text("utf-8").partition("| taken over |")[2].partition("\n\n")[0]
    named: set[Names] = set()
    for row in table.splitlines()[2:]:
        sections, _, settings = row.split("|")[1].partition(":")
        for section in re.findall(r"`\[([a-z0-9.]+)\]`", sections):
            steps = tuple(section.split("."))
            named |= {(*steps, name) for name in re.findall("`([a-z_]+)`", settings)} or {steps}
    assert {("server", "drain_timeout"), ("server", "tls"), ("ym",)} <= named
    assert [names for names in sorted(named) if not is_reloadable(names)] == []
