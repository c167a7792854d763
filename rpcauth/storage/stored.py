"""What a store holds besides tokens: definitions, keys, the ids that may be in use. Read at start and on change."""

from __future__ import annotations

from rpcauth.keys.keyring import Keyring, Purpose, SealedKey, open_keyring
from rpcauth.model import Definitions, Millis
from rpcauth.storage.documents import read_application, read_caller, read_service
from rpcauth.storage.driver import Connection

MASTER_CHECK = "master_check"
COMMIT_MARKER = "commit_marker"


def read_definitions(connection: Connection) -> Definitions:
    services = {
        key: read_service(text) for key, text in connection.execute("SELECT service_key, document FROM services")
    }
    applications = {
        key: read_application(text) for key, text in connection.execute("SELECT client_id, document FROM applications")
    }
    callers = {
        name: read_caller(text, sealed)
        for name, text, sealed in connection.execute("SELECT name, document, sealed_secret FROM callers")
    }
    return Definitions(services, applications, callers)


def read_keys(connection: Connection) -> list[SealedKey]:
    return [
        SealedKey(purpose=Purpose(purpose), version=version, sealed=sealed, created_at=created_at)
        for purpose, version, sealed, created_at in connection.execute(
            "SELECT purpose, version, sealed, created_at FROM keys ORDER BY purpose, version"
        )
    ]


def read_keyring(connection: Connection, master: bytes) -> Keyring:
    return open_keyring(master, read_keys(connection))


def read_meta(connection: Connection, name: str) -> bytes | None:
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return None if row is None else row[0]


def read_times(connection: Connection) -> tuple[Millis, Millis]:
    """The highest time that ids of any node may bear, and the latest time that any node saw."""
    row = connection.execute("SELECT COALESCE(MAX(ids_until), 0), COALESCE(MAX(seen_at), 0) FROM nodes").fetchone()
    return Millis(row[0]), Millis(row[1])


def write_times(connection: Connection, node: int, ids_until: Millis, seen_at: Millis) -> None:
    connection.execute(
        "INSERT INTO nodes (node, ids_until, seen_at) VALUES (?, ?, ?)"
        " ON CONFLICT (node) DO UPDATE SET ids_until = excluded.ids_until, seen_at = excluded.seen_at",
        (node, ids_until, seen_at),
    )


def bump_commit_marker(connection: Connection) -> None:
    connection.execute(
        "INSERT INTO meta (name, value) VALUES (?, x'01') ON CONFLICT (name) DO UPDATE SET value = randomblob(8)",
        (COMMIT_MARKER,),
    )
