"""What an operator is told of an incident: by the running daemon, which remembers the latest, or out of its log."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from rpcauth.cli.failures import CommandFailed, Misused, Unreachable

if TYPE_CHECKING:
    from rpcauth.config import Config

METHOD: Final = "admin.explainIncident"

_ID: Final = re.compile(r"[0-9a-f]{16}")
_PRIORITY: Final = re.compile(r"<\d>")
_NAMES: Final = {"service": "service_key", "client": "client_id", "detail": "rule"}
"""What the log calls shorter than we do here."""

_TOLD: Final = ("time", "method", "caller", "service_key", "client_id", "outcome", "rule", "why", "source", "trace")


def check_id(incident: str) -> str:
    """An incident as the log has it. Raises Misused."""
    if not _ID.fullmatch(incident):
        raise Misused("--incident: no incident; write the 16 hexadecimal digits that the log or the answer has")
    return incident


def ask_daemon_about(config: Config, incident: str) -> Mapping[str, Any]:
    """What the running daemon knows. Raises Unreachable where none runs, CommandFailed where it knows nothing."""
    from rpcauth.cli.administration import administer, is_running

    where = (
        f"look in its log: journalctl -u rpcauth -o cat -g {incident} | rpcauth doctor --incident {incident} --log -"
    )
    if not is_running(config):
        raise Unreachable(f"nobody answers at {config.server.admin}; {where}")
    found = administer(config, METHOD, {"incident": incident})
    if not isinstance(found, dict):
        raise CommandFailed(f"{incident}: not among the latest incidents of the daemon that runs now; {where}")
    return found


def find_in_log(file: Path, lines: Iterable[str], incident: str) -> Mapping[str, Any]:
    """What the daemon's log, JSON lines out of `file`, says of an incident. Raises CommandFailed."""
    known: dict[str, Any] = {}
    for line in lines:
        if incident in line:
            # The line of the request says more than that of the defect before it.
            known |= _read_line(line, incident)
    if not known:
        what = f"{shlex.quote(str(file))}: no line of JSON tells of the incident {incident}"
        raise CommandFailed(f'{what}; look in older logs, and whether [log] format = "json"')
    from rpcauth.explanations import explain

    told = {_NAMES.get(name, name): value for name, value in known.items()}
    why = explain(told.get("rule"), str(told.get("outcome")))
    return {"incident": incident} | {name: (told | {"why": why}).get(name) for name in _TOLD}


def read_log(file: Path, incident: str) -> Mapping[str, Any]:
    """As `find_in_log`, of a file; `-` is stdin. Raises CommandFailed, OSError."""
    with click.open_file(str(file), encoding="utf-8", errors="replace") as lines:
        return find_in_log(file, lines, incident)


def _read_line(line: str, incident: str) -> dict[str, Any]:
    """The texts of a line that are about this incident; of a batch, those of its call instead of the batch's.

    A log may hold lines of others, or of nobody: what is none of ours tells nothing.
    """
    try:
        found = json.loads(_PRIORITY.sub("", line, count=1))
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    if found.get("incident") == incident:
        return _keep_texts(_describe_defect(found) if found.get("event") == "defect" else found)
    calls = found.get("incidents")
    named = [each for each in calls if isinstance(each, dict)] if isinstance(calls, list) else []
    call = next((each for each in named if each.get("incident") == incident), None)
    return {} if call is None else _keep_texts({"client": None, **found, **call})


def _keep_texts(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is None or isinstance(value, str)}


def _describe_defect(found: Mapping[str, Any]) -> dict[str, Any]:
    """A defect that has no line of a request: its place is its rule."""
    frames = found.get("where")
    place = " at ".join(map(str, [found.get("exception"), *(frames[-1:] if isinstance(frames, list) else ())]))
    return {"time": found.get("time"), "outcome": "defect", "detail": place}
