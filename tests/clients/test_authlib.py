"""Authlib against the running daemon: OAuth2Session as the client, authlib.jose as the judge of id_tokens."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session, OAuthError
from authlib.oidc.core import CodeIDToken

from tests.clients.site import (
    AUTH_TIME,
    AUTHORIZE_URL,
    CLIENT_ID,
    CLIENT_SECRET,
    MEMBER,
    PUBLIC_ID,
    REDIRECT_URI,
    SERVICE_KEY,
    Site,
    define,
)

with warnings.catch_warnings():
    # Authlib 1 warns that version 2 hands over to joserfc. The daemon signs with joserfc, so the older code, which
    # shares nothing with it, is the better judge; setup.cfg keeps version 2 away.
    warnings.filterwarnings("ignore", "authlib.jose module is deprecated", module=__name__)
    from authlib.jose import JsonWebKey, JsonWebToken
    from authlib.jose.errors import BadSignatureError

NONCE = "n-0S6_WzA2Mj"

Open = Callable[..., Any]


@pytest.fixture
def open_session(site: Site) -> Iterator[Open]:
    """Sessions of the confidential client, unless told otherwise."""
    with ExitStack() as stack:

        def open_session(client_id: str = CLIENT_ID, **options: object) -> Any:
            options = {"redirect_uri": REDIRECT_URI, "scope": "openid basic_profile", **options}
            if client_id == CLIENT_ID:
                options = {"client_secret": CLIENT_SECRET, **options}
            session = OAuth2Session(client_id, token_endpoint=site.token_url, **options)
            stack.callback(session.close)
            site.watch(session)
            return session

        yield open_session


def log_in(site: Site, session: Any) -> Any:
    """The tokens of a login from its first redirect to its token request."""
    verifier = {} if session.code_challenge_method is None else {"code_verifier": generate_token(48)}
    address, state = session.create_authorization_url(AUTHORIZE_URL, nonce=NONCE, **verifier)
    redirect = site.authorize(address)
    return session.fetch_token(site.token_url, authorization_response=redirect, state=state, **verifier)


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
@pytest.mark.parametrize("challenge", [None, "S256"])
def test_a_login_gives_tokens_with_the_client_proven_by(
    site: Site, open_session: Open, method: str, challenge: str | None
) -> None:
    session = open_session(token_endpoint_auth_method=method, code_challenge_method=challenge)
    tokens = log_in(site, session)
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 3600)
    token = site.fetch(tokens["access_token"])
    assert (token["user_context"], token["client_id"], token["scope"]) == (MEMBER, CLIENT_ID, "openid basic_profile")


def test_a_public_client_proves_itself_by_its_verifier(site: Site, open_session: Open) -> None:
    tokens = log_in(site, open_session(PUBLIC_ID, code_challenge_method="S256"))
    assert site.fetch(tokens["access_token"])["client_id"] == PUBLIC_ID


@pytest.mark.parametrize("verifier", [{}, {"code_verifier": "x" * 43}], ids=["none", "another"])
def test_without_its_verifier_a_challenged_code_is_worth_nothing(
    site: Site, open_session: Open, verifier: dict[str, str]
) -> None:
    session = open_session(PUBLIC_ID, code_challenge_method="S256")
    address, state = session.create_authorization_url(AUTHORIZE_URL, code_verifier=generate_token(48))
    with pytest.raises(OAuthError) as caught:
        session.fetch_token(site.token_url, authorization_response=site.authorize(address), state=state, **verifier)
    assert caught.value.error == "invalid_grant"


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_a_refresh_token_gives_new_tokens_with_the_client_proven_by(
    site: Site, open_session: Open, method: str
) -> None:
    session = open_session(token_endpoint_auth_method=method)
    first = dict(log_in(site, session))
    second = session.refresh_token()
    assert second["refresh_token"] != first["refresh_token"]
    assert site.fetch(second["access_token"])["user_context"] == MEMBER


def test_a_public_client_refreshes_by_its_id(site: Site, open_session: Open) -> None:
    session = open_session(PUBLIC_ID, code_challenge_method="S256")
    log_in(site, session)
    assert site.fetch(session.refresh_token()["access_token"])["client_id"] == PUBLIC_ID


def test_an_expired_token_is_renewed_on_its_next_use(site: Site, open_session: Open) -> None:
    session = open_session()
    first = dict(log_in(site, session))
    session.token = {**first, "expires_at": int(time.time()) - 1}
    session.get(f"{site.url}/metadata")
    assert session.token["access_token"] != first["access_token"]
    assert site.fetch(session.token["access_token"])["user_context"] == MEMBER


@pytest.mark.parametrize(
    ("options", "how", "error"),
    [
        ({"client_secret": "wrong"}, {}, "invalid_client"),
        ({"client_secret": "wrong", "token_endpoint_auth_method": "client_secret_post"}, {}, "invalid_client"),
        ({}, {"client_id": CLIENT_ID}, "invalid_request"),
        ({}, {"code": "made-up"}, "invalid_grant"),
        ({}, {"redirect_uri": f"{REDIRECT_URI}/other"}, "invalid_grant"),
        ({}, {"scope": "full_profile"}, "invalid_scope"),
        ({}, {"grant_type": "password", "username": "member", "password": "secret"}, "unsupported_grant_type"),
        ({}, {"grant_type": "refresh_token", "refresh_token": "made-up"}, "invalid_grant"),
    ],
)
def test_a_refusal_is_raised_under_its_oauth_name(
    site: Site, open_session: Open, options: dict[str, str], how: dict[str, str], error: str
) -> None:
    with pytest.raises(OAuthError) as caught:
        open_session(**options).fetch_token(
            site.token_url, **{"grant_type": "authorization_code", "code": site.make_code(), **how}
        )
    assert (caught.value.error, bool(caught.value.description)) == (error, True)


@pytest.fixture(params=["ES256", "RS256"])
def signed_by(site: Site, request: pytest.FixtureRequest) -> Iterator[str]:
    """The algorithm that the service signs by, while the test runs."""
    site.daemon.apply(define(signing=request.param))
    yield request.param
    site.daemon.apply(define())


def read_id_token(site: Site, session: Any, id_token: str, **params: str) -> CodeIDToken:
    """The claims, once the signature by a published key and each claim have been found right."""
    keys = JsonWebKey.import_key_set(session.get(f"{site.url}/.well-known/jwks", withhold_token=True).json())
    claims = JsonWebToken(["ES256", "RS256"]).decode(
        id_token,
        keys,
        claims_cls=CodeIDToken,
        claims_options={
            "iss": {"essential": True, "value": f"{site.url}/services/{SERVICE_KEY}"},
            "aud": {"essential": True, "value": CLIENT_ID},
        },
        claims_params={"client_id": CLIENT_ID, **params},
    )
    claims.validate()
    return claims


def test_the_id_token_is_what_openid_connect_asks_for(site: Site, open_session: Open, signed_by: str) -> None:
    session = open_session()
    tokens = log_in(site, session)
    claims = read_id_token(
        site, session, tokens["id_token"], nonce=NONCE, access_token=tokens["access_token"], max_age="600"
    )
    assert claims.header["alg"] == signed_by
    assert (claims["sub"], claims["nonce"], claims["auth_time"]) == (MEMBER, NONCE, AUTH_TIME)
    assert claims["exp"] - claims["iat"] == tokens["expires_in"]
    assert "at_hash" in claims


def test_the_id_token_of_a_refresh_is_about_the_same_login(site: Site, open_session: Open) -> None:
    session = open_session()
    first = read_id_token(site, session, log_in(site, session)["id_token"])
    tokens = session.refresh_token()
    second = read_id_token(site, session, tokens["id_token"], access_token=tokens["access_token"])
    kept = ("iss", "sub", "aud", "auth_time")
    assert [second[name] for name in kept] == [first[name] for name in kept]
    assert "nonce" not in second


def test_a_changed_id_token_does_not_verify(site: Site, open_session: Open) -> None:
    session = open_session()
    head, _, signature = log_in(site, session)["id_token"].split(".")
    _, claims, _ = log_in(site, session)["id_token"].split(".")
    with pytest.raises(BadSignatureError):
        read_id_token(site, session, f"{head}.{claims}.{signature}")


def test_without_openid_there_is_no_id_token(site: Site, open_session: Open) -> None:
    assert "id_token" not in log_in(site, open_session(scope="basic_profile"))
