"""From rows to token texts and back: minting, verifying, references. The text itself is never stored."""

from __future__ import annotations

import hmac
from typing import Protocol

from rpcauth.keys.keyring import Keyring
from rpcauth.model import RecordId
from rpcauth.oauth import token_text
from rpcauth.oauth.token_text import SECRET_BYTES, Kind, Presented
from rpcauth.storage.port import Mint


class Digested(Protocol):
    """A row that keeps the keyed digest of a text."""

    @property
    def key_version(self) -> int: ...

    @property
    def digest(self) -> bytes: ...


def mint_text(mint: Mint, kind: Kind, record_id: RecordId) -> str:
    """A new token text with 256 fresh bits."""
    return token_text.write(kind, record_id, mint.random(SECRET_BYTES))


def derive_text(
    keyring: Keyring, kind: Kind, record_id: RecordId, *, salt: bytes, presented: Presented, version: int
) -> str:
    """The text of a successor of `presented`; salt, id, version and purpose make it unlike any other."""
    secret = keyring.derive(kind.name.lower(), salt, record_id, presented.text, version)
    return token_text.write(kind, record_id, secret)


def parse(text: str | None, kind: Kind) -> Presented | None:
    """The presented text if it is well-formed and of this kind: a refresh token is never an access token."""
    presented = None if text is None else token_text.parse(text)
    return presented if presented is not None and presented.kind is kind else None


def is_genuine(keyring: Keyring, row: Digested, presented: Presented) -> bool:
    """Whether the row was made for exactly this text; constant-time."""
    return keyring.is_digest_of(presented.text, row.key_version, row.digest)


def write_reference(keyring: Keyring, record_id: RecordId) -> str:
    """The reference that names a token to manage it, and is good for nothing else."""
    return token_text.write(Kind.REFERENCE, record_id, keyring.reference_macs(record_id)[0])


def is_reference(keyring: Keyring, presented: Presented) -> bool:
    """Whether we made this reference, with any live version of the key; constant-time a version."""
    texts = [token_text.write(Kind.REFERENCE, presented.id, mac) for mac in keyring.reference_macs(presented.id)]
    matches = [hmac.compare_digest(text, presented.text) for text in texts]
    return any(matches)
