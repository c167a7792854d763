"""Which client a call is from (json-rpc contract §4 and §5): ids, secrets, and the one answer when they are wrong."""

from __future__ import annotations

from typing import Any

import pytest

from rpcauth.definitions.execution import generate_secret
from rpcauth.model import SecretKind
from tests.operations.calls import (
    AUTHORIZE,
    CREATE,
    REVOKE,
    REVOKE_USER,
    change_application,
    implicit_call,
    issue,
    password_call,
    prune_application,
    put_application,
    refusal,
)
from tests.support.provider import APPLICATION, CLIENT, PUBLIC_APPLICATION, Provider

WRONG = {"client_id": "client", "client_secret": "wrong"}
NOT_PROVEN = [
    pytest.param({"client_id": "nobody", "client_secret": "x"}, id="unknown client"),
    pytest.param({"client_id": "nobody"}, id="unknown client without a secret"),
    pytest.param(WRONG, id="wrong secret"),
    pytest.param({"client_id": "client"}, id="no secret"),
    pytest.param({"client_id": "client", "client_secret": ""}, id="empty secret"),
    pytest.param({"client_id": "client", "client_secret": None}, id="null secret"),
    pytest.param({"client_id": "client", "client_secret": CLIENT["client_secret"] + " "}, id="blank behind the secret"),
    pytest.param({"client_id": "Client", "client_secret": CLIENT["client_secret"]}, id="id in another case"),
    pytest.param({"client_id": "public", "client_secret": "x"}, id="public client with a secret"),
    pytest.param({"client_id": "public", "client_secret": CLIENT["client_secret"]}, id="another client's secret"),
]


@pytest.mark.parametrize("client", NOT_PROVEN)
async def test_a_client_that_is_not_proven_gets_one_answer_whatever_is_wrong(
    provider: Provider, client: dict[str, Any]
) -> None:
    detail = await refusal(provider, CREATE, password_call(client))

    assert detail == {
        "error": "invalid_client",
        "error_description": "Client authentication failed",
        "error_response": {
            "return_type": "json",
            "status": 401,
            "headers": {
                "Content-Type": "application/json;charset=UTF-8",
                "Cache-Control": "no-store",
                "Pragma": "no-cache",
                "WWW-Authenticate": 'Basic realm="Test API"',
            },
            "response": {"error": "invalid_client", "error_description": "Client authentication failed"},
            "uri": None,
        },
    }


async def test_the_realm_is_the_services_name_as_a_quoted_string(provider: Provider) -> None:
    await provider.set_service(name='Al"pha\\ Ω')

    headers = (await refusal(provider, CREATE, password_call(WRONG)))["error_response"]["headers"]

    assert headers["WWW-Authenticate"] == r'Basic realm="Al\"pha\\ ?"'


@pytest.mark.parametrize("client", [{}, {"client_id": ""}, {"client_id": None}, {"client_secret": "x"}])
async def test_a_client_without_an_id_is_invalid_request(provider: Provider, client: dict[str, Any]) -> None:
    detail = await refusal(provider, CREATE, password_call(client))

    assert (detail["error"], detail["error_response"]["status"]) == ("invalid_request", 400)


async def test_a_chosen_secret_is_kept_with_argon2id_and_a_generated_one_as_a_digest_and_both_are_good(
    provider: Provider,
) -> None:
    secret, stored = generate_secret("client", provider.store.keyring, provider.store.now())
    await put_application(provider, APPLICATION, CLIENT["client_secret"], stored=(stored,))

    kinds = {one.kind for one in provider.store.definitions.applications["client"].secrets}
    assert kinds == {SecretKind.ARGON2ID, SecretKind.DIGEST}
    for text in (secret.reveal(), CLIENT["client_secret"]):
        assert (await issue(provider, {"client_id": "client", "client_secret": text}))["access_token"]
    assert await provider.oauth_error(CREATE, password_call(WRONG)) == "invalid_client"


async def test_a_generated_secret_is_good_for_its_own_client_only(provider: Provider) -> None:
    secret, stored = generate_secret("client", provider.store.keyring, provider.store.now())
    await put_application(provider, APPLICATION, stored=(stored,))
    await change_application(provider, "public", public=False)
    foreign = {"client_id": "public", "client_secret": secret.reveal()}

    assert await provider.oauth_error(CREATE, password_call(foreign)) == "invalid_client"


async def test_two_secrets_are_live_at_once_and_a_removed_one_is_dead_at_the_next_call(provider: Provider) -> None:
    new = {"client_id": "client", "client_secret": "the-secret-that-comes"}
    await put_application(provider, APPLICATION, CLIENT["client_secret"], new["client_secret"])
    for client in (CLIENT, new):
        assert (await issue(provider, client))["access_token"]

    await put_application(provider, APPLICATION, new["client_secret"])

    assert (await issue(provider, new))["access_token"]
    assert await provider.oauth_error(CREATE, password_call()) == "invalid_client"


@pytest.mark.parametrize("way", ["disabled", "pruned", "not of the service"])
async def test_a_client_without_standing_is_answered_like_an_unknown_one(provider: Provider, way: str) -> None:
    unknown = await refusal(provider, CREATE, password_call({"client_id": "nobody", "client_secret": "x"}))
    if way == "pruned":
        await prune_application(provider, "client")
    else:
        settings: dict[str, Any] = {"disabled": True} if way == "disabled" else {"services": ()}
        await change_application(provider, **settings)

    assert await refusal(provider, CREATE, password_call()) == unknown


async def test_an_application_that_becomes_public_needs_no_secret_and_may_send_none(provider: Provider) -> None:
    await put_application(provider, APPLICATION)
    await change_application(provider, public=True)

    assert (await issue(provider, {"client_id": "client"}))["access_token"]
    assert await provider.oauth_error(CREATE, password_call()) == "invalid_client"


ELSEWHERE = [
    (AUTHORIZE, {"user_context": "user"}),
    ("oauth2.fetchApplication", {}),
    (REVOKE, {"access_token": "x"}),
    (REVOKE_USER, {"user_context": "user"}),
]


@pytest.mark.parametrize(("method", "more"), ELSEWHERE)
async def test_elsewhere_the_client_id_is_enough_and_a_secret_that_is_given_must_be_right(
    provider: Provider, method: str, more: dict[str, Any]
) -> None:
    def params(client: dict[str, str]) -> dict[str, Any]:
        return {"service_key": "service", "client": client, **more}

    assert "result" in await provider.call(method, params({"client_id": "client"}))
    assert "result" in await provider.call(method, params(CLIENT))
    for wrong in (WRONG, {"client_id": "public", "client_secret": "x"}):
        detail = await refusal(provider, method, params(wrong))
        assert detail["error"] == "invalid_client"
        assert detail["error_response"]["status"] == 401
        assert detail["error_response"]["headers"]["WWW-Authenticate"] == 'Basic realm="Test API"'


@pytest.mark.parametrize(("method", "more"), ELSEWHERE)
async def test_elsewhere_an_unknown_client_is_unauthorized_client(
    provider: Provider, method: str, more: dict[str, Any]
) -> None:
    params = {"service_key": "service", "client": {"client_id": "nobody", "client_secret": "x"}, **more}

    assert await refusal(provider, method, params) == {
        "error": "unauthorized_client",
        "error_description": "Invalid client identifier",
        "error_response": None,
    }


async def test_the_implicit_flow_needs_the_client_id_only_and_a_secret_that_is_given_must_be_right(
    provider: Provider,
) -> None:
    assert (await provider.result(CREATE, implicit_call()))["access_token"]
    assert (await provider.result(CREATE, implicit_call(CLIENT)))["access_token"]
    assert (await refusal(provider, CREATE, implicit_call(WRONG)))["error_response"]["status"] == 401
    assert await provider.oauth_error(CREATE, implicit_call({"client_id": "nobody"})) == "unauthorized_client"


async def test_a_public_application_keeps_no_secret(provider: Provider) -> None:
    assert provider.store.definitions.applications[PUBLIC_APPLICATION.client_id].secrets == ()
