"""The refresh as a rule: rotate, give again, or end the grant (RFC 6749 §6, RFC 9700 §4.14.2)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rpcauth.errors import ErrorCode, OAuthError
from rpcauth.model import (
    AccessToken,
    Application,
    Grant,
    GrantType,
    Millis,
    RecordId,
    RefreshToken,
    Service,
    TokenType,
)
from rpcauth.oauth.decision import Issue, Refuse, Reissue
from rpcauth.oauth.grants.refresh_token import RefreshTokenRequest, decide

NOW = Millis(1_000_000_000)
URI = "https://client.example/cb"
SERVICE = Service(service_key="service", name="Service")
APPLICATION = Application(client_id="client", id=1, name="App", redirect_uris=(URI,), services=("service",))
GRANT = Grant(
    id=RecordId(2),
    service_key="service",
    client_id="client",
    user_context="user",
    grant_type=GrantType.PASSWORD,
    scope="read write",
    redirect_uri=URI,
    issued_at=Millis(0),
    expires_at=Millis(NOW + 1_000_000),
)
SUCCESSOR = AccessToken(
    id=RecordId(9),
    key_version=1,
    digest=b"",
    service_key="service",
    client_id="client",
    user_context="user",
    grant_id=RecordId(2),
    grant_type=GrantType.PASSWORD,
    token_type=TokenType.BEARER,
    scope="read",
    issued_at=NOW,
    expires_at=None,
)
TOKEN = RefreshToken(
    id=RecordId(3),
    key_version=1,
    digest=b"",
    grant=GRANT,
    access_token_id=RecordId(4),
    parent_id=None,
    issued_at=Millis(0),
    expires_at=GRANT.expires_at,
    idle_expires_at=None,
)
SPENT = replace(
    TOKEN,
    spent_at=Millis(NOW - 1000),
    requested_scope="read",
    salt=bytes(32),
    derivation_version=1,
    retry_until=Millis(NOW + 1),
    successor_access=SUCCESSOR,
    successor_refresh_id=RecordId(10),
)
LATE: list[dict[str, Any]] = [
    {"retry_until": NOW},
    {"salt": None},
    {"successor_spent": True},
    {"successor_access": None},
]


def decided(token: RefreshToken | None, scope: str | None = None, **settings: Any) -> Issue | Reissue | Refuse:
    request = RefreshTokenRequest(refresh_token="rpf_x", scope=scope)
    application = replace(APPLICATION, **settings.pop("application", {}))
    return decide(request, replace(SERVICE, **settings), application, token, NOW)


def raised(token: RefreshToken | None, scope: str | None = None, **settings: Any) -> ErrorCode:
    with pytest.raises(OAuthError) as error:
        decided(token, scope, **settings)
    return error.value.code


@pytest.mark.parametrize(("scope", "granted"), [(None, "read write"), ("write", "write"), ("write read", "write read")])
def test_a_live_token_rotates_and_the_grant_keeps_its_scope(scope: str | None, granted: str) -> None:
    assert decided(TOKEN, scope) == Issue(
        grant_type=GrantType.PASSWORD,
        user_context="user",
        scope="read write",
        access_scope=granted,
        redirect_uri=URI,
        refresh=True,
    )


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(None, id="unknown"),
        pytest.param(replace(TOKEN, grant=replace(GRANT, service_key="other")), id="another service's"),
        pytest.param(replace(TOKEN, grant=replace(GRANT, client_id="other")), id="another client's"),
        pytest.param(replace(TOKEN, grant=replace(GRANT, revoked_at=Millis(1))), id="revoked"),
        pytest.param(replace(TOKEN, watermarked=True), id="watermarked"),
        pytest.param(replace(TOKEN, expires_at=NOW), id="expired"),
        pytest.param(replace(TOKEN, idle_expires_at=NOW), id="idle"),
        pytest.param(replace(SPENT, grant=replace(GRANT, client_id="other")), id="another client's spent one"),
        pytest.param(replace(SPENT, grant=replace(GRANT, expires_at=NOW)), id="a retry when the grant is over"),
    ],
)
def test_a_token_that_is_good_for_nothing_is_refused_without_effect(token: RefreshToken | None) -> None:
    assert raised(token, "read") is ErrorCode.INVALID_GRANT


def test_a_spent_token_within_its_window_is_answered_as_the_first_time() -> None:
    assert decided(SPENT, "read") == Reissue(access_token_id=SUCCESSOR.id)


@pytest.mark.parametrize("scope", [None, "write", "read write"])
def test_a_retry_for_another_scope_is_refused_without_effect(scope: str | None) -> None:
    assert raised(SPENT, scope) is ErrorCode.INVALID_SCOPE


@pytest.mark.parametrize("late", LATE)
@pytest.mark.parametrize("scope", ["read", "write", None])
def test_any_later_use_ends_the_grant(late: dict[str, Any], scope: str | None) -> None:
    refused = decided(replace(SPENT, **late), scope)

    assert isinstance(refused, Refuse)
    assert (refused.error.code, refused.spend, refused.revoke) == (ErrorCode.INVALID_GRANT, False, True)


@pytest.mark.parametrize("token", [TOKEN, SPENT])
def test_a_redirect_uri_that_is_gone_ends_refreshing_while_it_is_gone(token: RefreshToken) -> None:
    assert raised(token, "read", application={"redirect_uris": ()}) is ErrorCode.INVALID_GRANT
    assert not isinstance(decided(token, "read", application={"redirect_uris": ()}, force_redirect_uri=False), Refuse)


@pytest.mark.parametrize("token", [None, TOKEN, SPENT])
def test_a_service_without_refresh_tokens_does_not_know_the_flow(token: RefreshToken | None) -> None:
    assert raised(token, "read", refresh_token_enabled=False) is ErrorCode.UNSUPPORTED_GRANT_TYPE


@pytest.mark.parametrize(
    ("scopes", "asked", "granted"),
    [
        (("read", "write", "admin"), None, "read write"),
        (("read",), None, "read"),
        (("read",), "read", "read"),
        (("read",), "write", None),
        (("admin",), None, "nothing"),
    ],
)
def test_scopes_that_are_not_allowed_any_more_are_left_out(
    scopes: tuple[str, ...], asked: str | None, granted: str | None
) -> None:
    if granted is None:
        assert raised(TOKEN, asked, scopes=scopes) is ErrorCode.INVALID_SCOPE
        return
    issue = decided(TOKEN, asked, scopes=scopes)

    assert isinstance(issue, Issue)
    assert (issue.access_scope or "nothing", issue.scope) == (granted, "read write")


def test_the_token_does_not_show_in_a_repr() -> None:
    assert repr(RefreshTokenRequest(refresh_token="rpf_secret", scope=None)) == "RefreshTokenRequest(***)"
