"""The reads of the SQLite engine: facts for an operation, tokens for a check, lists for a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rpcauth.model import AccessToken, AuthorizationCode, RecordId, RefreshToken
from rpcauth.storage import rows
from rpcauth.storage.driver import Connection
from rpcauth.storage.effects import CurrentKey

# A token whose grant is gone is as dead as one whose grant is revoked.
GRANT_DEAD = "a.grant_id IS NOT NULL AND (g.id IS NULL OR g.revoked_at IS NOT NULL)"
_GRANT_FACTS = f"{GRANT_DEAD}, g.expires_at, g.redirect_uri, g.resource, g.cnf"
_ACCESS = (
    f"SELECT {rows.listed('a', rows.ACCESS_COLUMNS)}, {_GRANT_FACTS},"
    f" {rows.access_watermarked()}"
    " FROM access_tokens a LEFT JOIN grants g ON g.id = a.grant_id"
)
_ACCESS_BY_ID = f"{_ACCESS} WHERE a.id = ?"
_CODE_BY_ID = (
    f"SELECT {rows.listed('c', rows.CODE_COLUMNS)}, {rows.watermarked('c', 'c.id')},"
    f" {rows.listed('g', rows.GRANT_COLUMNS)} FROM codes c LEFT JOIN grants g ON g.id = c.grant_id WHERE c.id = ?"
)
_REFRESH_BY_ID = (
    f"SELECT {rows.listed('r', rows.REFRESH_COLUMNS)}, {rows.watermarked('g', 'g.id')},"
    f" n.spent_at, {rows.listed('g', rows.GRANT_COLUMNS)}"
    " FROM refresh_tokens r JOIN grants g ON g.id = r.grant_id"
    " LEFT JOIN refresh_tokens n ON n.id = r.successor_refresh_id WHERE r.id = ?"
)
_CURRENT = (
    "SELECT access_token_id FROM current_token"
    " WHERE service_key = ? AND client_id = ? AND user_context = ? AND scope = ?"
)
# Id 0 is nobody's: its row says that the nonces of all are not known (safeguards/recovery.py). So does that of an id
# below it for the tokens with ids up to the same number above it (operations/clock_reset.py).
_NONCE = (
    "SELECT 1 FROM nonces WHERE token_id = ?1 AND nonce = ?2"
    " UNION ALL SELECT 1 FROM nonces WHERE token_id = 0 AND nonce = ''"
    " UNION ALL SELECT 1 FROM nonces WHERE token_id <= -?1 LIMIT 1"
)

# The living and the dead are counted apart, so that either list can be full. What the sweeper is late with is left out.
_ALL_USER_TOKENS = (
    f"SELECT {rows.listed('a', rows.ACCESS_COLUMNS)}, {GRANT_DEAD} AS dead, g.expires_at AS grant_end,"
    f" g.redirect_uri, g.resource, g.cnf, {rows.access_watermarked()} AS watermarked"
    " FROM access_tokens a LEFT JOIN grants g ON g.id = a.grant_id"
    " WHERE a.service_key = ?1 AND a.user_context = ?2 AND COALESCE(a.remove_at > ?4, TRUE)"
)
_USER_TOKENS = (
    "SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY client_id, dead OR watermarked OR revoked_at IS NOT NULL"
    f" OR COALESCE(expires_at <= ?4, FALSE) ORDER BY id DESC) AS place FROM ({_ALL_USER_TOKENS}))"
    " WHERE place <= ?3 ORDER BY id DESC"
)
_REFRESHABLE = (
    "SELECT DISTINCT g.client_id FROM grants g JOIN refresh_tokens r ON r.grant_id = g.id"
    " WHERE g.service_key = ?1 AND g.user_context = ?2 AND g.revoked_at IS NULL AND r.spent_at IS NULL"
    " AND (r.expires_at IS NULL OR r.expires_at > ?3) AND (r.idle_expires_at IS NULL OR r.idle_expires_at > ?3)"
    f" AND NOT {rows.watermarked('g', 'g.id')}"
)
DIGEST_VERSION_NAMED = (
    "SELECT EXISTS (SELECT 1 FROM access_tokens WHERE key_version = ?1)"
    " OR EXISTS (SELECT 1 FROM refresh_tokens WHERE key_version = ?1)"
    " OR EXISTS (SELECT 1 FROM codes WHERE key_version = ?1)"
    " OR EXISTS (SELECT 1 FROM imported_tokens WHERE key_version = ?1)"
)
_CHUNK = 500

_CODE_END = len(rows.CODE_COLUMNS)
_REFRESH_END = len(rows.REFRESH_COLUMNS)
_SUCCESSOR_ACCESS = rows.REFRESH_COLUMNS.index("successor_access_id")


def find_access_token(connection: Connection, record_id: RecordId) -> AccessToken | None:
    row = connection.execute(_ACCESS_BY_ID, (record_id,)).fetchone()
    return None if row is None else rows.access_token(row)


def find_access_tokens(connection: Connection, ids: Sequence[RecordId]) -> dict[RecordId, AccessToken]:
    """One lookup for a list of ids (two for more than 250: SQLite prepares a statement a length)."""
    if len(ids) == 1:
        token = find_access_token(connection, ids[0])
        return {} if token is None else {token.id: token}
    found: dict[RecordId, AccessToken] = {}
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        marks = ", ".join("?" * len(chunk))
        for row in connection.execute(f"{_ACCESS} WHERE a.id IN ({marks})", tuple(chunk)):
            token = rows.access_token(row)
            found[token.id] = token
    return found


def find_code(connection: Connection, record_id: RecordId) -> AuthorizationCode | None:
    row = connection.execute(_CODE_BY_ID, (record_id,)).fetchone()
    if row is None:
        return None
    bought = None if row[_CODE_END + 1] is None else rows.grant(row[_CODE_END + 1 :])
    return rows.code(row, bought, bool(row[_CODE_END]))


def find_refresh_token(connection: Connection, record_id: RecordId) -> RefreshToken | None:
    row = connection.execute(_REFRESH_BY_ID, (record_id,)).fetchone()
    if row is None:
        return None
    successor_id = row[_SUCCESSOR_ACCESS]
    successor = None if successor_id is None else find_access_token(connection, successor_id)
    grant = rows.grant(row[_REFRESH_END + 2 :])
    return rows.refresh_token(row, grant, successor, row[_REFRESH_END + 1] is not None, bool(row[_REFRESH_END]))


def find_current(connection: Connection, key: CurrentKey) -> AccessToken | None:
    parameters = (key.service_key, key.client_id, key.user_context or "", key.scope or "")
    row = connection.execute(_CURRENT, parameters).fetchone()
    return None if row is None else find_access_token(connection, row[0])


def is_nonce_seen(connection: Connection, nonce: tuple[RecordId, str]) -> bool:
    return connection.execute(_NONCE, nonce).fetchone() is not None


def user_token_queries(service_key: str, user_context: str, limit: int, now: int) -> tuple[tuple[str, Any], ...]:
    """The statements behind `list_user_tokens`, for whichever connection runs them."""
    return (
        (_USER_TOKENS, (service_key, user_context, limit, now)),
        (_REFRESHABLE, (service_key, user_context, now)),
    )
