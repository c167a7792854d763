"""`rpcauth serve` as a process: what it says, and how it ends."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.daemon import PATIENCE, RunningDaemon, free_port, is_listening, prepare_daemon
from tests.support.supervisor import Supervisor


def serve(daemon: RunningDaemon) -> subprocess.CompletedProcess[str]:
    """A daemon that is expected to end by itself."""
    return subprocess.run(daemon.command("serve"), capture_output=True, text=True, check=False, timeout=PATIENCE)


@pytest.fixture
def prepared(tmp_path: Path) -> Iterator[RunningDaemon]:
    """A daemon that has run once, so that there are a store and a key."""
    daemon = prepare_daemon(tmp_path)
    daemon.apply()
    yield daemon
    if daemon.process is not None and daemon.process.poll() is None:
        daemon.end()


def content_of(daemon: RunningDaemon) -> bytes:
    return daemon.store.read_bytes()


def test_a_first_start_says_what_it_made_and_where_it_listens_and_ends_well(tmp_path: Path) -> None:
    daemon = prepare_daemon(tmp_path)
    daemon.start()
    assert daemon.end() == 0
    said = [line for line in daemon.log.read_text().splitlines() if not line.startswith("{")]
    assert [line.split(" (")[0].split(";")[0] for line in said] == [
        f"made the folder {tmp_path}/var",
        f"made the master key {tmp_path}/var/master.key",
        f"made the store {tmp_path}/var/rpcauth.db",
        f"listening on 127.0.0.1:{daemon.port}, unix:{tmp_path}/var/rpc.sock",
    ]
    assert list(tmp_path.glob("var/*.sock")) == []


def test_a_port_in_use_is_configuration_and_leaves_no_socket_behind(prepared: RunningDaemon) -> None:
    before = content_of(prepared)
    with closing(socket.create_server(("127.0.0.1", prepared.port))):
        ended = serve(prepared)
    assert ended.returncode == 2
    (line,) = ended.stderr.splitlines()
    assert line.startswith(f'listen "127.0.0.1:{prepared.port}": ')
    assert content_of(prepared) == before
    assert list(prepared.folder.glob("var/*.sock")) == []


def test_a_second_daemon_on_a_store_is_refused_and_the_first_serves_on(prepared: RunningDaemon) -> None:
    prepared.start()
    ended = serve(prepared)
    assert ended.returncode == 4
    assert ended.stderr.splitlines() == [
        f"{prepared.store}: another rpcauth process serves this store; stop it, or talk to it by its admin socket"
    ]
    assert prepared.call("test.hello", [])["result"] == "Hello!"
    assert prepared.end() == 0


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda key: key.unlink(), "no master key here"),
        (lambda key: key.chmod(0o644), "readable by others; type: chmod 600"),
        (lambda key: key.write_text("no key\n"), "64 hex digits"),
        (lambda key: key.write_text("00" * 32), "not the master key that the store was made with"),
    ],
    ids=["missing", "open", "no key", "another"],
)
def test_a_key_that_is_not_right_is_refused_and_nothing_is_changed(
    prepared: RunningDaemon, spoil: object, message: str
) -> None:
    assert callable(spoil)
    before = content_of(prepared)
    spoil(prepared.folder / "var" / "master.key")
    ended = serve(prepared)
    assert ended.returncode == 4
    (line,) = ended.stderr.splitlines()
    assert message in line
    assert content_of(prepared) == before


def test_a_newer_store_is_refused_and_not_changed(prepared: RunningDaemon) -> None:
    with closing(sqlite3.connect(prepared.store)) as store, store:
        store.execute("INSERT INTO migrations VALUES (9999, '9999_later', '', 0)")
    before = content_of(prepared)
    ended = serve(prepared)
    assert ended.returncode == 4
    (line,) = ended.stderr.splitlines()
    assert "install the newer version" in line
    assert content_of(prepared) == before


def test_a_place_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    text = f'[storage]\nurl = "sqlite:///file/rpcauth.db"\n[server]\nlisten = ["127.0.0.1:{free_port()}"]\n'
    (tmp_path / "rpcauth.toml").write_text(text)
    ended = serve(RunningDaemon(tmp_path, 0))
    assert ended.returncode == 4
    assert ended.stderr.splitlines()[-1].startswith(f"{tmp_path}/file")
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("written", ["[server]\nlis", "[server]\nlisten = [", "[server]\n[storage", "[ser"])
def test_a_half_written_configuration_is_one_line_with_its_place(prepared: RunningDaemon, written: str) -> None:
    before = content_of(prepared)
    (prepared.folder / "rpcauth.toml").write_text(written)
    ended = serve(prepared)
    assert ended.returncode == 2
    (line,) = ended.stderr.splitlines()
    assert line.startswith(f"{prepared.folder}/rpcauth.toml:{len(written.splitlines())}:")
    assert content_of(prepared) == before


def test_a_configuration_that_cannot_be_read_is_one_line(prepared: RunningDaemon) -> None:
    (prepared.folder / "rpcauth.toml").unlink()
    (prepared.folder / "rpcauth.toml").mkdir()
    ended = serve(prepared)
    assert ended.returncode == 2
    (line,) = ended.stderr.splitlines()
    assert line.startswith(f"{prepared.folder}/rpcauth.toml: cannot be read (Is a directory); ")


def test_a_key_that_cannot_be_read_is_one_line(prepared: RunningDaemon) -> None:
    key = prepared.folder / "var" / "master.key"
    key.unlink()
    key.mkdir()
    ended = serve(prepared)
    assert ended.returncode == 4
    assert ended.stderr == f"{key}: the master key cannot be read; check its owner and mode (0600)\n"


def test_a_lock_that_a_dead_daemon_left_is_no_lock(prepared: RunningDaemon) -> None:
    prepared.start()
    assert prepared.end(signal.SIGKILL) == -signal.SIGKILL
    assert prepared.store.with_name("rpcauth.db.lock").exists()
    prepared.start()
    assert prepared.call("test.hello", [])["result"] == "Hello!"
    assert prepared.end() == 0


def test_an_end_during_the_start_is_no_failure(prepared: RunningDaemon) -> None:
    """The first word of a start, and SIGTERM right behind it."""
    supervisor = Supervisor(prepared)
    with supervisor.inbox:
        supervisor.launch()
        supervisor.wait_for("EXTEND_TIMEOUT_USEC")
        assert prepared.end() == 0
    assert "Traceback" not in prepared.log.read_text()


def test_a_stale_administrative_socket_is_replaced(prepared: RunningDaemon) -> None:
    with closing(socket.socket(socket.AF_UNIX)) as dead:
        dead.bind(str(prepared.admin_socket))
    prepared.start()
    assert prepared.administer("test.hello", [])["result"] == "Hello!"
    assert prepared.end() == 0


def test_closed_standard_streams_end_no_daemon_and_no_file_of_its_own_takes_their_place(
    prepared: RunningDaemon,
) -> None:
    """A line of the log would stand in the audit, or in the store."""
    command = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *prepared.command("serve")]
    prepared.log.touch()
    prepared.process = subprocess.Popen(command)
    wait_until(lambda: is_listening(prepared.port))
    opened = Path(f"/proc/{prepared.process.pid}/fd")
    assert {os.readlink(opened / str(number)) for number in (0, 1, 2)} == {os.devnull}
    assert prepared.call("test.hello", [])["result"] == "Hello!"
    assert prepared.end() == 0


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)
