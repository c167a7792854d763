"""Commands beside a running daemon: they ask it, and it uses what they change at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from rpcauth.cli.examination import Verdict
from rpcauth.cli.examination.reach import examine_metrics
from rpcauth.config import TcpAddress
from rpcauth.storage.lock import StoreLock, StoreLocked
from tests.cli.commands import run
from tests.support.daemon import CLIENT, DEFINITIONS, SERVICE_KEY, RunningDaemon, free_port, run_daemon

OTHER = """
[[services]]
service_key = "other"
name = "Other API"

[[applications]]
client_id = "other-client"
name = "Other App"
redirect_uris = ["https://other.example/cb"]
services = ["other"]
"""


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDaemon]:
    with run_daemon(tmp_path_factory.mktemp("daemon")) as daemon:
        (daemon.folder / "secret").write_text("demo-secret\n")
        yield daemon


def as_caller(daemon: RunningDaemon, secret: str = "secret") -> dict[str, str]:
    return {"RPCAUTH_CALLER": "demo", "RPCAUTH_SECRET_FILE": str(daemon.folder / secret)}


def test_the_daemon_has_the_store_and_the_command_does_not(daemon: RunningDaemon) -> None:
    with pytest.raises(StoreLocked):
        StoreLock(daemon.store)
    result = run("services", "list", folder=daemon.folder)
    assert (result.exit_code, result.stderr) == (0, "")
    assert SERVICE_KEY in result.stdout


def test_what_is_applied_is_in_force_at_the_next_call(daemon: RunningDaemon) -> None:
    client = {"client_id": "other-client"}
    assert "error" in daemon.call("oauth2.fetchApplication", ["other", client])
    result = run("apply", "-", folder=daemon.folder, stdin=OTHER)
    assert result.exit_code == 0
    secret = result.stdout.splitlines()[-1].split()[-1]
    assert "error" in daemon.call("oauth2.fetchApplication", ["other", {**client, "client_secret": "x"}])
    reply = daemon.call("oauth2.fetchApplication", ["other", {**client, "client_secret": secret}])
    assert reply["result"]["name"] == "Other App"
    assert run("apply", "-", "--prune", folder=daemon.folder, stdin=DEFINITIONS).exit_code == 0
    assert "error" in daemon.call("oauth2.fetchApplication", ["other", client])


def test_wrong_definitions_are_usage_as_without_a_daemon(daemon: RunningDaemon) -> None:
    file = daemon.folder / "wrong.toml"
    file.write_text('[[callers]]\nnane = "x"\n')
    result = run("apply", file, folder=daemon.folder)
    assert result.exit_code == 2
    assert all(line.startswith(f"{file}:") for line in result.stderr.splitlines())


@pytest.mark.parametrize(
    ("kind", "key", "member"),
    [
        ("services", SERVICE_KEY, ("name", "Demo API")),
        ("applications", CLIENT["client_id"], ("redirect_uris", ["https://client.example.com/cb"])),
        ("callers", "demo", ("proofs", ["basic", "mashery_sig"])),
    ],
)
def test_an_entry_is_shown_without_its_secret(
    daemon: RunningDaemon, kind: str, key: str, member: tuple[str, object]
) -> None:
    shown = json.loads(run(kind, "show", key, "--json", folder=daemon.folder).stdout)
    assert shown[member[0]] == member[1]
    listed = json.loads(run(kind, "list", "--json", folder=daemon.folder).stdout)
    assert shown in listed
    for words in (("show", key), ("list",)):
        output = run(kind, *words, folder=daemon.folder).output
        assert key in output
        assert not any(secret in output for secret in ("demo-secret", "q13rupuifd", "argon2id$"))


@pytest.mark.parametrize(
    "params",
    [
        (f'["{SERVICE_KEY}", {{"client_id": "{CLIENT["client_id"]}"}}]',),
        (f"service_key={SERVICE_KEY}", f"client.client_id={CLIENT['client_id']}"),
        (f"service_key={SERVICE_KEY}", f'client:={{"client_id": "{CLIENT["client_id"]}"}}'),
    ],
    ids=["ordered", "named", "named with JSON"],
)
def test_call_takes_ordered_and_named_parameters(daemon: RunningDaemon, params: tuple[str, ...]) -> None:
    result = run("call", "oauth2.fetchApplication", *params, folder=daemon.folder, env=as_caller(daemon))
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["name"] == "OAuth 2.0 Test App"


def test_call_reads_parameters_from_stdin(daemon: RunningDaemon) -> None:
    result = run("call", "test.echo", "-", folder=daemon.folder, stdin='{"value": "é"}', env=as_caller(daemon))
    assert result.stdout == '"é"\n'


def test_call_finds_the_daemon_by_url_on_tcp_and_unix_sockets_without_a_configuration(daemon: RunningDaemon) -> None:
    tcp = f"http://127.0.0.1:{daemon.port}"
    for url in (tcp, f"{tcp}/rpc", f"unix:{daemon.folder}/var/rpc.sock"):
        result = run("call", "test.hello", env={**as_caller(daemon), "RPCAUTH_URL": url})
        assert (result.exit_code, result.stdout) == (0, '"Hello!"\n'), result.stderr


def test_call_without_a_caller_is_the_administrators(daemon: RunningDaemon) -> None:
    status = json.loads(run("call", "admin.status", folder=daemon.folder).stdout)
    assert status["store"] == str(daemon.store)


def test_an_error_reply_is_printed_and_ends_with_1(daemon: RunningDaemon) -> None:
    words = ("call", "oauth2.fetchAccessToken", f"service_key={SERVICE_KEY}", "access_token=x")
    result = run(*words, folder=daemon.folder, env=as_caller(daemon))
    assert (result.exit_code, result.stdout) == (1, "")
    assert json.loads(result.stderr)["data"]["error"] == "invalid_token"
    whole = run(*words, "--json", folder=daemon.folder, env=as_caller(daemon))
    assert (whole.exit_code, whole.stderr) == (1, "")
    assert json.loads(whole.stdout)["error"] == json.loads(result.stderr)


def test_a_wrong_secret_is_an_error_reply(daemon: RunningDaemon) -> None:
    (daemon.folder / "wrong").write_text("wrong")
    result = run("call", "test.hello", folder=daemon.folder, env=as_caller(daemon, "wrong"))
    assert result.exit_code == 1
    assert json.loads(result.stderr)["code"] == -32001


@pytest.mark.parametrize(
    ("env", "status"),
    [
        ({"RPCAUTH_CALLER": "demo"}, 2),
        ({"RPCAUTH_CALLER": "demo", "RPCAUTH_SECRET_FILE": "/nowhere/secret"}, 2),
        ({"RPCAUTH_URL": "127.0.0.1"}, 2),
        ({"RPCAUTH_URL": "unix:/nowhere/rpc.sock"}, 3),
        ({"RPCAUTH_URL": "http://127.0.0.1:1/rpc"}, 3),
    ],
)
def test_call_tells_a_mistake_from_an_unreachable_daemon(env: dict[str, str], status: int) -> None:
    result = run("call", "test.hello", env=env)
    assert (result.exit_code, result.stdout) == (status, "")
    assert result.stderr.count("\n") == 1


def test_another_server_than_rpcauth_is_recognised(daemon: RunningDaemon) -> None:
    result = run("call", "test.hello", env={"RPCAUTH_URL": f"http://127.0.0.1:{daemon.port}/elsewhere"})
    assert result.exit_code == 1
    assert "HTTP 404 and no JSON-RPC reply" in result.stderr


def test_a_token_is_inspected_and_its_secret_is_not_shown(daemon: RunningDaemon) -> None:
    issued = daemon.call(
        "oauth2.createAccessToken", [SERVICE_KEY, CLIENT, {"grant_type": "client_credentials", "scope": "read"}]
    )
    token = issued["result"]["access_token"]
    result = run("tokens", "inspect", "--json", folder=daemon.folder, stdin=token)
    found = json.loads(result.stdout)
    assert (found["kind"], found["verdict"], found["scope"]) == ("access token", "live", "read")
    assert token not in result.output
    assert run("tokens", "inspect", token[:-1] + "0", folder=daemon.folder).stdout != result.stdout


def test_tokens_outlive_the_rotation_of_every_key(daemon: RunningDaemon) -> None:
    issued = daemon.call("oauth2.createAccessToken", [SERVICE_KEY, CLIENT, {"grant_type": "client_credentials"}])
    token = issued["result"]["access_token"]
    for purpose in ("token_digest", "sealing", "master"):
        assert run("keys", "rotate", purpose, folder=daemon.folder).exit_code == 0
    assert "result" in daemon.call("oauth2.fetchAccessToken", [SERVICE_KEY, token])
    status = run("keys", "status", folder=daemon.folder).stdout
    assert ["token_digest", "2"] in [line.split()[:2] for line in status.splitlines()]


def test_the_daemon_rotates_signing_keys_over_a_rotation_of_the_master_key(daemon: RunningDaemon) -> None:
    for words in (("signing", "--service", SERVICE_KEY), ("master",), ("signing", "--service", SERVICE_KEY)):
        assert run("keys", "rotate", *words, folder=daemon.folder).exit_code == 0
    keys = json.loads(run("keys", "status", "--json", folder=daemon.folder).stdout)
    assert [one["state"] for one in keys if one["purpose"] == "signing"] == ["active", "announced"]


def test_migrate_says_that_the_daemon_has_done_it(daemon: RunningDaemon) -> None:
    result = run("migrate", folder=daemon.folder)
    assert result.exit_code == 0
    assert "the running daemon has migrated the store" in result.stderr


def test_the_doctor_reaches_the_daemon_and_its_listeners(daemon: RunningDaemon) -> None:
    result = run("doctor", "--reset-clock", "--json", folder=daemon.folder)
    findings = {one["subject"]: one["verdict"] for one in json.loads(result.stdout)}
    for subject in ("disk", "time", "file descriptors"):
        findings.pop(subject)  # the machine's
    assert set(findings.values()) == {"ok"}
    assert {"daemon", "clock", "keys", "service", "audit", f"listen 127.0.0.1:{daemon.port}"} <= findings.keys()


@pytest.mark.parametrize("what", ["moved", "shortened", "replaced"])
def test_the_doctor_notices_that_the_audit_is_not_the_file_any_more_that_is_written(tmp_path: Path, what: str) -> None:
    with run_daemon(tmp_path) as daemon:
        content = daemon.audit.read_bytes()
        if what == "shortened":
            daemon.audit.write_bytes(content[:-1])
        else:
            daemon.audit.rename(tmp_path / "rotated.log")
        if what == "replaced":
            daemon.audit.write_bytes(content)
            daemon.audit.chmod(0o600)
        result = run("doctor", folder=tmp_path)
        assert result.exit_code == 1
        assert f"fail  audit: {daemon.audit}: not the file any more that is written" in result.stdout
        if what == "shortened":
            daemon.audit.write_bytes(content)
        else:
            (tmp_path / "rotated.log").rename(daemon.audit)
        assert run("doctor", folder=tmp_path).exit_code == 0


def test_the_doctor_asks_the_metrics_listener_and_the_console(tmp_path: Path) -> None:
    ports = {"metrics": free_port(), "console": free_port()}
    sections = "\n".join(f'[{name}]\nlisten = "127.0.0.1:{port}"' for name, port in ports.items())
    with run_daemon(tmp_path, sections=sections):
        result = run("doctor", folder=tmp_path)
        assert f"ok    metrics 127.0.0.1:{ports['metrics']}: answers at /livez" in result.stdout
        assert f"ok    console 127.0.0.1:{ports['console']}: accepts connections" in result.stdout


def test_another_program_in_the_place_of_the_metrics_listener_is_noticed(daemon: RunningDaemon) -> None:
    address = TcpAddress(host="127.0.0.1", port=daemon.port)
    finding = examine_metrics(address, is_running=True)
    assert (finding.verdict, finding.text) == (Verdict.FAIL, "another program answers at /livez")


def test_a_backup_is_written_by_the_daemon(daemon: RunningDaemon, tmp_path: Path) -> None:
    result = run("backup", tmp_path / "copy.db", "--json", folder=daemon.folder)
    assert json.loads(result.stdout)["path"] == str(tmp_path / "copy.db")
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600


def test_config_check_warns_of_what_the_store_holds(daemon: RunningDaemon) -> None:
    result = run("config", "check", folder=daemon.folder)
    assert result.exit_code == 0
    assert f'warning: service "{SERVICE_KEY}": implicit' in result.stderr
