"""Group A: client_id and redirect_uri of an authorization request. Nothing is redirected before both were found good.

What the browser would be told is `error_response`: null where the specification wants a page and no redirect.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from rpcauth.definitions import Wanted, WantedApplication, parse_toml
from rpcauth.errors import ConfigurationInvalid
from rpcauth.model import Application
from tests.negative.surface import CREATE_CODE, CREATE_TOKEN, Surface, case
from tests.support.provider import APPLICATION, PUBLIC_APPLICATION, REDIRECT_URI, Provider

CB = REDIRECT_URI
LOOPBACK = "http://127.0.0.1/cb"
TENANT = f"{CB}?a=1&b=2"


def asking(redirect_uri: object = CB, client: object = None, **named: Any) -> dict[str, Any]:
    """The parameters of createAuthorizationCode; PKCE is there, so that only what a case breaks is broken."""
    return {
        "service_key": "service",
        "client": {"client_id": "client"} if client is None else client,
        "uri": {"redirect_uri": redirect_uri, "state": "xyz"},
        "user_context": "user",
        **named,
    }


async def register(provider: Provider, application: Application) -> None:
    await provider.define(Wanted(applications=(WantedApplication(application=application),)))


@pytest.mark.parametrize(
    ("client", "error"),
    [
        pytest.param({}, "invalid_request", id="A01 no client_id"),
        pytest.param({"client_id": ""}, "invalid_request", id="A01 empty client_id"),
        pytest.param({"client_id": None}, "invalid_request", id="A01 client_id null"),
        pytest.param({"client_id": "nobody"}, "unauthorized_client", id="A02 unknown client_id"),
        pytest.param({"client_id": ["client", "client"]}, "invalid_request", id="A04 client_id twice"),
        pytest.param({"client_id": ["client", "public"]}, "invalid_request", id="A04 two values of client_id"),
    ],
)
async def test_a_bad_client_id_is_never_redirected(surface: Surface, client: object, error: str) -> None:
    await surface.page(CREATE_CODE, asking(client=client), error)


@pytest.mark.parametrize(
    ("requested", "registered"),
    [
        pytest.param("https://other.example.com/cb", CB, id="A05 not registered"),
        pytest.param(f"{CB}/", CB, id="A10 slash added"),
        pytest.param(CB, f"{CB}/", id="A10 slash left out"),
        pytest.param("https://client.example.com/CB", CB, id="A12 path in other letter case"),
        pytest.param(f"{CB}?extra=1", CB, id="A13 query added"),
        pytest.param(f"{TENANT}&c=3", TENANT, id="A13 query extended"),
        pytest.param(f"{CB}?b=2&a=1", TENANT, id="A14 query in another order"),
        pytest.param("https://client.example.com/%63b", CB, id="A16 percent-encoded letter"),
        pytest.param("https://client.example.com%2Fcb", CB, id="A16 percent-encoded slash"),
        pytest.param(f"{CB}/../evil", CB, id="A17 dot segments"),
        pytest.param(f"{CB}/..%2fevil", CB, id="A18 encoded slash"),
        pytest.param(f"{CB}/%2e%2e/evil", CB, id="A18 encoded dots"),
        pytest.param(f"{CB}/%252e%252e/evil", CB, id="A18 dots encoded twice"),
        pytest.param(f"{CB}/..;/evil", CB, id="A18 path parameter"),
        pytest.param("https://evil.example\\@client.example.com/cb", CB, id="A20 backslash"),
        pytest.param("https://client.example.com.evil.example/cb", CB, id="A21 host as a prefix"),
        pytest.param("https://evilclient.example.com/cb", CB, id="A22 host as a suffix"),
        pytest.param("https://client.example.com:8443/cb", CB, id="A24 other port"),
        pytest.param("http://127.0.0.1:51004/evil", LOOPBACK, id="A26 loopback, other path"),
        pytest.param("http://127.0.0.1:51004/cb?x=1", LOOPBACK, id="A26 loopback, query added"),
        pytest.param("http://127.0.0.1:51004/CB", LOOPBACK, id="A26 loopback, other letter case"),
        pytest.param("http://127.0.0.1.evil.example/cb", LOOPBACK, id="A28 loopback as a prefix"),
        pytest.param("http://127.0.0.1@evil.example/cb", LOOPBACK, id="A28 loopback as a user name"),
        pytest.param("http://localhost:80@evil.example/cb", "http://localhost/cb", id="A28 localhost as a user name"),
        pytest.param("http://2130706433/cb", LOOPBACK, id="A29 decimal address"),
        pytest.param("http://0177.0.0.1/cb", LOOPBACK, id="A29 octal address"),
        pytest.param("http://[::ffff:127.0.0.1]/cb", LOOPBACK, id="A29 mapped address"),
        pytest.param(LOOPBACK, CB, id="A30 loopback not registered"),
        pytest.param("https://bücher.example/cb", "https://xn--bcher-kva.example/cb", id="A32 Unicode for punycode"),
        pytest.param([CB, "https://evil.example/cb"], CB, id="A33 good first, evil second"),
        pytest.param(["https://evil.example/cb", CB], CB, id="A33 evil first, good second"),
    ],
)
async def test_a_redirect_uri_that_is_not_registered_is_never_redirected_to(
    surface: Surface, requested: object, registered: str
) -> None:
    await register(surface.provider, replace(PUBLIC_APPLICATION, redirect_uris=(registered,)))
    await surface.page(CREATE_CODE, asking(requested, {"client_id": "public"}), "invalid_request")


@case("A06 redirect_uri of another client")
async def test_a_redirect_uri_of_another_client_is_not_good_for_this_one(surface: Surface) -> None:
    await register(surface.provider, replace(PUBLIC_APPLICATION, redirect_uris=("https://theirs.example.com/cb",)))
    await surface.page(CREATE_CODE, asking("https://theirs.example.com/cb"), "invalid_request")


@case("A09 none registered, none given")
async def test_without_any_registered_redirect_uri_one_must_not_be_left_out(surface: Surface) -> None:
    await register(surface.provider, replace(PUBLIC_APPLICATION, redirect_uris=()))
    await surface.page(CREATE_CODE, asking(None, {"client_id": "public"}), "invalid_request")


@case("A25 loopback with another port")
async def test_only_the_port_of_a_loopback_literal_may_differ(surface: Surface) -> None:
    await register(surface.provider, replace(PUBLIC_APPLICATION, redirect_uris=(LOOPBACK,)))
    challenge = {"code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method": "S256"}
    requested = "http://127.0.0.1:51004/cb"
    params = asking(requested, {"client_id": "public"}, authorization_data=challenge)
    issued = await surface.result(CREATE_CODE, params)
    assert issued["uri"]["redirect_uri"] == f"{requested}?code={issued['code']}&state=xyz"


@pytest.mark.parametrize(
    "redirect_uri",
    [
        pytest.param(f"{CB}?{'a' * 100_000}", id="A34 100 kB"),
        pytest.param(f"http://[{':' * 10_000}/", id="A34 open bracket and colons"),
        pytest.param(f"http://[{':' * 2000}]/", id="A34 colons within the limit"),
    ],
)
async def test_a_hostile_redirect_uri_is_a_page_at_once(surface: Surface, redirect_uri: str) -> None:
    await surface.page(CREATE_CODE, asking(redirect_uri), "invalid_request")
    spent = []
    for _ in range(3):
        begun = time.process_time()
        await surface.provider.call(CREATE_CODE, asking(redirect_uri))
        spent.append(time.process_time() - begun)
    assert min(spent) < 0.05


BAD = "https://evil.example/cb"


@pytest.mark.parametrize(
    ("method", "params"),
    [
        pytest.param(CREATE_CODE, asking(BAD, scope='"'), id="A36 code"),
        pytest.param(
            CREATE_TOKEN,
            {**asking(BAD), "token_data": {"response_type": "token", "scope": '"'}},
            id="A36 implicit",
        ),
        pytest.param(CREATE_CODE, asking(BAD, scope='"', response_type="code id_token"), id="A36 hybrid"),
        pytest.param(CREATE_CODE, asking(BAD, authorization_data={"prompt": "none"}), id="A37 prompt none"),
        pytest.param(CREATE_CODE, asking(BAD, authorization_data={"response_mode": "form_post"}), id="A38 form_post"),
        pytest.param(
            CREATE_CODE, asking(BAD, authorization_data={"response_mode": "form_post.jwt"}), id="A38 form_post.jwt"
        ),
    ],
)
async def test_nothing_beside_a_bad_redirect_uri_makes_it_a_redirect(
    surface: Surface, method: str, params: dict[str, Any]
) -> None:
    await surface.page(method, params, "invalid_request")


@pytest.mark.parametrize(
    "redirect_uri",
    [
        pytest.param("javascript:alert(1)", id="A41 javascript"),
        pytest.param("data:text/html,x", id="A41 data"),
        pytest.param("vbscript:x", id="A41 vbscript"),
        pytest.param("file:///etc/passwd", id="A41 file"),
        pytest.param("about:blank", id="A41 about"),
        pytest.param("blob:https://client.example.com/1", id="A41 blob"),
        pytest.param("https://*.example.com/cb", id="A42 wildcard"),
        pytest.param("https://client.example.com/(a|b)", id="A42 regular expression"),
        pytest.param(f"{CB}#here", id="A42 fragment"),
        pytest.param("http://client.example.com/cb", id="A42 plain http"),
    ],
)
def test_a_dangerous_redirect_uri_cannot_be_registered(redirect_uri: str) -> None:
    text = f'[[applications]]\nclient_id = "a"\nname = "A"\npublic = true\nredirect_uris = ["{redirect_uri}"]\n'
    with pytest.raises(ConfigurationInvalid) as refusal:
        parse_toml(text, "definitions.toml")
    (problem,) = refusal.value.problems
    assert "redirect_uris" in problem
    assert redirect_uri not in problem


def test_the_application_of_these_cases_is_otherwise_registrable() -> None:
    text = f'[[applications]]\nclient_id = "a"\nname = "A"\npublic = true\nredirect_uris = ["{CB}"]\n'
    assert parse_toml(text, "definitions.toml").applications[0].application.redirect_uris == APPLICATION.redirect_uris
