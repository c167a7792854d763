"""Power cuts by the hundred: what each leaves is put where the store was, started, and judged.

A cut that went wrong is told with what repeats it: `python -m tests.power.trials <diary> <seed> <cut> <loss>`. What it
left stays in the folder `root` beside the diary then.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from random import Random

from tests.faults.ledger import Standing
from tests.power.judging import Judge, Refused
from tests.power.knowledge import Knowledge
from tests.power.losses import LOSSES
from tests.power.platter import Platter
from tests.power.recordings import Recording


class Verdict(Enum):
    HELD = "held"
    REFUSED = "refused"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Trial:
    """A cut and a loss, and what came of them. `doubts` are the facts that were in doubt at the cut."""

    recording: Recording
    seed: str
    cut: int
    loss: str
    phase: str
    doubts: int
    verdict: Verdict
    text: str = ""

    def __str__(self) -> str:
        repeat = f"python -m tests.power.trials {self.recording.diary} '{self.seed}' {self.cut} '{self.loss}'"
        return f"{self.phase}: {self.verdict.value}: {self.text}\n{repeat}"


def try_cuts(
    recording: Recording,
    cuts: Sequence[int],
    seed: str,
    *,
    losses: Sequence[str] = tuple(LOSSES),
    known: Knowledge | None = None,
    deaf: Callable[[Path], bool] = lambda name: False,
) -> list[Trial]:
    """Cut the power there, once with each loss. For the rest see Recording.follow."""
    with _silence():
        return [
            _try(recording, seed, cut, loss, platter, knowledge)
            for cut, platter, knowledge in recording.follow(cuts, known, deaf)
            for loss in losses
        ]


def put_in_place(recording: Recording, seed: str, cut: int, loss: str, platter: Platter) -> Random:
    """Leave in the folder of the store what a cut leaves; what is chance from then on."""
    random = Random(f"{seed} {cut} {loss}")
    shutil.rmtree(recording.root, ignore_errors=True)
    recording.root.mkdir()
    platter.leave(LOSSES[loss](platter.pending, random)).write_out(recording.root, recording.root)
    return random


def report(trials: Sequence[Trial]) -> str:
    """How many cuts there were, by loss and verdict."""
    counted = Counter((trial.loss, trial.verdict.value) for trial in trials)
    lines = [f"{count} cuts, lost {loss}: {verdict}" for (loss, verdict), count in sorted(counted.items())]
    return "\n".join([*lines, f"{sum(trial.doubts for trial in trials)} facts in doubt", ""])


def _try(recording: Recording, seed: str, cut: int, loss: str, platter: Platter, knowledge: Knowledge) -> Trial:
    random = put_in_place(recording, seed, cut, loss, platter)
    verdict, text = Verdict.HELD, ""
    try:
        asyncio.run(Judge(recording.root, knowledge, random).judge())
    except Refused as refused:
        verdict, text = Verdict.REFUSED, str(refused)
    except Exception:  # noqa: BLE001 - whatever a store does that lost something
        verdict, text = Verdict.BROKEN, traceback.format_exc()
    return Trial(recording, seed, cut, loss, knowledge.phase, _count_doubts(knowledge), verdict, text)


def _count_doubts(knowledge: Knowledge) -> int:
    return sum(
        list(standings.values()).count(Standing.IN_DOUBT)
        for ledger in knowledge.ledgers.values()
        for standings in (ledger.codes, ledger.access_tokens, ledger.refresh_tokens)
    )


@contextmanager
def _silence() -> Iterator[None]:
    """A store that comes back from a power cut has a lot to say, and it is always the same."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def main(diary: Path, seed: str, cut: int, loss: str) -> None:
    recording = Recording(diary.with_name("root"), diary, diary)
    for _, platter, knowledge in recording.follow([cut]):
        put_in_place(recording, seed, cut, loss, platter)
        shutil.copytree(recording.root, recording.root.with_name("root.before"), dirs_exist_ok=True)
        sys.stdout.write(f"{_try(recording, seed, cut, loss, platter, knowledge)}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4])
