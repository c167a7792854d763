"""Introspection and revocation as Authlib and oauthlib ask for them, against the running daemon."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc6749 import OAuth2Error, ResourceProtector
from authlib.oauth2.rfc6749.requests import OAuth2Request
from authlib.oauth2.rfc7662 import IntrospectTokenValidator
from oauthlib.oauth2 import BackendApplicationClient

from tests.clients.site import CLIENT_ID, CLIENT_SECRET, MEMBER, PUBLIC_ID, REDIRECT_URI, Site, code_request

METHODS = pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = {"code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method": "S256"}

Open = Callable[..., Any]


@pytest.fixture
def open_session(site: Site) -> Iterator[Open]:
    """Authlib's sessions of the confidential client, unless told otherwise."""
    with ExitStack() as stack:

        def open_session(client_id: str = CLIENT_ID, secret: str | None = CLIENT_SECRET, **options: str) -> Any:
            session = OAuth2Session(client_id, secret, **options)
            stack.callback(session.close)
            return session

        yield open_session


def log_in(site: Site) -> Any:
    """Tokens of the confidential client for a member."""
    response = requests.post(site.token_url, json=code_request(site.make_code()), timeout=30)
    site.daemon.remember(response.content)
    return response.json()


def check_not_stored(response: Any) -> None:
    """RFC 6749 §5.1: an answer that tells of tokens is in nobody's cache."""
    assert (response.headers["Cache-Control"], response.headers["Pragma"]) == ("no-store", "no-cache")
    assert response.headers["Content-Type"] == "application/json;charset=UTF-8"


@METHODS
def test_authlib_introspects(site: Site, open_session: Open, method: str) -> None:
    session = open_session(token_endpoint_auth_method=method)
    tokens = log_in(site)
    response = session.introspect_token(site.endpoint("introspect"), tokens["access_token"], "access_token")
    told = response.json()
    assert (response.status_code, told["active"], told["client_id"]) == (200, True, CLIENT_ID)
    assert (told["sub"], told["scope"], told["token_type"]) == (MEMBER, "basic_profile", "bearer")
    assert told["iss"] == f"{site.url}/services/members"
    assert abs(told["exp"] - time.time() - 3600) < 60
    check_not_stored(response)
    made_up = session.introspect_token(site.endpoint("introspect"), "made up", "access_token")
    assert made_up.json() == {"active": False}


@METHODS
@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_authlib_revokes(site: Site, open_session: Open, method: str, kind: str) -> None:
    session = open_session(token_endpoint_auth_method=method)
    tokens = log_in(site)
    for _ in range(2):
        assert session.revoke_token(site.endpoint("revoke"), tokens[kind], kind).status_code == 200
    told = session.introspect_token(site.endpoint("introspect"), tokens["access_token"])
    assert told.json() == {"active": False}
    assert site.refuse("fetchAccessToken", access_token=tokens["access_token"]) == "invalid_token"


def test_authlib_revokes_for_a_public_client(site: Site, open_session: Open) -> None:
    made = site.call(
        "createAuthorizationCode",
        client={"client_id": PUBLIC_ID},
        uri={"redirect_uri": REDIRECT_URI},
        user_context=MEMBER,
        authorization_data=CHALLENGE,
    )
    tokens = site.call(
        "createAccessToken",
        client={"client_id": PUBLIC_ID},
        token_data={"grant_type": "authorization_code", "code": made["code"], "code_verifier": VERIFIER},
        uri={"redirect_uri": REDIRECT_URI},
    )
    session = open_session(PUBLIC_ID, None, token_endpoint_auth_method="none")
    assert session.revoke_token(site.endpoint("revoke"), tokens["access_token"]).status_code == 200
    assert site.refuse("fetchAccessToken", access_token=tokens["access_token"]) == "invalid_token"
    refused = session.introspect_token(site.endpoint("introspect"), tokens["access_token"])
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")


@METHODS
@pytest.mark.parametrize("endpoint", ["introspect", "revoke"])
def test_a_wrong_secret_is_refused_as_the_rfc_says(site: Site, open_session: Open, method: str, endpoint: str) -> None:
    session = open_session(secret="wrong", token_endpoint_auth_method=method)
    ask = session.introspect_token if endpoint == "introspect" else session.revoke_token
    response = ask(site.endpoint(endpoint), "made up")
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")
    assert response.headers["WWW-Authenticate"] == 'Basic realm="Members"'
    check_not_stored(response)


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_oauthlib_prepares_a_revocation_that_is_understood(
    site: Site, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    tokens = log_in(site)
    url, headers, body = BackendApplicationClient(CLIENT_ID).prepare_token_revocation_request(
        site.endpoint("revoke"), tokens[kind], token_type_hint=kind
    )
    response = requests.post(url, headers=headers, data=body, auth=(CLIENT_ID, CLIENT_SECRET), timeout=30)
    assert (response.status_code, response.content) == (200, b"")
    assert site.refuse("fetchAccessToken", access_token=tokens["access_token"]) == "invalid_token"


def test_a_resource_server_of_authlib_goes_by_the_introspection(site: Site, open_session: Open) -> None:
    session = open_session()

    class Validator(IntrospectTokenValidator):  # type: ignore[misc]  # Authlib is untyped
        def introspect_token(self, token_string: str) -> Any:
            return session.introspect_token(site.endpoint("introspect"), token_string).json()

    protector = ResourceProtector()
    protector.register_token_validator(Validator())

    def ask(token: str, scope: str) -> Any:
        request = OAuth2Request("GET", "https://api.example.com/", headers={"Authorization": f"Bearer {token}"})
        return protector.validate_request([scope], request)

    token = log_in(site)["access_token"]
    assert ask(token, "basic_profile")["sub"] == MEMBER
    for bad, scope, error in ((token, "full_profile", "insufficient_scope"), ("made up", "", "invalid_token")):
        with pytest.raises(OAuth2Error) as caught:
            ask(bad, scope)
        assert caught.value.error == error


def test_a_gateway_asks_over_one_connection_and_sees_every_header(site: Site) -> None:
    token = log_in(site)["access_token"]
    with closing(http.client.HTTPConnection("127.0.0.1", site.daemon.port, timeout=30)) as connection:
        answers = []
        for method, proof in (("GET", token), ("OPTIONS", "made up"), ("POST", token), ("HEAD", token)):
            connection.request(method, "/authz", headers={"Authorization": f"Bearer {proof}"})
            reply = connection.getresponse()
            answers.append((reply.status, reply.read(), reply.getheader("Connection"), dict(reply.getheaders())))
    assert [answer[:3] for answer in answers] == [(status, b"", None) for status in (200, 401, 200, 200)]
    names = [f"X-Auth-{name}" for name in ("Subject", "Client", "Scope", "Audience", "Expires")]
    for _, _, _, headers in answers:
        assert [name for name in names if name not in headers] == []
        assert headers["Cache-Control"] == "no-store"
    assert (answers[0][3]["X-Auth-Subject"], answers[1][3]["X-Auth-Subject"]) == (MEMBER, "")


def test_no_token_and_no_secret_of_the_endpoints_gets_into_the_log(site: Site, open_session: Open) -> None:
    token = log_in(site)["access_token"]
    open_session().introspect_token(site.endpoint("introspect"), token)
    open_session(secret="secret-that-is-wrong").revoke_token(site.endpoint("revoke"), token)
    requests.get(f"{site.url}/authz/x?access_token={token}", headers={"X-Original-URI": f"/?a={token}"}, timeout=30)
    deadline = time.monotonic() + 10
    while '"outcome":"contradictory_request"' not in (log := site.daemon.log.read_text()):
        assert time.monotonic() < deadline, log
        time.sleep(0.02)
    assert '"method":"oauth2.introspect"' in log
    assert [secret for secret in (token, CLIENT_SECRET, "secret-that-is-wrong") if secret in log] == []
