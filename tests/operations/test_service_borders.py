"""What one service's settings and callers must not reach of another's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from rpcauth.definitions import Wanted, WantedApplication
from rpcauth.model import Caller, Secret
from tests.support.provider import APPLICATION, CLIENT, SERVICE, open_provider

PLAIN_URI = "http://intranet.example.com/cb"


async def test_the_only_registered_uri_must_suit_the_service_that_is_asked(tmp_path: Path) -> None:
    lax = replace(SERVICE, service_key="lax", force_https_redirect_uri=False)
    shared = replace(
        APPLICATION, client_id="shared", id=9, redirect_uris=(PLAIN_URI,), services=("lax", "service"), public=True
    )
    async with open_provider(tmp_path) as provider:
        await provider.define(Wanted(services=(lax,), applications=(WantedApplication(application=shared),)))
        method, challenge = (
            "oauth2.createAuthorizationCode",
            {"code_challenge": "x" * 43, "code_challenge_method": "S256"},
        )
        asked = {"client": {"client_id": "shared"}, "authorization_data": challenge}
        code = await provider.result(method, {"service_key": "lax", **asked})
        assert code["uri"]["redirect_uri"].startswith(PLAIN_URI)
        assert await provider.oauth_error(method, {"service_key": "service", **asked}) == "invalid_request"


async def test_a_caller_of_one_service_cannot_lock_out_a_client_of_another(tmp_path: Path) -> None:
    other = replace(SERVICE, service_key="other")
    narrow = Caller(name="narrow", services=("other",), methods=("*",))
    async with open_provider(tmp_path) as provider:
        await provider.define(Wanted(services=(other,)))
        guess = {"client_id": CLIENT["client_id"], "client_secret": "wrong"}
        params = {"service_key": "other", "client": guess, "token_data": {"grant_type": "client_credentials"}}
        for _ in range(1001):
            assert await provider.oauth_error("oauth2.createAccessToken", params, caller=narrow) == "invalid_client"
        right = {"service_key": "service", "client": CLIENT, "token_data": {"grant_type": "client_credentials"}}
        assert (await provider.result("oauth2.createAccessToken", right))["access_token"]


async def test_a_code_is_not_given_a_token_that_its_replay_could_not_revoke(tmp_path: Path) -> None:
    async with open_provider(tmp_path) as provider:
        await provider.set_service(allow_multiple_tokens=False, secure_tokens=False)
        data = {"grant_type": "client_credentials", "scope": "read"}
        params = {"service_key": "service", "client": CLIENT, "token_data": data, "user_context": "user"}
        alone = await provider.result("oauth2.createAccessToken", params)
        code = await provider.issue_code(scope="read")
        bought = await provider.redeem(code)
        assert bought["access_token"] != alone["access_token"]
        provider.clock.advance(seconds=2)
        assert await provider.oauth_error("oauth2.createAccessToken", provider.redemption(code)) == "invalid_grant"
        assert not await provider.is_live(bought["access_token"])


async def test_a_forwarded_value_cannot_make_a_header_of_its_own(tmp_path: Path) -> None:
    async with open_provider(tmp_path) as provider:
        await provider.set_service(forwarded_headers=("user-context",))
        data = {"grant_type": "client_credentials"}
        params = {"service_key": "service", "client": CLIENT, "token_data": data, "user_context": "a\r\nX-Admin: y"}
        token = (await provider.result("oauth2.createAccessToken", params))["access_token"]
        context = {"headers": {"Authorization": f"Bearer {token}"}}
        checked = await provider.result("oauth2.validateRequest", {"service_key": "service", "context": context})
        assert checked["forward"] == {"X-Mashery-Oauth-User-Context": "a??X-Admin: y"}


def test_a_secret_prints_as_stars() -> None:
    assert f"{Secret('hunter2')} {Secret('hunter2')!r}" == "*** ***"
