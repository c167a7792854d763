"""docs/audit.md: its commands print what it shows, and no kind of record, member or command is missing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from rpcauth.audit.record import BEGUN, RECOVERED, RESUMED, Record
from rpcauth.cli.audit import audit
from rpcauth.storage.effects import EventKind
from tests.support.daemon import CLIENT, SERVICE_KEY, RunningDaemon, run_daemon

DOCUMENT = (Path(__file__).parent.parent.parent / "docs" / "audit.md").read_text("utf-8")
BLOCK = re.compile(r"^```(sh|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FOLDER = "/srv/rpcauth"
SEPARATOR = "---- next ----"


def do_as_shown(daemon: RunningDaemon) -> None:
    """Four deeds of a user, for the four last records."""

    def call(method: str, **params: object) -> dict[str, str]:
        result: dict[str, str] = daemon.call(f"oauth2.{method}", {"service_key": SERVICE_KEY, **params})["result"]
        return result

    issued = call("createAccessToken", client=CLIENT, token_data={"grant_type": "password"}, user_context="user12345")
    data = {"grant_type": "refresh_token", "refresh_token": issued["refresh_token"]}
    refreshed = call("createAccessToken", client=CLIENT, token_data=data)
    call("revokeAccessToken", client=CLIENT, access_token=refreshed["access_token"])
    call("revokeTokens", where={"user_context": "user12345"})


def as_pattern(shown: str) -> re.Pattern[str]:
    return re.compile("[0-9A-Za-z:.-]+".join(re.escape(part) for part in shown.split("…")))


def test_its_commands_print_what_it_shows(tmp_path: Path) -> None:
    blocks = BLOCK.findall(DOCUMENT)
    assert [kind for kind, _ in blocks] == ["sh", "text"] * (len(blocks) // 2)
    script = f"printf -- '{SEPARATOR}'\n".join(text for kind, text in blocks if kind == "sh")
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    with run_daemon(tmp_path) as daemon:
        do_as_shown(daemon)
        command = ["bash", "-euc", script]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    printed = done.stdout.replace(str(tmp_path), FOLDER).split(SEPARATOR)
    shown = [text for kind, text in blocks if kind == "text"]
    assert len(printed) == len(shown) >= 5
    for found, expected in zip(printed, shown, strict=True):
        assert as_pattern(expected).fullmatch(found), f"printed {found}\nshown   {expected}"


@pytest.mark.parametrize("kind", [*EventKind, BEGUN, RECOVERED, RESUMED])
def test_every_kind_of_record_is_explained(kind: str) -> None:
    (row,) = [line for line in DOCUMENT.splitlines() if line.startswith("| `kind` |")]
    assert f"`{kind}`" in row


@pytest.mark.parametrize("name", Record.__struct_fields__)
def test_every_member_of_a_record_is_explained(name: str) -> None:
    rows = [line.split("|")[1] for line in DOCUMENT.splitlines() if line.startswith("| `")]
    assert [row for row in rows if f"`{name}`" in row]


@pytest.mark.parametrize("verb", audit.commands)
def test_every_command_is_shown(verb: str) -> None:
    assert f"rpcauth audit {verb}" in DOCUMENT
