"""The commands around the audit: reading it, checking it, and putting a backup in place of the store."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rpcauth.cli.audit_reading import read_last_lines
from rpcauth.cli.examination import Verdict
from rpcauth.cli.examination.contents import examine_audit
from tests.cli.commands import configure, run
from tests.support.daemon import CLIENT, DEFINITIONS, SERVICE_KEY, RunningDaemon, run_daemon


@pytest.fixture
def applied(tmp_path: Path) -> Path:
    configure(tmp_path)
    assert run("apply", "-", folder=tmp_path, stdin=DEFINITIONS).exit_code == 0
    return tmp_path


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[RunningDaemon]:
    with run_daemon(tmp_path) as running:
        yield running


def issue(daemon: RunningDaemon) -> dict[str, Any]:
    data = {"grant_type": "password"}
    params = {"service_key": SERVICE_KEY, "client": CLIENT, "token_data": data, "user_context": "user"}
    tokens: dict[str, Any] = daemon.call("oauth2.createAccessToken", params)["result"]
    return tokens


def is_live(daemon: RunningDaemon, tokens: dict[str, Any]) -> bool:
    params = {"service_key": SERVICE_KEY, "access_token": tokens["access_token"]}
    return "result" in daemon.call("oauth2.fetchAccessToken", params)


def refresh(daemon: RunningDaemon, tokens: dict[str, Any]) -> dict[str, Any]:
    data = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    params = {"service_key": SERVICE_KEY, "client": CLIENT, "token_data": data}
    return daemon.call("oauth2.createAccessToken", params)


def content_of(folder: Path) -> dict[str, bytes]:
    """All files with something in them; who reads a store may leave its shared memory."""
    contents = {path.name: path.read_bytes() for path in (folder / "var").iterdir() if not path.name.endswith("-shm")}
    return {name: content for name, content in contents.items() if content}


def audit_of(folder: Path) -> Path:
    return folder / "var" / "audit.log"


# --- tail -------------------------------------------------------------------------------------------------------------


def test_tail_shows_the_last_records_a_line_each(applied: Path) -> None:
    result = run("audit", "tail", "-n", "2", folder=applied)
    assert result.exit_code == 0
    first, second = result.stdout.splitlines()
    assert first.split()[0] == "3"
    assert second.endswith('changed   caller=administrator add caller "demo"')


def test_tail_as_json_gives_the_lines_as_they_are(applied: Path) -> None:
    result = run("audit", "tail", "--json", folder=applied)
    assert result.stdout.encode() == audit_of(applied).read_bytes()


@pytest.mark.parametrize("count", [0, 1, 3, 100])
@pytest.mark.parametrize("length", [1, 50_000, 200_000])
def test_the_last_lines_are_found_however_long_they_are(tmp_path: Path, count: int, length: int) -> None:
    lines = [bytes(f"{number}", "ascii") * length for number in range(5)]
    file = tmp_path / "audit.log"
    file.write_bytes(b"".join(line + b"\n" for line in lines) + b"not whole yet")
    assert read_last_lines(file, count) == (lines[5 - min(count, 5) :], 5 * (length + 1))


def test_tail_follows_what_is_added(daemon: RunningDaemon) -> None:
    command = daemon.command("audit", "tail", "--follow", "--json", "-n", "1")
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONUNBUFFERED": "1"}) as reader:
        assert reader.stdout is not None
        assert json.loads(reader.stdout.readline())["subject"] == 'add caller "demo"'
        issue(daemon)
        told = json.loads(reader.stdout.readline())
        reader.terminate()
    assert (told["kind"], told["caller"], told["user_context"]) == ("issued", "demo", "user")


def test_tail_of_no_file_says_which(applied: Path) -> None:
    audit_of(applied).unlink()
    result = run("audit", "tail", folder=applied)
    assert result.exit_code == 1
    assert f"{audit_of(applied)}: No such file or directory" in result.stderr


# --- verify -----------------------------------------------------------------------------------------------------------


def damage(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b"add service", b"add SERVICE"))


def test_verify_without_a_daemon_reads_the_store_and_changes_nothing(applied: Path) -> None:
    before = content_of(applied)
    result = run("audit", "verify", folder=applied)
    assert result.exit_code == 0
    assert result.stdout == f"{audit_of(applied)}: 4 records, 1 to 4, each as it was written and in its place\n"
    assert content_of(applied) == before


def test_verify_names_the_first_line_that_does_not_belong(applied: Path) -> None:
    damage(audit_of(applied))
    result = run("audit", "verify", folder=applied)
    assert result.exit_code == 1
    assert "1 records, 1 to 1 are good; line 2 does not follow" in result.stdout
    assert json.loads(run("audit", "verify", "--json", folder=applied).stdout)["fault"]["line"] == 2


def test_verify_knows_the_file_of_another_store(applied: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = configure(tmp_path_factory.mktemp("other"))
    assert run("apply", "-", folder=other, stdin=DEFINITIONS).exit_code == 0
    assert run("audit", "verify", audit_of(other), folder=applied).exit_code == 1


def test_verify_asks_the_daemon_that_runs(daemon: RunningDaemon) -> None:
    issue(daemon)
    good = run("audit", "verify", "--json", folder=daemon.folder)
    assert (good.exit_code, json.loads(good.stdout)["records"]) == (0, 5)
    copy = daemon.folder / "copy.log"
    shutil.copyfile(daemon.audit, copy)
    damage(copy)
    assert run("audit", "verify", copy, folder=daemon.folder).exit_code == 1
    missing = run("audit", "verify", daemon.folder / "none.log", folder=daemon.folder)
    assert (missing.exit_code, "No such file" in missing.stderr) == (2, True)
    assert run("audit", "verify", folder=daemon.folder).exit_code == 0


# --- another file -----------------------------------------------------------------------------------------------------


def test_the_daemon_begins_another_file_and_says_where_the_former_one_is(daemon: RunningDaemon) -> None:
    issue(daemon)
    result = run("audit", "rotate", folder=daemon.folder)
    former = daemon.audit.with_name("audit.log.1-5")
    assert (result.exit_code, result.stdout) == (0, f"the former audit file is {former}\n")
    second = json.loads(run("audit", "rotate", "--json", folder=daemon.folder).stdout)["former"]
    assert second == str(daemon.audit.with_name("audit.log.6-7"))
    issue(daemon)
    assert "rotated   caller=administrator" in run("audit", "tail", folder=daemon.folder).stdout
    good = run("audit", "verify", former, second, daemon.audit, folder=daemon.folder)
    assert good.exit_code == 0, good.stdout
    assert [line.split(": ")[1].split(",")[0] for line in good.stdout.splitlines()] == [
        "5 records",
        "2 records",
        "3 records",
    ]
    for wrong in ((former, daemon.audit), (second, former)):
        result = run("audit", "verify", *wrong, folder=daemon.folder)
        assert result.exit_code == 1
        assert "it does not go on where the file before it ends" in result.stdout.splitlines()[-1]
    assert f"ok    audit: {daemon.audit}\n" in run("doctor", folder=daemon.folder).stdout


def test_another_file_is_begun_without_a_daemon_too(applied: Path) -> None:
    assert run("audit", "rotate", folder=applied).exit_code == 0
    former = audit_of(applied).with_name("audit.log.1-4")
    assert run("audit", "verify", former, audit_of(applied), folder=applied).exit_code == 0


def test_a_file_that_cannot_be_begun_is_told_and_the_audit_goes_on(daemon: RunningDaemon) -> None:
    taken = daemon.audit.with_name("audit.log.1-4")
    taken.write_text("somebody else's")
    result = run("audit", "rotate", folder=daemon.folder)
    assert (result.exit_code, "goes on in the same file" in result.stderr) == (2, True)
    issue(daemon)
    assert run("audit", "verify", folder=daemon.folder).exit_code == 0
    assert "EEXIST" in daemon.log.read_text()


def test_no_other_file_is_begun_where_no_audit_is_kept(applied: Path) -> None:
    with (applied / "rpcauth.toml").open("a") as file:
        file.write("[audit]\nenabled = false\n")
    assert run("audit", "rotate", folder=applied).exit_code == 1


# --- a loss that is accepted, a backup that is restored ---------------------------------------------------------------


def lose_the_end(daemon: RunningDaemon) -> dict[str, dict[str, Any]]:
    """A daemon that died, and whose disk has lost the WAL: what was issued before, and what was revoked and spent."""
    issued = {name: issue(daemon) for name in ("kept", "revoked", "refreshed")}
    daemon.end()
    daemon.start()
    revoking = {"service_key": SERVICE_KEY, "client": CLIENT, "access_token": issued["revoked"]["access_token"]}
    assert daemon.call("oauth2.revokeAccessToken", revoking)["result"] is True
    assert "result" in refresh(daemon, issued["refreshed"])
    daemon.end(signal.SIGKILL)
    Path(f"{daemon.store}-wal").unlink()
    return issued


def test_a_lost_end_is_exit_status_4_and_serving_it_takes_a_word(daemon: RunningDaemon) -> None:
    issued = lose_the_end(daemon)
    for _ in range(2):
        result = subprocess.run(daemon.command("serve"), capture_output=True, text=True, check=False)
        assert result.returncode == 4
        assert "rpcauth serve --accept-data-loss" in result.stderr
    daemon.start("--accept-data-loss")
    assert [is_live(daemon, issued[name]) for name in ("kept", "revoked")] == [True, False]
    assert [refresh(daemon, tokens)["error"]["code"] for tokens in issued.values()] == [-2001] * 3
    daemon.end()
    daemon.start()
    assert [is_live(daemon, issued[name]) for name in ("kept", "revoked")] == [True, False]

    doctor = run("doctor", folder=daemon.folder)
    assert doctor.exit_code == 1
    assert "fail  audit: data loss accepted" in doctor.stdout
    assert run("audit", "acknowledge", folder=daemon.folder).exit_code == 0
    assert f"ok    audit: {daemon.audit}" in run("doctor", folder=daemon.folder).stdout
    assert '"level":"critical"' in daemon.log.read_text()


def test_a_restored_backup_is_served_and_revives_nothing(daemon: RunningDaemon) -> None:
    issued = {name: issue(daemon) for name in ("kept", "revoked")}
    backup = daemon.folder / "backup.db"
    assert run("backup", backup, folder=daemon.folder).exit_code == 0
    assert run("restore", backup, folder=daemon.folder).exit_code == 4, "while the daemon runs"
    revoking = {"service_key": SERVICE_KEY, "client": CLIENT, "access_token": issued["revoked"]["access_token"]}
    assert daemon.call("oauth2.revokeAccessToken", revoking)["result"] is True
    assert run("apply", "-", folder=daemon.folder, stdin=DEFINITIONS.replace("Demo API", "Other")).exit_code == 0
    daemon.end()
    restored = run("restore", backup, folder=daemon.folder)
    assert restored.exit_code == 0, restored.stderr
    assert 'since the backup: change service "rmeqcgpw3zu2y47y9bs8vs2h"' in restored.stdout
    daemon.start()
    assert [is_live(daemon, issued[name]) for name in ("kept", "revoked")] == [True, False]
    assert refresh(daemon, issued["kept"])["error"]["code"] == -2001
    assert run("audit", "verify", folder=daemon.folder).exit_code == 0


@pytest.mark.parametrize("named", ["none.db", "var/rpcauth.db"])
def test_what_is_no_backup_is_not_restored(applied: Path, named: str) -> None:
    result = run("restore", applied / named, folder=applied)
    assert result.exit_code == 4
    assert "name a backup" in result.stderr
    assert run("services", "list", folder=applied).exit_code == 0


@pytest.mark.parametrize(
    ("audit", "loss", "verdict"),
    [
        ("/audit.log", None, Verdict.OK),
        (None, None, Verdict.WARN),
        ("/audit.log", {"text": "lost; much"}, Verdict.FAIL),
    ],
)
def test_the_doctor_tells_how_the_audit_stands(audit: str | None, loss: object, verdict: Verdict) -> None:
    assert examine_audit({"audit": audit, "audit_in_place": True, "data_loss": loss}).verdict is verdict
