"""Group D: redeeming an authorization code, in both forms of the parameters. Who may not redeem spends nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rpcauth.definitions import Wanted, WantedApplication
from rpcauth.model import GrantType, RecordId, Secret
from rpcauth.oauth import token_text
from rpcauth.oauth.token_text import SECRET_BYTES, Kind
from rpcauth.operations.token_values import write_reference
from tests.negative.surface import CREATE_TOKEN, Surface, case, count_rows, denying, inserting, read_rows
from tests.support.provider import APPLICATION, CLIENT, SERVICE, Provider

OTHER_URI = "https://other.example.com/cb"
RIVAL = {"client_id": "rival", "client_secret": "secret-of-the-rival"}


async def put_client(provider: Provider, **changes: Any) -> None:
    """Change the confidential test application."""
    wanted = WantedApplication(
        application=replace(APPLICATION, **changes), client_secrets=(Secret(CLIENT["client_secret"]),)
    )
    await provider.define(Wanted(applications=(wanted,)))


async def put_rival(provider: Provider) -> None:
    """Another confidential application with the same redirect_uri."""
    application = replace(APPLICATION, client_id="rival", id=9)
    secrets = (Secret(RIVAL["client_secret"]),)
    await provider.define(Wanted(applications=(WantedApplication(application=application, client_secrets=secrets),)))


def write_code(record_id: int, secret: bytes = b"s" * SECRET_BYTES) -> str:
    return token_text.write(Kind.CODE, RecordId(record_id), secret)


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(write_code(1), id="D01 well-formed"),
        pytest.param("rpc_", id="D01 prefix alone"),
        pytest.param("a" * 64, id="D01 anything"),
        pytest.param("é😀", id="D01 not ASCII"),
        pytest.param("' OR 1=1 --", id="D01 SQL"),
    ],
)
async def test_an_unknown_code_is_an_invalid_grant(either: Surface, code: str) -> None:
    await either.denied(CREATE_TOKEN, either.provider.redemption(code), "invalid_grant")


@case("D02 after 61 seconds")
async def test_an_expired_code_is_an_invalid_grant(either: Surface) -> None:
    code = await either.provider.issue_code()
    either.provider.clock.advance(seconds=61)
    await either.denied(CREATE_TOKEN, either.provider.redemption(code), "invalid_grant")


@case("D02 at the very end")
async def test_a_code_ends_with_its_last_second(either: Surface) -> None:
    first, second = await either.provider.issue_code(), await either.provider.issue_code()
    either.provider.clock.advance(seconds=59.999)
    await either.result(CREATE_TOKEN, either.provider.redemption(first))
    either.provider.clock.advance(seconds=0.001)
    await either.denied(CREATE_TOKEN, either.provider.redemption(second), "invalid_grant")


@pytest.mark.parametrize(
    "secret",
    [
        pytest.param("wrong", id="D12 right client_id, wrong secret, right code"),
        pytest.param(None, id="D12 right client_id, no secret, right code"),
    ],
)
async def test_a_client_that_fails_to_prove_itself_does_not_spend_the_code(either: Surface, secret: str | None) -> None:
    provider = either.provider
    code = await provider.issue_code()
    thief = {"client_id": "client", "client_secret": secret}
    await either.denied(CREATE_TOKEN, provider.redemption(code, thief), "invalid_client")  # type: ignore[arg-type]
    await either.result(CREATE_TOKEN, provider.redemption(code))


@case("D13 code of one client, credentials of another")
async def test_another_client_does_not_spend_the_code(either: Surface) -> None:
    provider = either.provider
    await put_rival(provider)
    code = await provider.issue_code()
    await either.denied(CREATE_TOKEN, provider.redemption(code, RIVAL), "invalid_grant")
    await either.result(CREATE_TOKEN, provider.redemption(code))


@pytest.mark.parametrize(
    "redirect_uri",
    [
        pytest.param(None, id="D14 left out"),
        pytest.param("", id="D14 empty"),
        pytest.param(OTHER_URI, id="D14 another registered one"),
        pytest.param("https://client.example.com/CB", id="D14 other letter case"),
    ],
)
async def test_a_wrong_redirect_uri_spends_the_code(either: Surface, redirect_uri: str | None) -> None:
    provider = either.provider
    await put_client(provider, redirect_uris=(*APPLICATION.redirect_uris, OTHER_URI))
    code = await provider.issue_code()
    wrong = {**provider.redemption(code), "uri": {"redirect_uri": redirect_uri}}
    await either.denied(CREATE_TOKEN, wrong, "invalid_grant", changes={"codes"})
    await either.denied(CREATE_TOKEN, provider.redemption(code), "invalid_grant")


@case("D16 redirect_uri taken away")
async def test_a_code_dies_with_its_redirect_uri(either: Surface) -> None:
    provider = either.provider
    code = await provider.issue_code()
    await put_client(provider, redirect_uris=(OTHER_URI,))
    await either.denied(CREATE_TOKEN, provider.redemption(code), "invalid_grant")


@pytest.mark.parametrize(
    ("data", "error"),
    [
        pytest.param({"code": None}, "invalid_request", id="D17 no code"),
        pytest.param({"code": ""}, "invalid_request", id="D17 empty code"),
        pytest.param({"grant_type": None}, "invalid_request", id="D24 no grant_type"),
        pytest.param({"grant_type": ""}, "invalid_request", id="D24 empty grant_type"),
        pytest.param(
            {"grant_type": "authorization_code", "response_type": "token"},
            "invalid_request",
            id="D24 grant_type and response_type contradict each other",
        ),
        pytest.param({"grant_type": "codex"}, "unsupported_grant_type", id="D25 unknown grant_type"),
        pytest.param(
            {"grant_type": "authorization_code "}, "unsupported_grant_type", id="D25 blank behind the grant_type"
        ),
        pytest.param(
            {"grant_type": "AUTHORIZATION_CODE"}, "unsupported_grant_type", id="D25 grant_type in other letter case"
        ),
    ],
)
async def test_a_request_that_names_no_flow_or_no_code_spends_nothing(
    either: Surface, data: dict[str, str | None], error: str
) -> None:
    provider = either.provider
    code = await provider.issue_code()
    broken = provider.redemption(code)
    broken["token_data"] |= data
    await either.denied(CREATE_TOKEN, broken, error)
    await either.result(CREATE_TOKEN, provider.redemption(code))


@pytest.mark.parametrize("twin", [pytest.param(0, id="D18 the same twice"), pytest.param(1, id="D18 two codes")])
async def test_two_codes_are_an_invalid_request_and_stay_good(either: Surface, twin: int) -> None:
    provider = either.provider
    codes = [await provider.issue_code(), await provider.issue_code()]
    twice = provider.redemption("")
    twice["token_data"]["code"] = [codes[0], codes[twin]]
    await either.denied(CREATE_TOKEN, twice, "invalid_request")
    for code in codes:
        await either.result(CREATE_TOKEN, provider.redemption(code))


@case("D20 right id with another secret", "D20 right secret with another id")
async def test_half_a_code_is_no_code_and_no_replay(either: Surface) -> None:
    provider = either.provider
    first, second = await provider.issue_code(), await provider.issue_code()
    tokens = await provider.redeem(first)
    provider.clock.advance(seconds=2)
    known, other = token_text.parse(first), token_text.parse(second)
    assert known is not None
    assert other is not None
    swapped = first[:15] + second[15:58]
    mixed = swapped + token_text._checksum(swapped)
    for forged in (write_code(known.id), write_code(other.id), mixed):
        assert token_text.parse(forged) is not None
        await either.denied(CREATE_TOKEN, provider.redemption(forged), "invalid_grant")
    assert await provider.is_live(tokens["access_token"])
    await either.result(CREATE_TOKEN, provider.redemption(second))


@case("D21 refresh token, access token, reference as code")
async def test_only_a_code_is_a_code(either: Surface) -> None:
    provider = either.provider
    tokens = await provider.authorize()
    access = token_text.parse(tokens["access_token"])
    assert access is not None
    for text in (
        tokens["refresh_token"],
        tokens["access_token"],
        write_reference(provider.store.keyring, access.id),
    ):
        await either.denied(CREATE_TOKEN, provider.redemption(text), "invalid_grant")
    assert await provider.is_live(tokens["access_token"])


@case("D22 code of another service_key")
async def test_a_code_is_good_at_its_own_service_only(either: Surface) -> None:
    provider = either.provider
    await provider.define(Wanted(services=(replace(SERVICE, service_key="elsewhere"),)))
    await put_client(provider, services=("service", "elsewhere"))
    code = await provider.issue_code()
    await either.denied(CREATE_TOKEN, {**provider.redemption(code), "service_key": "elsewhere"}, "invalid_grant")
    await either.result(CREATE_TOKEN, provider.redemption(code))


@case("D26 grant_type not for this client")
async def test_a_grant_that_the_client_may_not_use_is_unauthorized_client(either: Surface) -> None:
    provider = either.provider
    code = await provider.issue_code()
    await put_client(provider, grant_types=(GrantType.CLIENT_CREDENTIALS,))
    await either.denied(CREATE_TOKEN, provider.redemption(code), "unauthorized_client")


@pytest.mark.parametrize(
    ("granted", "asked"),
    [
        pytest.param("read", "read write", id="D28 wider"),
        pytest.param("read", "write", id="D28 another"),
        pytest.param("read", "read:all", id="G08 redemption: granted read, asks read:all"),
        pytest.param("read", "READ", id="D28 other letter case"),
        pytest.param("read", "read  ", id="D28 malformed"),
    ],
)
async def test_a_scope_is_never_widened_at_redemption(either: Surface, granted: str, asked: str) -> None:
    provider = either.provider
    code = await provider.issue_code(scope=granted)
    await either.denied(CREATE_TOKEN, provider.redemption(code, scope=asked), "invalid_scope")
    tokens = await either.result(CREATE_TOKEN, provider.redemption(code))
    assert tokens["scope"] == granted


@case("D33 refused statement")
@pytest.mark.parametrize("table", ["grants", "access_tokens", "refresh_tokens"])
async def test_a_code_whose_tokens_could_not_be_stored_is_not_spent(either: Surface, table: str) -> None:
    provider = either.provider
    code = await provider.issue_code()
    before = read_rows(provider)
    with denying(provider, inserting(table)):
        reply = await either.ask(CREATE_TOKEN, provider.redemption(code))
    assert (reply["error"]["code"], reply["error"]["data"]) == (-32003, {"outcome": "not_done"})
    assert read_rows(provider) == before
    await either.result(CREATE_TOKEN, provider.redemption(code))
    assert count_rows(provider, "codes", "grants", "access_tokens", "refresh_tokens") == [1, 1, 1, 1]
