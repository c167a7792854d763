"""The master key in its file: whole, private, never overwritten, and its change in two files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rpcauth.errors import StoreRefused
from rpcauth.keys.master import Master, check_value, load_master_key, write_master_key

KEY = bytes(range(32))
OTHER = bytes(32)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "master.key"


def test_a_key_is_written_for_its_owner_alone_and_read_back(file: Path) -> None:
    before = os.umask(0)
    try:
        write_master_key(file, KEY)
    finally:
        os.umask(before)
    assert load_master_key(file) == KEY
    assert file.read_text() == KEY.hex() + "\n"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["master.key"]


def test_a_key_never_overwrites_another(file: Path) -> None:
    write_master_key(file, KEY)
    with pytest.raises(FileExistsError):
        write_master_key(file, OTHER)
    assert load_master_key(file) == KEY
    assert [path.name for path in file.parent.iterdir()] == ["master.key"]


@pytest.mark.parametrize(
    "text",
    ["", KEY.hex()[:-2], KEY.hex() + "00", "g" * 64, "é" * 64, KEY.hex()[:-1] + "\0"],
    ids=["empty", "short", "long", "not hex", "not ascii", "nul"],
)
def test_what_is_no_key_is_refused_without_being_quoted(file: Path, text: str) -> None:
    file.parent.mkdir()
    file.write_text(text)
    file.chmod(0o600)
    with pytest.raises(StoreRefused) as caught:
        load_master_key(file)
    assert str(file) in str(caught.value)
    assert text == "" or text[:8] not in str(caught.value)


@pytest.mark.parametrize("text", [KEY.hex(), f"  {KEY.hex()}\n\n", KEY.hex().upper()])
def test_blanks_round_it_and_capitals_do_not_matter(file: Path, text: str) -> None:
    file.parent.mkdir()
    file.write_text(text)
    file.chmod(0o400)
    assert load_master_key(file) == KEY


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o610, 0o666])
def test_a_key_that_others_may_read_is_refused_with_the_command_that_helps(file: Path, mode: int) -> None:
    write_master_key(file, KEY)
    file.chmod(mode)
    with pytest.raises(StoreRefused, match="chmod 600"):
        load_master_key(file)


def test_a_missing_key_is_refused(file: Path) -> None:
    with pytest.raises(StoreRefused, match="no master key here"):
        load_master_key(file)


def test_a_folder_is_no_key(file: Path) -> None:
    file.mkdir(parents=True)
    with pytest.raises(StoreRefused, match="cannot be read"):
        load_master_key(file)


def test_the_check_value_tells_keys_apart_and_does_not_hold_them() -> None:
    assert check_value(KEY) == check_value(KEY)
    assert check_value(KEY) != check_value(OTHER)
    assert KEY not in check_value(KEY)


def test_a_successor_takes_the_place_of_the_old_key(file: Path) -> None:
    write_master_key(file, KEY)
    master = Master(file, KEY)
    write_master_key(master.successor, OTHER)
    master.adopt_successor()
    assert (master.key, load_master_key(file)) == (OTHER, OTHER)
    assert [path.name for path in file.parent.iterdir()] == ["master.key"]


def test_a_successor_can_be_dropped(file: Path) -> None:
    write_master_key(file, KEY)
    master = Master(file, KEY)
    write_master_key(master.successor, OTHER)
    master.drop_successor()
    assert (master.key, load_master_key(file)) == (KEY, KEY)
    assert not master.successor.exists()


def test_a_master_key_is_not_shown(file: Path) -> None:
    assert "key" not in repr(Master(file.parent, KEY)).replace(str(file.parent), "")
