"""Human-chosen secrets: Argon2id in the profile that we promise."""

from __future__ import annotations

import pytest

from rpcauth.keys.passwords import hash_password, is_password

HASHED = hash_password("correct horse")


def test_a_hash_is_argon2id_of_19_mebibytes_and_salted() -> None:
    assert HASHED.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert hash_password("correct horse") != HASHED


@pytest.mark.parametrize(
    ("secret", "expected"),
    [("correct horse", True), ("correct horse ", False), ("Correct horse", False), ("", False), ("é\0", False)],
)
def test_only_the_secret_itself_has_its_hash(secret: str, expected: bool) -> None:
    assert is_password(HASHED, secret) is expected


@pytest.mark.parametrize(
    "stored",
    ["", "v1:00", "$argon2id$", HASHED[:-10] + "!", "correct horse"],
    ids=["", "digest", "cut", "bad", "plain"],
)
def test_a_stored_hash_that_cannot_be_read_is_no_match(stored: str) -> None:
    assert is_password(stored, "correct horse") is False
