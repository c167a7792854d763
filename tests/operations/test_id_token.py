"""id_tokens as another library sees them: signature, claims, and the keys through a rotation."""

from __future__ import annotations

import asyncio
import hashlib
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import jwt
import pytest

from rpcauth.errors import StorageUnavailable
from rpcauth.keys.signing import ANNOUNCEMENT, JWKS_MAX_AGE, KeyState, SigningKey
from rpcauth.model import Authentication, SigningAlgorithm
from rpcauth.operations.id_token import IdTokens
from rpcauth.operations.issuing import IssuedTokens
from rpcauth.operations.key_rotation import RotateMaster
from rpcauth.operations.signing_keys import Occasion
from tests.operations.calls import add_second_service
from tests.operations.signing import (
    BASE_URL,
    ISSUER,
    add,
    buy,
    id_tokens_of,
    kid_of,
    refresh,
    relying_party,
    service_of,
    states_of,
)
from tests.support.provider import START, Provider, VirtualClock, open_provider

SECOND = 1000
DATA: dict[str, Any] = {
    "nonce": "n-0S6_WzA2Mj",
    "auth_time": 1_799_999_000,
    "acr": "urn:mace:silver",
    "amr": ["pwd", "otp"],
}


async def sign(provider: Provider, tokens: IssuedTokens | None = None, *, refreshed: bool = False) -> str:
    """An id_token, as a façade makes one."""
    ours, service = id_tokens_of(provider), service_of(provider)
    await ours.prepare(service)
    text = await ours.sign(service, "client", tokens or await buy(provider), refreshed=refreshed)
    assert text is not None
    return text


async def claims_of(provider: Provider, tokens: IssuedTokens, *, refreshed: bool = False) -> dict[str, Any]:
    return (await relying_party(provider)).verify(await sign(provider, tokens, refreshed=refreshed))


# --- what it says -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
async def test_another_library_verifies_an_id_token_by_the_published_keys(
    provider: Provider, algorithm: SigningAlgorithm
) -> None:
    await provider.set_service(id_token_signing_alg=algorithm)
    text = await sign(provider, await buy(provider, **DATA))
    client = await relying_party(provider)
    assert jwt.get_unverified_header(text) == {"alg": algorithm, "kid": client.kids[0], "typ": "JWT"}
    assert client.verify(text)["sub"] == "user"


async def test_an_id_token_says_who_for_whom_by_whom_and_until_when(provider: Provider) -> None:
    tokens = await buy(provider, **DATA)
    half = hashlib.sha256(tokens.access_token.encode()).digest()[:16]
    assert await claims_of(provider, tokens) == {
        "iss": ISSUER,
        "sub": "user",
        "aud": "client",
        "iat": START // SECOND,
        "exp": START // SECOND + 3600,
        "auth_time": 1_799_999_000,
        "nonce": "n-0S6_WzA2Mj",
        "acr": "urn:mace:silver",
        "amr": ["pwd", "otp"],
        "at_hash": urlsafe_b64encode(half).decode().rstrip("="),
    }


async def test_what_is_not_known_is_not_said(provider: Provider) -> None:
    assert (await claims_of(provider, await buy(provider))).keys() == {"iss", "sub", "aud", "iat", "exp", "at_hash"}


async def test_one_method_of_authentication_is_an_array_too(provider: Provider) -> None:
    assert (await claims_of(provider, await buy(provider, amr="pwd")))["amr"] == ["pwd"]


async def test_a_changed_id_token_does_not_verify(provider: Provider) -> None:
    text, client = await sign(provider), await relying_party(provider)
    head, claims, signature = text.split(".")
    other = (await sign(provider, await buy(provider, acr="other"))).split(".")
    for forged in (f"{head}.{other[1]}.{signature}", f"{head}.{claims}.{other[2]}", f"{head}.{claims}."):
        with pytest.raises(jwt.InvalidSignatureError):
            client.verify(forged)


@pytest.mark.parametrize("scope", [None, "profile", "openid2", "Openid"])
async def test_without_the_scope_openid_there_is_none(provider: Provider, scope: str | None) -> None:
    tokens = await buy(provider, scope)
    assert await id_tokens_of(provider).sign(service_of(provider), "client", tokens, refreshed=False) is None


@pytest.mark.parametrize("scope", ["openid", "email openid profile"])
async def test_openid_may_stand_among_other_scopes(provider: Provider, scope: str) -> None:
    assert (await claims_of(provider, await buy(provider, scope)))["sub"] == "user"


async def test_without_a_user_there_is_none(provider: Provider) -> None:
    tokens = replace(await buy(provider), user_context=None)
    assert await id_tokens_of(provider).sign(service_of(provider), "client", tokens, refreshed=False) is None


async def test_a_refreshed_id_token_has_the_same_subject_and_authentication_but_no_nonce(provider: Provider) -> None:
    tokens = await buy(provider, **DATA)
    first = await claims_of(provider, tokens)
    provider.clock.advance(seconds=100)
    refreshed = await refresh(provider, tokens)
    second = await claims_of(provider, refreshed, refreshed=True)
    assert "nonce" not in second
    kept = ("iss", "sub", "aud", "auth_time", "acr", "amr")
    assert [second[name] for name in kept] == [first[name] for name in kept]
    assert second["iat"] == first["iat"] + 100
    assert second["at_hash"] != first["at_hash"]


@pytest.mark.parametrize(
    ("settings", "issuer"), [({"issuer": "https://as.example.com"}, "https://as.example.com"), ({}, ISSUER)]
)
async def test_the_issuer_is_the_services_own_or_its_place_under_the_base_url(
    provider: Provider, settings: dict[str, str], issuer: str
) -> None:
    await provider.set_service(**settings)
    text = await sign(provider)
    assert (await relying_party(provider)).verify(text, issuer)["iss"] == issuer


async def test_the_issuer_stays_what_it_was_when_the_user_authorized(provider: Provider) -> None:
    await provider.set_service(issuer="https://as.example.com")
    tokens = await buy(provider)
    await provider.set_service(issuer="https://later.example.com")
    text = await sign(provider, await refresh(provider, tokens), refreshed=True)
    assert (await relying_party(provider)).verify(text, "https://as.example.com")


async def test_a_service_key_that_is_no_path_segment_is_encoded_in_the_issuer(provider: Provider) -> None:
    service = replace(service_of(provider), service_key="a/b c")
    tokens = replace(await buy(provider), authentication=Authentication())
    text = await id_tokens_of(provider).sign(service, "client", tokens, refreshed=False)
    assert text is not None
    assert jwt.decode(text, options={"verify_signature": False})["iss"] == f"{BASE_URL}/services/a%2Fb%20c"


@pytest.mark.parametrize(
    ("ttl", "expires_in", "lifetime"),
    [(3600, 3600, 3600), (3600, 17, 17), (3600, None, 3600), (60, 86_400, 60), (0, None, 3600), (0, 10, 10)],
)
async def test_an_id_token_lives_as_long_as_the_access_token_and_no_longer_than_the_keys_are_published(
    provider: Provider, ttl: int, expires_in: int | None, lifetime: int
) -> None:
    await provider.set_service(access_token_ttl=ttl)
    claims = await claims_of(provider, replace(await buy(provider), expires_in=expires_in))
    assert claims["exp"] - claims["iat"] == lifetime


# --- its keys ---------------------------------------------------------------------------------------------------------


class CountingExecutor(ThreadPoolExecutor):
    """Threads that count what they are given to do."""

    count = 0

    def submit(self, *arguments: Any, **named: Any) -> Future[Any]:
        self.count += 1
        return super().submit(*arguments, **named)


async def test_the_first_key_is_made_when_it_is_first_needed_once_and_off_the_event_loop(provider: Provider) -> None:
    executor = CountingExecutor()
    asyncio.get_running_loop().set_default_executor(executor)
    assert states_of(provider) == {}
    ours = id_tokens_of(provider)
    service = service_of(provider)
    await asyncio.gather(*(ours.prepare(service) for _ in range(10)), ours.jwks(service))
    assert executor.count == 1
    assert states_of(provider) == {1: KeyState.ACTIVE}


async def test_the_transaction_lets_one_first_key_in_whoever_makes_several(provider: Provider) -> None:
    several = [id_tokens_of(provider) for _ in range(5)]
    await asyncio.gather(*(one.prepare(service_of(provider)) for one in several))
    assert states_of(provider) == {1: KeyState.ACTIVE}


async def test_a_store_that_cannot_answer_is_told_before_anything_is_issued(tmp_path: Path) -> None:
    async with open_provider(tmp_path) as provider:
        ours, service = id_tokens_of(provider), service_of(provider)
    with pytest.raises(StorageUnavailable):
        await ours.prepare(service)


async def test_the_keys_of_another_service_are_never_published(provider: Provider) -> None:
    await add_second_service(provider)
    text, other = await sign(provider), await relying_party(provider, "second")
    assert len(other.kids) == 1
    with pytest.raises(KeyError):
        other.verify(text)


async def test_through_a_rotation_every_client_that_fetches_the_keys_in_time_verifies_every_id_token(
    provider: Provider,
) -> None:
    clock = provider.clock
    old = kid_of(await sign(provider))
    new = (await add(provider)).kid
    announced_at = clock.time
    signed: list[tuple[int, str]] = []
    client, fetched_at = await relying_party(provider), clock.time
    seen = set()
    for _ in range(54):
        if clock.time - fetched_at >= JWKS_MAX_AGE * SECOND:
            client, fetched_at = await relying_party(provider), clock.time
        tokens = await buy(provider)
        signed.append((clock.time, await sign(provider, tokens)))
        is_due = clock.time >= announced_at + ANNOUNCEMENT * SECOND
        assert kid_of(signed[-1][1]) == (new if is_due else old)
        alive = [text for at, text in signed if clock.time - at < 3600 * SECOND]
        assert all(client.verify(text) for text in alive)
        seen.add(tuple(client.kids))
        clock.advance(seconds=100)
    assert seen == {(old, new), (new, old), (new,)}, "announced, retired, gone"


async def test_a_retired_key_is_published_for_the_overlap_and_no_longer(provider: Provider) -> None:
    old = kid_of(await sign(provider))
    new = (await add(provider)).kid
    provider.clock.advance(seconds=ANNOUNCEMENT - 0.001)
    last = await sign(provider)
    assert kid_of(last) == old
    provider.clock.advance(seconds=0.001)
    assert kid_of(await sign(provider)) == new
    provider.clock.advance(seconds=3600 + JWKS_MAX_AGE - 0.001)
    assert (await relying_party(provider)).kids == [new, old]
    provider.clock.advance(seconds=0.001)
    assert (await relying_party(provider)).kids == [new]


async def test_after_a_compromise_the_new_key_signs_and_the_old_one_verifies_nothing(provider: Provider) -> None:
    stolen = await sign(provider)
    await add(provider)
    key = await add(provider, Occasion.COMPROMISE)
    client = await relying_party(provider)
    assert client.kids == [key.kid]
    assert client.verify(await sign(provider))
    with pytest.raises(KeyError):
        client.verify(stolen)


async def test_a_change_of_algorithm_is_followed_at_once_and_what_was_signed_stays_good(provider: Provider) -> None:
    texts = [await sign(provider)]
    for algorithm in (SigningAlgorithm.RS256, SigningAlgorithm.ES256):
        await provider.set_service(id_token_signing_alg=algorithm)
        texts.append(await sign(provider))
        assert jwt.get_unverified_header(texts[-1])["alg"] == algorithm
        client = await relying_party(provider)
        assert all(client.verify(text) for text in texts)
    assert len(set(map(kid_of, texts))) == 3, "a retired key does not come back: its end is fixed"


async def test_a_request_that_began_before_a_change_of_algorithm_signs_by_the_new_one(provider: Provider) -> None:
    ours, tokens, before = id_tokens_of(provider), await buy(provider), service_of(provider)
    await ours.prepare(before)
    await provider.set_service(id_token_signing_alg=SigningAlgorithm.RS256)
    text = await ours.sign(before, "client", tokens, refreshed=False)
    assert text is not None
    assert (await relying_party(provider)).verify(text)
    assert jwt.get_unverified_header(text)["alg"] == "RS256"


async def test_signing_keys_go_on_under_another_master_key(tmp_path: Path) -> None:
    clock, master = VirtualClock(), bytes(range(32))
    async with open_provider(tmp_path, clock) as provider:
        text = await sign(provider)
        await provider.store.execute(RotateMaster(master=master))
        assert (await relying_party(provider)).verify(text)
        provider.master = master
        await add(provider)
    async with open_provider(tmp_path, clock, master) as provider:
        client = await relying_party(provider)
        assert client.verify(text)
        assert client.verify(await sign(provider))
        assert states_of(provider) == {1: KeyState.ACTIVE, 2: KeyState.ANNOUNCED}


async def test_a_first_key_is_made_even_while_the_master_key_changes(provider: Provider) -> None:
    master = bytes(range(32))
    answers = iter([provider.master])  # what is known before the change; afterwards the new one
    await provider.store.execute(RotateMaster(master=master))
    ours = IdTokens(provider.store, master=lambda: next(answers, master), base_url=BASE_URL)
    await ours.prepare(service_of(provider))
    assert states_of(provider) == {1: KeyState.ACTIVE}


async def test_a_backup_has_the_signing_keys(tmp_path: Path) -> None:
    clock, copy = VirtualClock(), tmp_path / "copy"
    copy.mkdir()
    async with open_provider(tmp_path, clock) as provider:
        text = await sign(provider)
        await provider.store.backup(copy / "store.db")
        master = provider.master
    async with open_provider(copy, clock, master) as restored:
        assert (await relying_party(restored)).verify(text)


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
async def test_a_private_key_is_nowhere_in_the_files_of_the_store_nor_published(
    tmp_path: Path, algorithm: SigningAlgorithm
) -> None:
    async with open_provider(tmp_path) as provider:
        await provider.set_service(id_token_signing_alg=algorithm)
        await sign(provider)
        (key,) = provider.store.keyring.signing_keys("service")
        files, published = content_of(tmp_path), await id_tokens_of(provider).jwks(service_of(provider))
        assert key.kid.encode() in published
        assert b"service" in files
        for spelling in spellings_of(key):
            assert spelling not in files
            assert spelling not in published


def content_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())


def spellings_of(key: SigningKey) -> list[bytes]:
    """How a private key may be written: its number in bytes and in base64, the whole of it in base64."""
    number = key.jwk.as_dict(private=True)["d"]
    assert isinstance(number, str)
    return [urlsafe_b64decode(number + "=="), number.encode(), b64encode(key.private_key), key.private_key]
