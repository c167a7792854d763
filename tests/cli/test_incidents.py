"""`rpcauth doctor --incident`: by the memory of the daemon and by its log, which must say the same."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rpcauth.explanations import RULES
from tests.cli.commands import configure, run
from tests.support.daemon import BASIC, CLIENT, SERVICE_KEY, YM, RunningDaemon, run_daemon

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7"
UNKNOWN_CODE = {"grant_type": "authorization_code", "code": "unknown"}
UNKNOWN = "0123456789abcdef"


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDaemon]:
    with run_daemon(tmp_path_factory.mktemp("daemon"), sections=YM) as daemon:
        yield daemon


def issue(code_request: dict[str, str]) -> dict[str, Any]:
    params = {"service_key": SERVICE_KEY, "client": CLIENT, "token_data": code_request}
    return {"jsonrpc": "2.0", "method": "oauth2.createAccessToken", "params": params, "id": 1}


def fetch(token: str) -> dict[str, Any]:
    params = {"service_key": SERVICE_KEY, "access_token": token}
    return {"jsonrpc": "2.0", "method": "oauth2.fetchAccessToken", "params": params, "id": 1}


def refuse_in_every_way(daemon: RunningDaemon) -> None:
    headers = {"Authorization": BASIC, "traceparent": f"00-{TRACE}-01"}
    daemon.post(json.dumps(issue(UNKNOWN_CODE)).encode(), headers=headers)
    daemon.post(json.dumps([issue(UNKNOWN_CODE), fetch("unknown"), 7]).encode(), headers=headers)
    daemon.post(b"{}", headers={"Authorization": "Basic eDp5"})
    daemon.post(json.dumps(issue({}) | {"method": "oauth2.revokeTokens", "params": {"service_key": "x"}}).encode())
    daemon.call("oauth2.fetchAccessToken", {"service_key": "not defined", "access_token": "x"})
    ym = {"grant_type": "authorization_code", "code": "x", **CLIENT, "client_secret": "wrong"}
    json_type = {"Content-Type": "application/json"}
    daemon.post(json.dumps(ym).encode(), "/OAuth/OIDC/GetAccessToken", json_type)
    daemon.post(b"{", "/OAuth/OIDC/GetAccessToken", json_type)


def explain(daemon: RunningDaemon, incident: str, *words: str) -> dict[str, Any]:
    result = run("doctor", "--incident", incident, "--json", *words, folder=daemon.folder)
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_memory_and_log_explain_every_incident_alike(daemon: RunningDaemon) -> None:
    refuse_in_every_way(daemon)
    daemon.call("test.hello", [])
    log = wait_for_line(daemon, '"test.hello"')
    incidents = re.findall('"incident":"([0-9a-f]{16})"', log)
    explained = [explain(daemon, incident) for incident in incidents]
    for one in explained:
        by_log = explain(daemon, one["incident"], "--log", str(daemon.log))
        by_stdin = run("doctor", "--incident", one["incident"], "--log", "-", "--json", stdin=log)
        # The log has the milliseconds as well.
        assert one.pop("time")[:19] == by_log["time"][:19]
        assert {**by_log, "time": None} == {**one, "time": None}
        assert json.loads(by_stdin.stdout) == by_log
        assert one["why"] == RULES[one["rule"]]
    told = [(one["rule"], one["method"], one["caller"], one["client_id"], one["trace"]) for one in explained]
    client = CLIENT["client_id"]
    assert told == [
        ("code.unknown_or_foreign", "oauth2.createAccessToken", "demo", client, TRACE),
        ("code.unknown_or_foreign", "oauth2.createAccessToken", "demo", client, TRACE),
        ("token.not_live", "oauth2.fetchAccessToken", "demo", None, TRACE),
        ("caller.wrong_credentials", "-", None, None, None),
        ("caller.service", "oauth2.fetchAccessToken", "demo", None, None),
        ("client.wrong_secret", "ym.OIDCGetAccessToken", None, client, None),
        ("ym.malformed", "ym.OIDCGetAccessToken", None, None, None),
    ]


def wait_for_line(daemon: RunningDaemon, part: str) -> str:
    """The log once it holds `part`: request lines are written in batches."""
    deadline = time.monotonic() + 10
    while part not in (text := daemon.log.read_text()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return text


def test_it_is_printed_for_people_without_what_is_not_known(daemon: RunningDaemon) -> None:
    daemon.call("oauth2.fetchAccessToken", {"service_key": SERVICE_KEY, "access_token": "printed"})
    log = wait_for_line(daemon, "token.not_live")
    incident = re.findall('"incident":"([0-9a-f]{16})"', log)[-1]
    lines = run("doctor", "--incident", incident, folder=daemon.folder).stdout.splitlines()
    assert [line.split()[0] for line in lines[:2]] == ["incident", "time"]
    assert not any(line.startswith(("client_id", "trace", "source")) for line in lines)


def test_what_the_daemon_does_not_remember_is_in_its_log(daemon: RunningDaemon) -> None:
    result = run("doctor", "--incident", UNKNOWN, folder=daemon.folder)
    assert result.exit_code == 1
    line = f"journalctl -u rpcauth -o cat -g {UNKNOWN} | rpcauth doctor --incident {UNKNOWN} --log -"
    assert result.stderr.endswith(f"look in its log: {line}\n")
    missing = run("doctor", "--incident", UNKNOWN, "--log", daemon.log)
    assert missing.exit_code == 1
    assert "no line of JSON tells of the incident" in missing.stderr


def test_without_a_daemon_the_log_is_what_there_is(tmp_path: Path) -> None:
    result = run("doctor", "--incident", UNKNOWN, folder=configure(tmp_path))
    assert result.exit_code == 3
    assert "journalctl" in result.stderr


@pytest.mark.parametrize("words", [("--incident", "abc"), ("--incident", "x" * 16), ("--log", "file")])
def test_what_cannot_be_meant_is_misuse(tmp_path: Path, words: tuple[str, str]) -> None:
    assert run("doctor", *words, folder=configure(tmp_path)).exit_code == 2


def test_a_log_that_is_not_there_is_told(tmp_path: Path) -> None:
    result = run("doctor", "--incident", UNKNOWN, "--log", tmp_path / "nothing")
    assert result.exit_code == 1
    assert "nothing: No such file" in result.stderr


def test_a_defect_that_no_request_line_tells_of_is_found_by_its_event(tmp_path: Path) -> None:
    defect = {"time": "2026-01-01T00:00:00.000Z", "event": "defect", "incident": UNKNOWN, "exception": "KeyError"}
    lines = [f"not JSON {UNKNOWN}", f'["{UNKNOWN}"]', "<3>" + json.dumps(defect | {"where": ["a.py:1 f", "b.py:2 g"]})]
    (tmp_path / "log").write_text("\n".join(lines))
    result = run("doctor", "--incident", UNKNOWN, "--log", tmp_path / "log", "--json")
    found = json.loads(result.stdout)
    assert (found["outcome"], found["rule"]) == ("defect", "KeyError at b.py:2 g")
    assert "defect" in found["why"]


HOSTILE: dict[str, str | list[object]] = {
    "deep": '{"a":' + "[" * 100_000 + f'"{UNKNOWN}"',
    "huge number": f'{{"incident":"{UNKNOWN}","detail":' + "9" * 5000 + "}",
    "calls are null": [{"incidents": None, "x": UNKNOWN}],
    "calls are a text": [{"incidents": UNKNOWN}],
    "calls are texts": [{"incidents": [UNKNOWN]}],
    "a call is a list": [{"incidents": [[UNKNOWN], {"incident": [UNKNOWN]}]}],
}


@pytest.mark.parametrize("line", [pytest.param(line, id=name) for name, line in HOSTILE.items()])
def test_a_line_that_is_none_of_ours_tells_nothing(tmp_path: Path, line: str | list[object]) -> None:
    (tmp_path / "log").write_text(line if isinstance(line, str) else json.dumps(line[0]))
    result = run("doctor", "--incident", UNKNOWN, "--log", tmp_path / "log")
    assert result.exit_code == 1
    assert "no line of JSON tells of the incident" in result.stderr


@pytest.mark.parametrize(
    "members",
    [
        {"detail": 5},
        {"detail": ["a"], "outcome": {}},
        {"event": "defect", "where": 5},
        {"event": "defect", "where": [5]},
    ],
    ids=str,
)
def test_what_is_no_text_in_a_line_is_left_out(tmp_path: Path, members: dict[str, object]) -> None:
    (tmp_path / "log").write_text(json.dumps({"incident": UNKNOWN, "method": "m", **members}))
    result = run("doctor", "--incident", UNKNOWN, "--log", tmp_path / "log", "--json")
    assert result.exit_code == 0, result.stderr
    assert all(value is None or isinstance(value, str) for value in json.loads(result.stdout).values())


@pytest.mark.parametrize("as_json", [False, True])
def test_nothing_in_a_log_reaches_the_terminal_as_a_command(tmp_path: Path, as_json: bool) -> None:
    """A log may hold lines of anybody. Their texts are escaped there, and reading them must not undo that."""
    method = "\x1b[2J\nmethod  forged\x9b31m\u202e\ud800\x7f"
    (tmp_path / "log").write_text(json.dumps({"incident": UNKNOWN, "outcome": "-32601", "method": method}))
    words = ("--json",) if as_json else ()
    result = run("doctor", "--incident", UNKNOWN, "--log", tmp_path / "log", *words)
    assert result.exit_code == 0, result.stderr
    assert all(line.isprintable() for line in result.stdout.split("\n"))
    assert r"\u001b[2J\nmethod  forged\u009b31m\u202e\ud800\u007f" in result.stdout
    assert not any(line.startswith("method  forged") for line in result.stdout.split("\n"))
