"""Signing keys: what one is, what is sealed of it, and where it stands at an instant."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rpcauth.errors import StoreRefused
from rpcauth.keys.keyring import KEY_BYTES, Purpose, open_keyring, seal_key
from rpcauth.keys.signing import (
    JWKS_MAX_AGE,
    KeyState,
    SigningKey,
    find_active,
    id_token_lifetime,
    list_states,
    make_key_pair,
    read_signing_key,
    write_signing_key,
)
from rpcauth.model import Millis, Service, SigningAlgorithm
from tests.support.provider import SERVICE, START

PAIRS = {algorithm: make_key_pair(algorithm) for algorithm in SigningAlgorithm}
PAIR = PAIRS[SigningAlgorithm.ES256]
SECOND = 1000
OVERLAP = (SERVICE.access_token_ttl + JWKS_MAX_AGE) * SECOND


def make_key(version: int, active_at: int) -> SigningKey:
    return read_signing_key(version, write_signing_key(PAIR, "service", Millis(active_at)))


def states(*active_at: int, now: int, service: Service | None = SERVICE) -> list[tuple[int, KeyState]]:
    """(version, state) of keys 1, 2, … that sign from these instants on."""
    keys = [make_key(version, instant) for version, instant in enumerate(active_at, start=1)]
    return [(key.version, state) for key, state in list_states(keys, service, Millis(now))]


# --- a key ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
def test_what_is_written_is_read_back(algorithm: SigningAlgorithm) -> None:
    pair = PAIRS[algorithm]
    key = read_signing_key(3, write_signing_key(pair, "service", START))
    assert (key.version, key.service_key, key.algorithm, key.active_at) == (3, "service", algorithm, START)
    assert (key.kid, key.private_key) == (pair.kid, pair.private_key)


@pytest.mark.parametrize(
    ("algorithm", "members"),
    [(SigningAlgorithm.ES256, ("crv", "kty", "x", "y")), (SigningAlgorithm.RS256, ("e", "kty", "n"))],
)
def test_the_id_of_a_key_is_the_thumbprint_of_its_public_members(
    algorithm: SigningAlgorithm, members: tuple[str, ...]
) -> None:
    public = read_signing_key(1, write_signing_key(PAIRS[algorithm], "service", START)).public_jwk
    text = json.dumps({name: public[name] for name in members}, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).digest()
    assert public["kid"] == PAIRS[algorithm].kid == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@pytest.mark.parametrize(
    ("algorithm", "members"),
    [(SigningAlgorithm.ES256, {"crv", "x", "y"}), (SigningAlgorithm.RS256, {"n", "e"})],
)
def test_of_a_published_key_nothing_is_private(algorithm: SigningAlgorithm, members: set[str]) -> None:
    public = read_signing_key(1, write_signing_key(PAIRS[algorithm], "service", START)).public_jwk
    assert public.keys() == members | {"kty", "use", "alg", "kid"}
    assert (public["use"], public["alg"]) == ("sig", algorithm)


def test_an_rsa_key_has_2048_bits() -> None:
    public = read_signing_key(1, write_signing_key(PAIRS[SigningAlgorithm.RS256], "service", START)).public_jwk
    modulus = base64.urlsafe_b64decode(str(public["n"]) + "==")
    assert int.from_bytes(modulus, "big").bit_length() == 2048


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
def test_no_two_key_pairs_are_alike(algorithm: SigningAlgorithm) -> None:
    assert make_key_pair(algorithm).kid != PAIRS[algorithm].kid


@pytest.mark.parametrize("shown", [repr(PAIR), repr(make_key(1, START)), str(make_key(1, START))])
def test_a_key_does_not_show_its_private_part(shown: str) -> None:
    assert PAIR.kid in shown
    assert "private_key" not in shown
    assert repr(PAIR.private_key)[2:-1] not in shown


@pytest.mark.parametrize(
    "document",
    [
        b"",
        bytes(KEY_BYTES),
        b"{}",
        write_signing_key(PAIR, "service", START).replace(b"ES256", b"ES512"),
        write_signing_key(PAIR, "service", START).replace(b"{", b'{"later":1,', 1),
    ],
    ids=["empty", "another purpose's", "nothing", "algorithm", "member"],
)
def test_a_document_of_another_version_of_rpcauth_is_refused(document: bytes) -> None:
    with pytest.raises(StoreRefused, match="install a newer one"):
        read_signing_key(1, document)


def test_a_keyring_has_the_signing_keys_of_each_service_apart() -> None:
    master = bytes(32)
    documents = {version: write_signing_key(PAIR, name, START) for version, name in enumerate("aba", start=1)}
    rows = [
        seal_key(master, Purpose.SIGNING, version, document, nonce=bytes(12), now=START)
        for version, document in documents.items()
    ]
    keyring = open_keyring(master, rows)
    assert [key.version for key in keyring.signing_keys("a")] == [1, 3]
    assert [key.version for key in keyring.signing_keys("b")] == [2]
    assert keyring.signing_keys("c") == ()
    assert repr(keyring) == "Keyring(***)"


# --- its life ---------------------------------------------------------------------------------------------------------

LIFE = [START, START + 10_000 * SECOND]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (LIFE[0] - 1, [(1, KeyState.ANNOUNCED), (2, KeyState.ANNOUNCED)]),
        (LIFE[0], [(1, KeyState.ACTIVE), (2, KeyState.ANNOUNCED)]),
        (LIFE[1] - 1, [(1, KeyState.ACTIVE), (2, KeyState.ANNOUNCED)]),
        (LIFE[1], [(2, KeyState.ACTIVE), (1, KeyState.RETIRED)]),
        (LIFE[1] + OVERLAP - 1, [(2, KeyState.ACTIVE), (1, KeyState.RETIRED)]),
        (LIFE[1] + OVERLAP, [(2, KeyState.ACTIVE), (1, KeyState.GONE)]),
        (LIFE[1] + 1000 * OVERLAP, [(2, KeyState.ACTIVE), (1, KeyState.GONE)]),
    ],
)
def test_a_key_is_announced_then_signs_then_is_published_as_long_as_what_it_signed_may_live(
    now: int, expected: list[tuple[int, KeyState]]
) -> None:
    assert states(*LIFE, now=now) == expected


@pytest.mark.parametrize(("ttl", "lifetime"), [(60, 60), (86_400, 86_400), (0, 3600)])
def test_a_retired_key_is_kept_for_the_lifetime_of_the_services_tokens(ttl: int, lifetime: int) -> None:
    service = replace(SERVICE, access_token_ttl=ttl)
    assert id_token_lifetime(service) == lifetime
    end = LIFE[1] + (lifetime + JWKS_MAX_AGE) * SECOND
    assert [states(*LIFE, now=now, service=service)[1][1] for now in (end - 1, end)] == [
        KeyState.RETIRED,
        KeyState.GONE,
    ]


def test_of_two_keys_of_one_instant_the_later_one_signs() -> None:
    assert states(START, START, now=START) == [(2, KeyState.ACTIVE), (1, KeyState.RETIRED)]


def test_the_keys_of_a_service_that_is_gone_are_gone() -> None:
    assert {state for _, state in states(*LIFE, LIFE[1] * 2, now=LIFE[1], service=None)} == {KeyState.GONE}


INSTANTS = st.integers(START, START + 3 * OVERLAP)


@given(st.lists(INSTANTS, min_size=1, max_size=6), INSTANTS)
def test_at_most_one_key_signs_and_it_is_the_active_one(active_at: list[int], now: int) -> None:
    keys = [make_key(version, instant) for version, instant in enumerate(active_at)]
    listed = list_states(keys, SERVICE, Millis(now))
    assert sorted(key.version for key, _ in listed) == list(range(len(keys)))
    signing = [key for key, state in listed if state is KeyState.ACTIVE]
    active = find_active(keys, Millis(now))
    assert signing == ([] if active is None else [active])
    assert (active is None) == (min(active_at) > now)


@given(st.lists(INSTANTS, min_size=1, max_size=6), INSTANTS, st.integers(0, SERVICE.access_token_ttl * SECOND))
def test_whatever_a_key_signed_can_be_verified_to_the_end_of_its_life(
    active_at: list[int], signed_at: int, age: int
) -> None:
    keys = [make_key(version, instant) for version, instant in enumerate(active_at)]
    signer = find_active(keys, Millis(signed_at))
    if signer is not None:
        later = dict(list_states(keys, SERVICE, Millis(signed_at + age)))
        assert later[signer] in (KeyState.ACTIVE, KeyState.RETIRED)


@given(st.lists(INSTANTS, min_size=1, max_size=4), st.lists(INSTANTS, min_size=2, max_size=6).map(sorted))
def test_a_key_never_goes_back_to_a_state_that_it_was_in(active_at: list[int], instants: list[int]) -> None:
    keys = [make_key(version, instant) for version, instant in enumerate(active_at)]
    life = [KeyState.ANNOUNCED, KeyState.ACTIVE, KeyState.RETIRED, KeyState.GONE]
    for key in keys:
        ages = [life.index(dict(list_states(keys, SERVICE, Millis(now)))[key]) for now in instants]
        assert all(before <= after for before, after in pairwise(ages))
