"""Password, client credentials and implicit as rules (RFC 6749 §4.2, §4.3, §4.4)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rpcauth.errors import ErrorCode, OAuthError
from rpcauth.model import Application, GrantType, Service, TokenType
from rpcauth.oauth.decision import Issue
from rpcauth.oauth.grants import client_credentials, implicit, password
from rpcauth.oauth.grants.client_credentials import ClientCredentialsRequest
from rpcauth.oauth.grants.implicit import ImplicitRequest
from rpcauth.oauth.grants.password import PasswordRequest

URI = "https://client.example/cb"
SERVICE = Service(service_key="service", name="Service")
APPLICATION = Application(client_id="client", id=1, name="App", services=("service",))
PASSWORD = PasswordRequest(scope="read", user_context="user")
CREDENTIALS = ClientCredentialsRequest(scope="read", user_context=None)
IMPLICIT = ImplicitRequest(scope="read", user_context="user", redirect_uri=URI, as_redirect=True)
GRANTS: list[tuple[Any, Any]] = [
    (password.decide, PASSWORD),
    (client_credentials.decide, CREDENTIALS),
    (implicit.decide, IMPLICIT),
]


def refusal(decide: Any, request: object, service: Service = SERVICE, application: Application = APPLICATION) -> str:
    with pytest.raises(OAuthError) as error:
        decide(request, service, application)
    return error.value.code.value


@pytest.mark.parametrize("enabled", [True, False])
def test_a_password_grant_refreshes_where_the_service_does(enabled: bool) -> None:
    assert password.decide(PASSWORD, replace(SERVICE, refresh_token_enabled=enabled), APPLICATION) == Issue(
        grant_type=GrantType.PASSWORD, user_context="user", scope="read", access_scope="read", refresh=enabled
    )


@pytest.mark.parametrize("user", [None, "batch"])
def test_client_credentials_never_refresh_and_keep_a_user_that_is_given(user: str | None) -> None:
    assert client_credentials.decide(replace(CREDENTIALS, user_context=user), SERVICE, APPLICATION) == Issue(
        grant_type=GrantType.CLIENT_CREDENTIALS, user_context=user, scope="read", access_scope="read"
    )


@pytest.mark.parametrize("as_redirect", [True, False])
def test_an_implicit_grant_never_refreshes_and_keeps_its_redirect_uri(as_redirect: bool) -> None:
    assert implicit.decide(replace(IMPLICIT, as_redirect=as_redirect), SERVICE, APPLICATION) == Issue(
        grant_type=GrantType.IMPLICIT, user_context="user", scope="read", access_scope="read", redirect_uri=URI
    )


def test_password_and_implicit_need_a_user() -> None:
    assert refusal(password.decide, replace(PASSWORD, user_context=None)) == ErrorCode.INVALID_REQUEST
    assert refusal(implicit.decide, replace(IMPLICIT, user_context=None)) == ErrorCode.INVALID_REQUEST


def test_a_public_application_has_no_credentials_of_its_own() -> None:
    public = replace(APPLICATION, public=True)

    assert refusal(client_credentials.decide, CREDENTIALS, application=public) == ErrorCode.UNAUTHORIZED_CLIENT


def test_a_mac_token_is_not_given_by_redirect_but_is_by_json() -> None:
    mac = replace(SERVICE, access_token_type=TokenType.MAC)

    assert refusal(implicit.decide, IMPLICIT, mac) == ErrorCode.UNSUPPORTED_RESPONSE_TYPE
    assert implicit.decide(replace(IMPLICIT, as_redirect=False), mac, APPLICATION).scope == "read"


@pytest.mark.parametrize(("decide", "request_"), GRANTS)
@pytest.mark.parametrize(
    ("service", "application", "asked", "granted"),
    [
        ({}, {}, "a b", "a b"),
        ({"scopes": ("a", "b")}, {}, "b a", "b a"),
        ({"scopes": ("a", "b")}, {}, "c", "invalid_scope"),
        ({"scopes": ("a", "b")}, {"scopes": ("a",)}, "b", "invalid_scope"),
        ({}, {}, "a  b", "invalid_scope"),
        ({}, {}, None, None),
        ({"default_scopes": ("a", "b")}, {}, None, "a b"),
        ({"default_scopes": ("a", "b")}, {"scopes": ("b",)}, None, "b"),
        ({"default_scopes": ("a", "b")}, {"scopes": ()}, None, None),
    ],
)
def test_scope_is_what_service_and_application_allow_in_each_of_them(
    decide: Any,
    request_: Any,
    service: dict[str, Any],
    application: dict[str, Any],
    asked: str | None,
    granted: str | None,
) -> None:
    arguments = replace(request_, scope=asked), replace(SERVICE, **service), replace(APPLICATION, **application)

    if granted == "invalid_scope":
        assert refusal(decide, *arguments) == granted
    else:
        issue = decide(*arguments)
        assert (issue.scope, issue.access_scope) == (granted, granted)
