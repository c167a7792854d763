"""Group E: proving a client, in both forms of the parameters. One answer for whatever does not prove it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from rpcauth.definitions import Wanted, WantedApplication, parse_toml
from rpcauth.errors import ConfigurationInvalid
from rpcauth.model import Secret
from rpcauth.operations.authentication import ClientAuthenticator
from rpcauth.rpc.dispatch import Dispatcher
from rpcauth.rpc.invocation import Backend
from tests.negative.surface import CREATE_TOKEN, Surface, case, count_rows
from tests.support.provider import APPLICATION, CLIENT, PUBLIC_CLIENT, Provider

LONG = "x" * 72
NFC, NFD = "caf\u00e9", "cafe\u0301"


def asking(client: object) -> dict[str, Any]:
    return {"service_key": "service", "client": client, "token_data": {"grant_type": "client_credentials"}}


async def put_secrets(provider: Provider, *secrets: str, client_id: str = "client") -> None:
    """Give an application exactly these secrets."""
    application = replace(APPLICATION, client_id=client_id, id=0 if client_id != "client" else APPLICATION.id)
    wanted = WantedApplication(application=application, client_secrets=tuple(map(Secret, secrets)))
    await provider.define(Wanted(applications=(wanted,)))


def with_secret(secret: object) -> dict[str, object]:
    return {"client_id": "client", "client_secret": secret}


@pytest.mark.parametrize(
    "client",
    [
        pytest.param({"client_id": "client"}, id="E01 no authentication"),
        pytest.param(with_secret("wrong"), id="E02 wrong secret"),
        pytest.param(with_secret(CLIENT["client_secret"].upper()), id="E02 other letter case"),
        pytest.param(with_secret(CLIENT["client_secret"] + " "), id="E02 blank at the end"),
        pytest.param(with_secret(""), id="E04 empty secret"),
        pytest.param(with_secret(None), id="E04 null secret"),
        pytest.param({"client_id": "client", "secret": CLIENT["client_secret"]}, id="E04 secret under another name"),
        pytest.param({"client_id": "nobody", "client_secret": "x"}, id="E02 unknown client"),
        pytest.param({"client_id": "' OR ''='", "client_secret": "x"}, id="E22 SQL"),
        pytest.param({"client_id": "client'; DROP TABLE codes; --", "client_secret": "x"}, id="E22 more SQL"),
        pytest.param({"client_id": "client%00", "client_secret": "x"}, id="E22 percent 00"),
        pytest.param({"client_id": "../client", "client_secret": "x"}, id="E22 path"),
        pytest.param({"client_id": "client\u202e", "client_secret": "x"}, id="E22 direction mark"),
    ],
)
async def test_an_unproven_client_is_told_one_thing(either: Surface, client: dict[str, object]) -> None:
    answer = await either.denied(CREATE_TOKEN, asking(client), "invalid_client")
    assert answer["response"]["error_description"] == "Client authentication failed"


@pytest.mark.parametrize(
    "client",
    [
        pytest.param(with_secret("a\0b"), id="E18 NUL in the secret"),
        pytest.param({"client_id": "cli\0ent", "client_secret": "x"}, id="E22 NUL"),
        pytest.param({"client_id": "c" * 10_240, "client_secret": "x"}, id="E22 10 kB"),
        pytest.param(with_secret("s" * 10_240), id="E22 secret of 10 kB"),
        pytest.param(with_secret([CLIENT["client_secret"]]), id="E04 secret in a list"),
        pytest.param(with_secret(True), id="E04 secret true"),
    ],
)
async def test_a_malformed_client_is_an_invalid_request(either: Surface, client: dict[str, object]) -> None:
    await either.denied(CREATE_TOKEN, asking(client), "invalid_request")


@case("E10 public client that sends a secret")
async def test_a_public_client_has_no_secret_to_send(either: Surface) -> None:
    code = await either.provider.issue_code()
    client = {**PUBLIC_CLIENT, "client_secret": CLIENT["client_secret"]}
    await either.denied(CREATE_TOKEN, either.provider.redemption(code, client), "invalid_client")


@case("E12 public and with a secret")
def test_no_application_is_public_and_has_a_secret() -> None:
    text = '[[applications]]\nclient_id = "a"\nname = "A"\npublic = true\nclient_secret = "hunter2"\n'
    with pytest.raises(ConfigurationInvalid) as refusal:
        parse_toml(text, "definitions.toml")
    assert "hunter2" not in "".join(refusal.value.problems)


@case("E13 secret of another client")
async def test_a_secret_is_good_for_its_own_client_only(either: Surface) -> None:
    await put_secrets(either.provider, "secret-of-the-rival", client_id="rival")
    await either.denied(CREATE_TOKEN, asking(with_secret("secret-of-the-rival")), "invalid_client")
    rival = {"client_id": "rival", "client_secret": "secret-of-the-rival"}
    await either.result(CREATE_TOKEN, asking(rival))


@case("E16 old secret taken away")
async def test_a_secret_that_was_taken_away_is_refused_at_once(either: Surface) -> None:
    provider = either.provider
    await put_secrets(provider, "old", "new")
    for secret in ("old", "new"):
        await either.result(CREATE_TOKEN, asking(with_secret(secret)))
    await put_secrets(provider, "new")
    await either.denied(CREATE_TOKEN, asking(with_secret("old")), "invalid_client")
    await either.result(CREATE_TOKEN, asking(with_secret("new")))


@pytest.mark.parametrize(
    ("secret", "near"),
    [
        pytest.param(LONG + "a", LONG + "b", id="E17 different after 72 bytes"),
        pytest.param(LONG + "a", LONG, id="E17 cut at 72 bytes"),
        pytest.param("x" * 511 + "a", "x" * 511 + "b", id="E17 different in the last of 512 characters"),
        pytest.param(NFC, NFD, id="E20 composed and decomposed"),
        pytest.param(NFD, NFC, id="E20 decomposed and composed"),
    ],
)
async def test_every_byte_of_a_secret_counts(either: Surface, secret: str, near: str) -> None:
    await put_secrets(either.provider, secret)
    await either.denied(CREATE_TOKEN, asking(with_secret(near)), "invalid_client")
    await either.result(CREATE_TOKEN, asking(with_secret(secret)))


@case("E18 NUL in a registered secret")
def test_a_secret_with_a_nul_cannot_be_registered() -> None:
    text = '[[applications]]\nclient_id = "a"\nname = "A"\nclient_secret = "a\\u0000b"\n'
    with pytest.raises(ConfigurationInvalid):
        parse_toml(text, "definitions.toml")


async def throttled(provider: Provider, per_minute: int, clients: list[Mapping[str, object]]) -> list[int | None]:
    """The error codes of token requests under a bound on wrong secrets; None for tokens."""
    store = provider.store
    authenticator = ClientAuthenticator(
        keyring=lambda: store.keyring, now=store.now, concurrency=2, failures_per_minute=per_minute
    )
    dispatcher = Dispatcher(Backend(store=store, authenticator=authenticator), batch_limit=100)
    bounded = replace(provider, dispatcher=dispatcher)
    replies = [await bounded.call(CREATE_TOKEN, asking(client)) for client in clients]
    authenticator.close()
    for reply in replies:
        if reply.get("error", {}).get("code") == -32002:
            assert 1 <= reply["error"]["data"]["retry_after"] <= 60
    return [reply["error"]["code"] if "error" in reply else None for reply in replies]


@case("E21 100 wrong secrets in a minute")
async def test_guessing_secrets_is_throttled_and_locks_nobody_out_who_was_right_just_now(provider: Provider) -> None:
    wrong: list[Mapping[str, object]] = [with_secret(f"guess-{number}") for number in range(100)]
    codes = await throttled(provider, 5, [CLIENT, *wrong, CLIENT])
    assert codes[0] is None
    assert codes[-1] is None
    evaluated = codes[1:-1].count(-2001)
    assert (evaluated, codes[1:-1].count(-32002)) == (5, 95)
    assert count_rows(provider, "access_tokens") == [2]
