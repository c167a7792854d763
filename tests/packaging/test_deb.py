"""The Debian package, built and unpacked: whole, for itself, and serving from where it was unpacked."""

from __future__ import annotations

import gzip
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
BEST = 2
"""What gzip -9 leaves in the head of a file."""
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


def test_it_has_the_manual_pages_where_man_looks_for_them_compressed_without_a_time(root: Path) -> None:
    pages = {page.relative_to(root / "usr/share/man").as_posix() for page in (root / "usr/share/man").rglob("*.gz")}
    assert pages == {"man1/rpcauth.1.gz", "man5/rpcauth.toml.5.gz"}
    for page in pages:
        content = (root / "usr/share/man" / page).read_bytes()
        assert (content[3:8], content[8]) == (bytes(5), BEST), "a name, a time, or not the best compression"
        assert gzip.decompress(content).startswith(b".Dd ")


def test_it_has_the_alerts_and_the_dashboard_as_they_are(root: Path) -> None:
    for name in ("prometheus/rpcauth.rules.yml", "grafana/rpcauth.json"):
        source = ROOT / "packaging" / name
        assert (root / "usr/share/rpcauth" / source.name).read_bytes() == source.read_bytes()


def test_it_has_every_document(root: Path) -> None:
    assert {path.name for path in (ROOT / "docs").glob("*.md")} <= {
        path.name for path in (root / "usr/share/doc/rpcauth").iterdir()
    }


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


COMPLETIONS = {
    "bash": "bash-completion/completions/rpcauth",
    "zsh": "zsh/vendor-completions/_rpcauth",
    "fish": "fish/vendor_completions.d/rpcauth.fish",
}


@pytest.mark.parametrize("shell", COMPLETIONS)
def test_each_shell_finds_what_completes_the_command(root: Path, program: Path, shell: str) -> None:
    script = (root / "usr/share" / COMPLETIONS[shell]).read_text()
    assert f"_RPCAUTH_COMPLETE={shell}_complete" in script
    words = {"COMP_WORDS": "rpcauth re", "COMP_CWORD": "re" if shell == "fish" else "1"}
    environment = {"PATH": os.defpath, "_RPCAUTH_COMPLETE": f"{shell}_complete", **words}
    done = subprocess.run([program], env=environment, capture_output=True, text=True, check=True)
    assert "restore" in done.stdout
    assert "serve" not in done.stdout


@pytest.mark.skipif(shutil.which("bash") is None, reason="not run: no bash here")
def test_bash_completes_a_verb_with_the_script_of_the_package(root: Path, program: Path) -> None:
    script = root / "usr/share" / COMPLETIONS["bash"]
    typed = 'COMP_WORDS=(rpcauth rest); COMP_CWORD=1; _rpcauth_completion rpcauth; echo "${COMPREPLY[@]}"'
    path = f"{program.parent}:{os.defpath}"
    command = ["bash", "--norc", "-c", f'source "{script}"; {typed}']
    done = subprocess.run(command, env={"PATH": path}, capture_output=True, text=True, check=True)
    assert done.stdout == "restore\n"


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
