"""id_tokens (OpenID Connect Core §2), and the keys that verify them."""

from __future__ import annotations

import asyncio
import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import quote

import msgspec
from joserfc import jwt

from rpcauth.keys.signing import KeyState, SigningKey, find_active, id_token_lifetime, list_states
from rpcauth.model import Service
from rpcauth.oauth.scope import is_within
from rpcauth.operations.issuing import SECOND, IssuedTokens
from rpcauth.operations.signing_keys import Occasion, add_signing_key
from rpcauth.storage.port import Store

OPENID: Final = "openid"
_HALF: Final = hashlib.sha256().digest_size // 2


def issuer_of(service: Service, base_url: str) -> str:
    """The issuer identifier of a service: its own, or its place under the daemon's URL."""
    return service.issuer or f"{base_url}/services/{quote(service.service_key, safe='')}"


class IdTokens:
    """Signs id_tokens and publishes the keys; a service's first key is made when it is first needed.

    `master` gives the store's master key, `base_url` is where the world reaches this daemon, without a slash at the
    end.
    """

    def __init__(self, store: Store, *, master: Callable[[], bytes], base_url: str) -> None:
        self._store = store
        self._master = master
        self._base_url = base_url
        self._making = asyncio.Lock()

    async def prepare(self, service: Service) -> None:
        """See to it that the service has a key that signs: to be called before tokens are issued, so that none is
        lost for want of a key. Raises StorageUnavailable.
        """
        await self._get_key(service)

    async def sign(self, service: Service, client_id: str, tokens: IssuedTokens, *, refreshed: bool) -> str | None:
        """The id_token that goes with these tokens; None where `openid` was not granted or no user is known.

        `refreshed` tells that they were bought with a refresh token.
        """
        if tokens.user_context is None or not is_within(OPENID, tokens.scope):
            return None
        claims = self._claims(service, client_id, tokens)
        if refreshed:
            claims.pop("nonce", None)  # OpenID Connect Core §12.2: it SHOULD NOT have one
        key = await self._get_key(service)
        # 40 microseconds by ES256, 300 by RS256: a thread would cost as much.
        return jwt.encode({"alg": key.algorithm.value, "kid": key.kid}, claims, key.jwk)

    async def jwks(self, service: Service) -> bytes:
        """The JWK Set (RFC 7517 §5) of a service: every key that may have signed, or is going to. Active first."""
        await self._get_key(service)
        keys = self._store.keyring.signing_keys(service.service_key)
        states = list_states(keys, service, self._store.now())
        return msgspec.json.encode({"keys": [key.public_jwk for key, state in states if state is not KeyState.GONE]})

    async def _get_key(self, service: Service) -> SigningKey:
        """The key that signs now, made if there is none by the service's algorithm. Calls at once make one."""
        # The service's settings may have changed since the request began; the keys follow those in force.
        service = self._store.definitions.services.get(service.service_key, service)
        key = self._find_key(service)
        if key is not None:
            return key
        async with self._making:
            key = self._find_key(service)
            return key or await add_signing_key(self._store, service, Occasion.FIRST_USE, master=self._master)

    def _find_key(self, service: Service) -> SigningKey | None:
        active = find_active(self._store.keyring.signing_keys(service.service_key), self._store.now())
        return None if active is None or active.algorithm is not service.id_token_signing_alg else active

    def _claims(self, service: Service, client_id: str, tokens: IssuedTokens) -> dict[str, object]:
        issued_at = self._store.now() // SECOND
        lifetime = id_token_lifetime(service)
        authentication = tokens.authentication
        claims: Mapping[str, object] = {
            "iss": authentication.issuer or issuer_of(service, self._base_url),
            "sub": tokens.user_context,
            "aud": client_id,
            # Never longer than a retired key is published.
            "exp": issued_at + min(tokens.expires_in or lifetime, lifetime),
            "iat": issued_at,
            "auth_time": authentication.auth_time,
            "nonce": authentication.nonce,
            "acr": authentication.acr,
            "amr": authentication.amr.split() if authentication.amr else None,
            "at_hash": _half_hash(tokens.access_token),
        }
        return {name: value for name, value in claims.items() if value is not None}


def _half_hash(text: str) -> str:
    """OpenID Connect Core §3.1.3.6: the left half of the digest that both signing algorithms use."""
    half = hashlib.sha256(text.encode("ascii")).digest()[:_HALF]
    return urlsafe_b64encode(half).rstrip(b"=").decode()
