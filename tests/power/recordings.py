"""A recording: the life of a store, part after part, in one diary; and the cuts of the power in it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random

from tests.power.diary import Entry, Kind, begin_diary, read_diary, watching
from tests.power.knowledge import Knowledge
from tests.power.living import CONFIG
from tests.power.platter import Platter

LIFE = ("made", "gone on", "restored", "moved")
"""The parts of a whole life."""

_KILLED = ("begun", "made", "gone on")

_PHASE = b'{"phase"'

PATIENCE = 120.0
"""Seconds that a part may take."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What became of the files below `root`, which had only the configuration when the diary began.

    At the end they are in `last`: the place of `root` is free for what a cut leaves, since a store notes where it is.
    """

    root: Path
    diary: Path
    last: Path

    def choose_cuts(self, count: int, random: Random) -> list[int]:
        """Points of the diary in order, as many in each phase of the life as there can be."""
        starts = [place for place, entry in enumerate(self._entries(), 1) if entry.content.startswith(_PHASE)]
        phases = list(pairwise([*starts, self.length + 1]))
        chosen: list[int] = []
        for number, (start, end) in enumerate(phases):
            share = count * (number + 1) // len(phases) - count * number // len(phases)
            chosen += sorted(random.sample(range(start, end), min(share, end - start)))
        return chosen

    def cuts_behind_syncs(self, phase: str) -> list[int]:
        """Where a sync of a phase has ended. In between, what is synced stays the same."""
        cuts, is_there = list[int](), False
        for place, entry in enumerate(self._entries(), 1):
            if entry.content.startswith(_PHASE):
                is_there = json.loads(entry.content)["phase"] == phase
            elif is_there and entry.kind is Kind.SYNCED:
                cuts.append(place)
        return cuts

    def follow(
        self, cuts: Sequence[int], known: Knowledge | None = None, deaf: Callable[[Path], bool] = lambda name: False
    ) -> Iterator[tuple[int, Platter, Knowledge]]:
        """The disk, and what was known, at each cut: behind so many entries. Both go on with the next.

        `known` is what was known before the diary began.
        """
        platter, knowledge = Platter(deaf), known.copy() if known is not None else Knowledge()
        wanted = set(cuts)
        for place, entry in enumerate(self._entries(), 1):
            if entry.kind is not Kind.NOTED:
                platter.follow(entry)
            else:
                knowledge.read(entry.content)
            if place in wanted:
                yield place, platter, knowledge

    @property
    def length(self) -> int:
        return sum(1 for _ in self._entries())

    def _entries(self) -> Iterator[Entry]:
        return read_diary(self.diary)


def record(library: Path, folder: Path, seed: str, *options: str, parts: Sequence[str] = LIFE) -> Recording:
    """Live a life in `folder`, which is made, or its first parts. `options` are tests.power.living's."""
    root = folder.resolve() / "root"
    root.mkdir(parents=True)
    (root / CONFIG).touch()
    return go_on(library, root, "life", parts, seed, *options)


def go_on(library: Path, root: Path, name: str, parts: Sequence[str], seed: str, *options: str) -> Recording:
    """Live these parts with the files that are there."""
    diary = root.with_name(name)
    begin_diary(diary, root)
    for part in parts:
        done = subprocess.run(
            [sys.executable, "-m", "tests.power.living", str(root), part, seed, *options],
            env={**os.environ, **watching(library, root, diary)},
            capture_output=True,
            check=False,
            text=True,
            timeout=PATIENCE,
        )
        assert done.returncode == (-signal.SIGKILL if part in _KILLED else 0), done.stderr
    return Recording(root, diary, root.rename(root.with_name(f"{name}.last")))
