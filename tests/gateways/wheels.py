"""Gateways from PyPI, pinned by hash and unpacked beside the virtual environment: too large for its lock."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.debian import NOT_RUN, Unavailable

ROOT = Path(sys.prefix) / "gateways"
SECONDS = 240

_OUT_OF_REACH = ("NewConnectionError", "NameResolutionError", "ConnectTimeoutError", "ReadTimeoutError", "ProxyError")
_NOT_FOR_THIS_MACHINE = ("No matching distribution",)


def install(pinned: Path) -> Path:
    """The folder with what a requirements file pins; a changed file is installed anew.

    Raises Unavailable where the registry cannot be reached, or has no wheel for this machine.
    """
    folder = ROOT / f"{pinned.stem}-{hashlib.sha256(pinned.read_bytes()).hexdigest()[:16]}"
    ROOT.mkdir(parents=True, exist_ok=True)
    with (ROOT / f"{pinned.stem}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            _install(pinned, folder)
    return folder


def _install(pinned: Path, folder: Path) -> None:
    temporary = folder.with_name(f"{folder.name}.installing")
    shutil.rmtree(temporary, ignore_errors=True)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "1"]
    options = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "--target", str(temporary)]
    done = subprocess.run(
        [*pip, *options, "-r", str(pinned)], capture_output=True, text=True, check=False, timeout=SECONDS
    )
    if any(words in done.stderr for words in _OUT_OF_REACH):
        raise Unavailable(f"{NOT_RUN}pip cannot reach its registry")
    if any(words in done.stderr for words in _NOT_FOR_THIS_MACHINE):
        raise Unavailable(f"{NOT_RUN}there is no wheel of {pinned.stem} for this machine")
    assert done.returncode == 0, done.stderr
    temporary.rename(folder)
