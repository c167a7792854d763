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


_EXPIRING = {
    "codes": "id",
    "access_tokens": "id",
    "refresh_tokens": "id",
    "grants": "id",
    "current_token": "rowid",
    "nonces": "rowid",
    "idempotency": "rowid",
    "imported_tokens": "rowid",
}

WATERMARK_REST = 15 * 60 * 1000
"""Milliseconds that a fully applied watermark stays: longer than any code lives, since codes are not rewritten."""

_IN_RANGE = (
    "WHERE id > ?1 AND id <= ?2 AND service_key = ?3 AND ?4 IN ('', client_id)"
    " AND ?5 IN ('', COALESCE(user_context, '')) AND revoked_at IS NULL"
)
_REVOKE_TOKENS = f"UPDATE access_tokens SET revoked_at = ?6, remove_at = MIN(COALESCE(remove_at, ?7), ?7) {_IN_RANGE}"
_REVOKE_GRANTS = f"UPDATE grants SET revoked_at = ?6, remove_at = COALESCE(remove_at, ?7) {_IN_RANGE}"
_NEXT_BOUND = (
    "SELECT MIN(last) FROM (SELECT MAX(id) AS last, COUNT(*) AS n FROM (SELECT id FROM access_tokens"
    " WHERE id > ?1 AND id < ?2 ORDER BY id LIMIT ?3) UNION ALL SELECT MAX(id), COUNT(*) FROM (SELECT id FROM grants"
    " WHERE id > ?1 AND id < ?2 ORDER BY id LIMIT ?3)) WHERE n = ?3"
)


def sweep(connection: Connection, step: Sweep) -> int:
    """Delete expired rows, erase the salts of closed retry windows, apply watermarks; returns the rows touched."""
    touched = 0
    for table, key in _EXPIRING.items():
        touched += connection.execute(
            f"DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM {table} WHERE remove_at <= ? LIMIT ?)",
            (step.now, step.limit),
        ).rowcount
    touched += connection.execute(
        "UPDATE refresh_tokens SET salt = NULL WHERE id IN"
        " (SELECT id FROM refresh_tokens WHERE salt IS NOT NULL AND retry_until <= ? LIMIT ?)",
        (step.now, step.limit),
    ).rowcount
    return touched + _apply_oldest_watermark(connection, step)


def _apply_oldest_watermark(connection: Connection, step: Sweep) -> int:
    row = connection.execute(
        "SELECT rowid, service_key, client_id, user_context, before_id, created_at, swept_id FROM watermarks"
        " WHERE swept_id < before_id - 1 OR created_at <= ? ORDER BY created_at LIMIT 1",
        (step.now - WATERMARK_REST,),
    ).fetchone()
    if row is None:
        return 0
    rowid, service_key, client_id, user_context, before_id, created_at, swept_id = row
    if swept_id >= before_id - 1:
        connection.execute("DELETE FROM watermarks WHERE rowid = ?", (rowid,))
        return 1
    bound = connection.execute(_NEXT_BOUND, (swept_id, before_id, step.limit)).fetchone()[0] or before_id - 1
    remove_at = step.now + step.retention.get(service_key, 0)
    for statement in (_REVOKE_TOKENS, _REVOKE_GRANTS):
        parameters = (swept_id, bound, service_key, client_id, user_context, created_at, remove_at)
        connection.execute(statement, parameters)
    connection.execute("UPDATE watermarks SET swept_id = ? WHERE rowid = ?", (bound, rowid))
    return 1
