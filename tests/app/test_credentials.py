"""The master key as a credential of the service manager: taken first, never changed from here."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.daemon import PATIENCE, RunningDaemon, prepare_daemon

KEY = "0123456789abcdef" * 4


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The file that the service manager takes the credential from; in the configuration it is [keys] file."""
    source = tmp_path / "etc" / "master.key"
    source.parent.mkdir()
    source.write_text(KEY + "\n")
    source.chmod(0o600)
    return source


@pytest.fixture
def daemon(tmp_path: Path, source: Path) -> RunningDaemon:
    """A daemon whose service manager gives it the credential."""
    folder = tmp_path / "credentials"
    folder.mkdir()
    daemon = prepare_daemon(tmp_path, sections=f'[keys]\nfile = "{source}"\n')
    daemon.environment = {"CREDENTIALS_DIRECTORY": str(folder)}
    hand_over(source, daemon)
    return daemon


def hand_over(source: Path, daemon: RunningDaemon) -> None:
    """As LoadCredential= does when the unit starts. With an ACL for the unit's user, the group's bits show its mask."""
    credential = Path(daemon.environment["CREDENTIALS_DIRECTORY"], "master-key")
    credential.unlink(missing_ok=True)
    credential.write_bytes(source.read_bytes())
    credential.chmod(0o440)


def type_as_root(daemon: RunningDaemon, *words: str) -> subprocess.CompletedProcess[str]:
    """A command in an operator's shell, which has no credentials."""
    environment = {name: value for name, value in os.environ.items() if name != "CREDENTIALS_DIRECTORY"}
    return subprocess.run(
        daemon.command(*words), env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE
    )


def test_a_store_is_made_under_the_credential_and_no_file_is_needed(daemon: RunningDaemon, source: Path) -> None:
    source.unlink()
    for _ in range(2):
        daemon.start()
        assert daemon.end() == 0
    assert not source.exists()
    assert "made the master key" not in daemon.log.read_text()


def test_the_credential_goes_before_the_file(daemon: RunningDaemon, source: Path) -> None:
    daemon.start()
    daemon.end()
    source.write_text("00" * 32)
    daemon.start()
    assert daemon.end() == 0


def test_without_the_credential_the_file_is_taken(daemon: RunningDaemon) -> None:
    daemon.start()
    daemon.end()
    Path(daemon.environment["CREDENTIALS_DIRECTORY"], "master-key").unlink()
    daemon.start()
    assert daemon.end() == 0


def test_beside_data_neither_credential_nor_file_is_refused(daemon: RunningDaemon, source: Path) -> None:
    daemon.start()
    daemon.end()
    source.unlink()
    ended = type_as_root(daemon, "serve")
    assert ended.returncode == 4
    (line,) = ended.stderr.splitlines()
    assert "no master key here" in line


def test_a_credential_that_cannot_be_changed_says_how_the_master_key_is(daemon: RunningDaemon, source: Path) -> None:
    daemon.start()
    refused = type_as_root(daemon, "keys", "rotate", "master")
    assert refused.returncode == 2
    assert refused.stderr == (
        'the master key is the credential "master-key", which a daemon cannot change; '
        "stop the daemon, type the same as root, and start it again (docs/running.md)\n"
    )

    daemon.end()
    assert type_as_root(daemon, "keys", "rotate", "master").returncode == 0
    assert source.read_text().strip() != KEY
    hand_over(source, daemon)
    daemon.start()
    assert daemon.end() == 0


def test_another_credential_than_the_stores_is_refused(daemon: RunningDaemon, source: Path) -> None:
    daemon.start()
    daemon.end()
    source.write_text("00" * 32)
    hand_over(source, daemon)
    ended = subprocess.run(
        daemon.command("serve"),
        env={**os.environ, **daemon.environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert ended.returncode == 4
    (line,) = ended.stderr.splitlines()
    assert line.startswith("this is not the master key that the store was made with")
