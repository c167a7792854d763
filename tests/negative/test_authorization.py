"""Group B: the rest of an authorization request. Client and redirect_uri are good, so errors may be redirected."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from rpcauth.definitions import Wanted, WantedApplication
from rpcauth.model import GrantType, PkcePolicy, Secret
from tests.negative.surface import COMMIT, CREATE_CODE, Surface, case, count_rows, denying, inserting, read_rows
from tests.support.provider import APPLICATION, CLIENT, REDIRECT_URI

STATE = "af0ifjsldkj"
HOSTILE_STATES = {
    "B13 ampersand, equals sign, hash": "a=b&c=d#e?f/g",
    "B13 percent 00": "%00%2500",
    "B13 line breaks": "a\r\nSet-Cookie: x",
    "B13 emoji": "😀 é",
    "B13 markup": "<script>alert(1)</script>",
    "B13 plus and blank": "a+b c",
}


def asking(**named: Any) -> dict[str, Any]:
    return {
        "service_key": "service",
        "client": {"client_id": "client"},
        "uri": {"redirect_uri": REDIRECT_URI, "state": STATE},
        "user_context": "user",
        **named,
    }


@pytest.mark.parametrize(
    "named", [pytest.param({}, id="B01 left out"), pytest.param({"response_type": ""}, id="B02 empty")]
)
async def test_a_response_type_may_be_left_out(surface: Surface, named: dict[str, str]) -> None:
    assert (await surface.result(CREATE_CODE, asking(**named)))["uri"]["state"] == STATE


@pytest.mark.parametrize(
    ("named", "error"),
    [
        pytest.param({"response_type": "codex"}, "unsupported_response_type", id="B02 unknown response_type"),
        pytest.param({"response_type": "code "}, "unsupported_response_type", id="B02 trailing blank"),
        pytest.param({"authorization_data": {"nonce": ["a", "b"]}}, "invalid_request", id="B06 nonce twice"),
        pytest.param(
            {"authorization_data": {"code_challenge": ["a", "b"]}}, "invalid_request", id="B06 code_challenge twice"
        ),
        pytest.param({"scope": "read admin"}, "invalid_scope", id="B08 scope not allowed"),
        pytest.param({"scope": 'read "'}, "invalid_scope", id="B09 quotation mark"),
        pytest.param({"scope": "read\\"}, "invalid_scope", id="B09 backslash"),
        pytest.param({"scope": "read\x7f"}, "invalid_scope", id="B09 control character"),
        pytest.param({"scope": "read\nwrite"}, "invalid_scope", id="B09 line break"),
        pytest.param({"scope": "réad"}, "invalid_scope", id="B09 not ASCII"),
    ],
)
async def test_a_bad_request_is_redirected_with_its_state(surface: Surface, named: dict[str, Any], error: str) -> None:
    await surface.provider.set_service(scopes=("read", "write"))
    await surface.redirected(CREATE_CODE, asking(**named), error, state=STATE)


@case("B04 response_type not for this client")
async def test_a_flow_that_the_client_may_not_use_is_unauthorized_client(surface: Surface) -> None:
    application = replace(APPLICATION, grant_types=(GrantType.CLIENT_CREDENTIALS,))
    secrets = (Secret(CLIENT["client_secret"]),)
    await surface.provider.define(
        Wanted(applications=(WantedApplication(application=application, client_secrets=secrets),))
    )
    await surface.redirected(CREATE_CODE, asking(), "unauthorized_client", state=STATE)


@pytest.mark.parametrize(
    ("named", "path"),
    [
        pytest.param({"scope": ["read", "write"]}, "$.params.scope", id="B06 scope twice"),
        pytest.param({"response_type": ["code", "code"]}, "$.params.response_type", id="B06 response_type twice"),
        pytest.param({"prompt": "none"}, None, id="B06 a name that is none of ours"),
        pytest.param({"scope": "read\0"}, "$.params.scope", id="B09 NUL"),
        pytest.param({"scope": "a " * 10_000}, "$.params.scope", id="B10 10 000 words"),
        pytest.param({"scope": "a" * 100_000}, "$.params.scope", id="B10 100 kB"),
    ],
)
async def test_a_bad_parameter_of_our_own_is_the_callers_mistake(
    surface: Surface, named: dict[str, Any], path: str | None
) -> None:
    begun = time.process_time()
    await surface.misused(CREATE_CODE, asking(**named), path)
    assert time.process_time() - begun < 0.5


@pytest.mark.parametrize(
    "state",
    [
        pytest.param(["a", "b"], id="B06 state twice"),
        pytest.param("s" * 10_240, id="B12 10 kB"),
        pytest.param("s" * 2049, id="B12 one over the limit"),
        pytest.param("a\0b", id="B13 NUL itself"),
    ],
)
async def test_a_state_that_cannot_be_given_back_is_not_redirected(surface: Surface, state: object) -> None:
    uri = {"redirect_uri": REDIRECT_URI, "state": state}
    await surface.page(CREATE_CODE, asking(uri=uri), "invalid_request")


@pytest.mark.parametrize(
    "state",
    [pytest.param("s" * 2048, id="B12 as long as may be"), *(pytest.param(s, id=i) for i, s in HOSTILE_STATES.items())],
)
async def test_a_state_comes_back_as_it_was_sent(surface: Surface, state: str) -> None:
    uri = {"redirect_uri": REDIRECT_URI, "state": state}
    issued = await surface.result(CREATE_CODE, asking(uri=uri))
    location = issued["uri"]["redirect_uri"]
    assert issued["uri"]["state"] == state
    assert location.isascii()
    assert location.isprintable()
    assert parse_qs(urlsplit(location).query) == {"code": [issued["code"]], "state": [state]}
    await surface.redirected(CREATE_CODE, asking(uri=uri, scope='"'), "invalid_scope", state=state)


@case("B14 no state, no PKCE, no nonce")
async def test_without_state_and_challenge_a_strict_service_refuses(surface: Surface) -> None:
    await surface.provider.set_service(pkce=PkcePolicy.ALWAYS)
    await surface.redirected(CREATE_CODE, asking(uri={"redirect_uri": REDIRECT_URI}), "invalid_request")


@case("B40 iss")
async def test_every_answer_names_its_issuer(surface: Surface) -> None:
    issuer = "https://login.example.com/a b"
    await surface.provider.set_service(issuer=issuer)
    issued = await surface.result(CREATE_CODE, asking())
    assert parse_qs(urlsplit(issued["uri"]["redirect_uri"]).query)["iss"] == [issuer]
    await surface.redirected(CREATE_CODE, asking(scope='"'), "invalid_scope", state=STATE, issuer=issuer)


@pytest.mark.parametrize(
    ("refused", "outcome"),
    [
        pytest.param(inserting("codes"), "not_done", id="B42 the insert fails"),
        pytest.param(COMMIT, "unknown", id="B42 the commit fails"),
    ],
)
async def test_a_failing_store_is_neither_an_oauth_error_nor_a_code(
    surface: Surface, refused: tuple[int, str], outcome: str
) -> None:
    before = read_rows(surface.provider)
    with denying(surface.provider, refused):
        reply = await surface.ask(CREATE_CODE, asking())
    assert (reply["error"]["code"], reply["error"]["data"]) == (-32003, {"outcome": outcome})
    assert read_rows(surface.provider) == before
    await surface.result(CREATE_CODE, asking())
    assert count_rows(surface.provider, "codes") == [1]
