"""The SQLite driver and how every connection to a store is set up. Only storage/ imports it.

pysqlite3 bundles a SQLite in which the WAL-reset corruption bug (3.7.0 to 3.51.2) is fixed; the standard library's
module links whatever the system has.
"""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import TYPE_CHECKING

import aiosqlite

from rpcauth.errors import StoreRefused

if TYPE_CHECKING:
    import sqlite3
else:
    import pysqlite3 as sqlite3

Connection = sqlite3.Connection
Error = sqlite3.Error
DatabaseError = sqlite3.DatabaseError
IntegrityError = sqlite3.IntegrityError
Row = tuple[object, ...]

FIXED_VERSION = (3, 51, 3)

# At level debug it logs every statement with its parameters, and those hold what requests sent.
logging.getLogger("aiosqlite").setLevel(logging.INFO)
_CACHED_STATEMENTS = 256

_PRAGMAS = (
    "PRAGMA busy_timeout = 5000",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -65536",
)
_WRITER_PRAGMAS = ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA journal_size_limit = 67108864")


def sqlite_version() -> str:
    return sqlite3.sqlite_version


def check_version(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> None:
    """Raises StoreRefused when the linked SQLite has the WAL-reset bug."""
    if version < FIXED_VERSION:
        number = ".".join(map(str, version))
        raise StoreRefused(f"SQLite {number} can corrupt a WAL; install pysqlite3 0.6.1 or newer")


def connect(path: Path, *, writer: bool) -> Connection:
    """Open a store's file. Statements commit by themselves unless a BEGIN stands before them."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={'rwc' if writer else 'ro'}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=_CACHED_STATEMENTS,
    )
    try:
        for pragma in (*_PRAGMAS, *(_WRITER_PRAGMAS if writer else ("PRAGMA query_only = ON",))):
            connection.execute(pragma)
    except BaseException:
        connection.close()
        raise
    return connection


def close_writer(path: Path, connection: Connection) -> None:
    """Close the last connection that may write, and leave what the WAL holds in it.

    SQLite would move it into the store as the last connection closes, unseen by whoever keeps sums of the pages
    (safeguards/pages.py), and after a refusal, which is to change nothing. A reader that is closed behind it cannot.
    """
    wal = path.with_name(path.name + "-wal")
    if not wal.exists() or wal.stat().st_size == 0:
        connection.close()
        return
    try:
        reader = connect(path, writer=False)
    except Error:
        connection.close()  # it is no store: there is nothing to be moved
        return
    connection.close()
    reader.close()


async def connect_async(path: Path, *, writer: bool) -> aiosqlite.Connection:
    """The same connection in a thread of its own, for migrations, backups and cold reads."""
    # Opened before aiosqlite sees it: when its own opening fails it ends its thread without waiting, and that thread
    # prints a traceback if the event loop is gone by then.
    connection = await asyncio.to_thread(connect, path, writer=writer)
    return await aiosqlite.Connection(lambda: connection, iter_chunk_size=256)
