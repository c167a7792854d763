"""Token introspection (RFC 7662): what is told of a token, and what never is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from rpcauth.definitions import Wanted, WantedApplication
from rpcauth.model import RecordId, TokenType
from rpcauth.oauth import token_text
from rpcauth.oauth.token_text import SECRET_BYTES, Kind
from rpcauth.operations.token_values import write_reference
from rpcauth.rest.oauth2.facade import OAuth2Facade
from rpcauth.rest.oauth2.routes import Endpoint
from tests.rest.oauth2.asking import CALLER, OWNER, House, basic_of, make_house, unreadable
from tests.support.provider import APPLICATION, CLIENT, START, Provider

INACTIVE = {"active": False}
SECONDS = START // 1000


async def issue(provider: Provider, **params: Any) -> dict[str, Any]:
    """A token of the client for itself, or what `params` say."""
    call = {"service_key": "service", "client": CLIENT, "token_data": {"grant_type": "client_credentials"}, **params}
    tokens: dict[str, Any] = await provider.result("oauth2.createAccessToken", call)
    return tokens


async def test_a_live_token_is_told_in_the_words_of_the_rfc(house: House) -> None:
    code = await house.provider.issue_code(scope="read write")
    tokens = await house.provider.redeem(code)
    house.provider.clock.advance(seconds=10)
    assert await house.introspect(tokens["access_token"]) == {
        "active": True,
        "scope": "read write",
        "client_id": "client",
        "username": "user",
        "token_type": "bearer",
        "exp": SECONDS + 3600,
        "iat": SECONDS,
        "sub": "user",
        "iss": "https://auth.example.com/services/service",
    }


async def test_what_there_is_not_is_left_out(house: House) -> None:
    await house.provider.set_service(access_token_ttl=0)
    tokens = await issue(house.provider)
    told = await house.introspect(tokens["access_token"])
    assert told.keys() == {"active", "client_id", "token_type", "iat", "iss"}


async def test_what_the_grant_is_for_and_bound_to_is_told(house: House) -> None:
    bound = {"resource": "https://api.example.com", "cnf": '{"jkt":"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}'}
    tokens = await house.provider.redeem(await house.provider.issue_code(authorization_data=bound))
    told = await house.introspect(tokens["access_token"])
    assert told["aud"] == "https://api.example.com"
    assert told["cnf"] == {"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}


@pytest.mark.parametrize("cnf", ["x5t of something", "[1]", '"text"', "{"])
async def test_a_binding_that_is_no_object_is_never_left_out(house: House, cnf: str) -> None:
    tokens = await house.provider.redeem(await house.provider.issue_code(authorization_data={"cnf": cnf}))
    assert (await house.introspect(tokens["access_token"]))["cnf"] == cnf


async def test_a_service_with_an_issuer_of_its_own_is_told_by_it(house: House) -> None:
    await house.provider.set_service(issuer="https://login.example.com")
    tokens = await issue(house.provider)
    assert (await house.introspect(tokens["access_token"]))["iss"] == "https://login.example.com"


async def test_of_a_mac_token_everything_is_told_but_its_key(house: House) -> None:
    await house.provider.set_service(access_token_type=TokenType.MAC)
    tokens = await issue(house.provider)
    told = await house.introspect(tokens["access_token"])
    assert (told["active"], told["token_type"]) == (True, "mac")
    assert tokens["extended"]["secret"] not in str(told)


def reference_to(provider: Provider, text: str) -> str:
    presented = token_text.parse(text)
    assert presented is not None
    return write_reference(provider.store.keyring, presented.id)


Bad = Callable[[Provider, dict[str, Any]], str]
BAD: dict[str, Bad] = {
    "unknown": lambda *_: token_text.write(Kind.ACCESS, RecordId(1), b"s" * SECRET_BYTES),
    "refresh token": lambda _, tokens: tokens["refresh_token"],
    "refresh token with another prefix": lambda _, tokens: "rpa_" + tokens["refresh_token"][4:],
    "reference": lambda provider, tokens: reference_to(provider, tokens["access_token"]),
    "truncated": lambda _, tokens: tokens["access_token"][:-1],
    "extended": lambda _, tokens: tokens["access_token"] + "x",
    "blank in front": lambda _, tokens: " " + tokens["access_token"],
    "made up": lambda *_: "' OR 1=1 --",
    "NUL": lambda *_: "\0",
}


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("hint", [None, "access_token", "refresh_token", "made_up"])
async def test_whatever_is_no_live_access_token_is_inactive_and_nothing_more(
    house: House, bad: str, hint: str | None
) -> None:
    tokens = await house.provider.authorize()
    text = BAD[bad](house.provider, tokens)
    form = {"token": text} if hint is None else {"token": text, "token_type_hint": hint}
    answer = await house.post("introspect", form, CALLER)
    assert (answer.status, answer.reply.body) == (200, b'{"active":false}')


@pytest.mark.parametrize("hint", ["refresh_token", "made_up"])
async def test_a_wrong_hint_hides_nothing(house: House, hint: str) -> None:
    tokens = await house.provider.authorize()
    assert (await house.introspect(tokens["access_token"], token_type_hint=hint))["active"] is True


async def test_an_expired_token_is_inactive(house: House) -> None:
    tokens = await house.provider.authorize()
    house.provider.clock.advance(seconds=3599.999)
    assert (await house.introspect(tokens["access_token"]))["active"] is True
    house.provider.clock.advance(seconds=0.001)
    assert await house.introspect(tokens["access_token"]) == INACTIVE


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
async def test_a_revoked_token_is_inactive_at_the_next_question(house: House, kind: str) -> None:
    tokens = await house.provider.authorize()
    assert (await house.introspect(tokens["access_token"]))["active"] is True
    assert (await house.post("revoke", {"token": tokens[kind]}, OWNER)).status == 200
    assert await house.introspect(tokens["access_token"]) == INACTIVE


async def test_a_token_is_inactive_at_every_service_but_its_own(house: House) -> None:
    tokens = await house.provider.authorize()
    stranger = basic_of({"client_id": "stranger", "client_secret": "client-secret-of-the-stranger"})
    answer = await house.post("introspect", {"token": tokens["access_token"]}, stranger, service="elsewhere")
    assert (answer.status, answer.json) == (200, INACTIVE)


async def test_a_token_of_a_disabled_client_is_inactive(house: House) -> None:
    tokens = await house.provider.authorize()
    disabled = WantedApplication(application=replace(APPLICATION, disabled=True))
    await house.provider.define(Wanted(applications=(disabled,)))
    assert await house.introspect(tokens["access_token"]) == INACTIVE


async def test_many_tokens_are_answered_in_their_order(house: House) -> None:
    first, second = await house.provider.authorize(), await house.provider.authorize()
    texts = [second["access_token"], "made up", first["access_token"], second["access_token"], first["refresh_token"]]
    answer = await house.post("introspect", [("tokens", text) for text in texts], CALLER)
    single = [await house.introspect(text) for text in texts]
    assert answer.json == {"tokens": single}
    assert [one["active"] for one in single] == [True, False, True, True, False]


@pytest.mark.parametrize(
    ("form", "detail"),
    [
        ([("tokens", "a"), ("token", "b")], "introspect.both"),
        ([("tokens", "a")] * 501, "introspect.too_many"),
        ([("token", "a"), ("token", "b")], "form.repeated"),
        ([("token", "a"), ("token", "a")], "form.repeated"),
        ([("token", ""), ("token", "a")], "form.repeated"),
        ([("token", "a"), ("token_type_hint", "x"), ("token_type_hint", "y")], "form.repeated"),
        ([("token", "a"), ("unknown", "x"), ("unknown", "y")], "form.repeated"),
        ([("token", "")], "form.no_token"),
        ([], "form.no_token"),
        ([("token_type_hint", "access_token")], "form.no_token"),
    ],
)
async def test_a_question_that_is_not_one_is_refused(house: House, form: list[tuple[str, str]], detail: str) -> None:
    answer = await house.post("introspect", form, CALLER)
    assert (answer.error, answer.reply.log.detail) == ((400, "invalid_request"), detail)


async def test_five_hundred_tokens_are_not_too_many(house: House) -> None:
    token = (await house.provider.authorize())["access_token"]
    answer = await house.post("introspect", [*[("tokens", "a")] * 499, ("tokens", token)], CALLER)
    assert [one["active"] for one in answer.json["tokens"]] == [False] * 499 + [True]


async def test_unknown_and_empty_parameters_are_passed_over(house: House) -> None:
    tokens = await house.provider.authorize()
    form = {"token": tokens["access_token"], "made_up": "x", "token_type_hint": "", "client_secret": ""}
    assert (await house.post("introspect", form, CALLER)).json["active"] is True


async def test_no_tokens_at_all_are_no_answers(house: House) -> None:
    assert (await house.post("introspect", {"tokens": ""}, CALLER)).json == {"tokens": []}


@pytest.mark.parametrize(("ttl", "until"), [(3600, 60), (20, 20)])
async def test_an_answer_says_how_long_it_may_be_kept(house: House, ttl: int, until: int) -> None:
    house = make_house(house.provider, cache_seconds=60)
    await house.provider.set_service(access_token_ttl=ttl)
    tokens = await house.provider.authorize()
    assert (await house.introspect(tokens["access_token"]))["cache_until"] == SECONDS + until
    assert await house.introspect("made up") == INACTIVE


@pytest.mark.parametrize("name", ["token", "tokens"])
async def test_a_store_that_cannot_answer_never_says_inactive(house: House, name: str) -> None:
    tokens = await house.provider.authorize()
    with unreadable(house.provider):
        answer = await house.post("introspect", {name: tokens["access_token"]}, CALLER)
    assert (answer.error, answer.header("Retry-After")) == ((503, "temporarily_unavailable"), "1")
    assert (await house.introspect(tokens["access_token"]))["active"] is True


class Faulty:
    """An endpoint with a defect."""

    method = "oauth2.introspect"

    async def answer(self, *_: object) -> Any:
        raise ValueError("hunter2")


async def test_a_defect_is_told_by_its_incident_alone(house: House) -> None:
    facade = OAuth2Facade(house.provider.store, {Endpoint.INTROSPECT: Faulty()}, None)
    answer = await House(house.provider, facade).post("introspect", {"token": "x"}, CALLER)
    assert answer.error == (500, "server_error")
    assert answer.reply.log.incident is not None
    assert answer.reply.log.incident in answer.json["error_description"]
    assert b"hunter2" not in answer.reply.body


async def test_a_refusal_has_an_incident_and_a_rule_for_the_log_and_names_a_client_that_is_defined(
    house: House,
) -> None:
    for client_id, named, rule in (("client", "client", "client.wrong_secret"), ("a lure", None, "client.unknown")):
        form = {"token": "x", "client_id": client_id, "client_secret": "wrong"}
        log = (await house.post("introspect", form)).reply.log
        assert (log.outcome, log.detail, log.client_id) == ("invalid_client", rule, named)
        assert log.incident is not None
