"""A process of its own that lives one part of a store's life, with the recorder preloaded.

Run as `python -m tests.power.living <root> <part> <seed> [normal] [unaudited] [moved]`. A part ends in peace or by
kill -9, and the next one goes on with the files that it finds. The process runs what `serve` runs behind its listeners,
and those who use it, so that an answer, which makes a fact acknowledged, has its place in the diary.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

from rpcauth.app.core import Core, open_core
from rpcauth.app.restoring import restore
from rpcauth.config import Config, load
from tests.power.knowledge import Notebook
from tests.power.workers import DEEDS, DEFINITIONS, Workplace, caller_of, result_of
from tests.support.soak import rounds

CONFIG, BACKUP = "rpcauth.toml", "backup.db"
WORKERS = 6
TURNS = rounds(short=1, long=4)
"""How many clients each worker is, one after the other."""

MOVED = {"RPCAUTH_AUDIT__PATH": '"elsewhere/audit.log"'}
UNAUDITED = {"RPCAUTH_AUDIT__ENABLED": "false"}
_LONGER_THAN_A_LIFE = 1000


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


class Life:
    """A part: `options` are "normal", for a database that syncs less than it must, "unaudited" and "moved"."""

    def __init__(self, root: Path, part: str, seed: str, options: Sequence[str]) -> None:
        self._root = root
        self._part = part
        self._random = Random(f"{seed} {part}")
        self._notebook = Notebook(root)
        self._is_normal = "normal" in options
        self._environment = {**(UNAUDITED if "unaudited" in options else {}), **(MOVED if "moved" in options else {})}
        self._secret = root.parent / "secret"

    async def begin(self) -> None:
        """A store that was not there before, killed when its audit file has been made, and nothing of it is synced."""
        self._notebook.die_at("audit.log")
        async with self._open():
            raise AssertionError("the audit file was not synced")

    async def make(self) -> None:
        """A store that was not there before, killed at work."""
        async with self._open() as core:
            applied = result_of(await caller_of(core)("admin.apply", {"toml": DEFINITIONS % 0}))
            secret = applied["generated"][0]["client_secret"]
            self._notebook.note(secret=secret, defining="0", defined="0")
            self._secret.write_text(secret)
            await self._work_until_killed(core, "-wal")

    async def go_on(self) -> None:
        """After a kill; a backup is made, and the end is another kill."""
        async with self._open() as core:
            await self._work(core, TURNS)
            self._enter("backing up")
            await core.store.backup(self._root / BACKUP)
            self._notebook.note(backed_up=True)
            await self._work_until_killed(core, "audit.log")

    async def restore(self) -> None:
        """After a kill, the backup is put in the place of the store; it goes on, and ends in peace."""
        self._enter("restoring")
        await restore(self._config, self._root / BACKUP, say)
        self._notebook.note(restored=True)
        async with self._open() as core:
            await self._work(core, TURNS)

    async def move(self) -> None:
        """The audit is somewhere else from now on."""
        self._environment |= MOVED
        async with self._open() as core:
            await self._work(core, TURNS)

    async def start(self) -> None:
        """After a power cut."""
        async with self._open() as core:
            await self._work(core, 1)

    @property
    def _config(self) -> Config:
        return load(self._root / CONFIG, self._environment)

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[Core]:
        self._enter("opening")
        async with open_core(self._config, say) as core:
            if self._is_normal:
                core.store._connection.execute("PRAGMA synchronous = NORMAL")
            yield core
            self._enter("closing")

    def _enter(self, phase: str) -> None:
        self._notebook.note(phase=f"{self._part}: {phase}", environment=self._environment)

    async def _work(self, core: Core, turns: int) -> None:
        self._enter("at work")
        place = Workplace(core, self._notebook, f"{self._part} {self._random.random()}", self._secret.read_text())
        # A backup is good under the master key of its time: after that there is no other.
        # And a database that loses the change of it is lost whole, which would hide what else it loses.
        deeds = (*DEEDS, "master") if self._part == "made" and not self._is_normal else DEEDS
        await place.work(self._random, workers=WORKERS, turns=turns, deeds=deeds)

    async def _work_until_killed(self, core: Core, ending: str) -> None:
        """The kill comes between a write and its sync, where it leaves what nobody can trust."""
        ending = "-wal" if "RPCAUTH_AUDIT__ENABLED" in self._environment else ending
        await self._work(core, TURNS)
        asyncio.get_running_loop().call_later(self._random.random() / 5, self._notebook.die_at, ending)
        await self._work(core, _LONGER_THAN_A_LIFE)


if __name__ == "__main__":
    life = Life(Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4:])
    parts = {
        "begun": life.begin,
        "made": life.make,
        "gone on": life.go_on,
        "restored": life.restore,
        "moved": life.move,
        "started": life.start,
    }
    asyncio.run(parts[sys.argv[2]]())
