"""Collects what rpcauth needs at run time into one folder: python packaging/debian/collect.py FOLDER

The packages are those of this environment, which `make install` built from the hash-pinned lock: so nothing is fetched
or compiled again, and what is shipped is what was tested. Each must be at the version that the lock pins, and each
file must have the digest that was written down when it was installed.
"""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, PackagePath, distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent.parent
EXTRA = "fast"
NOT_BUILT = (".*", "__pycache__", "*.egg-info", "build", "dist", "node_modules", "tests", "var")
PIN = re.compile(r"^(?P<name>[a-z0-9._-]+)==(?P<version>[^ ;\\]+)", re.MULTILINE)


def main(folder: Path) -> None:
    pins = {found["name"]: found["version"] for found in PIN.finditer((ROOT / "requirements-dev.lock").read_text())}
    unpack_wheel(folder)
    (own,) = distributions(path=[str(folder)])
    for needed in find_needed(own):
        check_pin(needed, pins)
        copy_files(needed, folder)


def find_needed(own: Distribution) -> list[Distribution]:
    """What rpcauth requires, and what that requires, for this interpreter on this machine; not rpcauth itself."""
    found: dict[str, Distribution] = {}
    waiting = [(own, EXTRA)]
    while waiting:
        needing, extra = waiting.pop()
        for text in needing.requires or ():
            requirement = Requirement(text)
            name = canonical(requirement.name)
            if name in found or not (requirement.marker is None or requirement.marker.evaluate({"extra": extra})):
                continue
            found[name] = distribution(name)
            waiting += [(found[name], wanted) for wanted in (requirement.extras or {""})]
    return [found[name] for name in sorted(found)]


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def check_pin(needed: Distribution, pins: dict[str, str]) -> None:
    name = canonical(needed.name)
    if pins.get(name) != needed.version:
        sys.exit(f"{name} {needed.version} is not what the lock pins ({pins.get(name)}); type: make install")


def copy_files(needed: Distribution, folder: Path) -> None:
    for path in list_files(needed):
        source = Path(str(path.locate()))
        check_digest(path, source)
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def list_files(needed: Distribution) -> Iterator[PackagePath]:
    """The files of a package but for commands, and for what was compiled or noted down here."""
    for path in needed.files or ():
        is_own = path.suffix == ".pyc" or path.name in ("INSTALLER", "REQUESTED", "RECORD", "direct_url.json")
        if not is_own and ".." not in path.parts:
            yield path


def check_digest(path: PackagePath, source: Path) -> None:
    if path.hash is None:
        sys.exit(f"{path}: installed without a digest; type: make clean install")
    digest = hashlib.new(path.hash.mode, source.read_bytes()).digest()
    if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != path.hash.value:
        sys.exit(f"{path}: not as it was installed; type: make clean install")


def unpack_wheel(folder: Path) -> None:
    """rpcauth itself, as its wheel has it: built from a copy, so that no earlier build gets in."""
    with tempfile.TemporaryDirectory() as temporary:
        tree = Path(temporary, "tree")
        shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(*NOT_BUILT))
        build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", temporary, str(tree)]
        done = subprocess.run(build, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(done.stdout + done.stderr)
        (wheel,) = Path(temporary).glob("*.whl")
        zipfile.ZipFile(wheel).extractall(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
