"""The packages of package-lock.json, installed by the npm that there is, and the script that runs with them."""

from __future__ import annotations

import fcntl
import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PINNED = ("package.json", "package-lock.json")
INSTALL_SECONDS = 240
EXCHANGE_SECONDS = 60
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


def install_once(folder: Path, pinned: Path = HERE) -> str:
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


def exchange(packages: Path, told: Mapping[str, object]) -> Any:
    """What exchange.mjs reports of one exchange, run beside `packages`, where its import finds them.

    `answers` are the path and status of each response, `returned` or `thrown` is what the client gave.
    """
    done = subprocess.run(
        ["node", "--input-type=module", "--eval", (HERE / "exchange.mjs").read_text()],
        cwd=packages,
        input=json.dumps(told),
        capture_output=True,
        text=True,
        check=False,
        timeout=EXCHANGE_SECONDS,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
