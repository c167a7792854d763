"""Migrations: applied once, in order, each whole or not at all; a store of another making is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiosqlite
import pytest

from rpcauth.errors import StoreRefused
from rpcauth.model import Millis
from rpcauth.storage.driver import DatabaseError, connect, connect_async
from rpcauth.storage.migrate import Migration, list_pending, load_migrations, migrate, split_statements
from rpcauth.storage.opening import pending_migrations
from tests.storage.engines import Place, open_sqlite
from tests.support.provider import START

FIRST = Migration(1, "0001_first", "CREATE TABLE a (x INTEGER) STRICT;\nINSERT INTO a VALUES (1);\n")
SECOND = Migration(2, "0002_second", "ALTER TABLE a ADD COLUMN y TEXT;\n")
BROKEN = Migration(2, "0002_broken", "CREATE TABLE b (x INTEGER) STRICT;\nINSERT INTO nowhere VALUES (1);\n")


@pytest.fixture
async def connection(tmp_path: Path) -> AsyncIterator[aiosqlite.Connection]:
    opened = await connect_async(tmp_path / "store.db", writer=True)
    yield opened
    await opened.close()


async def tables_of(connection: aiosqlite.Connection) -> set[str]:
    rows = await connection.execute_fetchall("SELECT name FROM sqlite_master WHERE type = 'table'")
    return {name for (name,) in rows}


async def test_each_migration_is_applied_once_in_its_order(connection: aiosqlite.Connection) -> None:
    assert await migrate(connection, [FIRST], Millis(START)) == [FIRST]
    assert await migrate(connection, [FIRST, SECOND], Millis(START + 1)) == [SECOND]
    assert await migrate(connection, [FIRST, SECOND], Millis(START + 2)) == []
    assert list(await connection.execute_fetchall("SELECT x, y FROM a")) == [(1, None)]
    assert list(await connection.execute_fetchall("SELECT version, name, checksum, applied_at FROM migrations")) == [
        (1, "0001_first", FIRST.checksum, START),
        (2, "0002_second", SECOND.checksum, START + 1),
    ]


async def test_a_migration_that_fails_leaves_the_store_as_it_was(connection: aiosqlite.Connection) -> None:
    await migrate(connection, [FIRST], Millis(START))
    with pytest.raises(DatabaseError):
        await migrate(connection, [FIRST, BROKEN], Millis(START))
    assert await tables_of(connection) == {"a", "migrations"}
    assert await list_pending(connection, [FIRST, SECOND]) == [SECOND]
    assert await migrate(connection, [FIRST, SECOND], Millis(START)) == [SECOND]


async def test_a_first_migration_that_fails_leaves_nothing(connection: aiosqlite.Connection) -> None:
    broken = Migration(1, "0001_broken", BROKEN.sql)
    with pytest.raises(DatabaseError):
        await migrate(connection, [broken], Millis(START))
    assert await tables_of(connection) == set()


async def test_a_file_that_was_altered_since_is_refused(connection: aiosqlite.Connection) -> None:
    await migrate(connection, [FIRST], Millis(START))
    altered = Migration(1, FIRST.name, FIRST.sql + "\n")
    with pytest.raises(StoreRefused, match="0001_first is not the one"):
        await migrate(connection, [altered, SECOND], Millis(START))
    assert list(await connection.execute_fetchall("SELECT * FROM a")) == [(1,)]


async def test_a_store_of_a_newer_version_is_refused_and_named(connection: aiosqlite.Connection) -> None:
    await migrate(connection, [FIRST, SECOND], Millis(START))
    with pytest.raises(StoreRefused, match=r"newer than this rpcauth .*0002_second"):
        await migrate(connection, [FIRST], Millis(START))


@pytest.mark.parametrize(
    "names",
    [["0002_b.sql"], ["0001_a.sql", "0003_c.sql"], ["0001_a.sql", "0001_b.sql"], ["0000_a.sql", "0001_a.sql"]],
    ids=" ".join,
)
def test_a_number_that_is_missing_or_given_twice_is_refused(tmp_path: Path, names: list[str]) -> None:
    for name in names:
        (tmp_path / name).write_text("SELECT 1;\n")
    with pytest.raises(StoreRefused, match="not numbered"):
        load_migrations(tmp_path)


def test_files_of_another_dialect_and_of_no_number_are_left_alone(tmp_path: Path) -> None:
    for name in ("0001_a.sqlite.sql", "0001_a.postgresql.sql", "notes.sql", "0002_b.sql"):
        (tmp_path / name).write_text("SELECT 1;\n")
    assert [(one.version, one.name) for one in load_migrations(tmp_path)] == [(1, "0001_a"), (2, "0002_b")]


def test_our_own_files_are_found() -> None:
    assert load_migrations()[0].name == "0001_initial"


def test_statements_end_with_a_semicolon_at_the_end_of_a_line() -> None:
    sql = "-- a comment; with a semicolon\nCREATE TABLE a (\n    x TEXT DEFAULT ';' -- why\n);\n\n  -- more\nSELECT 1;"
    assert split_statements(sql) == ["CREATE TABLE a (\n    x TEXT DEFAULT ';' -- why\n)", "SELECT 1"]


async def test_the_status_of_a_store_writes_nothing(place: Place) -> None:
    assert await pending_migrations(place.path) == load_migrations()
    assert not place.path.exists()
    async with open_sqlite(place):
        pass
    before = place.path.read_bytes()
    assert await pending_migrations(place.path) == []
    assert place.path.read_bytes() == before


async def test_a_store_of_a_newer_version_is_not_opened(place: Place) -> None:
    async with open_sqlite(place):
        pass
    connection = connect(place.path, writer=True)
    connection.execute("INSERT INTO migrations VALUES (9999, '9999_later', 'x', 0)")
    connection.close()
    for opening in (pending_migrations(place.path), open_sqlite(place).__aenter__()):
        with pytest.raises(StoreRefused, match="9999_later"):
            await opening


async def test_the_status_of_what_is_no_store_is_refused_in_words(place: Place) -> None:
    place.path.write_bytes(b"no database " * 1000)
    with pytest.raises(StoreRefused, match="SQLITE_NOTADB"):
        await pending_migrations(place.path)
