"""Group P: revocation and introspection, as far as revokeAccessToken and fetchAccessToken are their methods."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import Any

import pytest

from rpcauth.definitions import Wanted, WantedApplication
from rpcauth.model import RecordId, Secret
from rpcauth.oauth import token_text
from rpcauth.oauth.token_text import SECRET_BYTES, Kind
from rpcauth.operations.token_values import write_reference
from rpcauth.rpc.dispatch import Dispatcher
from rpcauth.rpc.invocation import Backend
from tests.negative.surface import (
    COMMIT,
    CREATE_TOKEN,
    FETCH_TOKEN,
    REVOKE_TOKEN,
    Surface,
    case,
    denying,
    read_rows,
    updating,
)
from tests.support.provider import APPLICATION, CLIENT, PUBLIC_CLIENT, Provider

CHALLENGE = {"code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method": "S256"}
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


def revoking(token: str, client: object = None) -> dict[str, Any]:
    return {"service_key": "service", "client": client or {"client_id": "client"}, "access_token": token}


def reference_to(provider: Provider, access_token: str) -> str:
    presented = token_text.parse(access_token)
    assert presented is not None
    return write_reference(provider.store.keyring, presented.id)


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(token_text.write(Kind.ACCESS, RecordId(1), b"s" * SECRET_BYTES), id="P01 unknown"),
        pytest.param(token_text.write(Kind.REFRESH, RecordId(1), b"s" * 32), id="P01 unknown refresh token"),
        pytest.param(token_text.write(Kind.REFERENCE, RecordId(1), b"s" * 12), id="P01 unknown reference"),
        pytest.param("rpa_short", id="P01 malformed"),
        pytest.param("' OR 1=1 --", id="P01 SQL"),
    ],
)
async def test_revoking_what_does_not_exist_succeeds(either: Surface, token: str) -> None:
    live = await either.provider.authorize()
    before = read_rows(either.provider)
    assert await either.result(REVOKE_TOKEN, revoking(token)) is True
    assert read_rows(either.provider) == before
    assert await either.provider.is_live(live["access_token"])


@case("P01 expired")
async def test_revoking_what_has_expired_succeeds(either: Surface) -> None:
    tokens = await either.provider.authorize()
    either.provider.clock.advance(seconds=4000)
    assert await either.result(REVOKE_TOKEN, revoking(tokens["access_token"])) is True


@pytest.mark.parametrize("kind", ["access_token", "refresh_token", "reference"])
@case("P02 of another client")
async def test_a_client_cannot_revoke_what_is_not_its_own(either: Surface, kind: str) -> None:
    provider = either.provider
    tokens = await provider.authorize()
    tokens["reference"] = reference_to(provider, tokens["access_token"])
    await either.page(REVOKE_TOKEN, revoking(tokens[kind], PUBLIC_CLIENT), "unauthorized_client")
    assert await provider.is_live(tokens["access_token"])
    await provider.refresh(tokens["refresh_token"])


@pytest.mark.parametrize(
    "client",
    [
        pytest.param({"client_id": "client", "client_secret": "wrong"}, id="P04 wrong secret"),
        pytest.param({**PUBLIC_CLIENT, "client_secret": "x"}, id="P04 secret of a public client"),
    ],
)
async def test_a_wrong_secret_revokes_nothing(either: Surface, client: dict[str, str]) -> None:
    tokens = await either.provider.authorize()
    await either.denied(REVOKE_TOKEN, revoking(tokens["access_token"], client), "invalid_client")
    assert await either.provider.is_live(tokens["access_token"])


@pytest.mark.parametrize(
    ("client", "error"),
    [
        pytest.param({"client_id": "nobody"}, "unauthorized_client", id="P04 unknown client"),
        pytest.param({"client_secret": CLIENT["client_secret"]}, "invalid_request", id="P04 no client"),
    ],
)
async def test_an_unknown_client_revokes_nothing(either: Surface, client: dict[str, str], error: str) -> None:
    tokens = await either.provider.authorize()
    await either.page(REVOKE_TOKEN, revoking(tokens["access_token"], client), error)
    assert await either.provider.is_live(tokens["access_token"])


@case("P05 public client, own token")
async def test_a_public_client_revokes_its_own_token(either: Surface) -> None:
    provider = either.provider
    code = await provider.issue_code(PUBLIC_CLIENT, authorization_data=CHALLENGE)
    tokens = await provider.result(CREATE_TOKEN, provider.redemption(code, PUBLIC_CLIENT, code_verifier=VERIFIER))
    assert await either.result(REVOKE_TOKEN, revoking(tokens["access_token"], PUBLIC_CLIENT)) is True
    assert not await provider.is_live(tokens["access_token"])


@case("P06 kind of token told by the token itself")
@pytest.mark.parametrize("kind", ["access_token", "refresh_token", "reference"])
async def test_a_token_is_found_whatever_kind_it_is(either: Surface, kind: str) -> None:
    provider = either.provider
    tokens = await provider.authorize()
    tokens["reference"] = reference_to(provider, tokens["access_token"])
    assert await either.result(REVOKE_TOKEN, revoking(tokens[kind])) is True
    assert not await provider.is_live(tokens["access_token"])


@case("P06 token_type_hint")
async def test_a_hint_is_no_parameter_of_ours(surface: Surface) -> None:
    tokens = await surface.provider.authorize()
    await surface.misused(REVOKE_TOKEN, {**revoking(tokens["access_token"]), "token_type_hint": "x"})


@case("P08 refresh token")
async def test_a_refresh_token_takes_its_whole_grant_along(either: Surface) -> None:
    provider = either.provider
    tokens = await provider.authorize()
    successor = await provider.refresh(tokens["refresh_token"])
    assert await either.result(REVOKE_TOKEN, revoking(successor["refresh_token"])) is True
    for one in (tokens, successor):
        assert not await provider.is_live(one["access_token"])
    await either.denied(CREATE_TOKEN, provider.refreshing(successor["refresh_token"]), "invalid_grant")


@pytest.mark.parametrize(
    ("kind", "refused", "outcome"),
    [
        pytest.param("access_token", updating("access_tokens"), "not_done", id="P09 access token, update fails"),
        pytest.param("refresh_token", updating("grants"), "not_done", id="P09 refresh token, update fails"),
        pytest.param("access_token", COMMIT, "unknown", id="P09 access token, commit fails"),
        pytest.param("refresh_token", COMMIT, "unknown", id="P09 refresh token, commit fails"),
    ],
)
async def test_a_failed_revocation_is_never_a_success(
    either: Surface, kind: str, refused: tuple[int, str], outcome: str
) -> None:
    provider = either.provider
    tokens = await provider.authorize()
    before = read_rows(provider)
    with denying(provider, refused):
        reply = await either.ask(REVOKE_TOKEN, revoking(tokens[kind]))
    assert (reply["error"]["code"], reply["error"]["data"]) == (-32003, {"outcome": outcome})
    assert read_rows(provider) == before
    assert await either.result(REVOKE_TOKEN, revoking(tokens[kind])) is True
    assert not await provider.is_live(tokens["access_token"])


@case("P10 the next call")
async def test_a_revocation_is_in_force_when_it_is_answered(surface: Surface) -> None:
    provider = surface.provider
    for _ in range(20):
        tokens = await provider.authorize()
        lookups = [asyncio.create_task(provider.is_live(tokens["access_token"])) for _ in range(5)]
        await surface.result(REVOKE_TOKEN, revoking(tokens["access_token"]))
        assert not await provider.is_live(tokens["access_token"])
        await asyncio.gather(*lookups)


@case("P12 100 in parallel")
async def test_many_revocations_at_once_all_succeed(surface: Surface) -> None:
    provider = surface.provider
    tokens = await provider.authorize()
    params = [revoking(tokens[kind]) for kind in ("access_token", "refresh_token") * 50]
    assert await asyncio.gather(*(surface.result(REVOKE_TOKEN, one) for one in params)) == [True] * 100
    assert not await provider.is_live(tokens["access_token"])


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda tokens: tokens["refresh_token"], id="P16 refresh token"),
        pytest.param(lambda tokens: "rpa_" + tokens["refresh_token"][4:], id="P16 refresh token with another prefix"),
        pytest.param(lambda tokens: tokens["access_token"][:-1], id="P17 truncated"),
        pytest.param(lambda tokens: tokens["access_token"] + "x", id="P17 extended"),
        pytest.param(lambda tokens: " " + tokens["access_token"], id="P17 blank in front"),
        pytest.param(lambda tokens: tokens["access_token"] + "\n", id="P17 line break at the end"),
    ],
)
async def test_what_is_no_live_access_token_is_one_answer(either: Surface, damage: Any) -> None:
    provider = either.provider
    text = damage(await provider.authorize())
    single = {"service_key": "service", "access_token": text}
    await either.page(FETCH_TOKEN, single, "invalid_token")
    assert await either.result(FETCH_TOKEN, {**single, "access_token": [text]}) == []


@case("P16 reference")
async def test_a_reference_is_no_credential(either: Surface) -> None:
    provider = either.provider
    tokens = await provider.authorize()
    reference = reference_to(provider, tokens["access_token"])
    await either.page(FETCH_TOKEN, {"service_key": "service", "access_token": reference}, "invalid_token")


@pytest.mark.parametrize(
    ("ttl", "seconds"),
    [pytest.param(3600, 60, id="P20 as configured"), pytest.param(20, 20, id="P20 no longer than the token")],
)
async def test_an_answer_may_be_cached_for_a_bounded_time_only(provider: Provider, ttl: int, seconds: int) -> None:
    await provider.set_service(access_token_ttl=ttl)
    tokens = await provider.authorize()
    authenticator = provider.dispatcher._backend.authenticator
    backend = Backend(store=provider.store, authenticator=authenticator, cache_seconds=60)
    cached = replace(provider, dispatcher=Dispatcher(backend, batch_limit=100))
    params = {"service_key": "service", "access_token": tokens["access_token"]}
    until = (await cached.result(FETCH_TOKEN, params))["cache_until"]
    # The clock of these tests stands at 2027-01-15T08:00:00Z.
    assert until == f"2027-01-15T08:{seconds // 60:02}:{seconds % 60:02}Z"


@case("P21 1000 random tokens")
async def test_guessing_access_tokens_costs_little_and_tells_nothing(surface: Surface) -> None:
    provider = surface.provider
    tokens = await provider.authorize()
    known = token_text.parse(tokens["access_token"])
    assert known is not None
    guesses = [token_text.write(Kind.ACCESS, known.id, number.to_bytes(32, "big")) for number in range(500)]
    guesses += [token_text.write(Kind.ACCESS, RecordId(n), n.to_bytes(32, "big")) for n in range(500)]
    begun = time.process_time()
    answers = [await provider.call(FETCH_TOKEN, {"service_key": "service", "access_token": guess}) for guess in guesses]
    assert time.process_time() - begun < 5
    assert answers == [answers[0]] * 1000
    assert answers[0]["error"]["data"]["error"] == "invalid_token"


@case("P04 no secret")
async def test_revocation_identifies_its_client_by_id(either: Surface) -> None:
    provider = either.provider
    application = replace(APPLICATION, client_id="rival", id=9)
    wanted = WantedApplication(application=application, client_secrets=(Secret("secret-of-the-rival"),))
    await provider.define(Wanted(applications=(wanted,)))
    tokens = await provider.authorize()
    rival = {"client_id": "rival", "client_secret": "secret-of-the-rival"}
    await either.page(REVOKE_TOKEN, revoking(tokens["access_token"], rival), "unauthorized_client")
    assert await either.result(REVOKE_TOKEN, revoking(tokens["access_token"])) is True
