"""Human-chosen client secrets: Argon2id in OWASP's 19 MiB profile, about 14 ms of one core a check.

Generated secrets never come here: 256 random bits need no slow hash (keys/keyring.py digests them).
"""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hash_password(secret: str) -> str:
    """The encoded Argon2id hash of a secret, with a fresh salt."""
    return _HASHER.hash(secret)


def is_password(encoded: str, secret: str) -> bool:
    """Whether `secret` has this hash. A stored hash that cannot be read is no match."""
    try:
        return _HASHER.verify(encoded, secret)
    except (VerifyMismatchError, VerificationError, InvalidHashError):
        return False
