"""What is installed is what was written: the wheel, in an environment that cannot see the checkout."""

import base64
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import rpcauth

ROOT = Path(__file__).parent.parent
SHIPPED = ("LICENSE", "README.md", "examples", "migrations", "pyproject.toml", "rpcauth", "setup.cfg", "setup.py")
START_SECONDS = 30
STOP_SECONDS = 30

CONFIGURATION = """\
[server]
listen = ["127.0.0.1:{port}"]

[storage]
url = "sqlite:///var/rpcauth.db"

[keys]
file = "var/master.key"
"""


def run(*command: str | Path, cwd: Path) -> str:
    """Run to its end in an environment without a trace of the checkout; return what it printed."""
    done = subprocess.run(
        command, cwd=cwd, env=environment(cwd), capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, f"{command} -> {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def environment(home: Path) -> dict[str, str]:
    return {"PATH": os.defpath, "HOME": str(home), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that nothing is left in the checkout and nothing of an earlier build gets in."""
    tree = tmp_path_factory.mktemp("tree")
    for name in SHIPPED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, tree)
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", tree / "dist", tree, cwd=tree)
    (built,) = (tree / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` of a fresh environment that holds the wheel and borrows the dependencies of this one.

    They are borrowed after the installation, by a plain path: the editable rpcauth among them stays asleep.
    """
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, with_pip=False)
    python = home / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", wheel, cwd=home)
    packages = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=home).strip()
    Path(packages, "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    return python.parent


@contextmanager
def serving(installed: Path, folder: Path) -> Iterator[subprocess.Popen[str]]:
    with (folder / "log").open("w", encoding="utf-8") as log:
        command = [str(installed / "rpcauth"), "serve", "--config", "rpcauth.toml"]
        daemon = subprocess.Popen(command, cwd=folder, env=environment(folder), stdout=log, stderr=log, text=True)
    try:
        yield daemon
    finally:
        if daemon.poll() is None:
            daemon.kill()
            daemon.wait()


def wait_for_listener(daemon: subprocess.Popen[str], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert daemon.poll() is None, log.read_text("utf-8")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    pytest.fail(f"nothing listens after {START_SECONDS} s: {log.read_text('utf-8')}")


def call(port: int, method: str) -> object:
    credentials = base64.b64encode(b"demo:demo-secret").decode()
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method})
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("POST", "/rpc", body, {"Authorization": f"Basic {credentials}"})
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
    return number


def files_of(folder: str) -> set[Path]:
    found = {path.relative_to(ROOT / folder) for path in (ROOT / folder).rglob("*") if path.is_file()}
    return {path for path in found if "__pycache__" not in path.parts}


def test_the_wheel_holds_every_file_of_the_package_every_migration_and_suite_and_nothing_else(wheel: Path) -> None:
    migrations = {f"rpcauth/migrations/{path}" for path in files_of("migrations")}
    suites = {f"rpcauth/conformance/{path}" for path in files_of("examples/conformance")}
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}

    assert migrations
    assert suites
    assert held == {f"rpcauth/{path}" for path in files_of("rpcauth")} | migrations | suites


def test_a_migration_in_the_wheel_is_the_one_of_the_checkout(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for path in (ROOT / "migrations").glob("*.sql"):
            assert archive.read(f"rpcauth/migrations/{path.name}") == path.read_bytes()


def test_the_installed_package_is_not_the_checkout(installed: Path, tmp_path: Path) -> None:
    found = run(installed / "python", "-c", "import rpcauth; print(rpcauth.__file__)", cwd=tmp_path)
    assert Path(found.strip()).is_relative_to(installed.parent)


@pytest.mark.parametrize("command", [("rpcauth",), ("python", "-m", "rpcauth")])
def test_the_installed_command_tells_its_version(installed: Path, tmp_path: Path, command: tuple[str, ...]) -> None:
    assert rpcauth.__version__ in run(installed / command[0], *command[1:], "version", cwd=tmp_path)


def test_the_installed_daemon_serves_from_an_empty_folder_and_stops_at_sigterm(
    installed: Path, tmp_path: Path, port: int
) -> None:
    (tmp_path / "rpcauth.toml").write_text(CONFIGURATION.format(port=port), "utf-8")
    (tmp_path / "demo.secret").write_text("demo-secret", "utf-8")
    where = "from rpcauth.wire.suites import conformance_folder; print(conformance_folder())"
    suites = run(installed / "python", "-c", where, cwd=tmp_path).strip()

    run(installed / "rpcauth", "apply", f"{suites}/definitions.toml", "--config", "rpcauth.toml", cwd=tmp_path)
    with serving(installed, tmp_path) as daemon:
        wait_for_listener(daemon, port, tmp_path / "log")
        assert call(port, "test.hello") == {"jsonrpc": "2.0", "id": 1, "result": "Hello!"}
        who = ("--caller", "demo", "--secret-file", "demo.secret", "--config", "rpcauth.toml")
        checked = run(installed / "rpcauth", "check", "--tags", "smoke", *who, cwd=tmp_path)
        assert checked.endswith(" as expected, 0 not, 0 skipped\n")
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(STOP_SECONDS) == 0

    assert (tmp_path / "var" / "master.key").stat().st_mode & 0o777 == 0o600
