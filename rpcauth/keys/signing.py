"""Signing keys: what a service signs its id_tokens with, and how long each of them is published.

A key is published before it signs (but for a service's first, one after a leak, and one of another algorithm) and for
as long after as a token that it signed may live, so whoever keeps the published keys for JWKS_MAX_AGE always verifies.
All of it follows from one instant of each key, `active_at`: a key signs from then on, until the next one does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from itertools import pairwise

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from joserfc.jwk import ECKey, RSAKey

from rpcauth.errors import StoreRefused
from rpcauth.model import Millis, Service, SigningAlgorithm

JWKS_MAX_AGE = 300
"""Seconds for which a client may keep the published keys."""

ANNOUNCEMENT = 2 * JWKS_MAX_AGE
"""Seconds between the publication of a new key and its first signature."""

_LIFETIME_WITHOUT_EXPIRY = 3600
_SECOND = 1000
_RSA_BITS = 2048
_RSA_EXPONENT = 65_537


class KeyState(StrEnum):
    """Where a key stands at an instant. All but those that are gone are published, in this order."""

    ACTIVE = "active"
    ANNOUNCED = "announced"
    RETIRED = "retired"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPair:
    """A fresh key pair. `kid` is its thumbprint (RFC 7638), `private_key` PKCS #8 in DER."""

    algorithm: SigningAlgorithm
    kid: str
    private_key: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class SigningKey:
    """A key pair of a service, which signs from `active_at` on until another one does."""

    version: int
    service_key: str
    algorithm: SigningAlgorithm
    kid: str
    active_at: Millis
    private_key: bytes = field(repr=False)

    @cached_property
    def jwk(self) -> ECKey | RSAKey:
        """The private key, ready to sign."""
        # Checking an RSA key takes 30 ms; this one was made here, and its seal shows that nobody has changed it.
        key = load_der_private_key(self.private_key, None, unsafe_skip_rsa_key_validation=True)
        return _as_jwk(key)

    @cached_property
    def public_jwk(self) -> Mapping[str, object]:
        """The public key as a member of a JWK Set (RFC 7517 §4)."""
        return self.jwk.as_dict(private=False, use="sig", alg=self.algorithm.value, kid=self.kid)


class _Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is sealed in the store."""

    service_key: str
    alg: SigningAlgorithm
    kid: str
    active_at: int
    private_key: bytes


def make_key_pair(algorithm: SigningAlgorithm) -> KeyPair:
    """A fresh key pair. RSA takes tenths of a second: call this in a thread."""
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    if algorithm is SigningAlgorithm.ES256:
        key = ec.generate_private_key(ec.SECP256R1())
    else:
        key = rsa.generate_private_key(_RSA_EXPONENT, _RSA_BITS)
    private_key = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return KeyPair(algorithm=algorithm, kid=_as_jwk(key).thumbprint(), private_key=private_key)


def write_signing_key(pair: KeyPair, service_key: str, active_at: Millis) -> bytes:
    """What is to be sealed."""
    return msgspec.json.encode(
        _Document(
            service_key=service_key,
            alg=pair.algorithm,
            kid=pair.kid,
            active_at=active_at,
            private_key=pair.private_key,
        )
    )


def read_signing_key(version: int, document: bytes) -> SigningKey:
    """What `write_signing_key` wrote. Raises StoreRefused."""
    try:
        read = msgspec.json.decode(document, type=_Document)
    except msgspec.MsgspecError:
        what = f"the store holds a signing key ({version}) that this rpcauth cannot read; install a newer one"
        raise StoreRefused(what) from None
    return SigningKey(
        version=version,
        service_key=read.service_key,
        algorithm=read.alg,
        kid=read.kid,
        active_at=Millis(read.active_at),
        private_key=read.private_key,
    )


def find_active(keys: Iterable[SigningKey], now: Millis) -> SigningKey | None:
    """The key of a service that signs now, if one does."""
    return max((key for key in keys if key.active_at <= now), key=_succession, default=None)


def list_states(keys: Iterable[SigningKey], service: Service | None, now: Millis) -> list[tuple[SigningKey, KeyState]]:
    """The keys of a service, each with its state, in the order of states; all are gone where the service is."""
    ordered = [*sorted(keys, key=_succession), None]
    states = [(key, _state_of(key, successor, service, now)) for key, successor in pairwise(ordered) if key is not None]
    return sorted(states, key=lambda pair: list(KeyState).index(pair[1]))


def id_token_lifetime(service: Service) -> int:
    """Most seconds that an id_token of a service lives: as long as its access tokens, an hour where those never end."""
    return service.access_token_ttl or _LIFETIME_WITHOUT_EXPIRY


def _state_of(key: SigningKey, successor: SigningKey | None, service: Service | None, now: Millis) -> KeyState:
    if service is None:
        return KeyState.GONE
    if key.active_at > now:
        return KeyState.ANNOUNCED
    if successor is None or successor.active_at > now:
        return KeyState.ACTIVE
    overlap = id_token_lifetime(service) + JWKS_MAX_AGE
    return KeyState.RETIRED if now < successor.active_at + overlap * _SECOND else KeyState.GONE


def _succession(key: SigningKey) -> tuple[Millis, int]:
    return key.active_at, key.version


def _as_jwk(key: object) -> ECKey | RSAKey:
    match key:
        case ec.EllipticCurvePrivateKey():
            return ECKey(key, key)
        case rsa.RSAPrivateKey():
            return RSAKey(key, key)
        case _:
            raise TypeError("no key of a signing algorithm")
