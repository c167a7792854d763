"""What a code is bound to: the redirect_uri if one was given, the challenge if one was given (json-rpc contract §4)."""

from __future__ import annotations

from typing import Any

import pytest

from rpcauth.model import PkcePolicy
from tests.operations.calls import AUTHORIZE, CHALLENGE, CREATE, PKCE, VERIFIER, change_application, refusal
from tests.support.provider import CLIENT, PUBLIC_CLIENT, REDIRECT_URI, Provider

CONFIDENTIAL, PUBLIC = CLIENT, PUBLIC_CLIENT
PLAIN = {"code_challenge": VERIFIER, "code_challenge_method": "plain"}


@pytest.mark.parametrize(
    "uri", [None, {}, {"redirect_uri": REDIRECT_URI}, {"redirect_uri": REDIRECT_URI.replace("/", "\\/")}]
)
async def test_where_no_redirect_uri_was_given_it_may_be_absent_or_the_registered_one(
    provider: Provider, uri: dict[str, str] | None
) -> None:
    code = await provider.issue_code(uri=None)

    assert (await provider.result(CREATE, {**provider.redemption(code), "uri": uri}))["access_token"]


async def test_where_no_redirect_uri_was_given_another_than_the_registered_one_spends_the_code(
    provider: Provider,
) -> None:
    code = await provider.issue_code(uri=None)
    wrong = {**provider.redemption(code), "uri": {"redirect_uri": "https://client.example.com/other"}}

    assert await provider.oauth_error(CREATE, wrong) == "invalid_grant"
    assert await provider.oauth_error(CREATE, provider.redemption(code)) == "invalid_grant"


async def test_escaped_slashes_in_either_redirect_uri_are_slashes(provider: Provider) -> None:
    escaped = {"redirect_uri": REDIRECT_URI.replace("/", "\\/")}

    assert (await provider.redeem(await provider.issue_code(uri=escaped)))["access_token"]
    params = {**provider.redemption(await provider.issue_code()), "uri": escaped}
    assert (await provider.result(CREATE, params))["access_token"]


async def test_a_code_stays_bound_to_an_unregistered_redirect_uri_where_those_are_allowed(provider: Provider) -> None:
    await provider.set_service(force_redirect_uri=False)
    elsewhere = {"redirect_uri": "https://elsewhere.example/cb"}

    params = provider.redemption(await provider.issue_code(uri=elsewhere))
    assert await provider.oauth_error(CREATE, params) == "invalid_grant"
    params = provider.redemption(await provider.issue_code(uri=elsewhere))
    assert (await provider.result(CREATE, {**params, "uri": elsewhere}))["access_token"]


async def test_a_code_is_bound_to_the_loopback_port_that_was_asked_for(provider: Provider) -> None:
    await change_application(provider, redirect_uris=("http://127.0.0.1/cb",))
    asked, other = ({"redirect_uri": f"http://127.0.0.1:{port}/cb"} for port in (49152, 49153))

    params = provider.redemption(await provider.issue_code(uri=asked))
    assert await provider.oauth_error(CREATE, {**params, "uri": other}) == "invalid_grant"
    params = provider.redemption(await provider.issue_code(uri=asked))
    assert (await provider.result(CREATE, {**params, "uri": asked}))["access_token"]


MUST = [
    (PkcePolicy.ALWAYS, None, CONFIDENTIAL, True),
    (PkcePolicy.ALWAYS, None, PUBLIC, True),
    (PkcePolicy.PUBLIC, None, CONFIDENTIAL, False),
    (PkcePolicy.PUBLIC, None, PUBLIC, True),
    (PkcePolicy.OPTIONAL, None, CONFIDENTIAL, False),
    (PkcePolicy.OPTIONAL, None, PUBLIC, False),
    (PkcePolicy.OPTIONAL, PkcePolicy.ALWAYS, CONFIDENTIAL, True),
    (PkcePolicy.ALWAYS, PkcePolicy.OPTIONAL, PUBLIC, False),
    (PkcePolicy.ALWAYS, PkcePolicy.PUBLIC, CONFIDENTIAL, False),
]


@pytest.mark.parametrize(("service", "application", "client", "required"), MUST)
async def test_who_must_send_a_challenge_is_the_applications_word_before_the_services(
    provider: Provider,
    service: PkcePolicy,
    application: PkcePolicy | None,
    client: dict[str, str],
    required: bool,
) -> None:
    await provider.set_service(pkce=service)
    await change_application(provider, client["client_id"], pkce=application)
    params = {"service_key": "service", "client": {"client_id": client["client_id"]}, "user_context": "user"}

    reply = await provider.call(AUTHORIZE, params)

    assert ("error" in reply) is required
    if required:
        assert reply["error"]["data"]["error"] == "invalid_request"
    assert "result" in await provider.call(AUTHORIZE, {**params, "authorization_data": PKCE})


@pytest.mark.parametrize("policy", list(PkcePolicy))
@pytest.mark.parametrize("verifier", [None, "", VERIFIER[::-1]])
async def test_a_challenge_that_was_given_is_asked_for_in_every_policy(
    provider: Provider, policy: PkcePolicy, verifier: str | None
) -> None:
    await provider.set_service(pkce=policy)
    code = await provider.issue_code(authorization_data=PKCE)

    assert await provider.oauth_error(CREATE, provider.redemption(code, code_verifier=verifier)) == "invalid_grant"


@pytest.mark.parametrize("policy", [PkcePolicy.PUBLIC, PkcePolicy.OPTIONAL])
async def test_a_challenge_stripped_on_the_way_is_noticed_by_the_verifier(
    provider: Provider, policy: PkcePolicy
) -> None:
    await provider.set_service(pkce=policy)
    stripped = await provider.issue_code()

    assert await provider.oauth_error(CREATE, provider.redemption(stripped, code_verifier=VERIFIER)) == "invalid_grant"


async def test_a_verifier_is_a_challenge_where_plain_is_allowed_and_only_there(provider: Provider) -> None:
    params = {"service_key": "service", "client": {"client_id": "client"}, "authorization_data": PLAIN}
    assert await provider.oauth_error(AUTHORIZE, params) == "invalid_request"

    await provider.set_service(pkce_allow_plain=True)
    for data in (PLAIN, {"code_challenge": VERIFIER}):
        code = await provider.issue_code(authorization_data=data)
        assert (await provider.redeem(code, code_verifier=VERIFIER))["access_token"]


async def test_the_challenge_itself_is_no_verifier(provider: Provider) -> None:
    await provider.set_service(pkce_allow_plain=True)
    code = await provider.issue_code(authorization_data=PKCE)

    assert await provider.oauth_error(CREATE, provider.redemption(code, code_verifier=CHALLENGE)) == "invalid_grant"


@pytest.mark.parametrize(
    "data",
    [
        {"code_challenge": CHALLENGE, "code_challenge_method": "s256"},
        {"code_challenge": CHALLENGE, "code_challenge_method": "S512"},
        {"code_challenge": CHALLENGE},
        {"code_challenge_method": "S256"},
        {"code_challenge": "", "code_challenge_method": "S256"},
        {"code_challenge": CHALLENGE + "=", "code_challenge_method": "S256"},
        {"code_challenge": CHALLENGE[:-1] + "+", "code_challenge_method": "S256"},
        {"code_challenge": "x" * 513, "code_challenge_method": "S256"},
        {"code_challenge": 5, "code_challenge_method": "S256"},
    ],
)
async def test_a_bad_challenge_is_redirected_as_invalid_request(provider: Provider, data: dict[str, Any]) -> None:
    params = {"service_key": "service", "client": {"client_id": "client"}, "authorization_data": data}

    detail = await refusal(provider, AUTHORIZE, params)

    assert detail["error"] == "invalid_request"
    assert detail["error_response"]["return_type"] == "redirect"
    assert detail["error_response"]["uri"]["redirect_uri"].startswith(f"{REDIRECT_URI}?error=invalid_request&")
