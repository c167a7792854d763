"""What a client asks in one shift: tokens of every kind, each refreshed, fetched, revoked or let expire.

A shift is a generator of batches; it is sent the replies, and says how each must look. It knows no connection.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.support.daemon import CLIENT, REDIRECT_URI

BEARER, MAC, SINGLE, LASTING = "bearer", "mac", "single", "lasting"
"""The services: short-lived tokens of both types, one token at a time, and tokens that outlive the test."""

TOKENS = 40
"""Access and refresh tokens of one shift, about."""

HELD, REVOKED = 60, 20

_URI = {"redirect_uri": REDIRECT_URI}
_CLIENT_ID = {"client_id": CLIENT["client_id"]}

_SERVICE = """
[[services]]
service_key = "{key}"
name = "{key}"
grant_types = ["authorization_code", "implicit", "password", "client_credentials"]
{settings}
"""
_APPLICATION = f"""
[[applications]]
client_id = "{CLIENT["client_id"]}"
client_secret = "{CLIENT["client_secret"]}"
name = "OAuth 2.0 Test App"
redirect_uris = ["{REDIRECT_URI}"]
services = ["{BEARER}", "{MAC}", "{SINGLE}", "{LASTING}"]
"""

Call = tuple[str, dict[str, Any]]
Batches = Generator[list[Call], list[Any], None]
"""Yields the calls of a batch; is sent the result of each, or the OAuth error that refused it as a Refusal."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The error code of OAuth with which a call was refused."""

    code: str


def define(lifetime: int) -> str:
    """Definitions under which access tokens live for so many seconds, and all that is left of a grant twice as long."""
    short = f"access_token_ttl = {lifetime}\nauthorization_code_ttl = {lifetime}\nrefresh_token_ttl = {2 * lifetime}\n"
    short += f"refresh_retry_window = {lifetime // 2}\ninactive_retention = {lifetime // 2}"
    services = {
        BEARER: short,
        MAC: f'{short}\naccess_token_type = "mac"',
        SINGLE: f"{short}\nallow_multiple_tokens = false\nsecure_tokens = false",
        LASTING: "",
    }
    return "".join(_SERVICE.format(key=key, settings=text) for key, text in services.items()) + _APPLICATION


def work(user: str, leaver: str, issued: Counter[str], *, leaves: bool) -> Batches:
    """One shift for `user`; some tokens are for `leaver`, all of whose tokens are revoked if it `leaves`.

    `issued` counts the codes and tokens that were given out, by their kind.
    """
    lone, codes, grants = yield from _get(user, leaver, issued)
    grants += yield from _redeem(codes, issued)
    grants = yield from _refresh(grants, issued)
    yield from _fetch(lone)
    yield from _revoke(lone, grants, leaver, leaves=leaves)


def hold(issued: Counter[str]) -> Batches:
    """Get the tokens that outlive the test, HELD that are good and REVOKED that are not."""
    tokens = yield [_token(LASTING, grant_type="client_credentials") for _ in range(HELD + REVOKED)]
    _enter(tokens, issued)
    replies = yield [_revocation(one["access_token"], LASTING) for one in tokens[:REVOKED]]
    assert replies == [True] * REVOKED, replies


def _get(user: str, leaver: str, issued: Counter[str]) -> Generator[list[Call], list[Any], tuple[Any, Any, Any]]:
    asked = [
        *[_code(user) for _ in range(6)],
        *[_token(BEARER, grant_type="password", user_context=one) for one in (user, leaver)],
        *[_token(BEARER, grant_type="implicit", user_context=user) for _ in range(2)],
        *[_token(BEARER, grant_type="client_credentials") for _ in range(4)],
        *[_token(MAC, grant_type="client_credentials") for _ in range(2)],
        *[_token(SINGLE, grant_type="implicit", user_context=user) for _ in range(2)],
    ]
    given = yield asked
    codes, tokens, again = [one["code"] for one in given[:6]], given[6:-1], given[-1]
    assert again["access_token"] == tokens[-1]["access_token"]
    issued["code"] += len(codes)
    _enter(tokens, issued)
    return [one["access_token"] for one in tokens[2:8]], codes, tokens[:1]


def _redeem(codes: Sequence[str], issued: Counter[str]) -> Generator[list[Call], list[Any], list[Any]]:
    """One code is let expire, and one redeemed twice: that revokes what it bought."""
    *used, _ = codes
    replies = yield [_redemption(code) for code in (*used, used[-1])]
    assert replies[-1] == Refusal("invalid_grant"), replies[-1]
    _enter(replies[:-1], issued)
    return replies[:-2]


def _refresh(grants: Sequence[Any], issued: Counter[str]) -> Generator[list[Call], list[Any], list[Any]]:
    """Twice, and each time once more: a retry gives the same tokens again."""
    for _ in range(2):
        asked = [_refreshing(grant) for grant in grants]
        replies = yield [*asked, *asked[:2]]
        grants = replies[: len(asked)]
        assert [one["access_token"] for one in replies[len(asked) :]] == [one["access_token"] for one in grants[:2]]
        _enter(grants, issued)
    return list(grants)


def _fetch(tokens: Sequence[str]) -> Batches:
    found = yield [_fetching(token) for token in tokens]
    assert all(isinstance(one, dict) and one["token_type"] == "bearer" for one in found), found


def _revoke(tokens: Sequence[str], grants: Sequence[Any], leaver: str, *, leaves: bool) -> Batches:
    gone, ended = tokens[:2], grants[0]
    revocations = [_revocation(text) for text in (*gone, ended["refresh_token"])]
    leaving = [
        ("oauth2.revokeUserApplication", {"service_key": BEARER, "client": _CLIENT_ID, "user_context": leaver}),
        ("oauth2.revokeTokens", {"service_key": BEARER, "where": {"user_context": leaver}}),
    ]
    asked = [*revocations, *(leaving if leaves else ())]
    replies = yield [*asked, *[_fetching(text) for text in (*gone, ended["access_token"])]]
    assert replies[: len(asked)] == [True] * len(asked), replies
    assert replies[len(asked) :] == [Refusal("invalid_token")] * 3, replies


def _enter(tokens: Sequence[Any], issued: Counter[str]) -> None:
    for one in tokens:
        issued["access"] += 1
        issued["refresh"] += "refresh_token" in one and one["refresh_token"] is not None


def _code(user: str) -> Call:
    named = {"service_key": BEARER, "client": _CLIENT_ID, "uri": _URI, "user_context": user}
    return "oauth2.createAuthorizationCode", named


def _token(service_key: str, *, user_context: str | None = None, **data: str) -> Call:
    named = {"service_key": service_key, "client": CLIENT, "token_data": data, "uri": _URI}
    return "oauth2.createAccessToken", named if user_context is None else {**named, "user_context": user_context}


def _redemption(code: str) -> Call:
    return _token(BEARER, grant_type="authorization_code", code=code)


def _refreshing(grant: Any) -> Call:
    return _token(BEARER, grant_type="refresh_token", refresh_token=grant["refresh_token"])


def _fetching(token: str) -> Call:
    return "oauth2.fetchAccessToken", {"service_key": BEARER, "access_token": token}


def _revocation(token: str, service_key: str = BEARER) -> Call:
    return "oauth2.revokeAccessToken", {"service_key": service_key, "client": _CLIENT_ID, "access_token": token}
