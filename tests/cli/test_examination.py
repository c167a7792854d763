"""What the doctor finds, on things made for the purpose."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from rpcauth.cli import examination
from rpcauth.cli.examination import Verdict
from rpcauth.cli.failures import Unreachable
from rpcauth.config import Config, TcpAddress
from rpcauth.config.settings import anchor
from rpcauth.model import Millis
from rpcauth.rpc.results import format_time
from rpcauth.storage.clock import wall_clock

DAY = 86_400_000
KEY: Mapping[str, Any] = {"purpose": "sealing", "version": 2, "current": True}


def days_ago(days: int) -> str | None:
    return format_time(Millis(wall_clock() - days * DAY))


def test_a_file_open_to_others_fails_with_what_to_type(tmp_path: Path) -> None:
    file = tmp_path / "master.key"
    file.touch(0o600)
    assert examination.examine_private_file("master key", file).verdict is Verdict.OK
    file.chmod(0o640)
    finding = examination.examine_private_file("master key", file)
    assert finding.verdict is Verdict.FAIL
    assert finding.advice == f"chmod 600 {file}"


def test_a_file_that_the_first_start_will_make_is_a_warning(tmp_path: Path) -> None:
    assert examination.examine_private_file("store", tmp_path / "none").verdict is Verdict.WARN


@pytest.mark.parametrize(("days", "verdict"), [(1, Verdict.OK), (399, Verdict.OK), (402, Verdict.WARN)])
def test_an_old_key_asks_for_its_rotation(days: int, verdict: Verdict) -> None:
    old = {**KEY, "created": days_ago(days)}
    finding = examination.examine_keys([old])
    assert finding.verdict is verdict
    assert finding.advice == ("rpcauth keys rotate sealing" if verdict is Verdict.WARN else "")


def test_an_old_signing_key_is_told_with_the_service_that_it_belongs_to() -> None:
    old = {**KEY, "purpose": "signing", "service_key": "a b", "created": days_ago(500)}
    finding = examination.examine_keys([{**KEY, "created": days_ago(450)}, old])
    assert finding.text == "the oldest in use is 500 days old (signing)"
    assert finding.advice == "rpcauth keys rotate signing --service 'a b'"


def test_a_key_that_was_followed_by_another_may_be_old() -> None:
    followed = {**KEY, "version": 1, "current": False, "created": days_ago(4000)}
    assert examination.examine_keys([followed, {**KEY, "created": days_ago(0)}]).verdict is Verdict.OK


@pytest.mark.parametrize(("suspect", "verdict"), [(False, Verdict.OK), (True, Verdict.FAIL)])
def test_a_clock_that_has_jumped_fails(suspect: bool, verdict: Verdict) -> None:
    assert examination.examine_clock({"clock_suspect": suspect}).verdict is verdict


def test_an_address_must_accept_for_a_running_daemon_and_be_free_for_one_to_come() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        address = TcpAddress(host="127.0.0.1", port=server.getsockname()[1])
        assert examination.examine_listener(address, is_running=True).verdict is Verdict.OK
        assert examination.examine_listener(address, is_running=False).verdict is Verdict.FAIL
    assert examination.examine_listener(address, is_running=True).verdict is Verdict.FAIL
    assert examination.examine_listener(address, is_running=False).verdict is Verdict.OK


def test_a_store_that_cannot_be_opened_is_a_finding_and_not_the_end_of_the_examination() -> None:
    def refuse(_method: str) -> object:
        raise Unreachable("no store here; make one")

    (finding,) = examination.examine_inside(refuse)
    assert (finding.verdict, finding.text, finding.advice) == (Verdict.FAIL, "no store here", "make one")


def test_a_daemon_that_cannot_be_asked_is_a_finding_after_those_that_need_none(tmp_path: Path) -> None:
    def fail() -> bool:
        raise Unreachable("unix:admin.sock: Permission denied; become the daemon's user")

    def refuse(_method: str) -> object:
        raise AssertionError("nothing is asked of a daemon that cannot be asked")

    *others, last = examination.examine(anchor(Config(), tmp_path), refuse, fail)
    assert (last.subject, last.verdict, last.advice) == ("daemon", Verdict.FAIL, "become the daemon's user")
    assert {"entropy", "sqlite", "master key", "store", "disk"} == {finding.subject for finding in others}
