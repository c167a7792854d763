"""The object of one access token, with what this caller and this dialect may see (contract §4, fetchAccessToken)."""

from __future__ import annotations

from typing import Any

from rpcauth.model import AccessToken
from rpcauth.operations.caching import find_cache_end
from rpcauth.operations.current import open_sealed
from rpcauth.rpc import results
from rpcauth.rpc.invocation import Invocation


def describe_token(call: Invocation, token: AccessToken) -> dict[str, Any]:
    """The object of a live token. Raises StoreRefused when its MAC key is to be shown and does not open."""
    secret = None
    if call.caller.mac_keys:
        secret = open_sealed(call.store.keyring, token, token.sealed_mac_secret, "mac_secret")
    result = results.access_token_result(token, secret)
    if call.dialect.extra_members:
        end = find_cache_end(token, call.store.now(), call.backend.cache_seconds)
        result["cache_until"] = results.format_time(end)
    return result
