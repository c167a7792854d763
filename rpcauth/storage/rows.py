"""Rows of SQLite to values of the model: which columns are read, and in which order they arrive."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rpcauth.model import (
    AccessToken,
    Authentication,
    AuthorizationCode,
    Grant,
    GrantType,
    MacAlgorithm,
    RefreshToken,
    TokenType,
)

Columns = Sequence[Any]

_AUTHENTICATION = ("nonce", "auth_time", "acr", "amr", "resource", "cnf", "issuer")

GRANT_COLUMNS = (
    "id",
    "service_key",
    "client_id",
    "user_context",
    "grant_type",
    "scope",
    "redirect_uri",
    "issued_at",
    "expires_at",
    "revoked_at",
    *_AUTHENTICATION,
)
CODE_COLUMNS = (
    "id",
    "key_version",
    "digest",
    "service_key",
    "client_id",
    "user_context",
    "redirect_uri",
    "redirect_uri_given",
    "scope",
    "code_challenge",
    "code_challenge_method",
    "issued_at",
    "expires_at",
    "spent_at",
    *_AUTHENTICATION,
)
ACCESS_COLUMNS = (
    "id",
    "key_version",
    "digest",
    "service_key",
    "client_id",
    "user_context",
    "grant_id",
    "grant_type",
    "token_type",
    "scope",
    "issued_at",
    "expires_at",
    "mac_algorithm",
    "sealed_mac_secret",
    "sealed_value",
    "revoked_at",
)
REFRESH_COLUMNS = (
    "id",
    "key_version",
    "digest",
    "access_token_id",
    "parent_id",
    "issued_at",
    "expires_at",
    "idle_expires_at",
    "spent_at",
    "requested_scope",
    "salt",
    "derivation_version",
    "retry_until",
    "successor_access_id",
    "successor_refresh_id",
)

_GRANT_TYPES = {grant_type.value: grant_type for grant_type in GrantType}
_TOKEN_TYPES = {token_type.value: token_type for token_type in TokenType}
_NO_AUTHENTICATION = Authentication()
_NOTHING = (None,) * len(_AUTHENTICATION)


def listed(table: str, columns: Sequence[str]) -> str:
    """The columns as SQL, qualified by the table's alias."""
    return ", ".join(f"{table}.{column}" for column in columns)


# Asked once a statement: a store without watermarks, the usual one, does not search them for every row.
_ANY_WATERMARK = "EXISTS (SELECT 1 FROM watermarks)"


def watermarked(table: str, record_id: str) -> str:
    """An SQL condition: a watermark revoked this row of a code or a grant, whose id is `record_id`."""
    return (
        f"({_ANY_WATERMARK} AND EXISTS (SELECT 1 FROM watermarks w WHERE w.service_key = {table}.service_key"
        f" AND w.client_id IN ('', {table}.client_id) AND w.user_context IN ('', COALESCE({table}.user_context, ''))"
        f" AND w.before_id > {record_id}))"
    )


def access_watermarked() -> str:
    """The same for an access token `a` with its grant `g`: each counts with its own user and id.

    They may differ in the user: updateAccessToken changes the token's, and the token still dies with its grant.
    """
    return (
        f"({_ANY_WATERMARK} AND EXISTS ("
        "SELECT 1 FROM watermarks w WHERE w.service_key = a.service_key AND w.client_id IN ('', a.client_id)"
        " AND w.user_context IN ('', COALESCE(a.user_context, ''), COALESCE(g.user_context, ''))"
        " AND (w.before_id > a.id AND w.user_context IN ('', COALESCE(a.user_context, ''))"
        " OR w.before_id > g.id AND w.user_context IN ('', COALESCE(g.user_context, '')))))"
    )


def authentication(columns: Columns) -> Authentication:
    if tuple(columns) == _NOTHING:
        return _NO_AUTHENTICATION
    return Authentication(**dict(zip(_AUTHENTICATION, columns, strict=True)))


def grant(row: Columns) -> Grant:
    """A row of GRANT_COLUMNS."""
    return Grant(
        id=row[0],
        service_key=row[1],
        client_id=row[2],
        user_context=row[3],
        grant_type=_GRANT_TYPES[row[4]],
        scope=row[5],
        redirect_uri=row[6],
        issued_at=row[7],
        expires_at=row[8],
        revoked_at=row[9],
        authentication=authentication(row[10:17]),
    )


def code(row: Columns, bought: Grant | None, is_watermarked: bool) -> AuthorizationCode:
    """A row of CODE_COLUMNS."""
    return AuthorizationCode(
        id=row[0],
        key_version=row[1],
        digest=row[2],
        service_key=row[3],
        client_id=row[4],
        user_context=row[5],
        redirect_uri=row[6],
        redirect_uri_given=bool(row[7]),
        scope=row[8],
        code_challenge=row[9],
        code_challenge_method=row[10],
        issued_at=row[11],
        expires_at=row[12],
        spent_at=row[13],
        authentication=authentication(row[14:21]),
        grant=bought,
        watermarked=is_watermarked,
    )


def access_token(row: Columns) -> AccessToken:
    """A row of ACCESS_COLUMNS, then whether its grant is dead, expires_at, redirect_uri, resource, cnf; watermarked."""
    return AccessToken(
        id=row[0],
        key_version=row[1],
        digest=row[2],
        service_key=row[3],
        client_id=row[4],
        user_context=row[5],
        grant_id=row[6],
        grant_type=_GRANT_TYPES[row[7]],
        token_type=_TOKEN_TYPES[row[8]],
        scope=row[9],
        issued_at=row[10],
        expires_at=row[11],
        mac_algorithm=None if row[12] is None else MacAlgorithm(row[12]),
        sealed_mac_secret=row[13],
        sealed_value=row[14],
        revoked_at=row[15],
        grant_revoked=bool(row[16]),
        grant_expires_at=row[17],
        grant_redirect_uri=row[18],
        grant_resource=row[19],
        grant_cnf=row[20],
        watermarked=bool(row[21]),
    )


def refresh_token(
    row: Columns, of_grant: Grant, successor: AccessToken | None, successor_spent: bool, is_watermarked: bool
) -> RefreshToken:
    """A row of REFRESH_COLUMNS with what is read beside it."""
    return RefreshToken(
        id=row[0],
        key_version=row[1],
        digest=row[2],
        grant=of_grant,
        access_token_id=row[3],
        parent_id=row[4],
        issued_at=row[5],
        expires_at=row[6],
        idle_expires_at=row[7],
        spent_at=row[8],
        requested_scope=row[9],
        salt=row[10],
        derivation_version=row[11],
        retry_until=row[12],
        successor_access=successor,
        successor_refresh_id=row[14],
        successor_spent=successor_spent,
        watermarked=is_watermarked,
    )
