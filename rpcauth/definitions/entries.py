"""One entry of each kind as it is written: in a definitions file, in an export, and as the value of admin.put*.

Names and bounds are those of the json-rpc contract §5 and §6; the defaults are the model's.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from rpcauth.model import (
    DAY,
    Caller,
    GrantType,
    MacAlgorithm,
    PkcePolicy,
    Proof,
    Secret,
    SecretKind,
    Service,
    SigningAlgorithm,
    TokenType,
)

MAX_SECRETS: Final = 2
_CENTURY: Final = 36_525 * DAY
_LARGEST: Final = 2**63 - 1

_SERVICE: Final = Service(service_key="-", name="-")
_CALLER: Final = Caller(name="-")

Text = Annotated[str, Meta(min_length=1, max_length=512)]
RedirectUri = Annotated[str, Meta(min_length=1, max_length=2048)]
Seconds = Annotated[int, Meta(ge=0, le=_CENTURY)]
Rate = Annotated[int, Meta(ge=0, le=2**31 - 1)]
ForwardedHeader = Literal["access-token", "client-id", "scope", "user-context"]


class ServiceEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A service definition, member for member a `model.Service`."""

    service_key: Text
    name: Text
    issuer: Text | None = _SERVICE.issuer
    authorities: tuple[Text, ...] = _SERVICE.authorities
    grant_types: tuple[GrantType, ...] = _SERVICE.grant_types
    access_token_type: TokenType = _SERVICE.access_token_type
    mac_algorithm: MacAlgorithm = _SERVICE.mac_algorithm
    id_token_signing_alg: SigningAlgorithm = _SERVICE.id_token_signing_alg
    access_token_ttl: Seconds = _SERVICE.access_token_ttl
    authorization_code_ttl: Annotated[int, Meta(ge=1, le=600)] = _SERVICE.authorization_code_ttl
    refresh_token_enabled: bool = _SERVICE.refresh_token_enabled
    refresh_token_ttl: Seconds = _SERVICE.refresh_token_ttl
    refresh_token_idle_ttl: Seconds = _SERVICE.refresh_token_idle_ttl
    refresh_retry_window: Seconds = _SERVICE.refresh_retry_window
    refresh_revokes_access_token: bool = _SERVICE.refresh_revokes_access_token
    allow_multiple_tokens: bool = _SERVICE.allow_multiple_tokens
    force_redirect_uri: bool = _SERVICE.force_redirect_uri
    force_https_redirect_uri: bool = _SERVICE.force_https_redirect_uri
    pkce: PkcePolicy = _SERVICE.pkce
    pkce_allow_plain: bool = _SERVICE.pkce_allow_plain
    secure_tokens: bool = _SERVICE.secure_tokens
    scopes: tuple[Text, ...] = _SERVICE.scopes
    default_scopes: tuple[Text, ...] = _SERVICE.default_scopes
    token_in_query: bool = _SERVICE.token_in_query
    forwarded_headers: tuple[ForwardedHeader, ...] = ()
    qps_limit: Rate = _SERVICE.qps_limit
    rate_limit: Rate = _SERVICE.rate_limit
    inactive_retention: Seconds = _SERVICE.inactive_retention


class StoredSecret(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A client secret as an export has it: a `model.ClientSecret`."""

    kind: SecretKind
    stored: Text
    created_at: Annotated[int, Meta(ge=0, le=_LARGEST)]


class ApplicationEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An application. `client_secret`, `client_secrets` and `stored_secrets` are secrets old and new; 0 means no id."""

    client_id: Text
    name: Text
    client_secret: Secret | None = None
    client_secrets: Annotated[tuple[Secret, ...], Meta(max_length=MAX_SECRETS)] = ()
    stored_secrets: Annotated[tuple[StoredSecret, ...], Meta(max_length=MAX_SECRETS)] = ()
    public: bool = False
    redirect_uris: tuple[RedirectUri, ...] = ()
    services: tuple[Text, ...] = ()
    grant_types: tuple[GrantType, ...] | None = None
    scopes: tuple[Text, ...] | None = None
    pkce: PkcePolicy | None = None
    id: Annotated[int, Meta(ge=1, le=_LARGEST)] | None = None
    external_id: Annotated[int, Meta(ge=-_LARGEST, le=_LARGEST)] | None = None
    disabled: bool = False

    @property
    def given_secrets(self) -> tuple[Secret, ...]:
        """The secrets that stand here in the clear."""
        return self.client_secrets if self.client_secret is None else (self.client_secret, *self.client_secrets)


class CallerEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A caller. `sealed_secret` is hex, from an export."""

    name: Text
    api_key: Text | None = None
    secret: Secret | None = None
    sealed_secret: bytes | None = None
    services: tuple[Text, ...] = _CALLER.services
    methods: tuple[Text, ...] = _CALLER.methods
    proofs: Annotated[tuple[Proof, ...], Meta(min_length=1)] = _CALLER.proofs
    uids: tuple[Annotated[int, Meta(ge=0, le=2**32 - 2)], ...] = _CALLER.uids
    tls_subjects: tuple[Text, ...] = _CALLER.tls_subjects
    mac_keys: bool = _CALLER.mac_keys
