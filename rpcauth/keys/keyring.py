"""The versioned keys of a store, and the only code that computes digests, references, derivations and seals.

A keyring is a value: rotation makes a new one. Rows name the version of the key that they were made with.
Sealed bytes are: 2 bytes key version, 12 bytes nonce, AES-256-GCM ciphertext and tag; the associated data names
purpose and row, so a sealed value moved to another row does not open.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rpcauth.errors import StoreRefused
from rpcauth.keys.signing import SigningKey, read_signing_key
from rpcauth.model import Millis, RecordId

KEY_BYTES = 32
NONCE_BYTES = 12
"""Of AES-GCM; every seal takes fresh random ones."""

_VERSION_BYTES = 2
REFERENCE_BYTES = 12


class Purpose(StrEnum):
    """What a key is for; no key serves two purposes."""

    TOKEN_DIGEST = "token_digest"
    REFERENCE = "reference"
    DERIVATION = "derivation"
    SEALING = "sealing"
    AUDIT_CHAIN = "audit_chain"
    IDEMPOTENCY = "idempotency"
    SIGNING = "signing"


#: The purposes that every store has from its first start. Signing keys are made per service when first needed.
FIRST_PURPOSES = tuple(purpose for purpose in Purpose if purpose is not Purpose.SIGNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedKey:
    """A row of the table `keys`: one version of one purpose's key, sealed under the master key."""

    purpose: Purpose
    version: int
    sealed: bytes
    created_at: Millis


def _wrapping_data(purpose: Purpose, version: int) -> bytes:
    return f"keys|{purpose}|{version}".encode()


def seal_key(master: bytes, purpose: Purpose, version: int, key: bytes, *, nonce: bytes, now: Millis) -> SealedKey:
    """Wrap one key under the master key; `nonce` is 12 fresh random bytes."""
    sealed = nonce + AESGCM(master).encrypt(nonce, key, _wrapping_data(purpose, version))
    return SealedKey(purpose=purpose, version=version, sealed=sealed, created_at=now)


def open_key(master: bytes, row: SealedKey) -> bytes:
    """Unwrap one key. Raises StoreRefused when the row was not sealed under this master key."""
    nonce, ciphertext = row.sealed[:NONCE_BYTES], row.sealed[NONCE_BYTES:]
    try:
        return AESGCM(master).decrypt(nonce, ciphertext, _wrapping_data(row.purpose, row.version))
    except (InvalidTag, ValueError):
        raise StoreRefused(
            f"the {row.purpose} key {row.version} in the store does not open under this master key; "
            "put back the master key that this store was made with"
        ) from None


@dataclass(frozen=True)
class Keyring:
    """Every key of a store, opened: purpose -> version -> 32 bytes. The highest version makes, all versions check.

    Signing keys differ: each belongs to a service and has times of its own (keys/signing.py), and their versions count
    over the whole store. `signing` has them by service.
    """

    keys: Mapping[Purpose, Mapping[int, bytes]]
    signing: Mapping[str, Sequence[SigningKey]] = field(default_factory=dict)

    def __repr__(self) -> str:
        return "Keyring(***)"

    def signing_keys(self, service_key: str) -> Sequence[SigningKey]:
        """The signing keys of a service, in whatever state."""
        return self.signing.get(service_key, ())

    @cached_property
    def current(self) -> Mapping[Purpose, int]:
        return {purpose: max(versions) for purpose, versions in self.keys.items()}

    @cached_property
    def _digest_states(self) -> Mapping[int, hmac.HMAC]:
        keys = self.keys[Purpose.TOKEN_DIGEST]
        return {version: hmac.new(key, digestmod=hashlib.sha256) for version, key in keys.items()}

    @cached_property
    def _chain_states(self) -> Mapping[int, hmac.HMAC]:
        keys = self.keys[Purpose.AUDIT_CHAIN]
        return {version: hmac.new(key, digestmod=hashlib.sha256) for version, key in keys.items()}

    @cached_property
    def _seals(self) -> Mapping[int, AESGCM]:
        return {version: AESGCM(key) for version, key in self.keys[Purpose.SEALING].items()}

    @cached_property
    def digest_version(self) -> int:
        return self.current[Purpose.TOKEN_DIGEST]

    @cached_property
    def derivation_version(self) -> int:
        return self.current[Purpose.DERIVATION]

    @cached_property
    def audit_version(self) -> int:
        return self.current[Purpose.AUDIT_CHAIN]

    def chain_mac(self, message: bytes, version: int) -> bytes | None:
        """The mac of a line of the audit file, 32 bytes; None when there is no such version of the audit key."""
        state = self._chain_states.get(version)
        if state is None:
            return None
        state = state.copy()
        state.update(message)
        return state.digest()

    def digest(self, text: str, version: int | None = None) -> bytes:
        """The keyed digest of a token's whole text, 32 bytes; the current version unless one is named.

        An unknown version gives a digest that no row can hold (its key was dropped because no row named it).
        """
        state = self._digest_states.get(self.digest_version if version is None else version)
        if state is None:
            return b""
        state = state.copy()
        state.update(text.encode())
        return state.digest()

    def is_digest_of(self, text: str, version: int, digest: bytes) -> bool:
        """Whether `digest` was made of `text` by that key version; constant-time."""
        return hmac.compare_digest(self.digest(text, version), digest)

    def client_secret_digest(self, client_id: str, secret: str, version: int | None = None) -> bytes:
        """The keyed digest of a generated client secret, bound to its client."""
        return self.digest(f"client_secret\0{client_id}\0{secret}", version)

    def reference_macs(self, record_id: RecordId) -> list[bytes]:
        """The 96-bit MACs of an id, by every key version, the current one first.

        They make a reference unguessable: ids alone disclose issue time and can be enumerated.
        """
        message = record_id.to_bytes(8, "big")
        versions = sorted(self.keys[Purpose.REFERENCE].items(), reverse=True)
        return [hmac.digest(key, message, hashlib.sha256)[:REFERENCE_BYTES] for _, key in versions]

    def derive(self, purpose: str, salt: bytes, record_id: RecordId, presented: str, version: int) -> bytes:
        """The secret of a successor token: 32 bytes that neither the store nor its keys can make alone.

        It needs the spent token's own text (`presented`), which only its holder has. `purpose` separates the access
        token's secret from the refresh token's and the MAC key's.
        """
        message = b"\0".join((purpose.encode(), salt, record_id.to_bytes(8, "big"), presented.encode()))
        return hmac.digest(self.keys[Purpose.DERIVATION][version], message, hashlib.sha256)

    def seal(self, text: str, purpose: str, row: str, *, nonce: bytes) -> bytes:
        """Encrypt what must come back, bound to its purpose and row; `nonce` is 12 fresh random bytes."""
        version = self.current[Purpose.SEALING]
        data = f"{purpose}|{row}".encode()
        return (
            version.to_bytes(_VERSION_BYTES, "big") + nonce + self._seals[version].encrypt(nonce, text.encode(), data)
        )

    def open(self, sealed: bytes, purpose: str, row: str) -> str:
        """Decrypt what `seal` made. Raises StoreRefused when the row was altered or its key is gone."""
        version = int.from_bytes(sealed[:_VERSION_BYTES], "big")
        nonce = sealed[_VERSION_BYTES : _VERSION_BYTES + NONCE_BYTES]
        ciphertext = sealed[_VERSION_BYTES + NONCE_BYTES :]
        try:
            return self._seals[version].decrypt(nonce, ciphertext, f"{purpose}|{row}".encode()).decode()
        except (InvalidTag, KeyError, ValueError):
            raise StoreRefused(f"a sealed value ({purpose}) of the store does not open; was a row moved?") from None


def open_keyring(master: bytes, rows: list[SealedKey]) -> Keyring:
    """Open every key of a store. Raises StoreRefused on a wrong master key."""
    keys: dict[Purpose, dict[int, bytes]] = {}
    for row in rows:
        keys.setdefault(row.purpose, {})[row.version] = open_key(master, row)
    signing: dict[str, list[SigningKey]] = {}
    for version, document in keys.get(Purpose.SIGNING, {}).items():
        key = read_signing_key(version, document)
        signing.setdefault(key.service_key, []).append(key)
    return Keyring(keys, signing)
