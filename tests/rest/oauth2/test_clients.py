"""Who may ask the endpoints, and how it proves that (RFC 6749 §2.3, RFC 7662 §2.1, RFC 7009 §2.1)."""

from __future__ import annotations

from base64 import b64encode

import pytest

from tests.rest.oauth2.asking import CALLER, ODD_CLIENT, OTHER_CLIENT, OWNER, House, basic, basic_of, make_house
from tests.support.provider import CLIENT

ENDPOINTS = pytest.mark.parametrize("endpoint", ["introspect", "revoke"])
TOKEN = {"token": "made up"}
STRANGER = {"client_id": "stranger", "client_secret": "client-secret-of-the-stranger"}
FIRED = {"client_id": "fired", "client_secret": "client-secret-of-the-fired"}


def raw_basic(text: str) -> tuple[str, str]:
    return ("Authorization", "Basic " + b64encode(text.encode()).decode())


@ENDPOINTS
@pytest.mark.parametrize("client", [CLIENT, OTHER_CLIENT, ODD_CLIENT], ids=["client", "other", "odd"])
async def test_a_confidential_client_proves_itself_in_either_way(
    house: House, endpoint: str, client: dict[str, str]
) -> None:
    assert (await house.post(endpoint, TOKEN, basic_of(client))).status == 200
    assert (await house.post(endpoint, {**TOKEN, **client})).status == 200


@ENDPOINTS
async def test_the_scheme_is_read_in_any_case_and_the_same_client_id_may_stand_beside_it(
    house: House, endpoint: str
) -> None:
    name, value = OWNER
    lower = (name, value.replace("Basic", "bASIC"))
    assert (await house.post(endpoint, {**TOKEN, "client_id": "client"}, lower)).status == 200


async def test_a_caller_with_the_method_may_introspect(house: House) -> None:
    for name in ("gateway", "all"):
        assert (await house.post("introspect", TOKEN, basic(name, f"secret-of-{name}"))).status == 200


UNPROVEN = {
    "nobody": ({}, ()),
    "wrong secret": ({}, (basic("client", "wrong"),)),
    "wrong secret in the body": ({"client_id": "client", "client_secret": "wrong"}, ()),
    "no secret": ({"client_id": "client"}, ()),
    "empty secret": ({"client_id": "client", "client_secret": ""}, ()),
    "empty secret in the header": ({}, (basic("client", ""),)),
    "secret without a client": ({"client_secret": CLIENT["client_secret"]}, ()),
    "unknown client": ({}, (basic("nobody", "secret"),)),
    "client of another service": ({}, (basic_of(STRANGER),)),
    "disabled client": ({}, (basic_of(FIRED),)),
    "public client with a secret": ({}, (basic("public", "secret"),)),
    "not form-encoded": ({}, (raw_basic(f"{ODD_CLIENT['client_id']}:{ODD_CLIENT['client_secret']}"),)),
    "no colon": ({}, (raw_basic("client"),)),
    "no base64": ({}, (("Authorization", "Basic ***"),)),
    "no UTF-8": ({}, (raw_basic("client:%ff"),)),
    "another scheme": ({}, (("Authorization", "Bearer x"),)),
    "two headers": ({}, (OWNER, OWNER)),
    "over-long secret": ({}, (basic("client", "x" * 513),)),
    "caller without the method": ({}, (basic("silent", "secret-of-silent"),)),
    "caller without the service": ({}, (basic("elsewhere", "secret-of-elsewhere"),)),
    "caller with a wrong secret": ({}, (basic("gateway", "secret-of-all"),)),
    "assertion alone": ({"client_assertion": "x.y.z"}, ()),
}


@ENDPOINTS
@pytest.mark.parametrize("case", UNPROVEN)
async def test_whoever_is_not_proven_gets_one_answer(house: House, endpoint: str, case: str) -> None:
    form, headers = UNPROVEN[case]
    tokens = await house.provider.authorize()
    answer = await house.post(endpoint, {"token": tokens["access_token"], **form}, *headers)
    assert answer.error == (401, "invalid_client")
    assert answer.json["error_description"] == "Client authentication failed"
    assert answer.header("WWW-Authenticate") == 'Basic realm="Test API"'
    assert await house.provider.is_live(tokens["access_token"])


@ENDPOINTS
@pytest.mark.parametrize("name", ["client", "x" * 513])
async def test_an_over_long_name_or_secret_is_not_looked_at(house: House, endpoint: str, name: str) -> None:
    """Nobody may have a text of any length hashed."""
    answer = await house.post(endpoint, TOKEN, basic(name, "x" * 513 if name == "client" else "secret"))
    assert (answer.error, answer.reply.log.detail) == ((401, "invalid_client"), "client.basic_malformed")


async def test_a_public_client_may_revoke_and_not_introspect(house: House) -> None:
    named = {**TOKEN, "client_id": "public"}
    assert (await house.post("revoke", named)).status == 200
    assert (await house.post("revoke", TOKEN, basic("public", ""))).status == 200
    assert (await house.post("introspect", named)).error == (401, "invalid_client")
    assert (await house.post("introspect", TOKEN, basic("public", ""))).error == (401, "invalid_client")


async def test_callers_revoke_by_json_rpc_and_not_here(house: House) -> None:
    assert (await house.post("revoke", TOKEN, basic("all", "secret-of-all"))).error == (401, "invalid_client")


TWICE = {
    "secret in both": (CLIENT, (OWNER,)),
    "another client's secret in the body": (OTHER_CLIENT, (OWNER,)),
    "secret alone in the body": ({"client_secret": CLIENT["client_secret"]}, (OWNER,)),
    "another client's id in the body": ({"client_id": "other"}, (OWNER,)),
    "assertion beside the header": ({"client_assertion": "x.y.z"}, (OWNER,)),
    "assertion beside a secret": ({"client_assertion": "x.y.z", **CLIENT}, ()),
    "bearer beside a secret": (CLIENT, (("Authorization", "Bearer x"),)),
}


@ENDPOINTS
@pytest.mark.parametrize("case", TWICE)
async def test_two_ways_of_proving_a_client_are_a_malformed_request(house: House, endpoint: str, case: str) -> None:
    form, headers = TWICE[case]
    answer = await house.post(endpoint, {**TOKEN, **form}, *headers)
    assert answer.error == (400, "invalid_request")


async def test_a_caller_beside_a_client_is_a_malformed_request(house: House) -> None:
    assert (await house.post("introspect", {**TOKEN, **CLIENT}, CALLER)).error == (400, "invalid_request")


@ENDPOINTS
@pytest.mark.parametrize(
    "form",
    [
        [("client_id", "client"), ("client_id", "client"), ("client_secret", CLIENT["client_secret"])],
        [("client_id", "client"), ("client_secret", CLIENT["client_secret"]), ("client_secret", "x")],
    ],
)
async def test_credentials_given_twice_are_a_malformed_request(
    house: House, endpoint: str, form: list[tuple[str, str]]
) -> None:
    assert (await house.post(endpoint, [("token", "x"), *form])).error == (400, "invalid_request")


@ENDPOINTS
async def test_an_unknown_service_is_answered_like_one_that_is_not_the_clients(house: House, endpoint: str) -> None:
    unknown = await house.post(endpoint, TOKEN, OWNER, service="nowhere")
    foreign = await house.post(endpoint, TOKEN, OWNER, service="elsewhere")
    assert unknown.error == foreign.error == (401, "invalid_client")
    assert unknown.reply.body == foreign.reply.body


@ENDPOINTS
async def test_wrong_secrets_of_a_client_are_counted(house: House, endpoint: str) -> None:
    strict = make_house(house.provider, failures_per_minute=2)
    answers = [await strict.post(endpoint, TOKEN, basic("client", f"wrong {number}")) for number in range(4)]
    assert [answer.status for answer in answers] == [401, 401, 429, 429]
    assert answers[-1].json["error"] == "temporarily_unavailable"
    assert int(answers[-1].header("Retry-After") or 0) > 0
