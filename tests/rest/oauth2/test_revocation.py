"""Token revocation (RFC 7009): what goes, what stays, and what is said of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any, cast

import pytest

from rpcauth.definitions import Wanted, WantedApplication
from rpcauth.errors import ErrorCode, OAuthError
from rpcauth.model import Application, RecordId, Secret
from rpcauth.oauth import token_text
from rpcauth.oauth.client import ClientProof
from rpcauth.oauth.token_text import SECRET_BYTES, Kind
from rpcauth.operations.revoke import RevokeToken
from rpcauth.operations.token_values import write_reference
from rpcauth.rest.oauth2.clients import Clients
from rpcauth.rest.oauth2.facade import OAuth2Facade
from rpcauth.rest.oauth2.revocation import Revocation
from rpcauth.rest.oauth2.routes import Endpoint
from rpcauth.storage.port import Operation, Store
from tests.negative.surface import COMMIT, denying, read_rows, updating
from tests.rest.oauth2.asking import OTHER_CLIENT, OWNER, House, basic_of
from tests.support.provider import PUBLIC_CLIENT, REDIRECT_URI

CHALLENGE = {"code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method": "S256"}
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


async def can_refresh(house: House, refresh_token: str) -> bool:
    reply = await house.provider.call("oauth2.createAccessToken", house.provider.refreshing(refresh_token))
    return "result" in reply


async def test_an_access_token_goes_alone(house: House) -> None:
    tokens = await house.provider.authorize()
    answer = await house.post("revoke", {"token": tokens["access_token"]}, OWNER)
    assert (answer.status, answer.reply.body, answer.reply.content_type) == (200, b"", None)
    assert not await house.provider.is_live(tokens["access_token"])
    assert await can_refresh(house, tokens["refresh_token"])


async def test_a_refresh_token_takes_every_token_of_its_grant_along(house: House) -> None:
    first = await house.provider.authorize()
    second = await house.provider.refresh(first["refresh_token"])
    assert (await house.post("revoke", {"token": second["refresh_token"]}, OWNER)).status == 200
    for tokens in (first, second):
        assert not await house.provider.is_live(tokens["access_token"])
    assert not await can_refresh(house, second["refresh_token"])


@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "made_up"])
@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
async def test_a_hint_is_not_looked_at(house: House, kind: str, hint: str) -> None:
    tokens = await house.provider.authorize()
    answer = await house.post("revoke", {"token": tokens[kind], "token_type_hint": hint}, OWNER)
    assert answer.status == 200
    assert not await house.provider.is_live(tokens["access_token"])


@pytest.mark.parametrize(
    "text",
    [
        token_text.write(Kind.ACCESS, RecordId(1), b"s" * SECRET_BYTES),
        token_text.write(Kind.REFRESH, RecordId(1), b"s" * SECRET_BYTES),
        "rpa_short",
        "' OR 1=1 --",
    ],
)
async def test_revoking_what_there_is_not_succeeds_and_does_nothing(house: House, text: str) -> None:
    tokens = await house.provider.authorize()
    before = read_rows(house.provider)
    assert (await house.post("revoke", {"token": text}, OWNER)).status == 200
    assert read_rows(house.provider) == before
    assert await house.provider.is_live(tokens["access_token"])


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
async def test_revoking_what_has_expired_or_is_revoked_succeeds(house: House, kind: str) -> None:
    tokens = await house.provider.authorize()
    for _ in range(2):
        assert (await house.post("revoke", {"token": tokens[kind]}, OWNER)).status == 200
    house.provider.clock.advance(seconds=40 * 86_400)
    assert (await house.post("revoke", {"token": tokens[kind]}, OWNER)).status == 200


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
async def test_a_token_of_another_client_is_refused_and_stays_good(house: House, kind: str) -> None:
    tokens = await house.provider.authorize()
    before = read_rows(house.provider)
    answer = await house.post("revoke", {"token": tokens[kind]}, basic_of(OTHER_CLIENT))
    assert answer.error == (400, "unauthorized_client")
    assert answer.json["error_description"] == "The token was not issued to this client"
    assert read_rows(house.provider) == before
    assert await house.provider.is_live(tokens["access_token"])


async def test_a_made_up_secret_with_a_known_id_changes_nothing(house: House) -> None:
    tokens = await house.provider.authorize()
    before = read_rows(house.provider)
    for kind, name in ((Kind.ACCESS, "access_token"), (Kind.REFRESH, "refresh_token")):
        presented = token_text.parse(tokens[name])
        assert presented is not None
        text = token_text.write(kind, presented.id, b"s" * SECRET_BYTES)
        for client in (OWNER, basic_of(OTHER_CLIENT)):
            assert (await house.post("revoke", {"token": text}, client)).status == 200
    assert read_rows(house.provider) == before


async def test_a_public_client_revokes_its_own_token_by_its_id(house: House) -> None:
    provider = house.provider
    code = await provider.issue_code(PUBLIC_CLIENT, authorization_data=CHALLENGE)
    tokens = await provider.result(
        "oauth2.createAccessToken", provider.redemption(code, PUBLIC_CLIENT, code_verifier=VERIFIER)
    )
    assert (await house.post("revoke", {"token": tokens["access_token"], **PUBLIC_CLIENT})).status == 200
    assert not await provider.is_live(tokens["access_token"])


@pytest.mark.parametrize("kind", ["code", "reference"])
async def test_a_code_and_a_reference_are_told_to_be_no_token(house: House, kind: str) -> None:
    tokens = await house.provider.authorize()
    presented = token_text.parse(tokens["access_token"])
    assert presented is not None
    texts = {
        "code": await house.provider.issue_code(),
        "reference": write_reference(house.provider.store.keyring, presented.id),
    }
    before = read_rows(house.provider)
    answer = await house.post("revoke", {"token": texts[kind]}, OWNER)
    assert answer.error == (400, "unsupported_token_type")
    assert (await house.post("revoke", {"token": texts[kind], "client_id": "client"})).error == (401, "invalid_client")
    assert read_rows(house.provider) == before
    await house.provider.redeem(texts["code"])


@pytest.mark.parametrize(
    ("kind", "refused", "words"),
    [
        ("access_token", updating("access_tokens"), "Nothing was changed"),
        ("refresh_token", updating("grants"), "Nothing was changed"),
        ("access_token", COMMIT, "not known whether"),
        ("refresh_token", COMMIT, "not known whether"),
    ],
)
async def test_a_failed_revocation_is_never_a_success(
    house: House, kind: str, refused: tuple[int, str], words: str
) -> None:
    tokens = await house.provider.authorize()
    before = read_rows(house.provider)
    with denying(house.provider, refused):
        answer = await house.post("revoke", {"token": tokens[kind]}, OWNER)
    assert (answer.error, answer.header("Retry-After")) == ((503, "temporarily_unavailable"), "1")
    assert words in answer.json["error_description"]
    assert read_rows(house.provider) == before
    assert (await house.post("revoke", {"token": tokens[kind]}, OWNER)).status == 200
    assert not await house.provider.is_live(tokens["access_token"])


async def test_many_revocations_at_once_all_succeed(house: House) -> None:
    tokens = await house.provider.authorize()
    forms = [{"token": tokens[kind]} for kind in ("access_token", "refresh_token") * 50]
    answers: list[Any] = await asyncio.gather(*(house.post("revoke", form, OWNER) for form in forms))
    assert {answer.status for answer in answers} == {200}
    assert not await house.provider.is_live(tokens["access_token"])


async def test_the_operation_itself_asks_for_the_proof(house: House) -> None:
    """The client may have changed between its proof and the transaction."""
    tokens = await house.provider.authorize()
    unproven = ClientProof(client_id="client")
    operation = RevokeToken(service_key="service", proof=unproven, token=tokens["access_token"], must_authenticate=True)
    with pytest.raises(OAuthError) as refusal:
        await house.provider.store.execute(operation)
    assert refusal.value.code is ErrorCode.INVALID_CLIENT
    assert await house.provider.is_live(tokens["access_token"])
    await house.provider.store.execute(replace(operation, must_authenticate=False))
    assert not await house.provider.is_live(tokens["access_token"])


class DisablingStore:
    """A store whose operator disables the client `other` after it has proven itself, before its operation."""

    def __init__(self, house: House) -> None:
        self._house = house

    def __getattr__(self, name: str) -> Any:
        return getattr(self._house.provider.store, name)

    async def execute(self, operation: Operation[Any]) -> Any:
        application = Application(
            client_id="other",
            id=0,
            name="other",
            redirect_uris=(REDIRECT_URI,),
            services=("service",),
            disabled=True,
        )
        secrets = (Secret(OTHER_CLIENT["client_secret"]),)
        await self._house.provider.define(
            Wanted(applications=(WantedApplication(application=application, client_secrets=secrets),))
        )
        return await self._house.provider.store.execute(operation)


async def test_a_client_that_is_disabled_in_between_is_not_proven_any_more(house: House) -> None:
    store = cast(Store, DisablingStore(house))
    clients = Clients(store, house.provider.dispatcher._backend.authenticator, lambda _: None)
    facade = OAuth2Facade(store, {Endpoint.REVOKE: Revocation(store, clients)}, None)
    answer = await House(house.provider, facade).post("revoke", {"token": "made up"}, basic_of(OTHER_CLIENT))
    assert answer.error == (401, "invalid_client")
