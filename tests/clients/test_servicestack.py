"""PyPI servicestack against the running daemon. It writes camelCase, whatever the names of the DTO are."""

# ruff: noqa: UP045 - the client calls the types of members, and can call Optional[str] alone.

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Optional

import pytest
from dataclasses_json import LetterCase, Undefined, dataclass_json
from servicestack import IPost, IReturn, JsonServiceClient, WebServiceException

from tests.clients.site import CLIENT_ID, CLIENT_SECRET, MEMBER, OIDC_PATH, REDIRECT_URI, Site, code_request

as_generated = dataclass_json(letter_case=LetterCase.CAMEL, undefined=Undefined.EXCLUDE)  # type: ignore[call-overload]
"""How ServiceStack decorates the DTOs that it generates for this client."""


@as_generated
@dataclass
class OIDCGetAccessTokenResponse:
    access_token: Optional[str] = None
    token_type: Optional[str] = None
    refresh_token: Optional[str] = None
    expires_in: Optional[int] = None
    id_token: Optional[str] = None


@as_generated
@dataclass
class OIDCGetAccessToken(IReturn[OIDCGetAccessTokenResponse], IPost):  # type: ignore[misc] # the package has no types
    grant_type: Optional[str] = None
    scope: Optional[str] = None
    code: Optional[str] = None
    refresh_token: Optional[str] = None
    redirect_uri: Optional[str] = None
    client_id: Optional[str] = None
    client_secret: Optional[str] = None


@as_generated
@dataclass
class GetAccessTokenResponse:
    access_token: Optional[str] = None


@as_generated
@dataclass
class GetAccessToken(IReturn[GetAccessTokenResponse], IPost):  # type: ignore[misc] # the package has no types
    grant_type: Optional[str] = None
    app_id: Optional[str] = None
    app_secret: Optional[str] = None
    code: Optional[str] = None


@dataclass
class Client:
    """The client, and what it sent: path and body."""

    client: Any
    sent: list[tuple[str, str]] = field(default_factory=list)
    received: list[tuple[int, bytes]] = field(default_factory=list)


@pytest.fixture
def client(site: Site) -> Iterator[Client]:
    opened = Client(JsonServiceClient(site.url))
    session = opened.client._session
    site.watch(session)

    def note(response: Any, **_: object) -> None:
        opened.sent.append((response.request.path_url, response.request.body))
        opened.received.append((response.status_code, response.content))

    session.hooks["response"].append(note)
    with session:
        yield opened


def test_a_code_in_camel_case_becomes_tokens_at_api(site: Site, client: Client) -> None:
    tokens = client.client.post(OIDCGetAccessToken(**code_request(site.make_code())))
    ((path, body),) = client.sent
    assert path == "/api/OIDCGetAccessToken"
    assert set(json.loads(body)) == {"grantType", "code", "redirectUri", "clientId", "clientSecret"}
    assert (tokens.token_type, tokens.expires_in) == ("Bearer", 3600)
    assert site.fetch(tokens.access_token)["user_context"] == MEMBER


def test_a_refresh_token_in_camel_case_becomes_new_tokens(site: Site, client: Client) -> None:
    first = client.client.post(OIDCGetAccessToken(**code_request(site.make_code())))
    request = OIDCGetAccessToken(
        grant_type="refresh_token",
        refresh_token=first.refresh_token,
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
    )
    second = client.client.post(request)
    assert second.access_token != first.access_token
    assert site.fetch(second.access_token)["client_id"] == CLIENT_ID


def test_a_code_becomes_tokens_on_the_predefined_route_without_a_base_path(site: Site, client: Client) -> None:
    client.client.set_base_path("")
    tokens = client.client.post(OIDCGetAccessToken(**code_request(site.make_code())))
    assert client.sent[0][0] == "/json/reply/OIDCGetAccessToken"
    assert site.fetch(tokens.access_token)["client_id"] == CLIENT_ID


def test_a_code_in_camel_case_becomes_tokens_at_the_named_route(site: Site, client: Client) -> None:
    tokens = client.client.send_url(OIDC_PATH, body=OIDCGetAccessToken(**code_request(site.make_code())))
    assert client.sent[0][0] == OIDC_PATH
    assert site.fetch(tokens.access_token)["client_id"] == CLIENT_ID


def test_a_dict_is_sent_as_it_is(site: Site, client: Client) -> None:
    body = code_request(site.make_code())
    tokens = client.client.send_url(OIDC_PATH, "POST", body=body, response_as=OIDCGetAccessTokenResponse)
    assert json.loads(client.sent[0][1]) == body
    assert site.fetch(tokens.access_token)["client_id"] == CLIENT_ID


def test_its_credentials_are_those_of_the_client(site: Site, client: Client) -> None:
    client.client.set_credentials(CLIENT_ID, CLIENT_SECRET)
    request = OIDCGetAccessToken(grant_type="authorization_code", code=site.make_code(), redirect_uri=REDIRECT_URI)
    assert site.fetch(client.client.post(request).access_token)["client_id"] == CLIENT_ID


def test_get_access_token_is_answered_and_this_client_reads_none_of_its_names(site: Site, client: Client) -> None:
    """The members of the answer are PascalCase, as documented; read as a dict it is all there."""
    request = GetAccessToken(grant_type="Code", app_id=CLIENT_ID, app_secret=CLIENT_SECRET, code=site.make_code())
    assert client.client.post(request).access_token is None
    again = {"AppId": CLIENT_ID, "AppSecret": CLIENT_SECRET, "GrantType": "Code", "Code": site.make_code()}
    answer = client.client.post_url("/OAuth/GetAccessToken", body=again)
    assert site.fetch(answer["AccessToken"])["user_context"] == MEMBER


@pytest.mark.parametrize(
    ("changed", "status", "reason"),
    [
        ({"code": "made-up"}, 400, "invalid_grant"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"code": ""}, 400, "NotEmpty"),
        ({"grant_type": "password"}, 400, "Bad Request"),
    ],
)
def test_an_error_has_its_code_in_the_reason(
    site: Site, client: Client, changed: dict[str, str], status: int, reason: str
) -> None:
    """This client reads response_status by names that no server of this version writes: the reason is all it shows."""
    with pytest.raises(WebServiceException) as caught:
        client.client.post(OIDCGetAccessToken(**code_request(site.make_code(), **changed)))
    assert (caught.value.status_code, caught.value.status_description) == (status, reason)
    assert b'"ResponseStatus":{"ErrorCode":' in client.received[0][1]


def test_its_own_get_access_token_is_refused_for_what_it_lacks(site: Site, client: Client) -> None:
    """On an error the client renews its bearer token with a DTO of its own, which has the name of ours."""
    client.client.set_refresh_token("a refresh token of ServiceStack's own")
    with pytest.raises(WebServiceException) as caught:
        client.client.post(OIDCGetAccessToken(**code_request(site.make_code(), client_secret="wrong")))
    assert [path for path, _ in client.sent] == ["/api/OIDCGetAccessToken", "/api/GetAccessToken"]
    assert [status for status, _ in client.received] == [401, 400]
    assert caught.value.status_description == "NotEmpty"
