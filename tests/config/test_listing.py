"""The example and `config show` tell every setting, and tell the truth."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from rpcauth.config import Config, default_text, list_settings, load, read
from rpcauth.config.settings import walk_settings

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
NAMES = {".".join(pointer) for pointer, _ in walk_settings()}


def test_the_example_is_what_config_default_prints() -> None:
    assert EXAMPLE.read_text() == default_text()


def test_the_example_says_the_defaults(tmp_path: Path) -> None:
    path = tmp_path / "rpcauth.toml"
    path.write_text(default_text())
    example = load(path, {})
    path.write_text("")
    assert example == load(path, {})


def test_every_setting_is_in_the_example_under_a_line_that_explains_it() -> None:
    explained = re.findall(r"^# .+\.\n(?:# )?([a-z_0-9]+) = .+$", default_text(), re.MULTILINE)
    assert explained == [pointer[-1] for pointer, _ in walk_settings()]


def test_what_the_example_has_commented_out_can_be_filled_in(tmp_path: Path) -> None:
    text = re.sub(r"^# ([a-z_]+ = )", r"\1", default_text(), flags=re.MULTILINE)
    path = tmp_path / "rpcauth.toml"
    path.write_text(text)
    assert {item.name for item in list_settings(read(path, {})) if item.value is None} == set()
    assert tomllib.loads(text).keys() == set(Config.__struct_fields__)


def test_every_setting_is_shown_with_its_origin(tmp_path: Path) -> None:
    path = tmp_path / "rpcauth.toml"
    path.write_text('\n[server]\nbody_limit = 2048\n[keys]\nfile = "k"\n')
    shown = {item.name: item for item in list_settings(read(path, {"RPCAUTH_LOG__FORMAT": '"text"'}))}
    assert shown.keys() == NAMES
    origins = {name: item.origin for name, item in shown.items() if item.origin != "default"}
    assert origins == {"server.body_limit": f"{path}:3", "keys.file": f"{path}:5", "log.format": "RPCAUTH_LOG__FORMAT"}
    values = {name: shown[name].value for name in ("server.body_limit", "keys.file", "log.format", "server.tls.key")}
    assert values == {
        "server.body_limit": "2048",
        "keys.file": f'"{tmp_path}/k"',
        "log.format": '"text"',
        "server.tls.key": None,
    }


def test_what_is_shown_is_what_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / "rpcauth.toml"
    path.write_text('[server]\nlisten = ["[::1]:1", "unix:a"]\nbody_timeout = 0.5\n')
    reading = read(path, {})
    path.write_text("".join(f"{item.name} = {item.value}\n" for item in list_settings(reading) if item.value))
    assert load(path, {}) == reading.config
