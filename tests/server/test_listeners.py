from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from rpcauth.errors import ConfigurationInvalid
from rpcauth.server.listeners import (
    ADMIN_MODE,
    TcpAddress,
    adopt_listener,
    is_loopback_listen,
    open_listener,
    parse_listen,
)


@pytest.mark.parametrize(
    ("text", "address", "is_loopback"),
    [
        ("127.0.0.1:8700", TcpAddress("127.0.0.1", 8700), True),
        ("127.8.9.1:8700", TcpAddress("127.8.9.1", 8700), True),
        ("localhost:8700", TcpAddress("localhost", 8700), True),
        ("[::1]:8700", TcpAddress("::1", 8700), True),
        ("unix:/run/rpcauth/rpc.sock", Path("/run/rpcauth/rpc.sock"), True),
        ("0.0.0.0:8700", TcpAddress("0.0.0.0", 8700), False),
        ("[::]:8700", TcpAddress("::", 8700), False),
        ("10.0.0.1:0", TcpAddress("10.0.0.1", 0), False),
        ("localhost.example.com:8700", TcpAddress("localhost.example.com", 8700), False),
    ],
)
def test_an_address_is_read_and_known_to_be_local_or_not(
    text: str, address: TcpAddress | Path, is_loopback: bool
) -> None:
    assert parse_listen(text) == address
    assert is_loopback_listen(text) is is_loopback


@pytest.mark.parametrize(
    "text",
    ["", "8700", ":8700", "host:", "host:http", "host:65536", "host:-1", "host:٣", "::1:8700", "[::1]", "unix:"],
)
def test_what_is_no_address_is_refused_with_advice(text: str) -> None:
    with pytest.raises(ConfigurationInvalid, match=r"write \""):
        parse_listen(text)


def test_a_stale_unix_socket_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "rpc.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    listener = open_listener(f"unix:{path}")
    with listener.sock, socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))
        assert os.listdir(tmp_path) == ["rpc.sock"]


def test_a_live_unix_socket_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "rpc.sock"
    with open_listener(f"unix:{path}").sock:
        with pytest.raises(ConfigurationInvalid, match="Address already in use"):
            open_listener(f"unix:{path}")
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))


def test_a_file_that_is_no_socket_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "precious"
    path.write_text("data")
    with pytest.raises(ConfigurationInvalid, match="no socket"):
        open_listener(f"unix:{path}")
    assert path.read_text() == "data"


@pytest.mark.parametrize(("given", "mode"), [({}, 0o660), ({"mode": ADMIN_MODE}, 0o600)])
def test_a_unix_socket_has_its_mode_whatever_the_umask(tmp_path: Path, given: dict[str, int], mode: int) -> None:
    before = os.umask(0o777)
    try:
        listener = open_listener(f"unix:{tmp_path / 'rpc.sock'}", **given)
    finally:
        os.umask(before)
    with listener.sock:
        assert (tmp_path / "rpc.sock").stat().st_mode & 0o777 == mode


def test_a_listener_removes_its_own_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "rpc.sock"
    first = open_listener(f"unix:{path}")
    first.sock.close()
    second = open_listener(f"unix:{path}")
    first.remove()
    assert path.exists()
    second.sock.close()
    second.remove()
    second.remove()
    assert not path.exists()


def test_a_port_in_use_is_told_with_its_address() -> None:
    with open_listener("127.0.0.1:0").sock as taken:
        text = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ConfigurationInvalid, match=f'listen "{text}": Address already in use'):
            open_listener(text)


def test_an_adopted_socket_listens_and_its_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "rpc.sock"
    held = open_listener(f"unix:{path}")
    with held.sock:
        adopted = adopt_listener(os.dup(held.sock.fileno()))
        with adopted.sock:
            assert adopted.sock.family == socket.AF_UNIX
            adopted.remove()
    assert path.exists()
