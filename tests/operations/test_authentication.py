"""Proving clients: digests at once, chosen secrets slowly, off the loop, throttled, and remembered for a while."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import pytest

from rpcauth.errors import LimitReached
from rpcauth.keys.keyring import Keyring
from rpcauth.keys.passwords import hash_password
from rpcauth.model import Application, ClientSecret, Definitions, Millis, Secret, SecretKind
from rpcauth.operations.authentication import REMEMBERED, ClientAuthenticator
from tests.keys.test_keyring import OLD, ROTATED, make_keyring
from tests.support.provider import VirtualClock

GENERATED, CHOSEN = Secret("generated"), Secret("chosen")
WRONG = Secret("wrong")


def digest_of(secret: Secret, client_id: str = "client", keyring: Keyring = OLD) -> ClientSecret:
    digest = keyring.client_secret_digest(client_id, secret.reveal()).hex()
    stored = f"v{keyring.digest_version}:{digest}"
    return ClientSecret(kind=SecretKind.DIGEST, stored=stored, created_at=Millis(0))


BY_DIGEST = digest_of(GENERATED)
BY_HASH = ClientSecret(kind=SecretKind.ARGON2ID, stored=hash_password(CHOSEN.reveal()), created_at=Millis(0))
CLIENT = Application(client_id="client", id=1, name="C", secrets=(BY_HASH, BY_DIGEST))
DEFINITIONS = Definitions({}, {"client": CLIENT}, {})


@contextmanager
def running(clock: VirtualClock, *, keyring: Keyring = OLD, per_minute: int = 5) -> Iterator[ClientAuthenticator]:
    authenticator = ClientAuthenticator(
        keyring=lambda: keyring, now=clock.wall, concurrency=2, failures_per_minute=per_minute
    )
    yield authenticator
    authenticator.close()


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
async def authenticator(clock: VirtualClock) -> AsyncIterator[ClientAuthenticator]:
    with running(clock) as opened:
        yield opened


@pytest.mark.parametrize(("secret", "matched"), [(GENERATED, BY_DIGEST), (CHOSEN, BY_HASH)], ids=["digest", "hash"])
async def test_each_live_secret_is_told_from_the_other(
    authenticator: ClientAuthenticator, secret: Secret, matched: ClientSecret
) -> None:
    proof = await authenticator.prove(CLIENT, "client", secret)
    assert (proof.client_id, proof.secret_given, proof.matched) == ("client", True, matched)


@pytest.mark.parametrize("secret", [WRONG, Secret(""), Secret(BY_DIGEST.stored), Secret(BY_HASH.stored)], ids=range(4))
async def test_no_other_text_matches_least_of_all_what_is_stored(
    authenticator: ClientAuthenticator, secret: Secret
) -> None:
    proof = await authenticator.prove(CLIENT, "client", secret)
    assert (proof.secret_given, proof.matched) == (True, None)


async def test_without_a_secret_nothing_is_looked_at(authenticator: ClientAuthenticator) -> None:
    for client_id in ("client", "unknown"):
        proof = await authenticator.prove(DEFINITIONS.applications.get(client_id), client_id, None)
        assert (proof.secret_given, proof.matched) == (False, None)


async def test_an_unknown_client_matches_nothing_and_is_not_throttled(authenticator: ClientAuthenticator) -> None:
    for _ in range(100):
        assert (await authenticator.prove(None, "unknown", GENERATED)).matched is None


async def test_a_digest_belongs_to_its_client(authenticator: ClientAuthenticator) -> None:
    thief = replace(CLIENT, client_id="thief", secrets=(BY_DIGEST,))
    definitions = Definitions({}, {"thief": thief}, {})
    assert (await authenticator.prove(definitions.applications.get("thief"), "thief", GENERATED)).matched is None


async def test_a_digest_is_good_after_a_rotation_and_not_once_its_key_is_gone(clock: VirtualClock) -> None:
    with running(clock, keyring=ROTATED) as after:
        assert (await after.prove(CLIENT, "client", GENERATED)).matched is BY_DIGEST
    with running(clock, keyring=make_keyring(2)) as later:
        assert (await later.prove(CLIENT, "client", GENERATED)).matched is None


async def test_wrong_secrets_are_throttled_and_the_wait_is_told(
    authenticator: ClientAuthenticator, clock: VirtualClock
) -> None:
    for number in range(5):
        assert (await authenticator.prove(CLIENT, "client", Secret(f"wrong {number}"))).matched is None
    with pytest.raises(LimitReached) as caught:
        await authenticator.prove(CLIENT, "client", WRONG)
    assert caught.value.retry_after == 12
    clock.advance(seconds=12)
    assert (await authenticator.prove(CLIENT, "client", WRONG)).matched is None


async def test_tries_at_the_same_time_do_not_slip_past_the_limit_together(authenticator: ClientAuthenticator) -> None:
    tries = [authenticator.prove(CLIENT, "client", Secret(f"wrong {number}")) for number in range(40)]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert [type(answer) for answer in answers].count(LimitReached) == 35


async def test_a_throttled_client_is_still_let_in_by_a_secret_that_costs_nothing(
    authenticator: ClientAuthenticator,
) -> None:
    assert (await authenticator.prove(CLIENT, "client", CHOSEN)).matched is BY_HASH
    for number in range(5):
        await authenticator.prove(CLIENT, "client", Secret(f"wrong {number}"))
    with pytest.raises(LimitReached):
        await authenticator.prove(CLIENT, "client", WRONG)
    assert (await authenticator.prove(CLIENT, "client", GENERATED)).matched is BY_DIGEST
    assert (await authenticator.prove(CLIENT, "client", CHOSEN)).matched is BY_HASH, "it is remembered"


async def test_right_secrets_do_not_count_as_failures(authenticator: ClientAuthenticator, clock: VirtualClock) -> None:
    for _ in range(10):
        assert (await authenticator.prove(CLIENT, "client", CHOSEN)).matched is BY_HASH
        clock.advance(seconds=REMEMBERED / 1000)


async def test_a_client_at_work_is_never_kept_out_by_whoever_guesses(
    authenticator: ClientAuthenticator, clock: VirtualClock
) -> None:
    await authenticator.prove(CLIENT, "client", CHOSEN)
    for number in range(100):
        with suppress(LimitReached):
            await authenticator.prove(CLIENT, "client", Secret(f"wrong {number}"))
        clock.advance(seconds=12)
        assert (await authenticator.prove(CLIENT, "client", CHOSEN)).matched is BY_HASH


async def test_guesses_at_one_front_are_not_paid_for_at_another(authenticator: ClientAuthenticator) -> None:
    for number in range(5):
        await authenticator.prove(CLIENT, "client", Secret(f"wrong {number}"), front="open to the world")
    with pytest.raises(LimitReached):
        await authenticator.prove(CLIENT, "client", WRONG, front="open to the world")
    assert (await authenticator.prove(CLIENT, "client", CHOSEN)).matched is BY_HASH


async def test_a_verified_secret_is_forgotten_five_minutes_after_its_last_use(
    authenticator: ClientAuthenticator, clock: VirtualClock
) -> None:
    await authenticator.prove(CLIENT, "client", CHOSEN)
    for number in range(5):
        await authenticator.prove(CLIENT, "client", Secret(f"wrong {number}"))
    # Throttled: only what is remembered is let in, and looked at without a hash.
    assert (await authenticator.prove(CLIENT, "client", CHOSEN)).matched is BY_HASH
    for number in range(5, 30):
        clock.advance(seconds=12)
        await authenticator.prove(CLIENT, "client", Secret(f"wrong {number}"))
    with pytest.raises(LimitReached):
        await authenticator.prove(CLIENT, "client", CHOSEN)


async def test_a_remembered_secret_is_good_only_while_the_application_keeps_it(
    authenticator: ClientAuthenticator,
) -> None:
    await authenticator.prove(CLIENT, "client", CHOSEN)
    without = Definitions({}, {"client": replace(CLIENT, secrets=(BY_DIGEST,))}, {})
    assert (await authenticator.prove(without.applications.get("client"), "client", CHOSEN)).matched is None


async def test_one_client_does_not_pay_for_another(authenticator: ClientAuthenticator) -> None:
    other = replace(CLIENT, client_id="other", secrets=(digest_of(GENERATED, "other"), BY_HASH))
    definitions = Definitions({}, {"client": CLIENT, "other": other}, {})
    for number in range(5):
        await authenticator.prove(definitions.applications.get("client"), "client", Secret(f"wrong {number}"))
    assert (await authenticator.prove(definitions.applications.get("other"), "other", CHOSEN)).matched is BY_HASH


async def test_the_loop_goes_on_while_secrets_are_hashed(authenticator: ClientAuthenticator) -> None:
    proving = asyncio.ensure_future(authenticator.prove(CLIENT, "client", CHOSEN))
    turns = 0
    while not proving.done():
        turns += 1
        await asyncio.sleep(0)
    assert turns > 10


async def test_the_same_secret_at_the_same_time_is_let_in_for_all(authenticator: ClientAuthenticator) -> None:
    proofs = await asyncio.gather(*(authenticator.prove(CLIENT, "client", CHOSEN) for _ in range(50)))
    assert all(proof.matched is BY_HASH for proof in proofs)


async def test_a_caller_that_goes_away_takes_nobodys_check_along(authenticator: ClientAuthenticator) -> None:
    first = asyncio.ensure_future(authenticator.prove(CLIENT, "client", CHOSEN))
    second = asyncio.ensure_future(authenticator.prove(CLIENT, "client", CHOSEN))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).matched is BY_HASH
