"""id_tokens in the answers of the OIDC service (contract, decision 13), as a client of another library sees them."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from typing import Any

import jwt
import pytest

from rpcauth.model import SigningAlgorithm
from tests.operations.signing import ISSUER, RelyingParty
from tests.rest.ym.conversation import GET_SERVICE, OIDC_SERVICE, code_request, exchange, post, refreshing_of
from tests.rest.ym.said import FORMATS
from tests.rest.ym.serving import Served, content_of
from tests.support.provider import START

LOGIN: dict[str, Any] = {"nonce": "n-0S6_WzA2Mj", "auth_time": 1_799_999_000}


async def relying_party(served: Served) -> RelyingParty:
    """A client that has fetched the keys where the façade publishes them."""
    reply = await served.ask("/.well-known/jwks", method="GET", headers={})
    assert reply.status == 200
    return RelyingParty(reply.body, served.provider.clock)


async def buy(served: Served, scope: str | None = "openid", **code_data: Any) -> Any:
    """The answer to a good request."""
    reply = await post(served, await code_request(served, scope=scope, **code_data))
    assert reply.status == 200
    return content_of(reply)


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
async def test_an_id_token_verifies_by_the_published_keys(served: Served, algorithm: SigningAlgorithm) -> None:
    await served.provider.set_service(id_token_signing_alg=algorithm)
    content = await buy(served, authorization_data=LOGIN)
    half = hashlib.sha256(content["access_token"].encode()).digest()[:16]
    client = await relying_party(served)
    assert client.verify(content["id_token"]) == {
        "iss": ISSUER,
        "sub": "user",
        "aud": "client",
        "iat": START // 1000,
        "exp": START // 1000 + 3600,
        "auth_time": 1_799_999_000,
        "nonce": "n-0S6_WzA2Mj",
        "at_hash": urlsafe_b64encode(half).decode().rstrip("="),
    }
    header = jwt.get_unverified_header(content["id_token"])
    assert (header["alg"], header["kid"]) == (algorithm, client.kids[0])


@pytest.mark.parametrize("kind", FORMATS)
async def test_every_format_has_it(served: Served, kind: str) -> None:
    said = await exchange(served, OIDC_SERVICE, kind, await code_request(served, scope="profile openid"))
    assert (await relying_party(served)).verify(said.members["id_token"])["sub"] == "user"


@pytest.mark.parametrize("scope", [None, "profile", "OpenID", "openidx"])
async def test_without_the_scope_openid_there_is_none(served: Served, scope: str | None) -> None:
    assert "id_token" not in await buy(served, scope)


async def test_without_a_user_there_is_none(served: Served) -> None:
    assert "id_token" not in await buy(served, user_context=None)


async def test_a_request_that_asks_for_less_gets_none(served: Served) -> None:
    members = await code_request(served, scope="openid profile") | {"scope": "profile"}
    assert "id_token" not in content_of(await post(served, members))


async def test_the_other_service_has_none(served: Served) -> None:
    reply = await post(served, GET_SERVICE.say(await code_request(served, scope="openid")), GET_SERVICE)
    assert reply.status == 200
    assert b"id_token" not in reply.body.lower()
    assert b"eyJ" not in reply.body


async def test_a_refreshed_id_token_is_of_the_same_login_and_of_the_new_access_token(served: Served) -> None:
    first = await buy(served, authorization_data=LOGIN)
    served.provider.clock.advance(seconds=60)
    second = content_of(await post(served, refreshing_of(first["refresh_token"])))
    client = await relying_party(served)
    before, after = client.verify(first["id_token"]), client.verify(second["id_token"])
    assert (after["iat"], after["auth_time"], after["sub"]) == (before["iat"] + 60, before["auth_time"], before["sub"])
    assert after["at_hash"] != before["at_hash"]
    assert "nonce" not in after


async def test_the_issuer_is_the_services_own_if_it_has_one(served: Served) -> None:
    await served.provider.set_service(issuer="https://login.example.com")
    content = await buy(served)
    client = await relying_party(served)
    assert client.verify(content["id_token"], "https://login.example.com")["aud"] == "client"
