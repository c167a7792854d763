r"""Types and limits of every parameter (json-rpc contract §3).

At the top a bad one is the caller's mistake, -32602 with its path; inside client, token_data, uri and
authorization_data it is the OAuth client's, invalid_request.
"""

from __future__ import annotations

from typing import Any

import pytest

from rpcauth.errors import OAuthError, ParamsInvalid
from rpcauth.rpc.params import Client, Reader, TokenData
from tests.support.provider import CLIENT, REDIRECT_URI, Provider

CREATE, AUTHORIZE = "oauth2.createAccessToken", "oauth2.createAuthorizationCode"
FETCH, UPDATE = "oauth2.fetchAccessToken", "oauth2.updateAccessToken"
PASSWORD = {"service_key": "service", "client": CLIENT, "token_data": {"grant_type": "password"}, "user_context": "u"}
CODE = {"service_key": "service", "client": {"client_id": "client"}}
UPDATING = {"service_key": "service", "client": {"client_id": "client"}, "access_token": "t"}

TOP = [
    (CREATE, PASSWORD, "service_key", 512),
    (CREATE, PASSWORD, "user_context", 255),
    (AUTHORIZE, CODE, "scope", 1024),
    (AUTHORIZE, CODE, "user_context", 255),
    (AUTHORIZE, CODE, "response_type", 512),
    ("oauth2.fetchApplication", CODE, "response_type", 512),
    (FETCH, {"service_key": "service"}, "access_token", 512),
    ("oauth2.validateRequest", {"service_key": "service", "context": {}}, "scope", 1024),
    (UPDATE, UPDATING, "access_token", 512),
    (UPDATE, UPDATING, "scope", 1024),
    (UPDATE, UPDATING, "user_context", 255),
    ("oauth2.fetchUserApplications", {"service_key": "service"}, "user_context", 255),
    ("oauth2.fetchUserApplications", {"service_key": "service", "user_context": "u"}, "token_status", 512),
    ("oauth2.revokeAccessToken", CODE, "access_token", 512),
    ("oauth2.revokeUserApplication", CODE, "user_context", 255),
]
INSIDE = [
    (CREATE, PASSWORD, "client", "client_id", 512),
    (CREATE, PASSWORD, "client", "client_secret", 512),
    (CREATE, PASSWORD, "token_data", "grant_type", 512),
    (CREATE, PASSWORD, "token_data", "response_type", 512),
    (CREATE, PASSWORD, "token_data", "scope", 1024),
    (CREATE, PASSWORD, "token_data", "code", 512),
    (CREATE, PASSWORD, "token_data", "refresh_token", 512),
    (CREATE, PASSWORD, "token_data", "code_verifier", 512),
    (CREATE, PASSWORD, "uri", "state", 2048),
    (CREATE, PASSWORD, "uri", "redirect_uri", 2048),
    (AUTHORIZE, CODE, "client", "client_id", 512),
    (AUTHORIZE, CODE, "uri", "state", 2048),
    (AUTHORIZE, CODE, "uri", "redirect_uri", 2048),
    *(
        (AUTHORIZE, CODE, "authorization_data", name, 512)
        for name in ("code_challenge", "code_challenge_method", "nonce", "resource", "acr", "amr", "cnf")
    ),
]


def is_malformed(reply: dict[str, Any]) -> bool:
    """Whether a reply is the refusal of a member, and not that of its meaning."""
    error = reply.get("error", {})
    return error.get("code") == -2001 and error["data"]["error_description"].startswith("A member of ")


@pytest.mark.parametrize(("method", "params", "name", "limit"), TOP)
async def test_a_top_level_string_is_limited_in_code_points(
    provider: Provider, method: str, params: dict[str, Any], name: str, limit: int
) -> None:
    for character in "xé😀":
        longest = await provider.call(method, {**params, name: character * limit})
        too_long = await provider.call(method, {**params, name: character * (limit + 1)})

        if name != "token_status":
            assert longest.get("error", {}).get("code") != -32602
        assert (too_long["error"]["code"], too_long["error"]["data"]) == (-32602, {"path": f"$.params.{name}"})


@pytest.mark.parametrize(("method", "params", "name", "limit"), TOP)
async def test_a_top_level_string_of_another_type_or_with_a_nul_is_invalid_params(
    provider: Provider, method: str, params: dict[str, Any], name: str, limit: int
) -> None:
    wrong: list[Any] = [5, 0, True, False, 1.5, {}, {"a": 1}, "a\0b", "\0"]
    for value in wrong:
        error = (await provider.call(method, {**params, name: value}))["error"]
        assert (error["code"], error["data"]) == (-32602, {"path": f"$.params.{name}"})


@pytest.mark.parametrize(
    ("method", "params", "name"),
    [
        (CREATE, PASSWORD, "client"),
        (CREATE, PASSWORD, "token_data"),
        (CREATE, PASSWORD, "uri"),
        (CREATE, PASSWORD, "context"),
        (AUTHORIZE, CODE, "authorization_data"),
        ("oauth2.revokeTokens", {"service_key": "service"}, "where"),
    ],
)
async def test_a_top_level_object_of_another_type_is_invalid_params(
    provider: Provider, method: str, params: dict[str, Any], name: str
) -> None:
    wrong: list[Any] = ["x", "", 5, True, [], [{}]]
    for value in wrong:
        error = (await provider.call(method, {**params, name: value}))["error"]
        assert (error["code"], error["data"]) == (-32602, {"path": f"$.params.{name}"})


@pytest.mark.parametrize(("method", "params", "name", "member", "limit"), INSIDE)
async def test_a_member_is_limited_in_code_points(
    provider: Provider, method: str, params: dict[str, Any], name: str, member: str, limit: int
) -> None:
    async def call(value: str) -> dict[str, Any]:
        return await provider.call(method, {**params, name: {**params.get(name, {}), member: value}})

    for character in "x😀":
        assert not is_malformed(await call(character * limit))
        assert is_malformed(await call(character * (limit + 1)))


@pytest.mark.parametrize(("method", "params", "name", "member", "limit"), INSIDE)
async def test_a_member_of_another_type_or_with_a_nul_is_invalid_request(
    provider: Provider, method: str, params: dict[str, Any], name: str, member: str, limit: int
) -> None:
    wrong: list[Any] = [5, True, 1.5, {}, [5], "a\0b"]
    for value in wrong:
        reply = await provider.call(method, {**params, name: {**params.get(name, {}), member: value}})
        assert is_malformed(reply)
        assert reply["error"]["data"]["error"] == "invalid_request"


@pytest.mark.parametrize(("method", "params", "name", "member", "limit"), INSIDE)
async def test_an_empty_member_and_null_are_the_same_as_none(
    provider: Provider, method: str, params: dict[str, Any], name: str, member: str, limit: int
) -> None:
    others = {key: value for key, value in params.get(name, {}).items() if key != member}

    absent: list[dict[str, Any]] = [{}, {member: ""}, {member: None}]
    replies = [await provider.call(method, {**params, name: {**others, **more}}) for more in absent]

    assert len({reply.get("error", {}).get("data", {}).get("error") for reply in replies}) == 1


@pytest.mark.parametrize("value", ["1800000000", -1, 1.5, True, 2**54])
async def test_auth_time_is_a_whole_number_of_seconds(provider: Provider, value: object) -> None:
    assert is_malformed(await provider.call(AUTHORIZE, {**CODE, "authorization_data": {"auth_time": value}}))


@pytest.mark.parametrize("uri", [None, {}, {"redirect_uri": "", "state": None}])
async def test_an_absent_null_or_empty_uri_is_the_same(provider: Provider, uri: object) -> None:
    issued = await provider.result(AUTHORIZE, {**CODE, "uri": uri})

    assert issued["uri"] == {"redirect_uri": f"{REDIRECT_URI}?code={issued['code']}", "state": None}


@pytest.mark.parametrize("text", ["https:\\/\\/client.example.com\\/cb", "https:\\//client.example.com/cb"])
async def test_an_escaped_slash_in_redirect_uri_is_a_slash(provider: Provider, text: str) -> None:
    issued = await provider.result(AUTHORIZE, {**CODE, "uri": {"redirect_uri": text, "state": "a\\/b"}})

    assert issued["uri"] == {"redirect_uri": f"{REDIRECT_URI}?code={issued['code']}&state=a%5C%2Fb", "state": "a\\/b"}


async def test_unknown_members_of_objects_are_ignored(provider: Provider) -> None:
    noise = {"reponse_type": None, "extra": {"deep": [1, "\0"]}}
    token_data = {"grant_type": "password", **noise}
    params = {**PASSWORD, "client": {**CLIENT, **noise}, "token_data": token_data}

    assert (await provider.result(CREATE, {**params, "uri": noise, "context": noise}))["access_token"]


@pytest.mark.parametrize(
    ("order", "name", "path"),
    [(None, "client", "$.params.client"), (("service_key", "client"), "client", "$.params[1]")],
)
def test_a_path_says_where_the_parameter_was(order: tuple[str, ...] | None, name: str, path: str) -> None:
    reader = Reader(order)

    assert reader.fail(name).path == path
    assert reader.fail(name, ".client_id").path == f"{path}.client_id"


def test_a_reader_takes_what_is_good_and_refuses_the_rest() -> None:
    reader = Reader(None)

    assert reader.text("t", "x" * 512) == "x" * 512
    assert (reader.optional_text("t", ""), reader.optional_text("t", None)) == (None, None)
    assert (reader.members("m", None), reader.members("m", {})) == ({}, {})
    assert reader.client({"client_id": "a", "client_secret": ""}) == Client(client_id="a")
    assert reader.forwarded(TokenData, "token_data", {"scope": "a"}, required=True) == TokenData(scope="a")
    for fails in (lambda: reader.text("t", ""), lambda: reader.members("m", None, required=True)):
        with pytest.raises(ParamsInvalid):
            fails()
    with pytest.raises(OAuthError):
        reader.client({"client_id": ""})
