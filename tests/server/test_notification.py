"""What is sent to a service manager, and what its variables say."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count

import pytest

from rpcauth.server.notification import PATIENCE, Notifier, take_notifier, take_watchdog

UNIX = socket.AF_UNIX, socket.SOCK_DGRAM


@pytest.fixture
def deaf() -> Iterator[str]:
    """The address of a service manager whose queue is full."""
    name = os.urandom(8).hex()
    with ExitStack() as stack:
        stack.enter_context(socket.socket(*UNIX)).bind(f"\0{name}")
        # Each sender may have so much waiting; when a new one may have nothing, it is the queue that is full.
        while fill(stack.enter_context(socket.socket(*UNIX)), f"\0{name}") > 0:
            pass
        yield f"@{name}"


def fill(sender: socket.socket, name: str) -> int:
    """How many datagrams were taken until one was not."""
    sender.setblocking(False)
    for sent in count():
        try:
            sender.sendto(b"x", name)
        except BlockingIOError:
            return sent
    raise AssertionError("the queue has no end")


@pytest.mark.parametrize("period", ["", "0", "-5", "1e6", "\N{FULLWIDTH DIGIT NINE}", "9" * 400, "9" * 5000], ids=len)
def test_a_period_that_is_no_number_of_microseconds_is_none(period: str) -> None:
    assert take_watchdog({"WATCHDOG_USEC": period}, 7) is None


def test_the_variables_of_a_service_manager_are_taken_out_of_the_environment() -> None:
    """What the daemon starts is not what the service manager started."""
    environ = {"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "7", "NOTIFY_SOCKET": "/run/systemd/notify"}
    assert take_notifier(environ).is_wanted
    assert take_watchdog(environ, 7) == 30.0
    assert environ == {}


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("/nobody/listens/here", "No such file or directory"),
        ("@nobody-listens-here", "Connection refused"),
        ("/" + "x" * 200, "AF_UNIX path too long"),
    ],
    ids=["path", "abstract", "too long"],
)
def test_a_service_manager_that_cannot_be_told_is_said_so_once(
    address: str, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    notifier = Notifier(address)
    notifier.tell_status("serving")
    notifier.tell_alive()
    (record,) = caplog.records
    assert record.getMessage() == f"the service manager cannot be told STATUS=serving: {why}"


@pytest.mark.parametrize("address", ["", "relative", "vsock:2:1234"])
def test_an_address_that_is_no_unix_socket_is_told_nothing(address: str, caplog: pytest.LogCaptureFixture) -> None:
    notifier = Notifier(address)
    notifier.tell_ready()
    assert not notifier.is_wanted
    assert caplog.records == []


def test_a_service_manager_whose_queue_is_full_holds_up_nobody(deaf: str, caplog: pytest.LogCaptureFixture) -> None:
    notifier, started = Notifier(deaf), time.monotonic()
    for _ in range(100):
        notifier.tell_alive()
    assert time.monotonic() - started < PATIENCE
    assert len(caplog.records) == 1


def test_a_change_of_state_waits_a_while_for_a_full_queue(deaf: str, caplog: pytest.LogCaptureFixture) -> None:
    started = time.monotonic()
    Notifier(deaf).tell_ready()
    assert PATIENCE <= time.monotonic() - started < 3 * PATIENCE
    (record,) = caplog.records
    assert record.getMessage() == "the service manager cannot be told READY=1: timed out"
