"""What a caller proves itself with when a file is replayed."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Credentials:
    """HTTP Basic, or a signature where the path names `${sig}`. `secret_file` is where the secret was read."""

    api_key: str
    secret: str = field(repr=False)
    secret_file: str | None = None

    @property
    def basic(self) -> str:
        return encode_basic(self.api_key, self.secret)

    def sign(self, second: int) -> str:
        """Mashery's signature: MD5 over key, secret and the second of the call."""
        return hashlib.md5(f"{self.api_key}{self.secret}{second}".encode(), usedforsecurity=False).hexdigest()


def encode_basic(user_id: str, password: str) -> str:
    """The value of an Authorization header (RFC 7617)."""
    return "Basic " + b64encode(f"{user_id}:{password}".encode()).decode()
