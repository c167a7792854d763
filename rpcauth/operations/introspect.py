"""The question of every API request (RFC 7662's): is this access token good, and what does it stand for?"""

from __future__ import annotations

from collections.abc import Sequence

from rpcauth.model import AccessToken, Definitions, Service
from rpcauth.oauth.liveness import is_live
from rpcauth.oauth.token_text import Kind, Presented
from rpcauth.operations.token_values import is_genuine, parse
from rpcauth.storage.port import Store


async def find_live_token(store: Store, service: Service, text: str) -> AccessToken | None:
    """The token of this text if it is good now; None for unknown, expired, revoked, foreign and malformed alike."""
    presented = parse(text, Kind.ACCESS)
    if presented is None:
        return None
    found = await store.find_access_tokens((presented.id,))
    return _find_good(store, store.definitions, service, presented, found.get(presented.id))


async def find_live_tokens(store: Store, service: Service, texts: Sequence[str]) -> dict[str, AccessToken]:
    """The good ones of a list, by text, in the order of their first mention; one lookup for them all."""
    presented = [one for text in dict.fromkeys(texts) if (one := parse(text, Kind.ACCESS)) is not None]
    found = await store.find_access_tokens([one.id for one in presented])
    definitions = store.definitions
    good = {one.text: _find_good(store, definitions, service, one, found.get(one.id)) for one in presented}
    return {text: token for text, token in good.items() if token is not None}


def _find_good(
    store: Store, definitions: Definitions, service: Service, presented: Presented, token: AccessToken | None
) -> AccessToken | None:
    if token is None or not is_genuine(store.keyring, token, presented):
        return None
    return token if is_live(token, service, definitions, store.now()) else None
