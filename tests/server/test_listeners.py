from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from rpcauth.errors import ConfigurationInvalid
from rpcauth.server.listeners import (
    ADMIN_MODE,
    adopt_listener,
    listen_tcp,
    listen_unix,
)


def test_a_stale_unix_socket_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "rpc.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    listener = listen_unix(path)
    with listener.sock, socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))
        assert os.listdir(tmp_path) == ["rpc.sock"]


def test_a_live_unix_socket_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "rpc.sock"
    with listen_unix(path).sock:
        with pytest.raises(ConfigurationInvalid, match="Address already in use"):
            listen_unix(path)
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))


def test_a_file_that_is_no_socket_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "precious"
    path.write_text("data")
    with pytest.raises(ConfigurationInvalid, match="no socket"):
        listen_unix(path)
    assert path.read_text() == "data"


@pytest.mark.parametrize(("given", "mode"), [({}, 0o660), ({"mode": ADMIN_MODE}, 0o600)])
def test_a_unix_socket_has_its_mode_whatever_the_umask(tmp_path: Path, given: dict[str, int], mode: int) -> None:
    before = os.umask(0o777)
    try:
        listener = listen_unix(tmp_path / "rpc.sock", **given)
    finally:
        os.umask(before)
    with listener.sock:
        assert (tmp_path / "rpc.sock").stat().st_mode & 0o777 == mode


def test_a_listener_removes_its_own_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "rpc.sock"
    first = listen_unix(path)
    first.sock.close()
    second = listen_unix(path)
    first.remove()
    assert path.exists()
    second.sock.close()
    second.remove()
    second.remove()
    assert not path.exists()


def test_a_port_in_use_is_told_with_its_address() -> None:
    with listen_tcp("127.0.0.1", 0).sock as taken:
        text = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ConfigurationInvalid, match=f'listen "{text}": Address already in use'):
            listen_tcp("127.0.0.1", taken.getsockname()[1])


def test_an_adopted_socket_listens_and_its_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "rpc.sock"
    held = listen_unix(path)
    with held.sock:
        adopted = adopt_listener(os.dup(held.sock.fileno()))
        with adopted.sock:
            assert adopted.sock.family == socket.AF_UNIX
            adopted.remove()
    assert path.exists()
