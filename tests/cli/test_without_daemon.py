"""Commands where no daemon runs: they open the store themselves, under its lock."""

from __future__ import annotations

import json
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from rpcauth.storage.lock import StoreLock
from tests.cli.commands import configure, run
from tests.support.daemon import CLIENT, DEFINITIONS, SERVICE_KEY

GENERATED = DEFINITIONS.replace('client_secret = "q13rupuifd"\n', "")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return configure(tmp_path)


@pytest.fixture
def applied(folder: Path) -> Path:
    assert run("apply", "-", folder=folder, stdin=DEFINITIONS).exit_code == 0
    return folder


@pytest.fixture
def locked(applied: Path) -> Iterator[Path]:
    lock = StoreLock(applied / "var" / "rpcauth.db")
    yield applied
    lock.release()


def content_of(folder: Path) -> bytes:
    """All that the store holds; who reads it may leave its empty companions."""
    return b"".join(
        path.read_bytes() for path in sorted((folder / "var").glob("rpcauth.db*")) if path.suffix != ".db-shm"
    )


def make_newer(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "var" / "rpcauth.db")) as store, store:
        store.execute("INSERT INTO migrations VALUES (9999, '9999_later', '', 0)")


def test_the_first_apply_makes_folder_key_and_store_and_says_so(folder: Path) -> None:
    result = run("apply", "-", folder=folder, stdin=DEFINITIONS)
    assert result.exit_code == 0
    assert [line.split(" ")[0] for line in result.stdout.splitlines()] == ["add", "add", "add"]
    assert [line.split(" (")[0].split(";")[0] for line in result.stderr.splitlines()] == [
        f"made the folder {folder}/var",
        f"made the master key {folder}/var/master.key",
        f"made the store {folder}/var/rpcauth.db",
        "3 changes made",
    ]
    for name in ("master.key", "rpcauth.db"):
        assert (folder / "var" / name).stat().st_mode & 0o777 == 0o600


def test_a_second_apply_of_the_same_file_changes_nothing(applied: Path) -> None:
    result = run("apply", "-", folder=applied, stdin=DEFINITIONS)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "nothing to change\n")


def test_a_dry_run_shows_the_difference_and_changes_nothing(applied: Path) -> None:
    result = run("apply", "-", "--dry-run", "--prune", folder=applied, stdin="")
    assert len(result.stdout.splitlines()) == 3
    assert all(line.startswith("remove ") for line in result.stdout.splitlines())
    assert SERVICE_KEY in run("export", folder=applied).stdout


def test_prune_removes_what_the_file_lacks(applied: Path) -> None:
    assert run("apply", "-", "--prune", folder=applied, stdin="").exit_code == 0
    assert json.loads(run("services", "list", "--json", folder=applied).stdout) == []


def test_an_application_without_a_secret_gets_one_that_is_shown_once(folder: Path) -> None:
    first = run("apply", "-", folder=folder, stdin=GENERATED)
    marked = [line for line in first.stdout.splitlines() if line.startswith("SECRET, shown this once: ")]
    assert len(marked) == 1
    secret = marked[0].split()[-1]
    assert len(secret) > 40
    for again in (("apply", "-"), ("export",), ("applications", "show", CLIENT["client_id"], "--json")):
        result = run(*again, folder=folder, stdin=GENERATED)
        assert result.exit_code == 0
        assert secret not in result.output


def test_definitions_that_are_wrong_are_told_by_line_and_change_nothing(applied: Path) -> None:
    before = run("export", folder=applied).stdout
    file = applied / "definitions.toml"
    file.write_text(DEFINITIONS.replace("redirect_uris", "redirect_uri").replace("proofs", "proves"))
    result = run("apply", file, folder=applied)
    assert result.exit_code == 2
    assert [line.partition(": ")[0] for line in result.stderr.splitlines()] == [f"{file}:11", f"{file}:20"]
    assert run("export", folder=applied).stdout == before


def test_an_export_is_what_apply_takes_back_without_a_change(applied: Path) -> None:
    export = run("export", folder=applied).stdout
    result = run("apply", "-", folder=applied, stdin=export)
    assert (result.exit_code, result.stderr) == (0, "nothing to change\n")
    assert json.loads(run("export", "--json", folder=applied).stdout)["services"][0]["service_key"] == SERVICE_KEY


@pytest.mark.parametrize(
    "words",
    [("services", "list"), ("export",), ("keys", "status"), ("tokens", "inspect", "x"), ("backup", "copy.db")],
    ids=" ".join,
)
def test_a_command_that_looks_into_a_store_makes_none(words: tuple[str, ...], folder: Path) -> None:
    result = run(*words, folder=folder)
    assert result.exit_code == 3
    assert "rpcauth apply FILE" in result.stderr
    assert [path.name for path in folder.iterdir()] == ["rpcauth.toml"]


@pytest.mark.parametrize("words", [("services", "list"), ("apply", "-"), ("keys", "rotate", "master")])
def test_a_missing_key_beside_data_is_refused_and_none_is_made(words: tuple[str, ...], applied: Path) -> None:
    key = applied / "var" / "master.key"
    key.unlink()
    result = run(*words, folder=applied, stdin=DEFINITIONS)
    assert result.exit_code == 4
    assert result.stderr.startswith(f"{key}: no master key here; put back the one")
    assert not key.exists()


@pytest.mark.parametrize("words", [("services", "list"), ("apply", "-"), ("migrate",), ("migrate", "--status")])
def test_a_newer_store_is_refused_and_not_changed(words: tuple[str, ...], applied: Path) -> None:
    make_newer(applied)
    before = content_of(applied)
    result = run(*words, folder=applied, stdin="")
    assert result.exit_code == 4
    assert "install the newer version" in result.stderr
    assert content_of(applied) == before


def test_another_key_than_the_stores_is_refused_and_the_store_is_not_changed(applied: Path) -> None:
    (applied / "var" / "master.key").write_text("00" * 32)
    before = content_of(applied)
    result = run("export", folder=applied)
    assert result.exit_code == 4
    assert "not the master key that the store was made with" in result.stderr
    assert content_of(applied) == before


def test_a_file_that_is_no_store_is_refused_and_not_changed(folder: Path) -> None:
    store = folder / "var" / "rpcauth.db"
    store.parent.mkdir()
    store.write_bytes(b"no store" * 1000)
    result = run("apply", "-", folder=folder, stdin=DEFINITIONS)
    assert result.exit_code == 4
    assert result.stderr == f"{store}: not a store that can be served (SQLITE_NOTADB); restore a backup\n"
    assert store.read_bytes() == b"no store" * 1000


def test_a_folder_that_cannot_be_made_is_one_clear_line(folder: Path) -> None:
    (folder / "var").write_text("a file")
    result = run("apply", "-", folder=folder, stdin=DEFINITIONS)
    assert result.exit_code == 4
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith(f"{folder}/var")


@pytest.mark.parametrize("words", [("services", "list"), ("apply", "-"), ("doctor", "--reset-clock")])
def test_a_held_lock_without_a_daemon_to_ask_is_unreachable(words: tuple[str, ...], locked: Path) -> None:
    result = run(*words, folder=locked, stdin=DEFINITIONS)
    assert result.exit_code == 3
    assert f"in use by another process, and nobody answers at unix:{locked}/var/admin.sock" in result.stderr


def test_a_socket_that_nobody_answers_on_is_no_daemon(applied: Path) -> None:
    with closing(socket.socket(socket.AF_UNIX)) as dead:
        dead.bind(str(applied / "var" / "admin.sock"))
    assert run("services", "list", folder=applied).exit_code == 0


def test_keys_init_makes_a_key_for_an_empty_store_only(folder: Path) -> None:
    key = folder / "var" / "master.key"
    assert run("keys", "init", folder=folder).exit_code == 0
    assert key.stat().st_mode & 0o777 == 0o600
    assert run("keys", "init", folder=folder).exit_code == 4
    assert run("apply", "-", folder=folder, stdin=DEFINITIONS).exit_code == 0
    key.unlink()
    assert run("keys", "init", folder=folder).exit_code == 4
    assert not key.exists()


def test_keys_are_rotated_without_a_daemon(applied: Path) -> None:
    key = (applied / "var" / "master.key").read_text()
    assert run("keys", "rotate", "sealing", folder=applied).exit_code == 0
    assert run("keys", "rotate", "master", folder=applied).exit_code == 0
    assert (applied / "var" / "master.key").read_text() != key
    keys = json.loads(run("keys", "status", "--json", folder=applied).stdout)
    assert [(one["version"], one["current"]) for one in keys if one["purpose"] == "sealing"] == [(1, False), (2, True)]


def test_a_services_signing_keys_are_rotated_and_listed_with_their_state(applied: Path) -> None:
    rotate = ("keys", "rotate", "signing", "--service", SERVICE_KEY)
    first = json.loads(run(*rotate, "--json", folder=applied).stdout)
    assert (first["service_key"], first["version"]) == (SERVICE_KEY, 1)
    again = run(*rotate, folder=applied)
    assert again.stdout.startswith(f'service "{SERVICE_KEY}" has a new key, which signs from 2')
    listed = run("keys", "status", folder=applied).stdout.splitlines()
    rows = [line.split() for line in listed if line.startswith("signing")]
    assert [(row[1], *row[3:]) for row in rows] == [("1", "active", SERVICE_KEY), ("2", "announced", SERVICE_KEY)]
    assert run(*rotate, "--compromised", folder=applied).exit_code == 0
    keys = json.loads(run("keys", "status", "--json", folder=applied).stdout)
    assert [(one["version"], one["state"]) for one in keys if one["purpose"] == "signing"] == [(3, "active")]


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        (("signing",), "add: --service SERVICE_KEY"),
        (("signing", "--service", "unknown"), "`rpcauth export` lists what is"),
        (("sealing", "--service", SERVICE_KEY), "leave them out"),
        (("master", "--compromised"), "leave them out"),
        (("sining", "--service", SERVICE_KEY), 'did you mean "signing"'),
    ],
)
def test_a_rotation_that_cannot_be_done_says_what_to_type(words: tuple[str, ...], advice: str, applied: Path) -> None:
    result = run("keys", "rotate", *words, folder=applied)
    assert (result.exit_code, result.stdout) == (2, "")
    assert advice in result.stderr


def test_migrate_tells_what_is_pending_then_does_it(folder: Path) -> None:
    for words in (("--status",), ("--dry-run",)):
        states = json.loads(run("migrate", *words, "--json", folder=folder).stdout)
        assert {one["state"] for one in states} == {"pending"}
    assert not (folder / "var").exists()
    done = json.loads(run("migrate", "--json", folder=folder).stdout)
    assert done == [{**one, "state": "applied"} for one in states]
    assert json.loads(run("migrate", "--status", "--json", folder=folder).stdout) == done
    assert run("migrate", folder=folder).stdout == "nothing to migrate\n"


def test_a_backup_is_a_store_under_the_same_key(applied: Path) -> None:
    copy = applied / "copy.db"
    assert run("backup", copy, folder=applied).exit_code == 0
    assert copy.stat().st_mode & 0o777 == 0o600
    (applied / "var" / "rpcauth.db").unlink()
    assert run("restore", copy, folder=applied).exit_code == 0
    assert SERVICE_KEY in run("services", "list", folder=applied).stdout


def test_a_backup_never_overwrites(applied: Path) -> None:
    (applied / "copy.db").write_text("mine")
    result = run("backup", applied / "copy.db", folder=applied)
    assert result.exit_code == 2
    assert (applied / "copy.db").read_text() == "mine"


def test_a_clock_that_the_store_has_seen_ahead_is_suspect_until_it_is_reset_for_good(applied: Path) -> None:
    with closing(sqlite3.connect(applied / "var" / "rpcauth.db")) as store, store:
        store.execute("UPDATE nodes SET seen_at = seen_at + 3600000")
        assert store.execute("SELECT COUNT(*) FROM nodes").fetchone() == (1,)
    (applied / "var" / "rpcauth.db-sums").unlink()  # or the change would be noticed
    before = run("doctor", folder=applied)
    assert before.exit_code == 1
    assert "rpcauth doctor --reset-clock" in before.stdout
    assert "ok    clock: believed" in run("doctor", "--reset-clock", folder=applied).stdout
    assert "ok    clock: believed" in run("doctor", folder=applied).stdout


def test_the_doctor_finds_nothing_amiss_with_a_fresh_store(applied: Path) -> None:
    result = run("doctor", "--json", folder=applied)
    findings = {one["subject"]: one["verdict"] for one in json.loads(result.stdout)}
    assert result.exit_code == 0
    assert findings.pop("daemon") == "warn"
    for subject in ("disk", "time"):
        findings.pop(subject)  # the machine's
    assert set(findings.values()) == {"ok"}


def test_the_doctor_fails_with_what_to_type(applied: Path) -> None:
    key = applied / "var" / "master.key"
    key.chmod(0o644)
    result = run("doctor", folder=applied)
    assert result.exit_code == 1
    assert f"fail  master key: {key}: open to others (0644); chmod 600 {key}" in result.stdout


def test_a_token_to_inspect_is_read_from_stdin(applied: Path) -> None:
    result = run("tokens", "inspect", "--json", folder=applied, stdin="rpa_mistyped\n")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["kind"] is None
    assert run("tokens", "inspect", "-", folder=applied, stdin="\n").exit_code == 2


@pytest.mark.parametrize(("kind", "nearly"), [("services", SERVICE_KEY[:-1]), ("callers", "dmo")])
def test_an_unknown_entry_is_told_with_the_nearest_known_one(kind: str, nearly: str, applied: Path) -> None:
    result = run(kind, "show", nearly, folder=applied)
    assert result.exit_code == 1
    assert "did you mean" in result.stderr
