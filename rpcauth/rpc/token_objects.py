"""The object of one access token, with what this caller and this dialect may see (contract §4, fetchAccessToken)."""

from __future__ import annotations

from typing import Any

from rpcauth.model import AccessToken, Millis
from rpcauth.operations.current import open_sealed
from rpcauth.rpc import results
from rpcauth.rpc.invocation import Invocation

_SECOND = 1000


def describe_token(call: Invocation, token: AccessToken) -> dict[str, Any]:
    """The object of a live token. Raises StoreRefused when its MAC key is to be shown and does not open."""
    secret = None
    if call.caller.mac_keys:
        secret = open_sealed(call.store.keyring, token, token.sealed_mac_secret, "mac_secret")
    result = results.access_token_result(token, secret)
    if call.dialect.extra_members:
        result["cache_until"] = _cache_until(call, token.expires_at)
    return result


def _cache_until(call: Invocation, expires_at: Millis | None) -> str | None:
    """Until when the caller may reuse this answer without asking; None: not at all."""
    seconds = call.backend.cache_seconds
    if not seconds:
        return None
    until = Millis(call.store.now() + seconds * _SECOND)
    return results.format_time(until if expires_at is None else min(until, expires_at))
