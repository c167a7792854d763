"""Programs of Debian, unpacked beside the virtual environment with the libraries that are missing here.

No root is needed, nothing is installed, and what is there once is there for every later run on the machine.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(sys.prefix) / "debian"
SECONDS = 240
NOT_RUN = "not run: "

_LIBRARY = re.compile(r"^lib[a-z0-9][a-z0-9+.-]*$", re.MULTILINE)
_OUT_OF_REACH = (
    "Temporary failure resolving",
    "Could not connect",
    "Failed to fetch",
    "Connection failed",
    "Unable to",
)


class Unavailable(Exception):
    """The package cannot be had here; the text begins with `not run: `."""


def unpack(package: str, *beside: str) -> Path:
    """The folder that holds the files of `package`, from its `usr` on, beside those of libraries that it needs.

    `beside` names what else it needs that is no library. Raises Unavailable where there is no apt, or none that
    reaches its archive.
    """
    folder = ROOT / package
    ROOT.mkdir(parents=True, exist_ok=True)
    with (ROOT / f"{package}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            _unpack(package, folder, beside)
    return folder


def environment(folder: Path) -> dict[str, str]:
    """The environment in which a program of `folder` finds its libraries."""
    libraries = sorted({str(path.parent) for path in folder.glob("**/lib/**/lib*.so*")})
    return {**os.environ, "LD_LIBRARY_PATH": ":".join(libraries)}


def _unpack(package: str, folder: Path, beside: tuple[str, ...]) -> None:
    if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
        raise Unavailable(f"{NOT_RUN}there is no apt here")
    temporary = folder.with_name(f"{package}.unpacking")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    options = _options() if _apt("apt-cache", "show", package).returncode == 0 else _own_lists(temporary / "apt")
    wanted = [package, *beside, *_missing_libraries(package, options)]
    done = _apt("apt-get", *options, "download", *wanted, folder=temporary)
    if done.returncode != 0 and options == _options():
        # The machine's lists are older than its archive.
        options = _own_lists(temporary / "apt")
        done = _apt("apt-get", *options, "download", *wanted, folder=temporary)
    if done.returncode != 0:
        raise _failure(done)
    for archive in temporary.glob("*.deb"):
        subprocess.run(["dpkg", "-x", archive, temporary], check=True)
        archive.unlink()
    shutil.rmtree(temporary / "apt", ignore_errors=True)
    temporary.rename(folder)


def _options() -> list[str]:
    # Root's downloads would be made by a user that cannot write here.
    return ["-o", "APT::Sandbox::User=root"]


def _own_lists(folder: Path) -> list[str]:
    """Options of apt with lists of its own, fresh from the archive: reading them anew needs no root."""
    for name in ("lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    places = [f"Dir::State::Lists={folder}/lists", f"Dir::Cache={folder}/cache", "Debug::NoLocking=1"]
    options = [*_options(), *(word for place in places for word in ("-o", place))]
    done = _apt("apt-get", *options, "update")
    if done.returncode != 0:
        raise _failure(done)
    return options


def _missing_libraries(package: str, options: list[str]) -> Iterator[str]:
    """The libraries behind a package that this machine has not."""
    narrow = [f"--no-{kind}" for kind in ("recommends", "suggests", "conflicts", "breaks", "replaces", "enhances")]
    told = _apt("apt-cache", *options, "depends", "--recurse", *narrow, package).stdout
    for name in dict.fromkeys(_LIBRARY.findall(told)):
        state = subprocess.run(
            ["dpkg-query", "--show", "--showformat=${db:Status-Status}", name],
            capture_output=True,
            text=True,
            check=False,
        )
        if state.stdout != "installed":
            yield name


def _apt(*words: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, timeout=SECONDS)


def _failure(done: subprocess.CompletedProcess[str]) -> Exception:
    if any(words in done.stderr for words in _OUT_OF_REACH):
        return Unavailable(f"{NOT_RUN}apt cannot get the package from its archive")
    return AssertionError(f"apt failed:\n{done.stderr}")
