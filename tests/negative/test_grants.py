"""Group H: client credentials, password and implicit; and what of group G concerns scope alone."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from rpcauth.model import GrantType
from tests.negative.surface import CREATE_TOKEN, VALIDATE, Surface, case, count_rows, read_rows
from tests.support.provider import CLIENT, PUBLIC_CLIENT, REDIRECT_URI


def asking(token_data: dict[str, str], client: dict[str, str] | None = None, **named: Any) -> dict[str, Any]:
    return {"service_key": "service", "client": client or CLIENT, "token_data": token_data, **named}


@case("H01 public client")
async def test_client_credentials_are_for_clients_that_have_some(surface: Surface) -> None:
    params = asking({"grant_type": "client_credentials"}, PUBLIC_CLIENT)
    await surface.denied(CREATE_TOKEN, params, "unauthorized_client")


@case("H02 answer")
async def test_client_credentials_bring_an_access_token_alone(surface: Surface) -> None:
    answer = await surface.result(CREATE_TOKEN, asking({"grant_type": "client_credentials"}))
    assert answer["refresh_token"] is None
    assert "id_token" not in answer
    assert count_rows(surface.provider, "access_tokens", "refresh_tokens", "grants") == [1, 0, 0]


@case("H04 password grant off")
async def test_a_grant_that_is_off_is_unsupported(surface: Surface) -> None:
    await surface.provider.set_service(grant_types=(GrantType.AUTHORIZATION_CODE,))
    params = asking({"grant_type": "password"}, user_context="user")
    await surface.denied(CREATE_TOKEN, params, "unsupported_grant_type")


@case("H05 no resource owner was proven")
async def test_without_a_user_context_no_password_was_right(surface: Surface) -> None:
    password = "correct horse battery staple"
    token_data = {"grant_type": "password", "username": "user", "password": password}
    await surface.denied(CREATE_TOKEN, asking(token_data), "invalid_request")
    await surface.result(CREATE_TOKEN, asking(token_data, user_context="user"))
    assert password not in str(read_rows(surface.provider))


@case("H08 implicit")
async def test_a_token_stands_in_the_fragment_never_in_the_query(surface: Surface) -> None:
    uri = {"redirect_uri": REDIRECT_URI, "state": "a b"}
    params = asking({"response_type": "token", "scope": "r w"}, PUBLIC_CLIENT, uri=uri, user_context="user")
    answer = await surface.result(CREATE_TOKEN, params)
    parts = urlsplit(answer["uri"]["redirect_uri"])
    assert parts.query == ""
    fragment = {name: value for name, (value,) in parse_qs(parts.fragment, strict_parsing=True).items()}
    assert fragment == {
        "access_token": answer["access_token"],
        "token_type": "bearer",
        "expires_in": "3600",
        "scope": "r w",
        "state": "a b",
    }


@case("H08 implicit error")
async def test_an_error_of_the_implicit_grant_stands_in_the_fragment_too(surface: Surface) -> None:
    uri = {"redirect_uri": REDIRECT_URI, "state": "a b"}
    params = asking({"response_type": "token", "scope": '"'}, PUBLIC_CLIENT, uri=uri, user_context="user")
    reply = await surface.ask(CREATE_TOKEN, params)
    location = reply["error"]["data"]["error_response"]["headers"]["Location"]
    assert urlsplit(location).query == ""
    assert parse_qs(urlsplit(location).fragment)["error"] == ["invalid_scope"]
    assert count_rows(surface.provider, "access_tokens") == [0]


@pytest.mark.parametrize(
    ("granted", "required"),
    [
        pytest.param("read", "read:all", id="G08 granted read, required read:all"),
        pytest.param("read:all", "read", id="G08 granted read:all, required read"),
        pytest.param("read", "read write", id="G08 one of two"),
    ],
)
async def test_a_scope_is_no_prefix_of_another(surface: Surface, granted: str, required: str) -> None:
    provider = surface.provider
    await provider.set_service(scopes=("read", "read:all", "write"))
    code = await provider.issue_code(scope=granted)
    token = (await provider.redeem(code))["access_token"]
    context = {"headers": {"Authorization": f"Bearer {token}"}}
    reply = await surface.ask(VALIDATE, {"service_key": "service", "context": context, "scope": required})
    answer = reply["error"]["data"]["error_response"]
    assert (answer["status"], answer["response"]["error"]) == (403, "insufficient_scope")
    assert answer["headers"]["WWW-Authenticate"].endswith(f'error="insufficient_scope", scope="{required}"')


@case("G08 more than the service allows")
async def test_a_scope_that_the_service_lacks_is_invalid(surface: Surface) -> None:
    await surface.provider.set_service(scopes=("read",))
    params = asking({"grant_type": "client_credentials", "scope": "read:all"})
    await surface.denied(CREATE_TOKEN, params, "invalid_scope")
