"""How connections are set up, and how the hot statements find their rows."""

from __future__ import annotations

import asyncio
import logging
import threading

import pytest

from rpcauth.errors import StoreRefused
from rpcauth.storage import reading, sweeping, writing
from rpcauth.storage.driver import Connection, Error, check_version, connect
from rpcauth.storage.sqlite import SqliteStore
from tests.storage.engines import Place, open_sqlite

TOKENS = ("codes", "access_tokens", "refresh_tokens", "grants", "nonces", "current_token")


def pragma(connection: Connection, name: str) -> object:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


async def test_every_connection_is_set_up_for_durability_and_distrust(place: Place) -> None:
    async with open_sqlite(place):
        pass
    for is_writer in (True, False):
        connection = connect(place.path, writer=is_writer)
        assert pragma(connection, "journal_mode") == "wal"
        assert pragma(connection, "synchronous") == 2, "FULL"
        assert pragma(connection, "query_only") == (not is_writer)
        assert (pragma(connection, "trusted_schema"), pragma(connection, "cell_size_check")) == (0, 1)
        assert pragma(connection, "busy_timeout") == 5000
        connection.close()


async def test_a_reader_cannot_write(place: Place) -> None:
    async with open_sqlite(place):
        pass
    reader = connect(place.path, writer=False)
    with pytest.raises(Error, match="readonly"):
        reader.execute("INSERT INTO meta (name, value) VALUES ('x', x'00')")
    reader.execute("PRAGMA query_only = OFF")
    with pytest.raises(Error, match="readonly"):
        reader.execute("INSERT INTO meta (name, value) VALUES ('x', x'00')")
    reader.close()


async def test_a_store_in_a_folder_with_an_awkward_name_is_opened(place: Place) -> None:
    folder = place.folder / "a?b#c %41&mode=memory"
    folder.mkdir()
    async with open_sqlite(Place(folder)):
        assert (folder / "store.db").exists()


@pytest.mark.parametrize("version", [(3, 40, 1), (3, 51, 2)])
def test_a_sqlite_that_can_corrupt_a_wal_is_refused(version: tuple[int, ...]) -> None:
    with pytest.raises(StoreRefused, match="can corrupt a WAL"):
        check_version(version)


@pytest.mark.parametrize("version", [(3, 51, 3), (3, 53, 4), (4, 0, 0)])
def test_a_sqlite_without_that_defect_is_taken(version: tuple[int, ...]) -> None:
    check_version(version)
    check_version()


async def test_every_table_is_strict(store: SqliteStore, place: Place) -> None:
    reader = connect(place.path, writer=False)
    tables = {name: strict for _, name, _, _, _, strict in reader.execute("PRAGMA main.table_list")}
    reader.close()
    assert {name for name, strict in tables.items() if not strict and not name.startswith("sqlite_")} == set()
    assert set(TOKENS) < set(tables)


async def test_statements_with_their_parameters_are_not_logged(
    store: SqliteStore, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await store.list_user_tokens("service", "a user of the tests", 10)
    assert "a user of the tests" not in caplog.text


async def test_first_cold_reads_at_once_share_one_connection(store: SqliteStore) -> None:
    before = threading.active_count()
    await asyncio.gather(*(store.list_user_tokens("service", "user", 10) for _ in range(20)))
    assert threading.active_count() == before + 1


HOT = {
    "access token by id": reading._ACCESS_BY_ID,
    "access tokens by id": f"{reading._ACCESS} WHERE a.id IN (?, ?, ?)",
    "code by id": reading._CODE_BY_ID,
    "refresh token by id": reading._REFRESH_BY_ID,
    "current token": reading._CURRENT,
    "nonce": reading._NONCE,
    "a user's tokens": reading._USER_TOKENS,
    "a user's refreshable clients": reading._REFRESHABLE,
    "spending a code": writing._SPEND_CODE,
    "spending a refresh token": writing._SPEND_REFRESH,
    "revoking a grant": writing._REVOKE_GRANT,
    "revoking an access token": writing._REVOKE_ACCESS,
    "ending tokens without an end": writing._END_ENDLESS_ACCESS,
    "ending refresh tokens without an end": writing._END_ENDLESS_REFRESH,
    "updating an access token": writing._UPDATE_ACCESS,
    "erasing salts": sweeping.ERASE_SALTS,
    **{f"sweeping, {statement.split()[2]}": statement for statement in sweeping.DELETIONS},
    "sweeping a user's watermark, its bound": sweeping.TO_USER.find_bound,
    **{f"sweeping a user's watermark, {n}": one for n, one in enumerate(sweeping.TO_USER.revocations)},
    "sweeping a watermark, its bound": sweeping.TO_ALL.find_bound,
    **{f"sweeping a watermark, {n}": one for n, one in enumerate(sweeping.TO_ALL.revocations)},
}


class _Any(dict[str, int]):
    """A value for every named parameter."""

    def __missing__(self, name: str) -> int:
        return 1


def plan_of(connection: Connection, statement: str) -> list[str]:
    parameters = _Any() if ":" in statement else (1,) * max(statement.count("?"), 1)
    if "?1" in statement:
        parameters = tuple(1 for number in range(1, 10) if f"?{number}" in statement)
    return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]


@pytest.mark.parametrize("statement", HOT.values(), ids=HOT)
async def test_no_hot_statement_walks_through_a_table(store: SqliteStore, place: Place, statement: str) -> None:
    connection = connect(place.path, writer=True)
    plan = plan_of(connection, statement)
    connection.close()
    assert any(step.startswith("SEARCH") for step in plan), plan
    # Whether there is any watermark is asked as `SCAN watermarks`, which ends at its first row.
    walked = {"a", "g", "r", "c", "n", "w", *TOKENS, "idempotency", "imported_tokens"}
    assert [step for step in plan if step.startswith("SCAN") and step.split()[1] in walked] == [], plan


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (reading._USER_TOKENS, "access_tokens_of_user"),
        (reading._REFRESHABLE, "grants_of_user"),
        (reading._REFRESHABLE, "refresh_tokens_of_grant"),
        (sweeping.TO_USER.find_bound, "access_tokens_of_user"),
        (sweeping.TO_USER.find_bound, "grants_of_user"),
        (sweeping.TO_USER.revocations[0], "access_tokens_of_user"),
        (sweeping.TO_USER.revocations[3], "grants_of_user"),
        (sweeping.ERASE_SALTS, "refresh_tokens_retried"),
        (writing._END_ENDLESS_ACCESS, "access_tokens_endless"),
        *((statement, f"{statement.split()[2]}_to_remove") for statement in sweeping.DELETIONS),
    ],
)
async def test_each_lookup_uses_the_index_that_was_made_for_it(
    store: SqliteStore, place: Place, statement: str, index: str
) -> None:
    connection = connect(place.path, writer=True)
    plan = plan_of(connection, statement)
    connection.close()
    assert any(f"INDEX {index} " in step for step in plan), plan
