"""Whether a stored access token is good: one thing wrong with it is enough."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rpcauth.model import AccessToken, Application, Definitions, GrantType, Millis, RecordId, Service, TokenType
from rpcauth.oauth.liveness import is_live

NOW = Millis(1_800_000_000_000)
URI = "https://client.example.com/cb"
SERVICE = Service(service_key="service", name="S")
CLIENT = Application(client_id="client", id=1, name="C", services=("service",), redirect_uris=(URI,))
TOKEN = AccessToken(
    id=RecordId(1),
    key_version=1,
    digest=bytes(32),
    service_key="service",
    client_id="client",
    user_context="user",
    grant_id=RecordId(2),
    grant_type=GrantType.AUTHORIZATION_CODE,
    token_type=TokenType.BEARER,
    scope=None,
    issued_at=NOW,
    expires_at=Millis(NOW + 1),
    grant_redirect_uri=URI,
)


def live(
    token: dict[str, Any] | None = None, client: dict[str, Any] | None = None, service: dict[str, Any] | None = None
) -> bool:
    """Whether the token is live with these changes."""
    changed, asked = replace(CLIENT, **(client or {})), replace(SERVICE, **(service or {}))
    definitions = Definitions({asked.service_key: asked}, {changed.client_id: changed}, {})
    return is_live(replace(TOKEN, **(token or {})), asked, definitions, NOW)


@pytest.mark.parametrize(
    "token",
    [
        {},
        {"expires_at": None},
        {"grant_id": None, "grant_redirect_uri": None},
        {"user_context": None},
        {"grant_expires_at": Millis(NOW + 1)},
    ],
    ids=str,
)
def test_a_token_with_nothing_against_it_is_live(token: dict[str, Any]) -> None:
    assert live(token)


@pytest.mark.parametrize(
    "token",
    [
        {"expires_at": NOW},
        {"expires_at": Millis(NOW - 1)},
        {"revoked_at": NOW},
        {"revoked_at": Millis(NOW + 10)},
        {"revoked_at": Millis(0)},
        {"grant_revoked": True},
        {"watermarked": True},
        {"service_key": "other"},
        {"client_id": "other"},
        {"grant_redirect_uri": "https://client.example.com/other"},
        {"grant_redirect_uri": URI + "/"},
    ],
    ids=str,
)
def test_a_token_with_one_thing_against_it_is_dead(token: dict[str, Any]) -> None:
    assert not live(token)


@pytest.mark.parametrize(
    "client", [{"disabled": True}, {"services": ()}, {"services": ("other",)}, {"redirect_uris": ()}], ids=str
)
def test_a_token_dies_with_the_standing_of_its_application(client: dict[str, Any]) -> None:
    assert not live(client=client)


def test_a_token_without_a_redirect_uri_does_not_hang_on_the_registered_ones() -> None:
    assert live({"grant_redirect_uri": None}, client={"redirect_uris": ()})


def test_an_unregistered_redirect_uri_is_no_matter_where_the_service_does_not_force_it() -> None:
    assert live(client={"redirect_uris": ()}, service={"force_redirect_uri": False})


def test_the_port_of_a_loopback_redirect_uri_is_no_matter() -> None:
    registered = {"redirect_uris": ("http://127.0.0.1/cb",)}
    assert live({"grant_redirect_uri": "http://127.0.0.1:49152/cb"}, client=registered)
