"""The packages of a package-lock.json, installed by the npm that there is, and scripts that run with them."""

from __future__ import annotations

import fcntl
import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PINNED = ("package.json", "package-lock.json")
INSTALL_SECONDS = 240
RUN_SECONDS = 60
NOT_RUN = "not run: "

_OPTIONS = ("--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--engine-strict")
_PATIENCE = ("--fetch-timeout=20000", "--fetch-retries=1", "--fetch-retry-mintimeout=500")
_CODE = re.compile(r"^npm (?:error|ERR!) code (\S+)$", re.MULTILINE)
_OUT_OF_REACH = frozenset(
    {
        "EAI_AGAIN",
        "ECONNECTIONTIMEOUT",
        "ECONNREFUSED",
        "ECONNRESET",
        "EHOSTUNREACH",
        "EIDLETIMEOUT",
        "ENETUNREACH",
        "ENOTCACHED",
        "ENOTFOUND",
        "ERESPONSETIMEOUT",
        "ERR_SOCKET_TIMEOUT",
        "ETIMEDOUT",
        "ETRANSFERTIMEOUT",
    }
)
"""How npm says that it did not get an answer. What an answer made it say is a failure."""


def install_once(folder: Path, pinned: Path) -> str:
    """Install what `pinned` pins into `folder`, unless another process of this test run has.

    The answer is "", or why it cannot be done here: npm is missing, Node.js too old, the registry out of reach. Any
    other failure is an AssertionError with npm's words.
    """
    folder.mkdir(parents=True, exist_ok=True)
    outcome = folder / "outcome"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not outcome.exists():
            outcome.write_text(_install(folder, pinned))
    return outcome.read_text()


def run_folder(base: Path, worker: str | None) -> Path:
    """A folder that all processes of this test run share."""
    return base if worker is None else base.parent


def _install(folder: Path, pinned: Path) -> str:
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return f"{NOT_RUN}there is no npm with a Node.js here"
    for name in PINNED:
        shutil.copy(pinned / name, folder)
    done = subprocess.run(
        [npm, "ci", *_OPTIONS, *_PATIENCE],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=INSTALL_SECONDS,
    )
    if done.returncode == 0:
        return ""
    found = _CODE.search(done.stderr)
    code = "" if found is None else found[1]
    if code in _OUT_OF_REACH:
        return f"{NOT_RUN}npm cannot reach its registry ({code})"
    if code == "EBADENGINE":
        return f"{NOT_RUN}this Node.js is too old for the packages"
    raise AssertionError(f"npm ci failed:\n{done.stderr}")


def run_script(script: Path, packages: Path, told: Mapping[str, object]) -> Any:
    """What a script prints as JSON; it is told on stdin, and runs beside `packages`, where its imports find them."""
    done = subprocess.run(
        ["node", "--input-type=module", "--eval", script.read_text()],
        cwd=packages,
        input=json.dumps(told),
        capture_output=True,
        text=True,
        check=False,
        timeout=RUN_SECONDS,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
