"""Migrations: plain SQL files, forward only, each applied once and remembered with its checksum.

A store that is newer than this program, or whose applied files differ from those it was made with, is refused.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import aiosqlite

import rpcauth
from rpcauth.errors import StoreRefused
from rpcauth.model import Millis

_NAME = re.compile(r"(\d{4})_[a-z0-9_]+(\.sqlite)?\.sql")
_TABLE = """CREATE TABLE IF NOT EXISTS migrations (
    version INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    checksum TEXT NOT NULL,
    applied_at INTEGER NOT NULL
) STRICT"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: its number, its name without the number, its SQL."""

    version: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


def migrations_folder() -> Path:
    """Where the files are: inside an installed package, or beside it in a checkout."""
    package = Path(rpcauth.__file__).parent
    inside = package / "migrations"
    return inside if inside.is_dir() else package.parent / "migrations"


def load_migrations(folder: Path | None = None) -> list[Migration]:
    """The files for SQLite in order. Raises StoreRefused when a number is missing or given twice."""
    found = []
    for path in sorted((folder or migrations_folder()).glob("*.sql")):
        match = _NAME.fullmatch(path.name)
        if match is not None:
            found.append(Migration(int(match[1]), path.name.partition(".")[0], path.read_text("utf-8")))
    if [migration.version for migration in found] != list(range(1, len(found) + 1)):
        raise StoreRefused("the migration files are not numbered 0001, 0002, …; reinstall rpcauth")
    return found


def split_statements(sql: str) -> list[str]:
    """The statements of a file; each ends with a semicolon at the end of a line."""
    bare = "\n".join(line for line in sql.splitlines() if not line.lstrip().startswith("--"))
    return [statement.strip() for statement in re.split(r";\s*(?:\n|$)", bare) if statement.strip()]


async def list_pending(connection: aiosqlite.Connection, known: list[Migration]) -> list[Migration]:
    """What is still to apply. Raises StoreRefused for a newer store or an altered file; writes nothing."""
    tables = await connection.execute_fetchall("SELECT 1 FROM sqlite_master WHERE name = 'migrations'")
    if not list(tables):
        return known
    applied = {
        version: (name, checksum)
        for version, name, checksum in await connection.execute_fetchall(
            "SELECT version, name, checksum FROM migrations"
        )
    }
    by_version = {migration.version: migration for migration in known}
    for version, (name, checksum) in applied.items():
        migration = by_version.get(version)
        if migration is None:
            raise StoreRefused(f"the store is newer than this rpcauth (it has {name}); install the newer version")
        if migration.checksum != checksum:
            raise StoreRefused(f"the migration {name} is not the one this store was made with; reinstall rpcauth")
    return [migration for migration in known if migration.version not in applied]


async def migrate(connection: aiosqlite.Connection, known: list[Migration], now: Millis) -> list[Migration]:
    """Apply what is pending, each file in a transaction of its own; returns what was applied."""
    pending = await list_pending(connection, known)
    for migration in pending:
        await connection.execute("BEGIN IMMEDIATE")
        try:
            await connection.execute(_TABLE)
            for statement in split_statements(migration.sql):
                await connection.execute(statement)
            await connection.execute(
                "INSERT INTO migrations (version, name, checksum, applied_at) VALUES (?, ?, ?, ?)",
                (migration.version, migration.name, migration.checksum, now),
            )
            await connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                await connection.execute("ROLLBACK")
            raise
    return pending
