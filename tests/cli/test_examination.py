"""What the doctor finds, on things made for the purpose."""

from __future__ import annotations

import datetime
import os
import re
import socket
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import trustme

from rpcauth.cli import examination
from rpcauth.cli.examination import Verdict, contents, disks, examine, files, machine, reach
from rpcauth.cli.failures import Unreachable
from rpcauth.config import Config, TcpAddress, Tls
from rpcauth.config.settings import anchor
from rpcauth.model import Millis
from rpcauth.rpc.results import format_time
from rpcauth.storage.clock import wall_clock

DAY = 86_400_000
KEY: Mapping[str, Any] = {"purpose": "sealing", "version": 2, "current": True}
NOW = wall_clock() // 1000


def days_ago(days: int) -> str | None:
    return format_time(Millis(wall_clock() - days * DAY))


# --- files ------------------------------------------------------------------------------------------------------------


def test_a_file_open_to_others_fails_with_what_to_type(tmp_path: Path) -> None:
    file = tmp_path / "master.key"
    file.touch(0o600)
    assert files.examine_private_file("master key", file).verdict is Verdict.OK
    file.chmod(0o640)
    finding = files.examine_private_file("master key", file)
    assert finding.verdict is Verdict.FAIL
    assert finding.advice == f"chmod 600 {file}"


def test_a_group_may_read_what_it_is_allowed_to_and_nobody_else(tmp_path: Path) -> None:
    file = tmp_path / "server.key"
    file.touch()
    file.chmod(0o640)
    assert files.examine_private_file("tls key", file, forbidden=0o037).verdict is Verdict.OK
    file.chmod(0o644)
    assert files.examine_private_file("tls key", file, forbidden=0o037).advice == f"chmod 640 {file}"


def test_a_file_that_the_first_start_will_make_is_a_warning(tmp_path: Path) -> None:
    assert files.examine_private_file("store", tmp_path / "none").verdict is Verdict.WARN


@pytest.mark.parametrize(
    ("mode", "verdict"),
    [(0o755, Verdict.OK), (0o775, Verdict.WARN), (0o757, Verdict.FAIL), (0o1777, Verdict.OK)],
)
def test_a_folder_that_others_may_write_is_no_place_for_a_store(tmp_path: Path, mode: int, verdict: Verdict) -> None:
    folder = tmp_path / "var"
    folder.mkdir()
    folder.chmod(mode)
    finding = files.examine_guarded("folder of the store", folder)
    assert finding.verdict is verdict
    assert finding.advice == ("" if verdict is Verdict.OK else f"chmod go-w {folder}")


@pytest.mark.parametrize(("days", "verdict"), [(399, Verdict.OK), (402, Verdict.WARN)])
def test_a_master_key_grows_old_like_the_others(tmp_path: Path, days: int, verdict: Verdict) -> None:
    file = tmp_path / "master.key"
    assert files.examine_master_age(file, NOW) is None
    file.touch()
    finding = files.examine_master_age(file, NOW + days * DAY // 1000)
    assert finding is not None
    assert (finding.verdict, finding.advice) == (
        verdict,
        "rpcauth keys rotate master" if verdict is Verdict.WARN else "",
    )


@pytest.mark.parametrize(("size", "verdict"), [(2**20, Verdict.OK), (2**30 + 1, Verdict.WARN)])
def test_an_audit_file_that_makes_every_start_slow_asks_for_another_one(
    tmp_path: Path, size: int, verdict: Verdict
) -> None:
    file = tmp_path / "audit.log"
    assert files.examine_audit_size(file) is None
    file.touch()
    os.truncate(file, size)  # full of holes: it takes no room
    finding = files.examine_audit_size(file)
    assert finding is not None
    assert (finding.verdict, finding.advice) == (verdict, "rpcauth audit rotate" if verdict is Verdict.WARN else "")


@pytest.fixture
def tls(tmp_path: Path) -> Tls:
    """A certificate that is good for some thirty days yet."""
    end = datetime.datetime.fromtimestamp(NOW + 30 * DAY // 1000 + 60, datetime.UTC)
    certificate = trustme.CA().issue_cert("auth.example.com", not_after=end)
    certificate.cert_chain_pems[0].write_to_path(tmp_path / "server.crt")
    certificate.private_key_pem.write_to_path(tmp_path / "server.key")
    return Tls(certificate=tmp_path / "server.crt", key=tmp_path / "server.key")


@pytest.mark.parametrize(("days", "verdict"), [(0, Verdict.OK), (20, Verdict.WARN), (31, Verdict.FAIL)])
def test_a_certificate_is_to_be_renewed_before_it_ends(tls: Tls, days: int, verdict: Verdict) -> None:
    finding = files.examine_tls(tls, NOW + days * DAY // 1000)
    assert finding is not None
    assert finding.verdict is verdict
    assert ("systemctl reload" in finding.advice) is (verdict is not Verdict.OK)


def test_a_key_of_another_certificate_fails(tls: Tls, tmp_path: Path) -> None:
    trustme.CA().issue_cert("auth.example.com").private_key_pem.write_to_path(tmp_path / "server.key")
    finding = files.examine_tls(tls, NOW)
    assert finding is not None
    assert finding.verdict is Verdict.FAIL
    assert files.examine_tls(Tls(), NOW) is None


# --- disks ------------------------------------------------------------------------------------------------------------

MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
23 22 0:40 / /srv rw - ext4 /dev/sdb1 rw
24 23 0:41 / /srv/with\\040blank rw,relatime shared:2 - nfs4 server:/export rw
25 22 0:42 / /run rw - tmpfs tmpfs rw
26 22 0:43 / /mnt rw - ext4 /dev/sdc1 rw
27 22 0:44 / /mnt rw - fuse.sshfs there:/ rw
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/", "ext4"),
        ("/srvs", "ext4"),
        ("/srv/with blank/rpcauth", "nfs4"),
        ("/run/rpcauth", "tmpfs"),
        ("/mnt/store", "fuse.sshfs"),
    ],
)
def test_the_file_system_is_that_of_the_nearest_mount_and_the_latest_there(folder: str, kind: str) -> None:
    assert disks.find_filesystem(Path(folder), MOUNTS) == kind
    assert disks.find_filesystem(Path(folder), "") is None


def test_the_kernel_tells_the_file_system_of_a_real_folder(tmp_path: Path) -> None:
    if not disks.MOUNTS.exists():
        pytest.skip("not run: no /proc here")
    assert disks.find_filesystem(tmp_path.resolve(), disks.MOUNTS.read_text()) is not None


@pytest.mark.parametrize(
    ("mounts", "is_store", "verdict"),
    [
        ("1 0 0:1 / / rw - nfs4 server:/ rw", True, Verdict.FAIL),
        ("1 0 0:1 / / rw - fuse.sshfs server:/ rw", True, Verdict.FAIL),
        ("1 0 0:1 / / rw - tmpfs tmpfs rw", True, Verdict.WARN),
        ("1 0 0:1 / / rw - tmpfs tmpfs rw", False, Verdict.WARN),
    ],
)
def test_a_store_belongs_on_a_disk_of_this_machine(
    tmp_path: Path, mounts: str, is_store: bool, verdict: Verdict
) -> None:
    told = tmp_path / "mountinfo"
    told.write_text(mounts)
    store = tmp_path / "rpcauth.db"
    assert disks.examine_disk("disk", store, is_store=is_store, mounts=told).verdict is verdict


@pytest.mark.parametrize(
    ("mebibytes", "room", "verdict"),
    [
        (5000, None, Verdict.OK),
        (5000, 100_000, Verdict.OK),
        (500, None, Verdict.WARN),
        (5000, 100, Verdict.WARN),
        (10, None, Verdict.FAIL),
        (5000, 3, Verdict.FAIL),
    ],
)
def test_a_disk_is_full_when_bytes_or_files_run_out(mebibytes: int, room: int | None, verdict: Verdict) -> None:
    finding = disks.judge_room("disk", Path("/srv"), free=mebibytes * disks.MEBIBYTE, files=room)
    assert finding.verdict is verdict
    assert bool(finding.advice) is (verdict is not Verdict.OK)


# --- the machine ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "verdict"), [(None, Verdict.OK), (0x2001, Verdict.OK), (0x2041, Verdict.WARN)])
def test_a_clock_that_nothing_keeps_right_is_a_warning(status: int | None, verdict: Verdict) -> None:
    assert machine.examine_synchronisation(status).verdict is verdict


def test_the_kernel_says_of_its_clock_what_it_says_to_everybody() -> None:
    status = machine.find_kernel_status()
    assert status is None or 0 <= status < 0x10000


# --- what the daemon knows --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "verdict"), [(1, Verdict.OK), (399, Verdict.OK), (402, Verdict.WARN)])
def test_an_old_key_asks_for_its_rotation(days: int, verdict: Verdict) -> None:
    old = {**KEY, "created": days_ago(days)}
    finding = contents.examine_keys([old])
    assert finding.verdict is verdict
    assert finding.advice == ("rpcauth keys rotate sealing" if verdict is Verdict.WARN else "")


def test_an_old_signing_key_is_told_with_the_service_that_it_belongs_to() -> None:
    old = {**KEY, "purpose": "signing", "service_key": "a b", "created": days_ago(500)}
    finding = contents.examine_keys([{**KEY, "created": days_ago(450)}, old])
    assert finding.text == "the oldest in use is 500 days old (signing)"
    assert finding.advice == "rpcauth keys rotate signing --service 'a b'"


def test_a_key_that_was_followed_by_another_may_be_old() -> None:
    followed = {**KEY, "version": 1, "current": False, "created": days_ago(4000)}
    assert contents.examine_keys([followed, {**KEY, "created": days_ago(0)}]).verdict is Verdict.OK


@pytest.mark.parametrize(("suspect", "verdict"), [(False, Verdict.OK), (True, Verdict.FAIL)])
def test_a_clock_that_has_jumped_fails(suspect: bool, verdict: Verdict) -> None:
    assert contents.examine_clock({"clock_suspect": suspect}).verdict is verdict


def test_what_keeps_a_daemon_from_its_work_is_told_in_the_words_of_readyz() -> None:
    assert contents.examine_service({"troubles": []}).verdict is Verdict.OK
    finding = contents.examine_service({"troubles": ["store_failing", "audit_failing"]})
    assert (finding.verdict, finding.text) == (Verdict.FAIL, "store_failing, audit_failing")


@pytest.mark.parametrize(("limit", "verdict"), [(1024, Verdict.WARN), (4296, Verdict.OK)])
def test_a_daemon_may_open_more_files_than_connections(limit: int, verdict: Verdict) -> None:
    finding = contents.examine_descriptors({"descriptor_limit": limit, "max_connections": 4096})
    assert finding.verdict is verdict
    assert ("LimitNOFILE=4296" in finding.advice) is (verdict is Verdict.WARN)


def test_a_daemon_of_another_version_is_not_asked_for_what_it_may_not_know() -> None:
    (finding,) = contents.examine_inside(lambda method: {"version": "0.0.1"}, is_running=True)
    assert (finding.subject, finding.verdict) == ("version", Verdict.WARN)


def test_a_store_that_cannot_be_opened_is_a_finding_and_not_the_end_of_the_examination() -> None:
    def refuse(_method: str) -> object:
        raise Unreachable("no store here; make one")

    (finding,) = contents.examine_inside(refuse, is_running=False)
    assert (finding.verdict, finding.text, finding.advice) == (Verdict.FAIL, "no store here", "make one")


# --- addresses --------------------------------------------------------------------------------------------------------


def test_an_address_must_accept_for_a_running_daemon_and_be_free_for_one_to_come() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        address = TcpAddress(host="127.0.0.1", port=server.getsockname()[1])
        assert reach.examine_listener(address, is_running=True).verdict is Verdict.OK
        assert reach.examine_listener(address, is_running=False).verdict is Verdict.FAIL
    assert reach.examine_listener(address, is_running=True).verdict is Verdict.FAIL
    assert reach.examine_listener(address, is_running=False).verdict is Verdict.OK


def test_a_daemon_that_cannot_be_asked_is_a_finding_after_those_that_need_none(tmp_path: Path) -> None:
    def fail() -> bool:
        raise Unreachable("unix:admin.sock: Permission denied; become the daemon's user")

    def refuse(_method: str) -> object:
        raise AssertionError("nothing is asked of a daemon that cannot be asked")

    *others, last = examine(anchor(Config(), tmp_path), tmp_path / "rpcauth.toml", refuse, fail)
    assert (last.subject, last.verdict, last.advice) == ("daemon", Verdict.FAIL, "become the daemon's user")
    assert {finding.subject for finding in others} == {
        "entropy",
        "sqlite",
        "time",
        "configuration",
        "master key",
        "store",
        "folder of the store",
        "audit file",
        "disk",
    }


# --- what is written about it -----------------------------------------------------------------------------------------

RUNNING = (Path(__file__).parent.parent.parent / "docs" / "running.md").read_text("utf-8")
SOURCES = Path(examination.__file__).parent.glob("*.py")
SUBJECT = re.compile(r'(?:Finding|failed|examine_\w+)\(\s*"([^"]+)"')


def test_everything_that_is_examined_stands_in_the_document() -> None:
    section = RUNNING.partition("## The doctor")[2].partition("\n## ")[0]
    subjects = {found for source in SOURCES for found in SUBJECT.findall(source.read_text())}
    assert len(subjects) > 15
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    told = {word for row in rows for word in re.findall("`([^`]+)`", row)}
    assert subjects | {"listen …", "console …", "metrics …"} <= told
