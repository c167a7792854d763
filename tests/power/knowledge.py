"""What those who work with a provider know at a point of time: written into the diary as it comes, read from it later.

Each worker notes all that it knows before it sends a call and when the answer is there, so the last note of each, up to
a point of the diary, is what was acknowledged, or asked for, when the power went there.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.ledger import Grant, Ledger, Standing
from tests.power.diary import NOTES


@dataclass(slots=True)
class Knowledge:
    """The ledgers by worker and service, and what else was noted by name.

    `phase` is what was being done; `environment` the settings with which the daemon was to run then. `kept` are the
    ledgers of the moment of the backup; after a restore, `former` are those from before it.
    """

    phase: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    ledgers: dict[tuple[str, str], Ledger] = field(default_factory=dict)
    kept: dict[tuple[str, str], Ledger] = field(default_factory=dict)
    former: dict[tuple[str, str], Ledger] = field(default_factory=dict)

    def read(self, note: bytes) -> None:
        """Take in the next note."""
        words = json.loads(note)
        match words:
            case {"worker": worker, "service": service, "ledger": ledger}:
                self.ledgers[service, worker] = _read_ledger(ledger)
            case {"phase": phase, "environment": environment}:
                self.phase, self.environment = phase, environment
            case {"backed_up": True}:
                self.kept = dict(self.ledgers)
            case {"restored": True}:
                self.former, self.ledgers, self.facts = self.ledgers, {}, {"secret": self.facts["secret"]}
            case _:
                self.facts |= words

    def copy(self) -> Knowledge:
        """The same, as it is now: a ledger is never changed once it is noted."""
        return Knowledge(
            self.phase, self.environment, dict(self.facts), dict(self.ledgers), dict(self.kept), dict(self.former)
        )

    def after_restore(self) -> Knowledge:
        """The same where a restore was under way, and turns out to be done."""
        restored = self.copy()
        if not restored.former:
            restored.read(b'{"restored": true}')
        return restored


class Notebook:
    """Where a process of the workload notes what it knows."""

    def __init__(self, root: Path) -> None:
        self._descriptor = os.open(root / NOTES, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def note(self, **words: Any) -> None:
        os.write(self._descriptor, json.dumps(words).encode())

    def note_ledger(self, worker: str, service: str, ledger: Ledger) -> None:
        self.note(worker=worker, service=service, ledger=_write_ledger(ledger))

    def die_at(self, ending: str) -> None:
        """Have this process killed when it next begins to sync a file whose name ends so."""
        os.write(self._descriptor, f"die at {ending}".encode())


def _write_ledger(ledger: Ledger) -> dict[str, Any]:
    standings = {name: getattr(ledger, name) for name in ("codes", "access_tokens", "refresh_tokens")}
    return {
        **{name: {key: standing.name for key, standing in held.items()} for name, held in standings.items()},
        "grants": [[one.code, one.refresh_token, one.access_tokens] for one in ledger.grants.values()],
        "lost": [grant.code for grant in ledger.lost_refreshes],
        "asked": ledger.asked,
        "given": ledger.given,
    }


def _read_ledger(words: Mapping[str, Any]) -> Ledger:
    ledger = Ledger(asked=words["asked"], given=words["given"])
    for name in ("codes", "access_tokens", "refresh_tokens"):
        getattr(ledger, name).update({key: Standing[standing] for key, standing in words[name].items()})
    ledger.grants.update({code: Grant(code, refresh, access) for code, refresh, access in words["grants"]})
    ledger.lost_refreshes.update(ledger.grants[code] for code in words["lost"])
    return ledger


def join(ledgers: Mapping[tuple[str, str], Ledger], service: str) -> Ledger:
    """One ledger of a service, whose owners share nothing. Its grants are copies, so that it may be worked with."""
    owned = [ledger for (one, _), ledger in ledgers.items() if one == service]
    joined = Ledger(asked=sum(one.asked for one in owned), given=sum(one.given for one in owned))
    for one in map(_read_ledger, map(_write_ledger, owned)):
        joined.codes |= one.codes
        joined.access_tokens |= one.access_tokens
        joined.refresh_tokens |= one.refresh_tokens
        joined.grants |= one.grants
        joined.lost_refreshes |= one.lost_refreshes
    return joined
