"""One bounded step of the sweeper: what has outlived its use goes, at most `limit` rows a table.

It runs in the writer, between operations, so it never contends with a redemption for the write lock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rpcauth.model import Millis
from rpcauth.storage.driver import Connection


@dataclass(frozen=True, slots=True)
class Sweep:
    """A step to run: `retention` is how long a service's dead tokens stay listed, in milliseconds by service_key."""

    now: Millis
    limit: int
    retention: Mapping[str, int]


EXPIRING = {
    "codes": "id",
    "access_tokens": "id",
    "refresh_tokens": "id",
    "grants": "id",
    "current_token": "rowid",
    "nonces": "rowid",
    "idempotency": "rowid",
    "imported_tokens": "rowid",
}
DELETIONS = tuple(
    f"DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM {table} WHERE remove_at <= :now LIMIT :limit)"
    for table, key in EXPIRING.items()
)
ERASE_SALTS = (
    "UPDATE refresh_tokens SET salt = NULL WHERE id IN"
    " (SELECT id FROM refresh_tokens WHERE salt IS NOT NULL AND retry_until <= :now LIMIT :limit)"
)

WATERMARK_REST = 15 * 60 * 1000
"""Milliseconds that a fully applied watermark stays: longer than any code lives, since codes are not rewritten."""

_DROP_APPLIED = (
    "DELETE FROM watermarks WHERE rowid IN"
    " (SELECT rowid FROM watermarks WHERE swept_id >= before_id - 1 AND created_at <= :rested LIMIT :limit)"
)
_OLDEST = (
    "SELECT rowid, service_key, client_id, user_context, before_id, created_at, swept_id FROM watermarks"
    " WHERE swept_id < before_id - 1 ORDER BY created_at LIMIT 1"
)
_ADVANCE = "UPDATE watermarks SET swept_id = :bound WHERE rowid = :rowid"


class Application:
    """The statements that write a watermark onto the rows it covers, a chunk of ids at a time.

    `rows` are the rows to walk: all of them, or a user's alone, which an index leads to. What a grant has without an
    end of its own ends with it, as it does where a grant is revoked by name (storage/writing.py).
    """

    def __init__(self, rows: str) -> None:
        covered = (
            f"{rows} AND id > :swept AND id <= :bound AND service_key = :service AND :client IN ('', client_id)"
            " AND revoked_at IS NULL"
        )
        ended = f"SELECT id FROM grants WHERE {covered}"
        removal = "MIN(COALESCE(remove_at, :remove_at), :remove_at)"
        self.find_bound = (
            "SELECT MIN(last) FROM (SELECT MAX(id) AS last, COUNT(*) AS n FROM"
            f" (SELECT id FROM access_tokens WHERE {rows} AND id > :swept AND id < :before ORDER BY id LIMIT :limit)"
            " UNION ALL SELECT MAX(id), COUNT(*) FROM"
            f" (SELECT id FROM grants WHERE {rows} AND id > :swept AND id < :before ORDER BY id LIMIT :limit)"
            ") WHERE n = :limit"
        )
        self.revocations = (
            f"UPDATE access_tokens SET revoked_at = :at, remove_at = {removal} WHERE {covered}",
            f"UPDATE access_tokens SET revoked_at = COALESCE(revoked_at, :at), remove_at = {removal}"
            f" WHERE grant_id IN ({ended}) AND expires_at IS NULL",
            f"UPDATE refresh_tokens SET remove_at = :remove_at WHERE grant_id IN ({ended}) AND remove_at IS NULL",
            f"UPDATE grants SET revoked_at = :at, remove_at = COALESCE(remove_at, :remove_at) WHERE {covered}",
        )


TO_ALL = Application("TRUE")
TO_USER = Application("service_key = :service AND user_context = :user")


def sweep(connection: Connection, step: Sweep) -> int:
    """Delete expired rows, erase the salts of closed retry windows, apply watermarks; returns the rows touched."""
    due = {"now": step.now, "rested": step.now - WATERMARK_REST, "limit": step.limit}
    statements = (*DELETIONS, ERASE_SALTS, _DROP_APPLIED)
    touched = sum(connection.execute(statement, due).rowcount for statement in statements)
    return touched + _apply_oldest_watermark(connection, step)


def _apply_oldest_watermark(connection: Connection, step: Sweep) -> int:
    row = connection.execute(_OLDEST).fetchone()
    if row is None:
        return 0
    rowid, service_key, client_id, user_context, before_id, created_at, swept_id = row
    application = TO_USER if user_context else TO_ALL
    parameters = {
        "rowid": rowid,
        "service": service_key,
        "client": client_id,
        "user": user_context,
        "before": before_id,
        "at": created_at,
        "swept": swept_id,
        "limit": step.limit,
        "remove_at": step.now + step.retention.get(service_key, 0),
    }
    last = connection.execute(application.find_bound, parameters).fetchone()[0]
    parameters["bound"] = before_id - 1 if last is None else last
    for statement in (*application.revocations, _ADVANCE):
        connection.execute(statement, parameters)
    return 1
