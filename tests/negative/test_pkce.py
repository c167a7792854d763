"""Group C: PKCE (RFC 7636) and attempts to talk a client out of it."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from rpcauth.definitions import Wanted, WantedApplication
from rpcauth.keys.keyring import Keyring
from rpcauth.model import PkcePolicy, Secret
from rpcauth.oauth import pkce
from tests.negative.surface import CREATE_CODE, CREATE_TOKEN, Surface, case, count_rows
from tests.support.provider import APPLICATION, CLIENT, PUBLIC_CLIENT, REDIRECT_URI

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
S256 = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}


def asking(client_id: str, data: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "service_key": "service",
        "client": {"client_id": client_id},
        "uri": {"redirect_uri": REDIRECT_URI, "state": "xyz"},
        "user_context": "user",
        "authorization_data": data,
    }


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(None, id="C01 no challenge"),
        pytest.param({"code_challenge": CHALLENGE}, id="C04 no method, which means plain"),
        pytest.param({"code_challenge": VERIFIER, "code_challenge_method": "plain"}, id="C04 plain"),
        pytest.param({"code_challenge": CHALLENGE, "code_challenge_method": "S512"}, id="C05 S512"),
        pytest.param({"code_challenge": CHALLENGE, "code_challenge_method": "s256"}, id="C05 s256"),
        pytest.param({"code_challenge": CHALLENGE, "code_challenge_method": ""}, id="C05 empty method"),
        pytest.param({"code_challenge_method": "S256"}, id="C06 method without challenge"),
        pytest.param({"code_challenge": "", "code_challenge_method": "S256"}, id="C06 empty challenge"),
        pytest.param({**S256, "code_challenge": CHALLENGE[:-1] + "="}, id="C08 equals sign"),
        pytest.param({**S256, "code_challenge": CHALLENGE[:-1] + "+"}, id="C08 plus sign"),
        pytest.param({**S256, "code_challenge": CHALLENGE[:-1] + "/"}, id="C08 slash"),
        pytest.param({**S256, "code_challenge": CHALLENGE[:-1] + " "}, id="C08 blank"),
        pytest.param({**S256, "code_challenge": CHALLENGE[:-1] + "é"}, id="C08 not ASCII"),
        pytest.param({**S256, "code_challenge": CHALLENGE + "\n"}, id="C08 line break at the end"),
        pytest.param({**S256, "code_challenge": CHALLENGE[:-1]}, id="C08 too short"),
        pytest.param({**S256, "code_challenge": CHALLENGE * 20}, id="C08 too long"),
    ],
)
async def test_a_public_client_needs_a_good_challenge(surface: Surface, data: dict[str, Any] | None) -> None:
    await surface.redirected(CREATE_CODE, asking("public", data), "invalid_request", state="xyz")


@case("C02 confidential client, no code_challenge")
async def test_a_service_may_demand_a_challenge_of_everybody(surface: Surface) -> None:
    await surface.provider.set_service(pkce=PkcePolicy.ALWAYS)
    await surface.redirected(CREATE_CODE, asking("client", None), "invalid_request", state="xyz")


@case("C06 method without challenge, confidential client")
async def test_half_a_challenge_is_refused_where_none_is_needed(surface: Surface) -> None:
    await surface.redirected(
        CREATE_CODE, asking("client", {"code_challenge_method": "S256"}), "invalid_request", state="xyz"
    )


@pytest.mark.parametrize(
    "verifier",
    [
        pytest.param(None, id="C09 none"),
        pytest.param("x" * 43, id="C10 wrong"),
        pytest.param(CHALLENGE, id="C10 the challenge itself"),
        pytest.param(VERIFIER[:42], id="C12 42 characters"),
        pytest.param(VERIFIER + "x" * 86, id="C12 129 characters"),
        pytest.param(VERIFIER[:-1] + "!", id="C12 illegal character"),
        pytest.param(VERIFIER[:-1] + "é", id="C12 not ASCII"),
        pytest.param(VERIFIER + "\n", id="C13 line break at the end"),
        pytest.param(VERIFIER + " ", id="C13 blank at the end"),
        pytest.param(VERIFIER + "=", id="C13 equals sign at the end"),
        pytest.param(VERIFIER.swapcase(), id="C13 other letter case"),
        pytest.param("", id="C14 empty"),
    ],
)
async def test_a_wrong_verifier_spends_the_code(either: Surface, verifier: str | None) -> None:
    provider = either.provider
    code = await provider.issue_code(PUBLIC_CLIENT, authorization_data=S256)
    wrong = provider.redemption(code, PUBLIC_CLIENT, code_verifier=verifier)
    await either.denied(CREATE_TOKEN, wrong, "invalid_grant", changes={"codes"})
    right = provider.redemption(code, PUBLIC_CLIENT, code_verifier=VERIFIER)
    await either.denied(CREATE_TOKEN, right, "invalid_grant")
    assert count_rows(provider, "access_tokens", "grants") == [0, 0]


async def test_the_right_verifier_redeems(either: Surface) -> None:
    code = await either.provider.issue_code(PUBLIC_CLIENT, authorization_data=S256)
    right = either.provider.redemption(code, PUBLIC_CLIENT, code_verifier=VERIFIER)
    assert (await either.result(CREATE_TOKEN, right))["token_type"] == "bearer"


@case("C16 challenge stripped")
async def test_a_client_known_to_use_pkce_cannot_be_talked_out_of_it(surface: Surface) -> None:
    application = replace(APPLICATION, pkce=PkcePolicy.ALWAYS)
    secrets = (Secret(CLIENT["client_secret"]),)
    await surface.provider.define(
        Wanted(applications=(WantedApplication(application=application, client_secrets=secrets),))
    )
    await surface.redirected(CREATE_CODE, asking("client", None), "invalid_request", state="xyz")


@case("C16 challenge stripped, verifier sent")
async def test_a_verifier_for_a_code_without_challenge_is_a_downgrade_in_progress(either: Surface) -> None:
    provider = either.provider
    code = await provider.issue_code()
    downgraded = provider.redemption(code, code_verifier=VERIFIER)
    await either.denied(CREATE_TOKEN, downgraded, "invalid_grant", changes={"codes"})


@case("C17 code_verifier twice")
async def test_two_verifiers_are_an_invalid_request_and_spend_nothing(either: Surface) -> None:
    provider = either.provider
    code = await provider.issue_code(PUBLIC_CLIENT, authorization_data=S256)
    twice = provider.redemption(code, PUBLIC_CLIENT)
    twice["token_data"]["code_verifier"] = [VERIFIER, VERIFIER]
    await either.denied(CREATE_TOKEN, twice, "invalid_request")
    await either.result(CREATE_TOKEN, provider.redemption(code, PUBLIC_CLIENT, code_verifier=VERIFIER))


@case("C18 five wrong verifiers")
async def test_a_verifier_can_be_guessed_once(either: Surface) -> None:
    provider = either.provider
    code = await provider.issue_code(PUBLIC_CLIENT, authorization_data=S256)
    for number in range(5):
        guess = provider.redemption(code, PUBLIC_CLIENT, code_verifier=f"{number}" * 43)
        await either.denied(CREATE_TOKEN, guess, "invalid_grant", changes=() if number else {"codes"})
    right = provider.redemption(code, PUBLIC_CLIENT, code_verifier=VERIFIER)
    await either.denied(CREATE_TOKEN, right, "invalid_grant")


@pytest.mark.parametrize(
    ("function", "digests"),
    [
        pytest.param(pkce.is_verified, ["_digest(made)", "_digest(challenge)"], id="C20 verifier"),
        pytest.param(Keyring.is_digest_of, ["self.digest(text, version)", "digest"], id="Y04 token"),
    ],
)
def test_the_last_word_is_a_constant_time_comparison_of_digests(
    function: Callable[..., bool], digests: list[str]
) -> None:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    last = tree.body[0].body[-1]  # type: ignore[attr-defined]
    assert ast.unparse(last) == f"return hmac.compare_digest({', '.join(digests)})"
