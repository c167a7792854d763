"""The Debian package, built and unpacked: whole, for itself, and serving from where it was unpacked."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import rpcauth
from tests.packaging.units import ROOT, UNITS
from tests.support.daemon import CLIENT, SERVICE_KEY, RunningDaemon, prepare_daemon

DEBIAN = ROOT / "packaging" / "debian"
PYTHON = Path(f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}")


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("dpkg-deb") is None:
        pytest.skip("not run: no dpkg-deb here")
    if not (ROOT / ".venv" / ".installed").exists():
        pytest.skip("not run: .venv is not what `make install` makes")
    folder = tmp_path_factory.mktemp("deb")
    done = subprocess.run(
        [DEBIAN / "build.sh", folder],
        env={**os.environ, "COMPRESSION": "none"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.glob("rpcauth_*.deb")
    return built


@pytest.fixture(scope="module")
def root(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the package was unpacked."""
    folder = tmp_path_factory.mktemp("root")
    read(package, "--extract", folder)
    return folder


def read(package: Path, *words: str | Path) -> str:
    """What dpkg-deb says of the package."""
    option, *rest = map(str, words)
    return subprocess.run(["dpkg-deb", option, package, *rest], capture_output=True, text=True, check=True).stdout


def test_the_package_is_of_this_version_and_for_this_python(package: Path) -> None:
    assert read(package, "--field", "Version").strip() == rpcauth.__version__
    assert PYTHON.name in read(package, "--field", "Depends").split(", ")


def test_every_file_belongs_to_root_and_nobody_else_may_write_it(package: Path) -> None:
    listed = [line.split() for line in read(package, "--contents").splitlines()]
    assert {owner for _, owner, *_ in listed} == {"root/root"}
    assert not [name for mode, *_, name in listed if mode[5] == "w" or mode[8] == "w"]


def test_it_has_the_units_as_they_are_and_its_configuration_is_the_operators_to_change(
    package: Path, root: Path, tmp_path: Path
) -> None:
    units = root / "usr/lib/systemd/system"
    for unit in ("rpcauth.service", "rpcauth.socket", "rpcauth-backup.service", "rpcauth-backup.timer"):
        assert (units / unit).read_bytes() == (UNITS / unit).read_bytes()
    read(package, "--control", tmp_path / "control")
    assert (tmp_path / "control" / "conffiles").read_text() == "/etc/rpcauth/rpcauth.toml\n"
    assert (root / "etc/rpcauth/rpcauth.toml").read_bytes() == (DEBIAN / "rpcauth.toml").read_bytes()


def test_it_has_the_manual_pages_that_there_are(root: Path) -> None:
    wanted = {f"{page.name}.gz" for page in (ROOT / "packaging" / "man").glob("*.[1-8]")}
    assert {page.name for page in (root / "usr/share/man").rglob("*.gz")} == wanted


def test_no_file_knows_where_it_was_built(root: Path) -> None:
    place = str(ROOT).encode()
    assert [path for path in root.rglob("*") if path.is_file() and place in path.read_bytes()] == []


@pytest.mark.parametrize("script", ["postinst", "prerm", "postrm"])
def test_its_scripts_are_sound_shell(script: str) -> None:
    subprocess.run(["sh", "-n", DEBIAN / script], check=True)


@dataclass(slots=True)
class UnpackedDaemon(RunningDaemon):
    """A daemon of the package, in an environment that would lead any other Python astray."""

    program: Path = field(default_factory=Path)

    def command(self, *words: str) -> list[str]:
        return [str(self.program), *words, "--config", str(self.folder / "rpcauth.toml")]


@pytest.fixture
def program(root: Path) -> Path:
    if not PYTHON.exists():
        pytest.skip(f"not run: no {PYTHON} here")
    return root / "usr/bin/rpcauth"


def test_the_command_tells_its_version(program: Path) -> None:
    done = subprocess.run([program, "version"], env={"PATH": os.defpath}, capture_output=True, text=True, check=True)
    assert done.stdout == f"rpcauth {rpcauth.__version__}\n"


def test_the_daemon_serves_from_where_it_was_unpacked_and_writes_nothing_there(
    program: Path, root: Path, tmp_path: Path
) -> None:
    before = set(root.rglob("*"))
    (tmp_path / "aiohttp.py").write_text("raise ImportError('astray')\n")
    prepared = prepare_daemon(tmp_path, environment={"PYTHONPATH": str(tmp_path)})
    daemon = UnpackedDaemon(tmp_path, prepared.port, prepared.environment, program=program)
    daemon.apply()
    daemon.start()
    try:
        data = {"grant_type": "client_credentials"}
        reply = daemon.call(
            "oauth2.createAccessToken", {"service_key": SERVICE_KEY, "client": CLIENT, "token_data": data}
        )
        assert reply["result"]["access_token"].startswith("rpa_")
    finally:
        assert daemon.end() == 0
    assert set(root.rglob("*")) == before
