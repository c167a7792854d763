"""The systemd units: sound, as little exposed as they are said to be, and enough for a daemon to live on."""

from __future__ import annotations

import ctypes
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from rpcauth.config import load
from tests.packaging.confined import LIBRARY
from tests.packaging.units import ROOT, SERVICE, UNITS, VARIANTS, analyze, list_allowed_calls, read_values, write_units
from tests.support.daemon import CLIENT, REDIRECT_URI, SERVICE_KEY, RunningDaemon, free_port
from tests.support.supervisor import Supervisor, supervise

CONFIGURATION = ROOT / "packaging" / "debian" / "rpcauth.toml"
MARGIN = 5.0
"""Seconds between the end of the drain and the end of the service manager's patience, at least."""


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_units_are_sound(tmp_path: Path, variant: str) -> None:
    folder = write_units(tmp_path, variant)
    units = [path for path in folder.iterdir() if path.is_file() and path.suffix in (".service", ".socket", ".timer")]
    assert len(units) == 4
    done = analyze("verify", "--man=no", *units)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_service_is_no_more_exposed_than_it_is_said_to_be(tmp_path: Path, variant: str) -> None:
    unit = write_units(tmp_path, variant) / SERVICE
    threshold = round(VARIANTS[variant] * 10)
    done = analyze("security", "--offline=true", f"--threshold={threshold}", unit)
    assert done.returncode == 0, done.stdout
    assert analyze("security", "--offline=true", "--threshold=1", unit).returncode != 0


def test_refusals_are_not_restarted_and_everything_else_is_for_ever() -> None:
    values = {name: read_values(UNITS / SERVICE, "Service", name) for name in ("Restart", "RestartPreventExitStatus")}
    assert values == {"Restart": ["always"], "RestartPreventExitStatus": ["2 4"]}
    assert read_values(UNITS / SERVICE, "Unit", "StartLimitIntervalSec") == ["0"]


def test_the_service_manager_waits_longer_than_the_drain_takes() -> None:
    (patience,) = read_values(UNITS / SERVICE, "Service", "TimeoutStopSec")
    assert float(patience) >= load(CONFIGURATION, {}).server.drain_timeout + MARGIN


def test_the_shipped_configuration_stays_within_the_folders_that_the_unit_makes() -> None:
    config = load(CONFIGURATION, {})
    assert read_values(UNITS / SERVICE, "Service", "StateDirectory") == ["rpcauth rpcauth/backups"]
    assert read_values(UNITS / SERVICE, "Service", "RuntimeDirectory") == ["rpcauth"]
    assert {config.storage.url.path.parent, config.audit.path.parent} == {Path("/var/lib/rpcauth")}
    assert config.server.admin.path.parent == Path("/run/rpcauth")
    credential = f"{config.keys.credential}:{config.keys.file}"
    assert read_values(UNITS / SERVICE, "Service", "LoadCredential") == [credential]


def test_the_shipped_configuration_names_the_addresses_of_the_socket_unit() -> None:
    listen = [str(address) for address in load(CONFIGURATION, {}).server.listen]
    assert read_values(UNITS / "rpcauth.socket", "Socket", "ListenStream") == listen


@dataclass(slots=True)
class ConfinedDaemon(RunningDaemon):
    """A daemon under the limits of the unit."""

    allowed: list[str] = field(default_factory=list)

    def command(self, *words: str) -> list[str]:
        python, *rest = RunningDaemon.command(self, *words)
        return [python, "-m", "tests.packaging.confined", ",".join(self.allowed), "--", python, *rest]


@pytest.fixture
def confined(tmp_path: Path) -> Iterator[Supervisor]:
    try:
        ctypes.CDLL(LIBRARY)
    except OSError:
        pytest.skip(f"not run: no {LIBRARY} here")
    port = free_port()
    (tmp_path / "rpcauth.toml").write_text(f'[server]\nlisten = ["127.0.0.1:{port}", "unix:var/rpc.sock"]\n')
    daemon = ConfinedDaemon(tmp_path, port, allowed=list_allowed_calls(UNITS / SERVICE))
    with supervise(Supervisor(daemon, watchdog=0.6)) as supervisor:
        yield supervisor


def test_the_daemon_does_all_its_work_under_the_filter_of_the_unit(confined: Supervisor) -> None:
    daemon = confined.daemon
    assert daemon.process is not None
    status = Path(f"/proc/{daemon.process.pid}/status").read_text()
    assert "\nSeccomp:\t2\n" in status
    assert "\nNoNewPrivs:\t1\n" in status

    daemon.apply()
    wanted = {"client": CLIENT, "uri": URI}
    code = result(daemon, "createAuthorizationCode", **wanted, response_type="code", user_context="user")["code"]
    data = {"grant_type": "authorization_code", "code": code}
    token = result(daemon, "createAccessToken", **wanted, token_data=data)["access_token"]
    assert result(daemon, "fetchAccessToken", access_token=token)["user_context"] == "user"
    assert result(daemon, "revokeAccessToken", client=CLIENT, access_token=token) is True
    assert daemon.administer("admin.backup", {"path": str(daemon.folder / "copy.db")})["result"]
    assert daemon.administer("admin.rotateMaster", [])["result"] is True
    confined.reload()
    confined.wait_for("WATCHDOG=1")
    assert daemon.end(signal.SIGTERM) == 0
    assert '"level":"error"' not in daemon.log.read_text()
    assert '"level":"critical"' not in daemon.log.read_text()


URI = {"redirect_uri": REDIRECT_URI}


def result(daemon: RunningDaemon, method: str, **params: object) -> Any:
    return daemon.call(f"oauth2.{method}", {"service_key": SERVICE_KEY, **params})["result"]
