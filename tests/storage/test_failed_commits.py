"""When the disk fails: a COMMIT that did not return is neither a yes nor a no, and nothing acknowledged is lost.

The failures are SQLite's own: an authorizer that refuses COMMIT, a page limit, and a file size limit of the kernel.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import AsyncIterator

import pytest

from rpcauth.errors import OAuthError, Outcome, StorageUnavailable
from rpcauth.storage.driver import connect
from rpcauth.storage.effects import Event, EventKind, PutService
from rpcauth.storage.opening import StoreSettings, open_store
from rpcauth.storage.port import Decision
from tests.storage.contract import SERVICE
from tests.storage.engines import Place, open_sqlite
from tests.storage.faults import file_size_limit
from tests.storage.grouping import SAVEPOINT, TRANSACTION, Groups, open_groups
from tests.storage.records import Do, insert_access, insert_grant, refuse, spend_code, write, writing
from tests.support.provider import START

COMMIT = (TRANSACTION, "COMMIT")


@pytest.fixture
async def groups(place: Place) -> AsyncIterator[Groups]:
    async with open_groups(place) as opened:
        yield opened


def outcomes(answers: list[object]) -> list[Outcome | None]:
    return [answer.outcome if isinstance(answer, StorageUnavailable) else None for answer in answers]


async def test_a_failed_commit_is_answered_unknown_to_the_whole_group(groups: Groups) -> None:
    groups.deny(COMMIT)
    refused = Do(lambda facts, mint: Decision(refusal=refuse()))
    answers = groups.run(writing(insert_access(1)), refused, writing(insert_access(2), insert_access(3)))
    assert outcomes(answers) == [Outcome.UNKNOWN] * 3
    assert groups.ids() == []


async def test_after_a_failed_commit_nothing_is_committed_before_the_marker(groups: Groups) -> None:
    groups.run(writing(insert_access(1)))
    denied = True

    def authorize(action: int, first: str | None, *_: str | None) -> int:
        nonlocal denied
        fails = denied and (action, first) == COMMIT
        denied = denied and not fails
        return int(fails)

    groups.connection.set_authorizer(authorize)
    seen = groups.statements()
    groups.run(writing(insert_access(2)))
    begin, marker, commit = seen[seen.index("ROLLBACK") + 1 :]
    assert (begin, commit) == ("BEGIN IMMEDIATE", "COMMIT")
    assert marker.startswith("INSERT INTO meta")
    assert not groups.group.failing
    assert groups.run(writing(insert_access(3))) == [True]
    assert groups.ids() == [1, 3]


async def test_while_the_marker_fails_writes_are_refused_as_not_done_and_reads_go_on(groups: Groups) -> None:
    groups.run(writing(insert_access(1)))
    groups.deny(COMMIT)
    assert outcomes(groups.run(writing(insert_access(2)))) == [Outcome.UNKNOWN]
    for number in range(3, 6):
        assert (
            outcomes(groups.run(writing(insert_access(number)), Do(lambda f, m: Decision()))) == [Outcome.NOT_DONE] * 2
        )
        assert groups.ids() == [1]
    groups.allow()
    assert groups.run(writing(insert_access(6))) == [True]
    assert groups.ids() == [1, 6]


async def test_a_failed_commit_changes_neither_definitions_nor_keys_nor_events(groups: Groups) -> None:
    before = groups.group.definitions, groups.group.keyring
    groups.deny(COMMIT)
    event = Event(kind=EventKind.CHANGED, at=START)
    groups.run(Do(lambda facts, mint: Decision(effects=[PutService(SERVICE)], events=[event])))
    assert (groups.group.definitions, groups.group.keyring) == before
    assert groups.events == []
    groups.allow()
    groups.run(Do(lambda facts, mint: Decision(effects=[PutService(SERVICE)], events=[event])))
    assert groups.group.definitions.services == {"service": SERVICE}
    assert groups.events == [event]


async def test_ids_reserved_by_a_failed_commit_are_reserved_again(groups: Groups, place: Place) -> None:
    mint = Do(lambda facts, mint: Decision(result=mint.next_id(), effects=[insert_access(mint.next_id())]))
    groups.deny(COMMIT)
    groups.run(mint)
    groups.allow()
    made = groups.run(*[mint] * 10)
    async with open_sqlite(place) as store:
        assert await store.execute(mint) > max(made)


async def test_a_group_that_only_refuses_costs_no_sync_and_is_answered_while_commits_fail(groups: Groups) -> None:
    groups.deny(COMMIT)
    refusal = refuse()
    assert groups.run(Do(lambda facts, mint: Decision(refusal=refusal))) == [refusal]
    assert not groups.group.failing


async def test_an_operation_that_cannot_be_undone_takes_its_whole_group_along(groups: Groups) -> None:
    groups.deny((SAVEPOINT, "ROLLBACK"))
    answers = groups.run(
        writing(insert_access(1)), writing(insert_access(2), spend_code(99)), writing(insert_access(3))
    )
    assert outcomes(answers) == [Outcome.NOT_DONE] * 3
    groups.allow()
    assert groups.run(writing(insert_access(4))) == [True]
    assert groups.ids() == [4]


async def test_a_group_that_was_lost_leaves_nothing_for_the_next_one_to_see(groups: Groups) -> None:
    groups.deny((SAVEPOINT, "ROLLBACK"))
    groups.run(writing(PutService(SERVICE)), writing(insert_access(1), spend_code(99)))
    groups.allow()
    (seen,) = groups.run(Do(lambda facts, mint: Decision(result=facts.definitions)))
    assert dict(seen.services) == {}


async def test_a_locked_store_is_not_done_and_leaves_reads_alone(groups: Groups, place: Place) -> None:
    groups.connection.execute("PRAGMA busy_timeout = 20")
    other = connect(place.path, writer=True)
    other.execute("BEGIN IMMEDIATE")
    (answer,) = groups.run(writing(insert_access(1)))
    assert isinstance(answer, StorageUnavailable)
    assert (answer.outcome, answer.detail) == (Outcome.NOT_DONE, "SQLITE_BUSY")
    assert groups.ids() == []
    other.close()
    assert groups.run(writing(insert_access(1))) == [True]


async def test_a_full_store_refuses_what_does_not_fit_and_goes_on_when_there_is_room(groups: Groups) -> None:
    pages = groups.connection.execute("PRAGMA page_count").fetchone()[0]
    groups.connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    acknowledged: set[int] = set()
    refused: list[StorageUnavailable] = []
    for number in range(1, 400):
        (answer,) = groups.run(writing(insert_access(number, scope="x" * 500), insert_grant(number)))
        if isinstance(answer, StorageUnavailable):
            refused.append(answer)
        else:
            acknowledged.add(number)
    assert {(error.outcome, error.detail) for error in refused} == {(Outcome.NOT_DONE, "SQLITE_FULL")}
    assert set(groups.ids()) == set(groups.ids("grants")) == acknowledged
    groups.connection.execute("PRAGMA max_page_count = 100000")
    assert groups.run(writing(insert_access(1000))) == [True]


async def test_writes_that_the_kernel_refuses_lose_nothing_and_service_resumes(groups: Groups, place: Place) -> None:
    wal = place.path.with_name(place.path.name + "-wal")
    acknowledged = {0}
    assert groups.run(writing(insert_access(0, scope="x" * 900))) == [True]
    seen: set[Outcome | None] = set()
    for number in range(1, 200):
        with file_size_limit(wal.stat().st_size if number % 3 == 0 else 1 << 30):
            (answer,) = groups.run(writing(insert_access(number, scope="x" * 900), insert_grant(number)))
        seen |= set(outcomes([answer]))
        if answer is True:
            acknowledged.add(number)
    assert Outcome.UNKNOWN in seen
    assert set(groups.ids()) == acknowledged
    assert set(groups.ids("grants")) == acknowledged - {0}
    crashed = Place(place.folder / "crashed", place.clock, place.master)
    crashed.folder.mkdir()
    for suffix in ("", "-wal"):
        shutil.copyfile(f"{place.path}{suffix}", f"{crashed.path}{suffix}")
    async with open_groups(crashed) as recovered:
        assert set(recovered.ids()) == acknowledged, "as the next start after a crash sees it"
        assert recovered.connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("seed", range(5))
async def test_whatever_fails_an_acknowledged_write_stays_and_a_refused_one_is_absent(
    groups: Groups, seed: int
) -> None:
    chance = random.Random(seed)

    def authorize(action: int, first: str | None, *_: str | None) -> int:
        watched = (action, first) in {COMMIT, (TRANSACTION, "BEGIN"), (SAVEPOINT, "ROLLBACK"), (SAVEPOINT, "RELEASE")}
        return int(watched and chance.random() < 0.2)

    groups.connection.set_authorizer(authorize)
    done: set[int] = set()
    absent: set[int] = set()
    for number in range(1, 300, 3):
        members = [
            writing(insert_access(number), insert_grant(number)),
            writing(insert_access(number + 1), insert_grant(number)),
            writing(insert_access(number + 2)),
        ]
        for member, answer in enumerate(groups.run(*members)):
            unknown = isinstance(answer, StorageUnavailable) and answer.outcome is Outcome.UNKNOWN
            if answer is True:
                done.add(number + member)
            elif not unknown:
                absent.add(number + member)
    there = set(groups.ids())
    assert done
    assert absent
    assert done <= there
    assert not absent & there
    groups.allow()
    assert groups.run(writing(insert_access(1000))) == [True]


async def test_a_failed_operation_says_what_it_was_and_not_what_it_held(
    groups: Groups, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> Decision[None]:
        raise LookupError("a secret value")

    groups.run(Do(broken), writing(spend_code(99)))
    assert [record.getMessage() for record in caplog.records] == [
        "an operation failed: LookupError in Do",
        "an operation failed: Conflict in Do",
    ]


async def test_a_refusal_does_not_keep_its_group_alive(groups: Groups) -> None:
    def refusing(*_: object) -> Decision[None]:
        raise refuse()

    (error,) = groups.run(Do(refusing))
    assert isinstance(error, OAuthError)
    assert error.__traceback__ is None


async def test_what_was_written_before_a_start_is_there_after_it(place: Place) -> None:
    async with open_sqlite(place) as store:
        await write(store, insert_access(1), PutService(SERVICE))
    async with open_groups(place) as reopened:
        assert reopened.ids() == [1]
        assert reopened.group.definitions.services == {"service": SERVICE}


async def test_a_wal_that_cannot_be_emptied_at_the_end_is_read_at_the_next_start(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    store = await open_store(StoreSettings(path=place.path), place.master)
    await write(store, *(insert_access(number, scope="x" * 500) for number in range(500)))
    with file_size_limit(place.path.stat().st_size):
        await store.close()
    assert [record.getMessage() for record in caplog.records] == ["the WAL could not be emptied: SQLITE_IOERR"]
    async with open_groups(place) as reopened:
        assert reopened.ids() == list(range(500))
