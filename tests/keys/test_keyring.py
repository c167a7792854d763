"""The keyring: what each key makes, what it refuses, and what a rotation leaves good."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rpcauth.errors import StoreRefused
from rpcauth.keys.keyring import (
    FIRST_PURPOSES,
    KEY_BYTES,
    NONCE_BYTES,
    REFERENCE_BYTES,
    Keyring,
    Purpose,
    SealedKey,
    open_key,
    open_keyring,
    seal_key,
)
from rpcauth.model import RecordId
from tests.support.provider import START

MASTER = bytes(range(32))
KEY = b"k" * KEY_BYTES
NONCE = bytes(NONCE_BYTES)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=80)


def make_keyring(*versions: int) -> Keyring:
    """A keyring with these versions of every purpose; a version's key is the same in each keyring."""
    return Keyring(
        {
            purpose: {version: f"{purpose} {version}".encode().ljust(KEY_BYTES, b".") for version in versions}
            for purpose in FIRST_PURPOSES
        }
    )


OLD, ROTATED = make_keyring(1), make_keyring(1, 2)


# --- keys under the master key ----------------------------------------------------------------------------------------


def test_a_key_opens_under_the_master_key_that_sealed_it() -> None:
    row = seal_key(MASTER, Purpose.SEALING, 3, KEY, nonce=NONCE, now=START)
    assert (row.purpose, row.version, row.created_at) == (Purpose.SEALING, 3, START)
    assert open_key(MASTER, row) == KEY
    assert KEY not in row.sealed


@pytest.mark.parametrize(
    "spoiled",
    [
        {"purpose": Purpose.REFERENCE},
        {"version": 4},
        {"sealed": b""},
        {"sealed": bytes(60)},
    ],
    ids=["another purpose", "another version", "empty", "another text"],
)
def test_a_key_that_stands_in_another_row_does_not_open(spoiled: dict[str, object]) -> None:
    row = seal_key(MASTER, Purpose.SEALING, 3, KEY, nonce=NONCE, now=START)
    with pytest.raises(StoreRefused, match="does not open under this master key"):
        open_key(MASTER, replace(row, **spoiled))  # type: ignore[arg-type]


@given(st.binary(min_size=32, max_size=32).filter(lambda key: key != MASTER))
def test_no_other_master_key_opens_a_key(other: bytes) -> None:
    row = seal_key(MASTER, Purpose.SEALING, 1, KEY, nonce=NONCE, now=START)
    with pytest.raises(StoreRefused):
        open_key(other, row)


def test_a_keyring_opens_whole_or_not_at_all() -> None:
    rows = [
        seal_key(MASTER, Purpose.SEALING, version, bytes([version]) * KEY_BYTES, nonce=os.urandom(12), now=START)
        for version in (1, 2)
    ]
    assert open_keyring(MASTER, rows).keys == {Purpose.SEALING: {1: b"\1" * 32, 2: b"\2" * 32}}
    foreign = seal_key(bytes(32), Purpose.DERIVATION, 1, KEY, nonce=NONCE, now=START)
    with pytest.raises(StoreRefused):
        open_keyring(MASTER, [*rows, foreign])


@pytest.mark.parametrize("shown", [repr(OLD), str(OLD), f"{OLD}"])
def test_a_keyring_does_not_show_its_keys(shown: str) -> None:
    assert shown == "Keyring(***)"


def test_a_sealed_key_may_be_shown() -> None:
    row = seal_key(MASTER, Purpose.SEALING, 1, KEY, nonce=NONCE, now=START)
    assert isinstance(row, SealedKey)
    assert repr(KEY)[2:-1] not in repr(row)


# --- digests ----------------------------------------------------------------------------------------------------------


@given(TEXTS, TEXTS)
def test_a_digest_is_of_one_text_alone(text: str, other: str) -> None:
    digest = OLD.digest(text)
    assert len(digest) == 32
    assert OLD.is_digest_of(text, 1, digest)
    assert OLD.is_digest_of(other, 1, digest) == (text == other)


def test_after_a_rotation_old_digests_hold_and_new_ones_are_of_the_new_key() -> None:
    digest = OLD.digest("token")
    assert ROTATED.digest_version == 2
    assert ROTATED.is_digest_of("token", 1, digest)
    assert not ROTATED.is_digest_of("token", 2, digest)
    assert ROTATED.digest("token") != digest
    assert ROTATED.is_digest_of("token", 2, ROTATED.digest("token"))


def test_no_row_has_the_digest_of_a_version_that_is_gone() -> None:
    assert not make_keyring(2).is_digest_of("token", 1, OLD.digest("token"))


def test_a_client_secret_is_digested_for_its_client_alone() -> None:
    digest = OLD.client_secret_digest("client", "secret")
    assert digest == OLD.client_secret_digest("client", "secret", 1)
    others = [("other", "secret"), ("client", "other"), ("clien", "t\0secret"), ("client\0secret", "")]
    assert digest not in [OLD.client_secret_digest(*other) for other in others]
    assert digest != OLD.digest("secret")


# --- references -------------------------------------------------------------------------------------------------------


def test_references_hold_through_a_rotation_and_the_new_key_makes_them() -> None:
    (old,) = OLD.reference_macs(RecordId(7))
    assert len(old) == REFERENCE_BYTES
    new, still = ROTATED.reference_macs(RecordId(7))
    assert still == old
    assert new != old
    assert OLD.reference_macs(RecordId(8)) != [old]


# --- derivation -------------------------------------------------------------------------------------------------------

DERIVED = {"purpose": "access", "salt": bytes(32), "record_id": RecordId(7), "presented": "token", "version": 1}


@pytest.mark.parametrize(
    "other",
    [
        {"purpose": "refresh"},
        {"salt": b"\1" + bytes(31)},
        {"record_id": RecordId(8)},
        {"presented": "tokem"},
        {"version": 2},
    ],
    ids=lambda other: next(iter(other)),
)
def test_a_derived_secret_hangs_on_each_of_its_parts(other: dict[str, object]) -> None:
    secret = ROTATED.derive(**DERIVED)  # type: ignore[arg-type]
    assert len(secret) == 32
    assert secret == OLD.derive(**DERIVED)  # type: ignore[arg-type]
    assert secret != ROTATED.derive(**{**DERIVED, **other})  # type: ignore[arg-type]


# --- sealing ----------------------------------------------------------------------------------------------------------


@given(TEXTS, st.binary(min_size=NONCE_BYTES, max_size=NONCE_BYTES))
def test_what_is_sealed_comes_back(text: str, nonce: bytes) -> None:
    sealed = OLD.seal(text, "mac_secret", "access_tokens|1", nonce=nonce)
    assert OLD.open(sealed, "mac_secret", "access_tokens|1") == text
    assert ROTATED.open(sealed, "mac_secret", "access_tokens|1") == text


@pytest.mark.parametrize(
    ("purpose", "row"),
    [("mac_secret", "access_tokens|2"), ("token_value", "access_tokens|1"), ("mac_secret", "callers|1"), ("", "")],
)
def test_a_sealed_value_that_was_moved_does_not_open(purpose: str, row: str) -> None:
    sealed = OLD.seal("secret", "mac_secret", "access_tokens|1", nonce=NONCE)
    with pytest.raises(StoreRefused, match="was a row moved"):
        OLD.open(sealed, purpose, row)


@given(st.data())
def test_a_sealed_value_with_any_bit_changed_or_bytes_cut_off_does_not_open(data: st.DataObject) -> None:
    sealed = bytearray(OLD.seal("secret", "purpose", "row", nonce=NONCE))
    position = data.draw(st.integers(0, len(sealed) * 8 - 1))
    flipped = bytearray(sealed)
    flipped[position // 8] ^= 1 << position % 8
    for spoiled in (flipped, sealed[: position // 8], sealed + b"\0"):
        with pytest.raises(StoreRefused):
            OLD.open(bytes(spoiled), "purpose", "row")


def test_new_values_are_sealed_under_the_new_key() -> None:
    sealed = ROTATED.seal("secret", "purpose", "row", nonce=NONCE)
    assert make_keyring(2).open(sealed, "purpose", "row") == "secret"
    with pytest.raises(StoreRefused):
        OLD.open(sealed, "purpose", "row")
