"""oauth2.createAuthorizationCode (json-rpc contract §4), and which redirect_uri a service takes (§5)."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from rpcauth.model import PkcePolicy
from tests.operations.calls import AUTHORIZE, NAMED, change_application, refusal
from tests.support.provider import REDIRECT_URI, Provider

ISSUER = "https://issuer.example"


def code_call(client: dict[str, str] = NAMED, **named: Any) -> dict[str, Any]:
    return {"service_key": "service", "client": client, **named}


async def test_the_redirect_uri_comes_back_with_code_and_state_in_its_query(provider: Provider) -> None:
    state = "a b&c=d+e%#é😀"

    issued = await provider.result(AUTHORIZE, code_call(uri={"redirect_uri": REDIRECT_URI, "state": state}))

    assert set(issued) == {"code", "uri"}
    assert issued["uri"]["state"] == state
    location = urlsplit(issued["uri"]["redirect_uri"])
    assert location._replace(query="").geturl() == REDIRECT_URI
    assert parse_qsl(location.query) == [("code", issued["code"]), ("state", state)]


@pytest.mark.parametrize("uri", [None, {}, {"redirect_uri": ""}, {"redirect_uri": None, "state": ""}])
async def test_without_redirect_uri_the_only_registered_one_is_used(provider: Provider, uri: Any) -> None:
    issued = await provider.result(AUTHORIZE, code_call(uri=uri))

    assert issued["uri"] == {"redirect_uri": f"{REDIRECT_URI}?code={issued['code']}", "state": None}


@pytest.mark.parametrize("uris", [(), (REDIRECT_URI, REDIRECT_URI + "2")])
async def test_without_redirect_uri_an_application_with_none_or_several_is_refused(
    provider: Provider, uris: tuple[str, ...]
) -> None:
    await change_application(provider, redirect_uris=uris)

    detail = await refusal(provider, AUTHORIZE, code_call())

    assert (detail["error"], detail["error_response"]) == ("invalid_request", None)


@pytest.mark.parametrize(
    ("uri", "start"),
    [
        ("https://client.example.com/cb?tenant=1&x=%2F", "https://client.example.com/cb?tenant=1&x=%2F&code="),
        ("https://client.example.com/cb?", "https://client.example.com/cb?code="),
        ("https://client.example.com", "https://client.example.com?code="),
    ],
)
async def test_the_query_of_the_redirect_uri_is_kept_and_extended(provider: Provider, uri: str, start: str) -> None:
    await change_application(provider, redirect_uris=(uri,))

    issued = await provider.result(AUTHORIZE, code_call(uri={"redirect_uri": uri}))

    assert issued["uri"]["redirect_uri"] == f"{start}{issued['code']}"


async def test_iss_is_added_when_the_service_has_an_issuer(provider: Provider) -> None:
    await provider.set_service(issuer=ISSUER)

    issued = await provider.result(AUTHORIZE, code_call(uri={"state": "s"}))

    query = parse_qsl(urlsplit(issued["uri"]["redirect_uri"]).query)
    assert query == [("code", issued["code"]), ("state", "s"), ("iss", ISSUER)]


@pytest.mark.parametrize("response_type", [None, "", "code"])
async def test_response_type_is_code_or_absent(provider: Provider, response_type: str | None) -> None:
    assert (await provider.result(AUTHORIZE, code_call(response_type=response_type)))["code"]


NOT_REGISTERED = [
    REDIRECT_URI + "/",
    REDIRECT_URI + "?x=1",
    REDIRECT_URI + "#",
    REDIRECT_URI.replace("/cb", "/CB"),
    REDIRECT_URI.replace("/cb", "/%63b"),
    REDIRECT_URI.replace("/cb", "/a/../cb"),
    REDIRECT_URI.replace("https", "http"),
    REDIRECT_URI.replace(".com", ".com:443"),
    REDIRECT_URI.replace(".com", ".com.evil.example"),
    REDIRECT_URI.replace("client.", "user@client."),
    "https://client.example.com\\@evil.example/cb",
    "//client.example.com/cb",
    "javascript:alert(1)",
    "x",
]


@pytest.mark.parametrize("uri", NOT_REGISTERED)
async def test_a_redirect_uri_that_is_not_a_registered_one_by_exact_string_is_refused_without_a_redirect(
    provider: Provider, uri: str
) -> None:
    detail = await refusal(provider, AUTHORIZE, code_call(uri={"redirect_uri": uri, "state": "s"}))

    assert (detail["error"], detail["error_response"]) == ("invalid_request", None)


async def test_each_of_several_registered_ones_may_be_used(provider: Provider) -> None:
    uris = (REDIRECT_URI, "https://client.example.com/other")
    await change_application(provider, redirect_uris=uris)

    for uri in uris:
        issued = await provider.result(AUTHORIZE, code_call(uri={"redirect_uri": uri}))
        assert issued["uri"]["redirect_uri"] == f"{uri}?code={issued['code']}"


@pytest.mark.parametrize(
    ("registered", "asked", "good"),
    [
        ("http://127.0.0.1/cb", "http://127.0.0.1:49152/cb", True),
        ("http://127.0.0.1:8080/cb", "http://127.0.0.1/cb", True),
        ("http://[::1]/cb", "http://[::1]:49152/cb", True),
        ("http://127.0.0.1/cb", "http://127.0.0.1:49152/CB", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:49152/cb?x=1", False),
        ("http://127.0.0.1/cb", "http://[::1]:49152/cb", False),
        ("http://localhost/cb", "http://localhost:49152/cb", False),
        ("https://client.example.com/cb", "https://client.example.com:8443/cb", False),
    ],
)
async def test_only_the_port_of_a_loopback_ip_literal_may_differ(
    provider: Provider, registered: str, asked: str, good: bool
) -> None:
    await change_application(provider, redirect_uris=(registered,))

    reply = await provider.call(AUTHORIZE, code_call(uri={"redirect_uri": asked}))

    assert ("result" in reply) is good


@pytest.mark.parametrize(
    ("uri", "good"),
    [
        ("https://elsewhere.example/cb", True),
        ("https://elsewhere.example/cb?x=1", True),
        ("http://127.0.0.1:5000/", True),
        ("http://elsewhere.example/cb", False),
        ("https://user@elsewhere.example/cb", False),
        ("https://elsewhere.example/cb#f", False),
        ("javascript:alert(1)", False),
        ("com.example.app:/cb", False),
    ],
)
async def test_unregistered_uris_where_they_are_allowed_must_still_be_https_without_userinfo_and_fragment(
    provider: Provider, uri: str, good: bool
) -> None:
    await provider.set_service(force_redirect_uri=False)

    reply = await provider.call(AUTHORIZE, code_call(uri={"redirect_uri": uri}))

    assert ("result" in reply) is good


@pytest.mark.parametrize(
    ("client", "uri", "forced", "allowed"),
    [
        ("client", "http://client.example.com/cb", False, True),
        ("client", "http://localhost/cb", True, True),
        ("client", "http://127.0.0.1/cb", True, True),
        ("client", "http://127.0.0.2/cb", False, True),
        ("client", "com.example.app:/cb", False, False),
        ("public", "com.example.app:/cb", True, True),
        ("public", "app:/cb", False, False),
        ("public", "http://public.example/cb", False, True),
    ],
)
async def test_force_https_leaves_loopback_and_for_public_applications_schemes_with_a_dot(
    provider: Provider, client: str, uri: str, forced: bool, allowed: bool
) -> None:
    outcomes = []
    await provider.set_service(force_redirect_uri=False, pkce=PkcePolicy.OPTIONAL)
    for force_https in (False, True):
        await provider.set_service(force_https_redirect_uri=force_https)
        reply = await provider.call(AUTHORIZE, code_call({"client_id": client}, uri={"redirect_uri": uri}))
        outcomes.append("result" in reply)

    assert outcomes == [allowed, forced]


REDIRECTED = [
    ({"response_type": "token"}, "unsupported_response_type"),
    ({"response_type": "code "}, "unsupported_response_type"),
    ({"scope": "admin"}, "invalid_scope"),
    ({"scope": "read  read"}, "invalid_scope"),
    ({"authorization_data": {"code_challenge_method": "S256"}}, "invalid_request"),
    ({"authorization_data": {"nonce": "x" * 513}}, "invalid_request"),
]


@pytest.mark.parametrize(("wrong", "error"), REDIRECTED)
async def test_an_error_is_redirected_in_the_query_with_the_state_unchanged(
    provider: Provider, wrong: dict[str, Any], error: str
) -> None:
    await provider.set_service(scopes=("read",), issuer=ISSUER)
    state = "a b&c=d+e%#é😀"
    uri = {"redirect_uri": REDIRECT_URI, "state": state}

    detail = await refusal(provider, AUTHORIZE, code_call(uri=uri, **wrong))

    answer = detail["error_response"]
    location = answer["headers"]["Location"]
    assert detail["error"] == answer["response"]["error"] == error
    assert (answer["return_type"], answer["status"]) == ("redirect", 302)
    assert answer["uri"] == {"redirect_uri": location, "state": state}
    assert answer["response"] == {**answer["response"], "state": state}
    assert urlsplit(location)._replace(query="").geturl() == REDIRECT_URI
    assert parse_qsl(urlsplit(location).query) == [
        ("error", error),
        ("error_description", detail["error_description"]),
        ("state", state),
        ("iss", ISSUER),
    ]


@pytest.mark.parametrize(("wrong", "error"), REDIRECTED)
async def test_an_error_is_redirected_to_the_only_registered_uri_where_none_was_given(
    provider: Provider, wrong: dict[str, Any], error: str
) -> None:
    await provider.set_service(scopes=("read",))

    answer = (await refusal(provider, AUTHORIZE, code_call(**wrong)))["error_response"]

    assert answer["uri"]["redirect_uri"].startswith(f"{REDIRECT_URI}?error={error}&")
    assert "state" not in answer["response"]


@pytest.mark.parametrize(("wrong", "error"), REDIRECTED)
@pytest.mark.parametrize(
    "unsafe",
    [
        {"client": {"client_id": "nobody"}},
        {"uri": {"redirect_uri": "https://evil.example/"}},
        {"uri": {"redirect_uri": 5}},
        {"uri": {"redirect_uri": REDIRECT_URI, "state": "x" * 2049}},
    ],
)
async def test_no_error_is_redirected_unless_client_and_redirect_uri_are_good(
    provider: Provider, wrong: dict[str, Any], error: str, unsafe: dict[str, Any]
) -> None:
    detail = await refusal(provider, AUTHORIZE, {**code_call(**wrong), **unsafe})

    assert detail["error_response"] is None
    assert detail["error"] == ("unauthorized_client" if "client" in unsafe else "invalid_request")


async def test_no_error_is_redirected_to_an_unregistered_uri(provider: Provider) -> None:
    await provider.set_service(force_redirect_uri=False, scopes=("read",))
    params = code_call(uri={"redirect_uri": "https://elsewhere.example/cb"}, scope="admin")

    detail = await refusal(provider, AUTHORIZE, params)

    assert (detail["error"], detail["error_response"]) == ("invalid_scope", None)


async def test_a_service_or_application_without_the_flow_is_told_by_redirect(provider: Provider) -> None:
    await change_application(provider, grant_types=())
    detail = await refusal(provider, AUTHORIZE, code_call())
    assert (detail["error"], detail["error_response"]["return_type"]) == ("unauthorized_client", "redirect")

    await provider.set_service(grant_types=())
    detail = await refusal(provider, AUTHORIZE, code_call())
    assert (detail["error"], detail["error_response"]["return_type"]) == ("unsupported_response_type", "redirect")


async def test_what_the_authorization_endpoint_learnt_is_taken_and_what_it_does_not_know_is_ignored(
    provider: Provider,
) -> None:
    data = {
        "nonce": "n",
        "auth_time": 1_800_000_000,
        "acr": "1",
        "amr": ["pwd", "otp"],
        "resource": "https://api.example.com",
        "prompt": {"any": "thing"},
    }

    assert (await provider.redeem(await provider.issue_code(authorization_data=data)))["access_token"]


async def test_a_disabled_application_gets_no_code(provider: Provider) -> None:
    await change_application(provider, disabled=True)

    assert await provider.oauth_error(AUTHORIZE, code_call()) == "unauthorized_client"
