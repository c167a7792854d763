"""The power goes, again and again: the store starts by itself, and all that was acknowledged holds.

A disk keeps what was synced, and of the rest nothing, a beginning, or anything. The last tests are the teeth: a
database that syncs too little, and a disk that lies, must be found out by the same trials.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from tests.faults.audit import check_facts
from tests.faults.load import Line
from tests.power.knowledge import Knowledge, join
from tests.power.living import MOVED
from tests.power.recordings import Recording, go_on, record
from tests.power.trials import Trial, Verdict, put_in_place, report, try_cuts
from tests.power.workers import API, SIDE, client_of
from tests.server import wire
from tests.support.daemon import RunningDaemon, prepare_daemon
from tests.support.soak import rounds

FURTHER_LIVES = rounds(short=0, long=11)
CUTS = rounds(short=20, long=50)
"""Cuts of one life; each is tried with three losses. They are tried while its codes last."""

TEETH = rounds(short=6, long=50)
"""Cuts where something must be found."""


def find(trials: Sequence[Trial], *verdicts: Verdict) -> list[str]:
    return [str(trial) for trial in trials if trial.verdict in verdicts]


def test_whenever_the_power_goes_the_store_starts_by_itself_with_every_acknowledged_fact(
    life: Recording, recorder: Path, tmp_path: Path, seed: str
) -> None:
    trials = try_cuts(life, life.choose_cuts(CUTS, Random(seed)), seed)
    for number in range(FURTHER_LIVES):
        further = record(recorder, tmp_path / str(number), f"{seed} {number}")
        trials += try_cuts(further, further.choose_cuts(CUTS, Random(seed)), seed)
    sys.stdout.write(report(trials))
    assert find(trials, Verdict.REFUSED, Verdict.BROKEN) == []
    assert len(trials) == 3 * CUTS * (1 + FURTHER_LIVES)


@pytest.mark.parametrize("phase", ["made: opening", "gone on: opening"])
def test_a_start_may_be_cut_off_anywhere(life: Recording, seed: str, phase: str) -> None:
    """The first one of a store, and one after a kill that came between a write and its sync: what such a start reads,
    the disk may not have.
    """
    cuts = life.cuts_behind_syncs(phase)[:: rounds(short=2, long=1)]
    assert cuts
    assert find(try_cuts(life, cuts, seed, losses=["all"]), Verdict.REFUSED, Verdict.BROKEN) == []


def test_an_audit_file_that_a_kill_left_without_a_synced_name_is_synced_by_the_next_start(
    recorder: Path, tmp_path: Path, seed: str
) -> None:
    recording = record(recorder, tmp_path / "life", seed, "moved", parts=["begun", "made"])
    cuts = recording.cuts_behind_syncs("made: at work")
    trials = try_cuts(recording, [cuts[0], cuts[-1]], seed, losses=["all"])
    assert find(trials, Verdict.REFUSED, Verdict.BROKEN) == []


def test_the_power_may_go_while_a_store_comes_back_from_a_power_cut(life: Recording, recorder: Path, seed: str) -> None:
    random, trials = Random(seed), list[Trial]()
    for cut, platter, known in life.follow(life.choose_cuts(rounds(short=4, long=40), random)):
        if "secret" not in known.facts or "restoring" in known.phase:
            continue  # nobody can work yet, or an operator is at it
        put_in_place(life, seed, cut, random.choice(("all", "behind a point", "any")), platter)
        options = ["moved"] if known.environment == MOVED else []
        second = go_on(recorder, life.root, f"start {cut}", ["started"], f"{seed} {cut}", *options)
        cuts = second.choose_cuts(rounds(short=2, long=8), random)
        trials += try_cuts(second, cuts, seed, known=known)
    sys.stdout.write(report(trials))
    assert find(trials, Verdict.REFUSED, Verdict.BROKEN) == []
    assert trials


def test_without_an_audit_nothing_is_lost_either(recorder: Path, tmp_path: Path, seed: str) -> None:
    recording = record(recorder, tmp_path / "life", seed, "unaudited", parts=["made"])
    trials = try_cuts(recording, recording.choose_cuts(rounds(short=3, long=50), Random(seed)), seed)
    sys.stdout.write(report(trials))
    assert find(trials, Verdict.REFUSED, Verdict.BROKEN) == []


def test_the_diary_tells_all_that_became_of_the_files(life: Recording, tmp_path: Path) -> None:
    """Nothing is changed past the recorder: not by a map, and not by a call that it does not know."""
    for _, platter, _ in life.follow([life.length]):
        platter.latest.write_out(life.root, tmp_path)
    told = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    there = {path.relative_to(life.last): path for path in life.last.rglob("*") if path.is_file()}
    assert {name: path.read_bytes() for name, path in there.items() if name != Path("notes")} == told


async def test_a_real_daemon_serves_what_a_power_cut_leaves(life: Recording, seed: str) -> None:
    random, length = Random(seed), life.length
    cuts = [random.randrange(length // 10, length) for _ in range(rounds(short=1, long=10))]
    for cut, platter, known in life.follow(cuts):
        if "restoring" in known.phase:
            continue
        put_in_place(life, seed, cut, "any", platter)
        daemon = prepare_daemon(life.root, environment=known.environment)
        daemon.start()
        try:
            await check_over_the_wire(daemon, known, random)
        finally:
            daemon.end()


async def check_over_the_wire(daemon: RunningDaemon, known: Knowledge, random: Random) -> None:
    for service in (API, SIDE):
        ledger = join(known.ledgers, service)
        async with wire.Client(*await asyncio.open_connection("127.0.0.1", daemon.port)) as connection:
            auditor = client_of(Line(connection, daemon), ledger, service, known.facts["secret"])
            await check_facts(auditor, random, 10)


# --- teeth ------------------------------------------------------------------------------------------------------------


def test_a_database_that_syncs_too_little_loses_what_was_acknowledged_and_its_audit_tells(
    recorder: Path, tmp_path: Path, seed: str
) -> None:
    """synchronous = NORMAL, set in SQLite itself: what it leaves out and what it keeps is then its own choice."""
    recording = record(recorder, tmp_path / "life", seed, "normal", parts=["made"])
    trials = try_cuts(recording, recording.choose_cuts(TEETH, Random(seed)), seed)
    sys.stdout.write(report(trials))
    assert find(trials, Verdict.BROKEN) == []
    assert any("lost what came last" in trial for trial in find(trials, Verdict.REFUSED))


def test_a_database_that_syncs_too_little_loses_it_unseen_where_no_audit_is_kept(
    recorder: Path, tmp_path: Path, seed: str
) -> None:
    recording = record(recorder, tmp_path / "life", seed, "normal", "unaudited", parts=["made"])
    trials = try_cuts(recording, recording.choose_cuts(TEETH, Random(seed)), seed)
    sys.stdout.write(report(trials))
    assert find(trials, Verdict.BROKEN)
    assert find(trials, Verdict.REFUSED) == []


def test_an_audit_that_the_disk_never_keeps_is_missed(life: Recording, seed: str) -> None:
    cuts = life.choose_cuts(TEETH, Random(seed))
    trials = try_cuts(life, cuts, seed, deaf=lambda name: name.name == "audit.log")
    sys.stdout.write(report(trials))
    assert find(trials, Verdict.REFUSED)
    assert find(trials, Verdict.BROKEN) == []
