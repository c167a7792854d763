"""The effects as statements of SQLite: one function an effect, found by its type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rpcauth.model import Authentication
from rpcauth.storage import effects, rows, writing_stored
from rpcauth.storage.driver import Connection
from rpcauth.storage.port import Conflict


def _insert(table: str, columns: tuple[str, ...]) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"


_INSERT_GRANT = _insert("grants", (*rows.GRANT_COLUMNS, "remove_at"))
_INSERT_CODE = _insert("codes", (*rows.CODE_COLUMNS, "remove_at"))
_INSERT_ACCESS = _insert("access_tokens", (*rows.ACCESS_COLUMNS, "remove_at"))
_INSERT_REFRESH = _insert(
    "refresh_tokens",
    (
        "id",
        "key_version",
        "digest",
        "grant_id",
        "access_token_id",
        "parent_id",
        "issued_at",
        "expires_at",
        "idle_expires_at",
        "remove_at",
    ),
)
_SPEND_CODE = "UPDATE codes SET spent_at = ?, grant_id = ?, remove_at = ? WHERE id = ? AND spent_at IS NULL"
_SPEND_REFRESH = (
    "UPDATE refresh_tokens SET spent_at = ?, requested_scope = ?, salt = ?, derivation_version = ?, retry_until = ?,"
    " successor_access_id = ?, successor_refresh_id = ?, remove_at = ? WHERE id = ? AND spent_at IS NULL"
)
_PUT_CURRENT = (
    "INSERT INTO current_token (service_key, client_id, user_context, scope, access_token_id, remove_at)"
    " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (service_key, client_id, user_context, scope)"
    " DO UPDATE SET access_token_id = excluded.access_token_id, remove_at = excluded.remove_at"
)
_PUT_WATERMARK = (
    "INSERT INTO watermarks (service_key, client_id, user_context, before_id, created_at) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (service_key, client_id, user_context) DO UPDATE SET"
    " before_id = MAX(before_id, excluded.before_id), created_at = excluded.created_at"
)
# A token that is given to a user whose tokens were revoked since it was issued is revoked with them, for good: while
# that watermark stands the token reads as dead, and it must not come back when the watermark goes.
_UPDATE_ACCESS = (
    "UPDATE access_tokens SET scope = ?1, user_context = ?2, expires_at = ?3, remove_at = ?4, revoked_at ="
    " (SELECT MAX(w.created_at) FROM watermarks w WHERE w.service_key = access_tokens.service_key"
    " AND w.client_id IN ('', access_tokens.client_id) AND w.user_context IN ('', COALESCE(?2, ''))"
    " AND w.before_id > access_tokens.id) WHERE id = ?5 AND revoked_at IS NULL"
)
_REVOKE_GRANT = (
    "UPDATE grants SET revoked_at = ?, remove_at = COALESCE(remove_at, ?) WHERE id = ? AND revoked_at IS NULL"
)
_END_ENDLESS_ACCESS = (
    "UPDATE access_tokens SET revoked_at = COALESCE(revoked_at, ?), remove_at = ?"
    " WHERE grant_id = ? AND grant_id IS NOT NULL AND expires_at IS NULL"
)
_END_ENDLESS_REFRESH = "UPDATE refresh_tokens SET remove_at = ? WHERE grant_id = ? AND remove_at IS NULL"
_REVOKE_ACCESS = "UPDATE access_tokens SET revoked_at = ?, remove_at = ? WHERE id = ? AND revoked_at IS NULL"


def _spend(connection: Connection, statement: str, parameters: tuple[object, ...]) -> None:
    if connection.execute(statement, parameters).rowcount != 1:
        raise Conflict


def _authentication(value: Authentication) -> tuple[object, ...]:
    return (value.nonce, value.auth_time, value.acr, value.amr, value.resource, value.cnf, value.issuer)


def _insert_grant(connection: Connection, effect: effects.InsertGrant) -> None:
    grant = effect.grant
    connection.execute(
        _INSERT_GRANT,
        (
            grant.id,
            grant.service_key,
            grant.client_id,
            grant.user_context,
            grant.grant_type.value,
            grant.scope,
            grant.redirect_uri,
            grant.issued_at,
            grant.expires_at,
            grant.revoked_at,
            *_authentication(grant.authentication),
            effect.remove_at,
        ),
    )


def _insert_code(connection: Connection, effect: effects.InsertCode) -> None:
    code = effect.code
    connection.execute(
        _INSERT_CODE,
        (
            code.id,
            code.key_version,
            code.digest,
            code.service_key,
            code.client_id,
            code.user_context,
            code.redirect_uri,
            code.redirect_uri_given,
            code.scope,
            code.code_challenge,
            code.code_challenge_method,
            code.issued_at,
            code.expires_at,
            code.spent_at,
            *_authentication(code.authentication),
            effect.remove_at,
        ),
    )


def _insert_access_token(connection: Connection, effect: effects.InsertAccessToken) -> None:
    token = effect.token
    connection.execute(
        _INSERT_ACCESS,
        (
            token.id,
            token.key_version,
            token.digest,
            token.service_key,
            token.client_id,
            token.user_context,
            token.grant_id,
            token.grant_type.value,
            token.token_type.value,
            token.scope,
            token.issued_at,
            token.expires_at,
            None if token.mac_algorithm is None else token.mac_algorithm.value,
            token.sealed_mac_secret,
            token.sealed_value,
            token.revoked_at,
            effect.remove_at,
        ),
    )


def _insert_refresh_token(connection: Connection, effect: effects.InsertRefreshToken) -> None:
    connection.execute(
        _INSERT_REFRESH,
        (
            effect.id,
            effect.key_version,
            effect.digest,
            effect.grant_id,
            effect.access_token_id,
            effect.parent_id,
            effect.issued_at,
            effect.expires_at,
            effect.idle_expires_at,
            effect.remove_at,
        ),
    )


def _spend_code(connection: Connection, effect: effects.SpendCode) -> None:
    _spend(connection, _SPEND_CODE, (effect.spent_at, effect.grant_id, effect.remove_at, effect.id))


def _spend_refresh_token(connection: Connection, effect: effects.SpendRefreshToken) -> None:
    _spend(
        connection,
        _SPEND_REFRESH,
        (
            effect.spent_at,
            effect.requested_scope,
            effect.salt,
            effect.derivation_version,
            effect.retry_until,
            effect.successor_access_id,
            effect.successor_refresh_id,
            effect.remove_at,
            effect.id,
        ),
    )


def _close_windows(connection: Connection, effect: effects.CloseWindows) -> None:
    connection.execute("UPDATE codes SET expires_at = 0 WHERE spent_at IS NULL")
    connection.execute("UPDATE refresh_tokens SET salt = NULL WHERE salt IS NOT NULL")


def _erase_salt(connection: Connection, effect: effects.EraseSalt) -> None:
    connection.execute("UPDATE refresh_tokens SET salt = NULL WHERE id = ?", (effect.id,))


def _keep_grant(connection: Connection, effect: effects.KeepGrant) -> None:
    connection.execute("UPDATE grants SET remove_at = ? WHERE id = ?", (effect.remove_at, effect.id))


def _revoke_grant(connection: Connection, effect: effects.RevokeGrant) -> None:
    connection.execute(_REVOKE_GRANT, (effect.at, effect.remove_at, effect.id))
    # Tokens without an end would stay for ever; those with one go by themselves.
    connection.execute(_END_ENDLESS_ACCESS, (effect.at, effect.remove_at, effect.id))
    connection.execute(_END_ENDLESS_REFRESH, (effect.remove_at, effect.id))


def _revoke_access_token(connection: Connection, effect: effects.RevokeAccessToken) -> None:
    connection.execute(_REVOKE_ACCESS, (effect.at, effect.remove_at, effect.id))


def _update_access_token(connection: Connection, effect: effects.UpdateAccessToken) -> None:
    parameters = (effect.scope, effect.user_context, effect.expires_at, effect.remove_at, effect.id)
    _spend(connection, _UPDATE_ACCESS, parameters)


def _put_current_token(connection: Connection, effect: effects.PutCurrentToken) -> None:
    key = effect.key
    connection.execute(
        _PUT_CURRENT,
        (
            key.service_key,
            key.client_id,
            key.user_context or "",
            key.scope or "",
            effect.access_token_id,
            effect.remove_at,
        ),
    )


def _put_watermark(connection: Connection, effect: effects.PutWatermark) -> None:
    connection.execute(
        _PUT_WATERMARK,
        (
            effect.service_key,
            effect.client_id or "",
            effect.user_context or "",
            effect.before_id,
            effect.created_at,
        ),
    )


def _record_nonce(connection: Connection, effect: effects.RecordNonce) -> None:
    connection.execute(
        "INSERT INTO nonces (token_id, nonce, remove_at) VALUES (?, ?, ?)",
        (effect.token_id, effect.nonce, effect.remove_at),
    )


_WRITERS: dict[type[Any], Callable[[Connection, Any], None]] = {
    effects.InsertGrant: _insert_grant,
    effects.InsertCode: _insert_code,
    effects.InsertAccessToken: _insert_access_token,
    effects.InsertRefreshToken: _insert_refresh_token,
    effects.SpendCode: _spend_code,
    effects.SpendRefreshToken: _spend_refresh_token,
    effects.CloseWindows: _close_windows,
    effects.EraseSalt: _erase_salt,
    effects.KeepGrant: _keep_grant,
    effects.RevokeGrant: _revoke_grant,
    effects.RevokeAccessToken: _revoke_access_token,
    effects.UpdateAccessToken: _update_access_token,
    effects.PutCurrentToken: _put_current_token,
    effects.PutWatermark: _put_watermark,
    effects.RecordNonce: _record_nonce,
    effects.PutService: writing_stored.put_service,
    effects.DropService: writing_stored.drop_service,
    effects.PutApplication: writing_stored.put_application,
    effects.DropApplication: writing_stored.drop_application,
    effects.PutCaller: writing_stored.put_caller,
    effects.DropCaller: writing_stored.drop_caller,
    effects.PutKey: writing_stored.put_key,
    effects.DropKey: writing_stored.drop_key,
    effects.ChangeMaster: writing_stored.change_master,
    effects.PutMeta: writing_stored.put_meta,
    effects.DropMeta: writing_stored.drop_meta,
}


def write(connection: Connection, effect: effects.Effect) -> None:
    """Run one effect inside the transaction that is open. Raises Conflict, or the driver's errors."""
    _WRITERS[type(effect)](connection, effect)
