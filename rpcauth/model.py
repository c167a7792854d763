"""The vocabulary: frozen values that every layer shares. Imports nothing of ours.

Times are epoch milliseconds (`Millis`), lifetimes are seconds, ids are 63-bit integers that grow with time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import NewType

from rpcauth.frozen import dataclass

Millis = NewType("Millis", int)
"""Milliseconds since the Unix epoch."""

RecordId = NewType("RecordId", int)
"""A 63-bit, time-ordered number made by the daemon: the key of a code, token or grant (storage/ids.py)."""

DAY = 86_400


class Secret:
    """Text that must not be shown. str, repr, format and JSON encoders see `***`; `reveal()` is the only way in."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)


class GrantType(StrEnum):
    """How a grant came about. A refresh continues a grant, so `refresh_token` is not among them."""

    AUTHORIZATION_CODE = "authorization_code"
    IMPLICIT = "implicit"
    PASSWORD = "password"
    CLIENT_CREDENTIALS = "client_credentials"


class TokenType(StrEnum):
    BEARER = "bearer"
    MAC = "mac"


class MacAlgorithm(StrEnum):
    SHA256 = "hmac-sha-256"
    SHA1 = "hmac-sha-1"


class SigningAlgorithm(StrEnum):
    """How id_tokens are signed: the `alg` of RFC 7518 §3.1. ES256 goes with P-256, RS256 with RSA of 2048 bits."""

    ES256 = "ES256"
    RS256 = "RS256"


class PkcePolicy(StrEnum):
    """Who must send a code_challenge: everybody, clients without a secret, nobody."""

    ALWAYS = "always"
    PUBLIC = "public"
    OPTIONAL = "optional"


class Proof(StrEnum):
    """A way in which a caller proves itself."""

    BASIC = "basic"
    MASHERY_SIG = "mashery_sig"
    UNIX_PEER = "unix_peer"
    MTLS = "mtls"


# --- definitions: services, applications, callers ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One protected API. Lifetimes are seconds; 0 means none. Settings: json-rpc contract §5."""

    service_key: str
    name: str
    issuer: str | None = None
    authorities: tuple[str, ...] = ()
    grant_types: tuple[GrantType, ...] = (GrantType.AUTHORIZATION_CODE,)
    access_token_type: TokenType = TokenType.BEARER
    mac_algorithm: MacAlgorithm = MacAlgorithm.SHA256
    id_token_signing_alg: SigningAlgorithm = SigningAlgorithm.ES256
    access_token_ttl: int = 3600
    authorization_code_ttl: int = 60
    refresh_token_enabled: bool = True
    refresh_token_ttl: int = 30 * DAY
    refresh_token_idle_ttl: int = 0
    refresh_retry_window: int = 30
    refresh_revokes_access_token: bool = False
    allow_multiple_tokens: bool = True
    force_redirect_uri: bool = True
    force_https_redirect_uri: bool = True
    pkce: PkcePolicy = PkcePolicy.PUBLIC
    pkce_allow_plain: bool = False
    secure_tokens: bool = True
    scopes: tuple[str, ...] = ()
    default_scopes: tuple[str, ...] = ()
    token_in_query: bool = False
    forwarded_headers: tuple[str, ...] = ()
    qps_limit: int = 0
    rate_limit: int = 0
    inactive_retention: int = DAY


class SecretKind(StrEnum):
    """How a client secret is kept: generated ones as a keyed digest, human-chosen ones with Argon2id."""

    DIGEST = "digest"
    ARGON2ID = "argon2id"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSecret:
    """One live secret of an application, as it is stored: never the secret itself.

    `stored` is an Argon2id encoded string, or `v<key version>:<hex>` of a keyed digest.
    """

    kind: SecretKind
    stored: str = field(repr=False)
    created_at: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """An OAuth client. `public` ones have no secret; at most two secrets are live at once (rotation).

    `services` lists the service_keys that it may use. `grant_types`, `scopes` and `pkce` narrow what the service
    allows; None leaves the service's word alone.
    """

    client_id: str
    id: int
    name: str
    external_id: int | None = None
    public: bool = False
    secrets: tuple[ClientSecret, ...] = ()
    redirect_uris: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    grant_types: tuple[GrantType, ...] | None = None
    scopes: tuple[str, ...] | None = None
    pkce: PkcePolicy | None = None
    disabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who may call the daemon. Empty `services` or `methods` mean none; `*` means all; methods take patterns.

    `sealed_secret` is the shared secret under the store's sealing key (keys/), None when no proof needs one.
    """

    name: str
    api_key: str | None = None
    sealed_secret: bytes | None = field(default=None, repr=False)
    services: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    proofs: tuple[Proof, ...] = (Proof.BASIC,)
    uids: tuple[int, ...] = ()
    tls_subjects: tuple[str, ...] = ()
    mac_keys: bool = False


@dataclass(frozen=True, slots=True)
class Definitions:
    """All services, applications and callers at one instant. A change makes a new value; readers never lock."""

    services: Mapping[str, Service] = field(default_factory=dict)
    applications: Mapping[str, Application] = field(default_factory=dict)
    callers: Mapping[str, Caller] = field(default_factory=dict)


# --- what was granted -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication:
    """What the authorization endpoint learnt besides: kept on code and grant for the id_token and introspection."""

    nonce: str | None = None
    auth_time: int | None = None
    acr: str | None = None
    amr: str | None = None
    resource: str | None = None
    cnf: str | None = None
    issuer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a resource owner, or a client for itself, was given; every token of it dies with it.

    `expires_at` is its absolute end, None when it has none.
    """

    id: RecordId
    service_key: str
    client_id: str
    user_context: str | None
    grant_type: GrantType
    scope: str | None
    redirect_uri: str | None
    issued_at: Millis
    expires_at: Millis | None
    revoked_at: Millis | None = None
    authentication: Authentication = Authentication()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationCode:
    """An authorization code, RFC 6749 §4.1.2. `redirect_uri_given` tells whether the request named it.

    `watermarked` is true when a watermark revoked it; `grant` is what it bought, once spent well.
    """

    id: RecordId
    key_version: int
    digest: bytes = field(repr=False)
    service_key: str
    client_id: str
    user_context: str | None
    redirect_uri: str
    redirect_uri_given: bool
    scope: str | None
    code_challenge: str | None
    code_challenge_method: str | None
    issued_at: Millis
    expires_at: Millis
    authentication: Authentication = Authentication()
    spent_at: Millis | None = None
    grant: Grant | None = None
    watermarked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """An access token as it is stored, with what its grant says of it.

    `grant_id` is None for a token that stands alone. `sealed_value` is the token text (`secure_tokens = false`),
    `sealed_mac_secret` the MAC key; both under the sealing key. `grant_revoked` and `watermarked` are facts read
    with the row, `grant_redirect_uri` the redirect_uri that the grant came through, `grant_resource` and `grant_cnf`
    what the grant is for and bound to.
    """

    id: RecordId
    key_version: int
    digest: bytes = field(repr=False)
    service_key: str
    client_id: str
    user_context: str | None
    grant_id: RecordId | None
    grant_type: GrantType
    token_type: TokenType
    scope: str | None
    issued_at: Millis
    expires_at: Millis | None
    mac_algorithm: MacAlgorithm | None = None
    sealed_mac_secret: bytes | None = field(default=None, repr=False)
    sealed_value: bytes | None = field(default=None, repr=False)
    revoked_at: Millis | None = None
    grant_revoked: bool = False
    grant_expires_at: Millis | None = None
    grant_redirect_uri: str | None = None
    grant_resource: str | None = None
    grant_cnf: str | None = None
    watermarked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshToken:
    """A refresh token as it is stored, with its grant and, once spent, its successors.

    `expires_at` is the grant's absolute end, `idle_expires_at` the end of the idle time; None: no such end.
    `access_token_id` is the access token issued together with it. While `salt` stands, a retry gives back the
    successors (contract §4, Refresh).
    """

    id: RecordId
    key_version: int
    digest: bytes = field(repr=False)
    grant: Grant
    access_token_id: RecordId
    parent_id: RecordId | None
    issued_at: Millis
    expires_at: Millis | None
    idle_expires_at: Millis | None
    spent_at: Millis | None = None
    requested_scope: str | None = None
    salt: bytes | None = field(default=None, repr=False)
    derivation_version: int | None = None
    retry_until: Millis | None = None
    successor_access: AccessToken | None = None
    successor_refresh_id: RecordId | None = None
    successor_spent: bool = False
    watermarked: bool = False
