"""[console] listen: an address of this machine alone, or none."""

from __future__ import annotations

from pathlib import Path

import pytest

from rpcauth.config import load
from rpcauth.errors import ConfigurationInvalid


def read(folder: Path, listen: str) -> str | None:
    path = folder / "rpcauth.toml"
    path.write_text(f'[console]\nlisten = "{listen}"\n')
    address = load(path, {}).console.listen
    return None if address is None else str(address)


def test_without_it_there_is_no_console(tmp_path: Path) -> None:
    assert read(tmp_path, "") is None


@pytest.mark.parametrize("listen", ["127.0.0.1:8702", "127.8.9.1:0", "[::1]:8702", "localhost:8702"])
def test_an_address_of_this_machine_is_taken(tmp_path: Path, listen: str) -> None:
    assert read(tmp_path, listen) == listen


@pytest.mark.parametrize(
    ("listen", "problem"),
    [
        ("0.0.0.0:8702", "can be reached from other machines"),
        ("[::]:8702", "can be reached from other machines"),
        ("192.0.2.1:8702", "can be reached from other machines"),
        ("console.example.com:8702", "can be reached from other machines"),
        ("unix:console.sock", "is no address of host and port"),
        ("8702", "is no address"),
    ],
)
def test_any_other_address_is_refused(tmp_path: Path, listen: str, problem: str) -> None:
    with pytest.raises(ConfigurationInvalid) as refused:
        read(tmp_path, listen)
    (line,) = refused.value.problems
    assert line.startswith(f"{tmp_path / 'rpcauth.toml'}:2: console.listen: ")
    assert problem in line
