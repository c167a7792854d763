"""What a commit owes beside the store, when that cannot be written: it stays owed, and nothing is run behind it.

Groups are run without a thread. What no disk can be made to raise, a lack of memory for one, is raised by a file and by
sums that are out of order for as long as a test says.
"""

from __future__ import annotations

import errno
from collections.abc import AsyncIterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import pytest

from rpcauth.audit.chain import GENESIS, check_line, read_record
from rpcauth.audit.comparison import Known
from rpcauth.audit.file import AuditFile
from rpcauth.errors import Outcome, StorageUnavailable
from rpcauth.model import Millis, RecordId
from rpcauth.oauth.record_id import time_of
from rpcauth.operations.audit_rotation import RotateAudit
from rpcauth.storage import stored
from rpcauth.storage.effects import Effect, Event, EventKind, PutService, RevokeAccessToken
from rpcauth.storage.port import Decision, Facts, Mint
from rpcauth.storage.safeguards.pages import PageSums
from rpcauth.storage.safeguards.trail import AuditTrail
from tests.storage.contract import SERVICE
from tests.storage.engines import Place
from tests.storage.grouping import INSERT, TRANSACTION, Groups, open_groups
from tests.storage.records import Do, insert_access, writing
from tests.support.provider import START

ERRORS = [MemoryError(), OSError(errno.ENOSPC, "no room"), ValueError("a defect")]


class FailingFile(AuditFile):
    """An audit file that raises `error` in place of an append, while there is one."""

    error: Exception | None = None

    def append(self, lines: bytes) -> None:
        if self.error is not None:
            raise self.error
        super().append(lines)


class FailingSums(PageSums):
    """Sums that raise `error` in place of what follows a commit, while there is one."""

    error: Exception | None = None

    def follow(self) -> None:
        if self.error is not None:
            raise self.error
        super().follow()


def kinds(file: Path) -> list[str]:
    return [read_record(line).kind for line in file.read_bytes().splitlines()]


@dataclass(slots=True)
class Scene:
    """Groups with a trail, and what that writes to."""

    groups: Groups
    trail: AuditTrail
    file: FailingFile
    sums: FailingSums

    def run(self, number: int, *further: Effect) -> object:
        """An operation that writes a token and says so: True, or the outcome and why it was not done."""
        event = Event(kind=EventKind.CHANGED, at=START, subject=f"{number}")
        effects = [insert_access(number), *further]
        (answer,) = self.groups.run(Do(lambda facts, mint: Decision(result=True, effects=effects, events=[event])))
        return (answer.outcome, answer.detail) if isinstance(answer, StorageUnavailable) else answer

    def told(self) -> list[int]:
        """The tokens that the file tells of; all its records follow each other."""
        mac, subjects = GENESIS, []
        for seq, line in enumerate(self.file.path.read_bytes().splitlines(keepends=True), start=1):
            link = check_line(line, mac, self.groups.group.keyring.chain_mac)
            assert (link.seq, link.is_checked) == (seq, True)
            mac = link.mac
            subjects.append(int(read_record(line).subject or 0))
        return subjects


def make_scene(place: Place, groups: Groups) -> Scene:
    file, sums = FailingFile(place.folder / "audit.log", size=0), FailingSums(place.path, groups.connection)
    sums.open()
    known = Known(store="00", lines=(), first=0, last=0, mac=GENESIS)
    groups.group.trail = trail = AuditTrail(groups.connection, file=file, sums=sums, known=known)
    return Scene(groups, trail, file, sums)


@pytest.fixture
async def scene(place: Place) -> AsyncIterator[Scene]:
    async with open_groups(place) as groups:
        made = make_scene(place, groups)
        yield made
        made.trail.close()


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
async def test_lines_that_could_not_be_written_are_owed_whatever_the_reason(scene: Scene, error: Exception) -> None:
    assert scene.run(1) is True
    scene.file.error = error
    assert scene.run(2) == (Outcome.UNKNOWN, "audit.failed")
    assert (scene.run(3), scene.trail.is_failing) == ((Outcome.NOT_DONE, "audit.failing"), True)
    scene.file.error = None
    assert (scene.run(4), scene.trail.is_failing) == (True, False)
    assert scene.groups.ids() == scene.told() == [1, 2, 4]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
async def test_sums_that_could_not_be_written_are_owed_whatever_the_reason(scene: Scene, error: Exception) -> None:
    scene.sums.error = error
    assert scene.run(1) is True  # the pages are still in the WAL, and its lines are in the file
    assert (scene.run(2), scene.trail.is_failing) == ((Outcome.NOT_DONE, "sums.failing"), True)
    scene.sums.error = None
    assert (scene.run(3), scene.trail.is_failing) == (True, False)
    assert scene.groups.ids() == scene.told() == [1, 3]


async def test_nothing_is_run_behind_the_sums_that_the_marker_over_a_failed_commit_owes(scene: Scene) -> None:
    scene.groups.deny((TRANSACTION, "COMMIT"))
    assert scene.run(1) == (Outcome.UNKNOWN, "SQLITE_AUTH")
    scene.groups.allow()
    scene.sums.error = OSError(errno.EIO, "a failing disk")
    assert scene.run(2) == (Outcome.NOT_DONE, "sums.failing")
    assert not scene.groups.group.failing
    assert scene.run(3) == (Outcome.NOT_DONE, "sums.failing")
    scene.sums.error = None
    assert scene.run(4) is True
    assert scene.groups.ids() == scene.told() == [4]


async def test_a_transaction_that_was_given_up_leaves_no_line_to_the_next_one(scene: Scene) -> None:
    scene.groups.deny((TRANSACTION, "COMMIT"))
    for number in range(1, 4):
        scene.run(number)
    scene.groups.allow()
    assert (scene.run(4), scene.run(5)) == (True, True)
    assert scene.groups.ids() == scene.told() == [4, 5]


async def test_ids_reserved_by_a_transaction_that_was_given_up_are_reserved_again(scene: Scene, place: Place) -> None:
    def decide(facts: Facts, mint: Mint) -> Decision[RecordId]:
        made = mint.next_id()
        return Decision(result=made, effects=[insert_access(made)], events=[Event(kind=EventKind.ISSUED, at=START)])

    place.clock.advance(seconds=5)
    scene.groups.deny((INSERT, "audit_outbox"))
    assert isinstance(scene.groups.run(Do(decide))[0], StorageUnavailable)
    scene.groups.allow()
    (made,) = scene.groups.run(Do(decide))
    assert stored.read_times(scene.groups.reader)[0] >= time_of(made)


async def test_a_commit_that_tells_nothing_adds_no_line(scene: Scene) -> None:
    scene.run(1)
    assert scene.groups.run(writing(insert_access(2))) == [True]
    scene.run(3)
    assert (scene.groups.ids(), scene.told()) == ([1, 2, 3], [1, 3])


async def test_what_was_committed_is_in_force_and_told_even_if_its_lines_are_owed(scene: Scene) -> None:
    scene.file.error = OSError(errno.ENOSPC, "no room")
    epoch = scene.groups.group.epoch
    revocation = RevokeAccessToken(RecordId(1), START, Millis(START + 1))
    assert scene.run(1, PutService(SERVICE), revocation) == (Outcome.UNKNOWN, "audit.failed")
    assert scene.groups.group.definitions.services == {"service": SERVICE}
    assert scene.groups.group.epoch > epoch
    assert [event.subject for event in scene.groups.events] == ["1"]
    scene.file.error = None


async def test_another_file_is_begun_once_even_if_its_first_lines_are_owed(scene: Scene, place: Place) -> None:
    scene.run(1)
    scene.file.error = OSError(errno.ENOSPC, "no room")
    (answer,) = scene.groups.run(RotateAudit())
    assert isinstance(answer, StorageUnavailable)
    assert scene.run(2) == (Outcome.NOT_DONE, "audit.failing")
    scene.file.error = None
    assert scene.run(3) is True
    former = place.folder / "audit.log.1-1"
    assert scene.trail.former == former
    assert [kinds(former), kinds(scene.file.path)] == [["changed"], ["begun", "rotated", "changed"]]


@pytest.mark.parametrize("is_mended", [True, False])
async def test_sums_that_are_owed_at_the_end_are_paid_or_the_wal_stays(place: Place, is_mended: bool) -> None:
    error = OSError(errno.EIO, "a failing disk")
    async with open_groups(place) as groups:
        scene = make_scene(place, groups)
        scene.sums.error = error
        scene.run(1)
        scene.sums.error = None if is_mended else error
        with nullcontext() if is_mended else pytest.raises(OSError, match="a failing disk"):
            scene.trail.close()
        assert (place.path.with_name("store.db-wal").stat().st_size == 0) is is_mended


async def test_lines_that_are_owed_at_the_end_wait_in_the_store(scene: Scene) -> None:
    scene.file.error = OSError(errno.EIO, "a failing disk")
    scene.run(1)
    scene.run(2)
    ((lines,),) = scene.groups.reader.execute("SELECT event FROM audit_outbox").fetchall()
    assert read_record(lines).subject == "1"
    assert scene.told() == []
