"""The systemd units of this repository, as they are and with their drop-ins."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import pytest

ROOT = Path(__file__).parent.parent.parent
UNITS = ROOT / "packaging" / "systemd"
SERVICE = "rpcauth.service"
COMMAND = "/usr/bin/rpcauth"

VARIANTS: Mapping[str, float] = MappingProxyType({"tcp": 1.1, "unix socket only": 0.4})
"""The exposure that each variant may have."""


def analyze(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """What systemd-analyze says. Skips the test where there is none."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("not run: no systemd-analyze here")
    return subprocess.run(["systemd-analyze", *map(str, words)], capture_output=True, text=True, check=False)


def write_units(folder: Path, variant: str) -> Path:
    """The units of a variant in a folder of their own; the command is one that is there."""
    for path in UNITS.iterdir():
        if path.is_file():
            (folder / path.name).write_text(path.read_text().replace(COMMAND, sys.executable))
        elif variant != "tcp":
            shutil.copytree(path, folder / path.name)
    return folder


def read_values(unit: Path, section: str, name: str) -> list[str]:
    """The values of a setting that may stand several times in a unit, in their order."""
    lines = unit.read_text().split(f"[{section}]\n")[1].split("\n[")[0].splitlines()
    return [line.partition("=")[2] for line in lines if line.startswith(f"{name}=")]


def list_allowed_calls(unit: Path) -> list[str]:
    """The system calls that SystemCallFilter= lets through, by name."""
    allowed: set[str] = set()
    for value in read_values(unit, "Service", "SystemCallFilter"):
        names = expand(value.removeprefix("~").split())
        allowed = allowed - names if value.startswith("~") else allowed | names
    return sorted(allowed)


def expand(names: Sequence[str]) -> set[str]:
    """System calls and groups of them, down to the calls."""
    found: set[str] = set()
    for name in names:
        if name.startswith("@"):
            listed = (line.strip() for line in analyze("syscall-filter", name).stdout.splitlines()[1:])
            found |= expand([one for one in listed if one and not one.startswith("#")])
        else:
            found.add(name)
    return found
