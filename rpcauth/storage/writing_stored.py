"""The effects on definitions and keys as statements of SQLite; storage/writing.py finds them by type."""

from __future__ import annotations

from rpcauth.storage import effects
from rpcauth.storage.documents import write_application, write_caller, write_service
from rpcauth.storage.driver import Connection
from rpcauth.storage.stored import MASTER_CHECK


def put_service(connection: Connection, effect: effects.PutService) -> None:
    connection.execute(
        "INSERT INTO services (service_key, document) VALUES (?, ?)"
        " ON CONFLICT (service_key) DO UPDATE SET document = excluded.document",
        (effect.service.service_key, write_service(effect.service)),
    )


def drop_service(connection: Connection, effect: effects.DropService) -> None:
    connection.execute("DELETE FROM services WHERE service_key = ?", (effect.service_key,))


def put_application(connection: Connection, effect: effects.PutApplication) -> None:
    application = effect.application
    connection.execute(
        "INSERT INTO applications (client_id, id, document) VALUES (?, ?, ?)"
        " ON CONFLICT (client_id) DO UPDATE SET id = excluded.id, document = excluded.document",
        (application.client_id, application.id, write_application(application)),
    )


def drop_application(connection: Connection, effect: effects.DropApplication) -> None:
    connection.execute("DELETE FROM applications WHERE client_id = ?", (effect.client_id,))


def put_caller(connection: Connection, effect: effects.PutCaller) -> None:
    caller = effect.caller
    connection.execute(
        "INSERT INTO callers (name, sealed_secret, document) VALUES (?, ?, ?) ON CONFLICT (name)"
        " DO UPDATE SET sealed_secret = excluded.sealed_secret, document = excluded.document",
        (caller.name, caller.sealed_secret, write_caller(caller)),
    )


def drop_caller(connection: Connection, effect: effects.DropCaller) -> None:
    connection.execute("DELETE FROM callers WHERE name = ?", (effect.name,))


def put_key(connection: Connection, effect: effects.PutKey) -> None:
    key = effect.key
    connection.execute(
        "INSERT INTO keys (purpose, version, sealed, created_at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (purpose, version) DO UPDATE SET sealed = excluded.sealed",
        (key.purpose.value, key.version, key.sealed, key.created_at),
    )


def drop_key(connection: Connection, effect: effects.DropKey) -> None:
    parameters = (effect.purpose.value, effect.version)
    connection.execute("DELETE FROM keys WHERE purpose = ? AND version = ?", parameters)


def change_master(connection: Connection, effect: effects.ChangeMaster) -> None:
    for key in effect.keys:
        put_key(connection, effects.PutKey(key))
    put_meta(connection, effects.PutMeta(MASTER_CHECK, effect.check))


def put_meta(connection: Connection, effect: effects.PutMeta) -> None:
    connection.execute(
        "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (effect.name, effect.value),
    )


def drop_meta(connection: Connection, effect: effects.DropMeta) -> None:
    connection.execute("DELETE FROM meta WHERE name = ?", (effect.name,))
