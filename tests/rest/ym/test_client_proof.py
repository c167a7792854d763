"""How clients prove themselves: Basic (contract, decision 12), and the secret under two names (decision 9)."""

from __future__ import annotations

import logging
from base64 import b64encode
from urllib.parse import quote_plus

import pytest

from rpcauth.web.messages import HttpReply
from tests.negative.surface import read_rows
from tests.operations.calls import PKCE, VERIFIER, add_other_client, put_application
from tests.rest.ym.conversation import GET_SERVICE, OIDC_SERVICE, OWN_CLIENT, code_request, exchange, post
from tests.rest.ym.said import FORMATS, headers_of, holds, read_reply
from tests.rest.ym.serving import CLIENT_ID, CLIENT_SECRET, Served, content_of
from tests.support.provider import APPLICATION, PUBLIC_CLIENT


def basic(client_id: str = CLIENT_ID, secret: str = CLIENT_SECRET) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f"{client_id}:{secret}".encode()).decode()}


async def unproven(served: Served) -> dict[str, str]:
    """A good request without its client."""
    return {name: text for name, text in (await code_request(served)).items() if name not in OWN_CLIENT}


def check_challenge(reply: HttpReply) -> None:
    said = read_reply(reply)
    assert (reply.status, reply.reason, said.code, said.bare) == (401, "invalid_client", "invalid_client", False)
    assert headers_of(reply)["WWW-Authenticate"] == 'Basic realm="rpcauth"'


# --- Basic ------------------------------------------------------------------------------------------------------------


async def test_a_client_may_prove_itself_by_basic(served: Served) -> None:
    assert (await post(served, await unproven(served), headers=basic())).status == 200


async def test_basic_is_read_as_oauth_clients_write_it(served: Served) -> None:
    """RFC 6749 §2.3.1: both halves are form-urlencoded first."""
    strange = "p%61ss word+ü:ß"
    await put_application(served.provider, APPLICATION, strange)
    right, wrong = basic(secret=quote_plus(strange)), basic(secret=strange)
    assert (await post(served, await unproven(served), headers=right)).status == 200
    check_challenge(await post(served, await unproven(served), headers=wrong))


async def test_the_scheme_may_be_written_in_any_case(served: Served) -> None:
    headers = {"Authorization": basic()["Authorization"].replace("Basic", "bASIC")}
    assert (await post(served, await unproven(served), headers=headers)).status == 200


@pytest.mark.parametrize("kind", FORMATS)
async def test_a_wrong_secret_by_basic_is_challenged(served: Served, kind: str) -> None:
    members = await unproven(served)
    for headers in (basic(secret="wrong"), basic("nobody"), basic(secret=""), basic("public", "x")):
        check_challenge(await post(served, members, headers=headers, query=f"format={kind}"))


@pytest.mark.parametrize(
    "authorization",
    ["Basic", "Basic ", "Basic !!!!", "Basic Y2xpZW50", "Basic Y2xpZW50Onh=", "basic \u00fc", "Basic  Y2xpZW50Ong="],
)
@pytest.mark.parametrize("kind", FORMATS)
async def test_malformed_basic_is_challenged(served: Served, authorization: str, kind: str) -> None:
    reply = await post(served, await unproven(served), headers={"Authorization": authorization}, query=f"format={kind}")
    check_challenge(reply)


@pytest.mark.parametrize("given", [OWN_CLIENT, {"client_id": CLIENT_ID}, {"client_secret": CLIENT_SECRET}])
async def test_basic_and_a_client_in_the_body_are_one_proof_too_many(served: Served, given: dict[str, str]) -> None:
    members = await unproven(served) | given
    before = read_rows(served.provider)
    reply = await post(served, members, headers=basic())
    assert (reply.status, reply.reason) == (400, "invalid_request")
    assert content_of(reply)["error"] == "invalid_request"
    assert "WWW-Authenticate" not in headers_of(reply)
    assert read_rows(served.provider) == before


@pytest.mark.parametrize("authorization", ["Bearer rpa_x", "Digest x", "Basically x", ""])
async def test_other_schemes_say_nothing_of_a_client(served: Served, authorization: str) -> None:
    headers = {"Authorization": authorization}
    assert (await post(served, await code_request(served), headers=headers)).status == 200
    reply = await post(served, await code_request(served) | {"client_secret": "wrong"}, headers=headers)
    assert reply.status == 401
    assert "WWW-Authenticate" not in headers_of(reply)


async def test_basic_is_no_proof_where_the_secret_is_a_member(served: Served) -> None:
    """GetAccessToken documents AppId and AppSecret; a header changes nothing of them."""
    members = GET_SERVICE.say(await unproven(served))
    assert read_reply(await post(served, members, GET_SERVICE, headers=basic())).fields == ["AppId", "AppSecret"]
    members = GET_SERVICE.say(await code_request(served))
    assert (await post(served, members, GET_SERVICE, headers=basic("nobody", "x"))).status == 200


async def test_a_public_client_proves_itself_by_its_id_and_its_verifier(served: Served) -> None:
    members = await code_request(served, client=PUBLIC_CLIENT, authorization_data=PKCE)
    del members["client_secret"]
    reply = await post(served, members | PUBLIC_CLIENT | {"code_verifier": VERIFIER})
    assert reply.status == 200


@pytest.mark.parametrize("name", ["code_verifier", "codeVerifier"])
async def test_a_confidential_client_may_send_a_verifier_too(served: Served, name: str) -> None:
    members = await code_request(served, authorization_data=PKCE)
    assert (await post(served, members | {name: VERIFIER})).status == 200
    members = await code_request(served, authorization_data=PKCE)
    assert content_of(await post(served, members | {name: f"{VERIFIER}x"}))["error"] == "invalid_grant"


# --- AppSecert and AppSecret ------------------------------------------------------------------------------------------

WARNING = "the client {} sends its secret as AppSecert, which is deprecated: AppSecret"


async def get_request(served: Served, **secrets: str) -> dict[str, str]:
    """A good request to GetAccessToken with these secrets in place of its own."""
    members = GET_SERVICE.say(await code_request(served))
    del members["AppSecret"]
    return members | secrets


@pytest.mark.parametrize(
    "secrets",
    [
        {"AppSecret": CLIENT_SECRET},
        {"AppSecert": CLIENT_SECRET},
        {"AppSecret": CLIENT_SECRET, "AppSecert": CLIENT_SECRET},
        {"AppSecret": CLIENT_SECRET, "AppSecert": ""},
        {"AppSecret": "", "AppSecert": CLIENT_SECRET},
    ],
)
@pytest.mark.parametrize("kind", FORMATS)
async def test_either_name_of_the_secret_works_and_both_if_they_agree(
    served: Served, secrets: dict[str, str], kind: str
) -> None:
    said = await exchange(served, GET_SERVICE, kind, await get_request(served, **secrets))
    assert said.reply.status == 200


@pytest.mark.parametrize(("new", "old"), [(CLIENT_SECRET, "other"), ("other", CLIENT_SECRET), ("a", "\u00e4")])
@pytest.mark.parametrize("kind", FORMATS)
async def test_two_different_secrets_are_refused_and_none_of_them_is_tried(
    served: Served, new: str, old: str, kind: str
) -> None:
    members = await get_request(served, AppSecret=new, AppSecert=old)
    before = read_rows(served.provider)
    said = await exchange(served, GET_SERVICE, kind, members)
    assert (said.reply.status, said.code, said.bare) == (400, "invalid_request", False)
    assert said.error is not None
    assert said.error["Message"] == "AppSecert and AppSecret differ; send AppSecret alone."
    assert not holds(said.reply, CLIENT_SECRET)
    assert read_rows(served.provider) == before


def warnings_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.levelno == logging.WARNING]


async def test_the_old_name_is_warned_of_once_for_each_client_without_its_value(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    await add_other_client(served.provider)
    for _ in range(3):
        reply = await post(served, await get_request(served, AppSecert=CLIENT_SECRET), GET_SERVICE)
        assert reply.status == 200
    assert warnings_of(caplog) == [WARNING.format(CLIENT_ID)]
    other = {"AppId": "other", "AppSecert": "other-secret-of-the-tests", "Code": "x"}
    for _ in range(2):
        assert (await post(served, other, GET_SERVICE)).status == 400
    assert warnings_of(caplog) == [WARNING.format(CLIENT_ID), WARNING.format("other")]
    assert CLIENT_SECRET not in caplog.text


async def test_the_new_name_is_not_warned_of(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    assert (await post(served, await get_request(served, AppSecret=CLIENT_SECRET), GET_SERVICE)).status == 200
    assert warnings_of(caplog) == []


@pytest.mark.parametrize("client", [CLIENT_ID, "nobody", "evil\nname", "public"])
async def test_a_client_that_did_not_prove_itself_is_not_warned_of(
    served: Served, caplog: pytest.LogCaptureFixture, client: str
) -> None:
    members = await get_request(served, AppSecert="wrong", AppId=client)
    assert (await post(served, members, GET_SERVICE)).status == 401
    assert warnings_of(caplog) == []
    assert (await post(served, await get_request(served, AppSecert=CLIENT_SECRET), GET_SERVICE)).status == 200
    assert warnings_of(caplog) == [WARNING.format(CLIENT_ID)]


async def test_the_old_name_means_nothing_to_the_other_service(served: Served) -> None:
    members = await unproven(served) | {"client_id": CLIENT_ID, "AppSecert": CLIENT_SECRET}
    assert read_reply(await post(served, members, OIDC_SERVICE)).fields == ["client_secret"]
