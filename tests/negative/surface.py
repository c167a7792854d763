"""The methods as a caller reaches them, and the rules that every negative case is held to.

After a refusal the store differs only as stated, and the answer names no secret, statement, path or version.
"""

from __future__ import annotations

import json
import platform
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import aiohttp
import pytest

from rpcauth import __version__
from rpcauth.storage.driver import connect, sqlite_version
from tests.support.provider import REDIRECT_URI, Provider

Rows = Mapping[str, tuple[Any, ...]]

CREATE_TOKEN = "oauth2.createAccessToken"
CREATE_CODE = "oauth2.createAuthorizationCode"
FETCH_TOKEN = "oauth2.fetchAccessToken"
REVOKE_TOKEN = "oauth2.revokeAccessToken"
VALIDATE = "oauth2.validateRequest"

ORDERS = {
    CREATE_TOKEN: ("service_key", "client", "token_data", "uri", "user_context", "context"),
    CREATE_CODE: (
        "service_key",
        "client",
        "uri",
        "scope",
        "user_context",
        "response_type",
        "authorization_data",
        "context",
    ),
    FETCH_TOKEN: ("service_key", "access_token", "context"),
    REVOKE_TOKEN: ("service_key", "client", "access_token", "context"),
    VALIDATE: ("service_key", "context", "scope"),
}
"""The ordered form of the parameters, as the contract lists them."""

BASIC_CHALLENGE = 'Basic realm="Test API"'

_BOOKKEEPING = {"nodes", "meta"}
"""Tables that reserve ids and repair commits; they hold nothing that was granted."""

_INNARDS = re.compile(
    r"rp[acfr]_|sqlite|\b(SELECT|INSERT|UPDATE|DELETE|COMMIT|UNIQUE|CONSTRAINT)\b|Traceback|\w(Error|Exception)\b|\.py\b"
)


class Form(StrEnum):
    """The two ways of writing parameters."""

    NAMED = "named"
    ORDERED = "ordered"


def case(*titles: str) -> pytest.MarkDecorator:
    """Puts the ids of negative cases, with a word on each, into the id of a test that is no table."""
    return pytest.mark.parametrize((), [pytest.param(id=", ".join(titles))])


@dataclass(frozen=True, slots=True)
class Surface:
    """A provider, called with named or with ordered parameters."""

    provider: Provider
    form: Form = Form.NAMED

    async def ask(self, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """One call; its reply, which shows nothing that is nobody's business."""
        reply = await self.provider.call(method, self._arrange(method, params))
        if "error" in reply:
            check_discreet(reply, self.provider.path)
        return reply

    async def result(self, method: str, params: Mapping[str, Any]) -> Any:
        """The result of a call that must succeed."""
        reply = await self.ask(method, params)
        assert "result" in reply, reply
        return reply["result"]

    async def page(self, method: str, params: Mapping[str, Any], error: str) -> None:
        """PAGE: an OAuth error without any answer for the OAuth client, so nothing that could be redirected."""
        assert await self._refuse(method, params, error) is None

    async def redirected(
        self,
        method: str,
        params: Mapping[str, Any],
        error: str,
        *,
        state: str | None = None,
        issuer: str | None = None,
    ) -> None:
        """RED(error): a redirect to the registered URI with the error in its query, and `state` unchanged."""
        answer = await self._refuse(method, params, error)
        assert answer is not None
        assert (answer["return_type"], answer["status"]) == ("redirect", 302)
        location = answer["headers"]["Location"]
        assert answer["uri"] == {"redirect_uri": location, "state": state}
        assert location.startswith(f"{REDIRECT_URI}?")
        sent = dict(parse_qsl(urlsplit(location).query, keep_blank_values=True, strict_parsing=True))
        assert (sent.pop("error"), sent.pop("state", None), sent.pop("iss", None)) == (error, state, issuer)
        assert sent.keys() == {"error_description"}

    async def denied(
        self, method: str, params: Mapping[str, Any], error: str, *, changes: Collection[str] = ()
    ) -> dict[str, Any]:
        """The answer of the token endpoint: 400, or 401 with a challenge; only tables in `changes` may differ."""
        answer = await self._refuse(method, params, error, changes)
        assert answer is not None
        assert (answer["return_type"], answer["uri"]) == ("json", None)
        is_client = error == "invalid_client"
        assert answer["status"] == (401 if is_client else 400)
        assert answer["headers"].get("WWW-Authenticate") == (BASIC_CHALLENGE if is_client else None)
        return answer

    async def misused(self, method: str, params: Any, path: str | None = None) -> None:
        """-32602, with the path of the parameter as it was named, and nothing done."""
        before = read_rows(self.provider)
        reply = await self.provider.call(method, params)
        check_discreet(reply, self.provider.path)
        assert reply["error"]["code"] == -32602, reply
        if path is not None:
            assert reply["error"]["data"] == {"path": path}
        assert read_rows(self.provider) == before

    async def _refuse(
        self, method: str, params: Mapping[str, Any], error: str, changes: Collection[str] = ()
    ) -> dict[str, Any] | None:
        before = read_rows(self.provider)
        reply = await self.ask(method, params)
        assert reply.get("error", {}).get("code") == -2001, reply
        detail = reply["error"]["data"]
        assert detail["error"] == error, detail
        assert find_changed(before, read_rows(self.provider)) == set(changes)
        answer: dict[str, Any] | None = detail["error_response"]
        if answer is not None:
            assert (answer["response"]["error"], answer["headers"]["Cache-Control"]) == (error, "no-store")
        return answer

    def _arrange(self, method: str, params: Mapping[str, Any]) -> object:
        if self.form is Form.NAMED:
            return dict(params)
        assert set(params) <= set(ORDERS[method])
        ordered = [params.get(name) for name in ORDERS[method]]
        while ordered and ordered[-1] is None:
            ordered.pop()
        return ordered


def read_rows(provider: Provider) -> Rows:
    """Everything that the store holds, by table."""
    with closing(connect(provider.path, writer=False)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {
            name: tuple(connection.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall())
            for name in tables
            if name not in _BOOKKEEPING
        }


def count_rows(provider: Provider, *tables: str) -> list[int]:
    """How many rows each of `tables` has."""
    rows = read_rows(provider)
    return [len(rows[name]) for name in tables]


def find_changed(before: Rows, after: Rows) -> set[str]:
    """The tables that differ."""
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def check_discreet(reply: object, path: Path) -> None:
    """No secret of ours, no statement, no exception, no path, no version."""
    text = json.dumps(reply)
    found = _INNARDS.search(text)
    assert found is None, text
    for innards in (str(path.parent), sqlite_version(), aiohttp.__version__, platform.python_version(), __version__):
        assert innards not in text
    assert "client-secret-of-the-tests" not in text


@contextmanager
def denying(provider: Provider, *refused: tuple[int, str]) -> Iterator[None]:
    """Have SQLite itself refuse these actions of the writer, told by authorizer code and first argument."""
    writer = provider.store._connection

    def authorize(action: int, argument: str | None, *_: object) -> int:
        return 1 if (action, argument) in refused else 0

    writer.set_authorizer(authorize)
    try:
        yield
    finally:
        writer.set_authorizer(None)


@contextmanager
def full_disk(provider: Provider) -> Iterator[None]:
    """Let the store's file grow no further."""
    writer = provider.store._connection
    (pages,) = writer.execute("PRAGMA page_count").fetchone()
    (limit,) = writer.execute("PRAGMA max_page_count").fetchone()
    writer.execute(f"PRAGMA max_page_count = {pages}")
    try:
        yield
    finally:
        writer.execute(f"PRAGMA max_page_count = {limit}")


COMMIT = (22, "COMMIT")
"""SQLITE_TRANSACTION with COMMIT, for `denying`."""


def inserting(table: str) -> tuple[int, str]:
    """SQLITE_INSERT into a table, for `denying`."""
    return (18, table)


def updating(table: str) -> tuple[int, str]:
    """SQLITE_UPDATE of a table, for `denying`."""
    return (23, table)
