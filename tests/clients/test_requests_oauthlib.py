"""requests-oauthlib, and the oauthlib below it, against the running daemon."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from oauthlib.oauth2 import BackendApplicationClient
from oauthlib.oauth2.rfc6749 import errors
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

from tests.clients.site import AUTHORIZE_URL, CLIENT_ID, CLIENT_SECRET, MEMBER, PUBLIC_ID, REDIRECT_URI, Site

BASIC = HTTPBasicAuth(CLIENT_ID, CLIENT_SECRET)
NOBODY = HTTPBasicAuth(CLIENT_ID, "wrong")
INVALID_REQUEST = errors.InvalidClientIdError
"""What oauthlib makes of invalid_request: of its exceptions with that code it takes the first by name."""
BY_BODY = {"include_client_id": True, "client_secret": CLIENT_SECRET}

Open = Callable[..., Any]


@pytest.fixture(autouse=True)
def _oauthlib_takes_plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    """The daemon listens on loopback without TLS, which oauthlib takes for a mistake."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


@pytest.fixture
def open_session(site: Site) -> Iterator[Open]:
    """Sessions of the confidential client, unless told otherwise."""
    with ExitStack() as stack:

        def open_session(client_id: str = CLIENT_ID, **options: object) -> Any:
            options = {"redirect_uri": REDIRECT_URI, "scope": ["basic_profile"], **options}
            session = stack.enter_context(OAuth2Session(client_id, **options))
            site.watch(session)
            return session

        yield open_session


def log_in(site: Site, session: Any, **how: object) -> Any:
    """The tokens of a login from its first redirect to its token request, made as `how` says."""
    address, _ = session.authorization_url(AUTHORIZE_URL)
    return session.fetch_token(site.token_url, authorization_response=site.authorize(address), **how)


@pytest.mark.parametrize(
    "how",
    [{"client_secret": CLIENT_SECRET}, {"auth": BASIC}, BY_BODY],
    ids=["Basic by default", "Basic as given", "in the body"],
)
def test_a_login_gives_tokens_with_the_client_proven(site: Site, open_session: Open, how: dict[str, object]) -> None:
    tokens = log_in(site, open_session(), **how)
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 3600)
    token = site.fetch(tokens["access_token"])
    assert (token["user_context"], token["client_id"], token["scope"]) == (MEMBER, CLIENT_ID, "basic_profile")


@pytest.mark.parametrize("how", [{}, {"include_client_id": True}], ids=["Basic by default", "in the body"])
def test_a_public_client_proves_itself_by_its_verifier(site: Site, open_session: Open, how: dict[str, object]) -> None:
    tokens = log_in(site, open_session(PUBLIC_ID, pkce="S256"), **how)
    assert site.fetch(tokens["access_token"])["client_id"] == PUBLIC_ID


def test_another_verifier_than_the_challenged_one_is_invalid_grant(site: Site, open_session: Open) -> None:
    address, state = open_session(PUBLIC_ID, pkce="S256").authorization_url(AUTHORIZE_URL)
    redirect = site.authorize(address)
    thief = open_session(PUBLIC_ID, pkce="S256", state=state)
    thief.authorization_url(AUTHORIZE_URL, state=state)  # makes it a verifier of its own
    with pytest.raises(errors.InvalidGrantError):
        thief.fetch_token(site.token_url, authorization_response=redirect, include_client_id=True)


@pytest.mark.parametrize(
    "how",
    [{"auth": BASIC}, {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}],
    ids=["Basic", "in the body"],
)
def test_a_refresh_token_gives_new_tokens(site: Site, open_session: Open, how: dict[str, object]) -> None:
    session = open_session()
    first = dict(log_in(site, session, client_secret=CLIENT_SECRET))
    second = session.refresh_token(site.token_url, **how)
    assert second["refresh_token"] != first["refresh_token"]
    assert site.fetch(second["access_token"])["user_context"] == MEMBER


def test_a_public_client_refreshes_by_its_id(site: Site, open_session: Open) -> None:
    session = open_session(PUBLIC_ID, pkce="S256")
    log_in(site, session, include_client_id=True)
    tokens = session.refresh_token(site.token_url, client_id=PUBLIC_ID)
    assert site.fetch(tokens["access_token"])["client_id"] == PUBLIC_ID


@pytest.mark.parametrize(
    ("how", "error"),
    [
        ({"auth": NOBODY}, errors.InvalidClientError),
        ({"include_client_id": True, "client_secret": "wrong"}, errors.InvalidClientError),
        ({"auth": BASIC, "include_client_id": True}, INVALID_REQUEST),
        ({"include_client_id": True}, INVALID_REQUEST),
        ({"auth": BASIC, "code": "made-up"}, errors.InvalidGrantError),
        ({"auth": BASIC, "scope": "full_profile"}, errors.InvalidScopeError),
        ({"auth": BASIC, "force_querystring": True}, INVALID_REQUEST),
    ],
    ids=[
        "a wrong secret by Basic",
        "a wrong secret in the body",
        "Basic and the body at once",
        "no secret",
        "a made-up code",
        "a wider scope",
        "in the query",
    ],
)
def test_a_refusal_is_raised_as_oauthlib_names_it(
    site: Site, open_session: Open, how: dict[str, object], error: type[errors.OAuth2Error]
) -> None:
    session = open_session()
    with pytest.raises(error) as caught:
        session.fetch_token(site.token_url, **{"code": site.make_code(), **how})
    assert (caught.value.error, bool(caught.value.description)) == (error.error, True)


def test_a_code_is_good_once(site: Site, open_session: Open) -> None:
    code = site.make_code()
    open_session().fetch_token(site.token_url, code=code, auth=BASIC)
    with pytest.raises(errors.InvalidGrantError):
        open_session().fetch_token(site.token_url, code=code, auth=BASIC)


def test_a_refresh_token_that_was_never_issued_is_invalid_grant(site: Site, open_session: Open) -> None:
    with pytest.raises(errors.InvalidGrantError):
        open_session().refresh_token(site.token_url, refresh_token="made-up", auth=BASIC)


def test_another_grant_is_unsupported(site: Site, open_session: Open) -> None:
    session = open_session(client=BackendApplicationClient(CLIENT_ID))
    with pytest.raises(errors.UnsupportedGrantTypeError):
        session.fetch_token(site.token_url, auth=BASIC)
