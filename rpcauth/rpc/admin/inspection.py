"""The token inspector: what a string is and which check fails, for the one who runs the daemon. Never a secret."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from rpcauth.model import AccessToken, Definitions, Millis
from rpcauth.oauth.client import find_application
from rpcauth.oauth.liveness import is_live
from rpcauth.oauth.record_id import time_of
from rpcauth.oauth.token_text import Kind, parse
from rpcauth.operations.token_values import is_genuine, is_reference
from rpcauth.rpc.results import access_token_result, format_time
from rpcauth.storage.port import Store

_KINDS = {
    Kind.ACCESS: "access token",
    Kind.REFRESH: "refresh token",
    Kind.CODE: "authorization code",
    Kind.REFERENCE: "reference",
}


class Check(StrEnum):
    """What an access token must pass, in this order."""

    FORM = "form"
    KNOWN = "known"
    SECRET = "secret"
    REVOCATION = "revocation"
    GRANT = "grant"
    WATERMARK = "watermark"
    EXPIRY = "expiry"
    SERVICE = "service"
    APPLICATION = "application"
    REDIRECT_URI = "redirect_uri"


async def inspect_token(store: Store, text: str) -> Mapping[str, Any]:
    """Kind, id, time of issue, the first check that fails, and the verdict in words: `live` where none does."""
    presented = parse(text)
    if presented is None:
        return {"kind": None, **_fail(Check.FORM, "not one of ours: wrong prefix, length or checksum")}
    found: dict[str, Any] = {
        "kind": _KINDS[presented.kind],
        "id": presented.id,
        "made_about": format_time(time_of(presented.id)),
    }
    if presented.kind in (Kind.CODE, Kind.REFRESH):
        return {**found, "failed": None, "verdict": "well-formed; only its redemption tells whether it is good"}
    token = (await store.find_access_tokens((presented.id,))).get(presented.id)
    if token is None:
        return {**found, **_fail(Check.KNOWN, "no such token: never issued here, or removed since")}
    genuine = (
        is_reference(store.keyring, presented)
        if presented.kind is Kind.REFERENCE
        else is_genuine(store.keyring, token, presented)
    )
    if not genuine:
        return {**found, **_fail(Check.SECRET, "the id is known, the secret is wrong")}
    verdict = find_verdict(token, store.definitions, store.now())
    return {**found, "service_key": token.service_key, **access_token_result(token), **verdict}


def find_verdict(token: AccessToken, definitions: Definitions, now: Millis) -> Mapping[str, str | None]:
    """The first check that a genuine access token fails, by name as `failed` and in words as `verdict`."""
    service = definitions.services.get(token.service_key)
    if token.revoked_at is not None:
        return _fail(Check.REVOCATION, f"revoked at {format_time(token.revoked_at)}")
    if token.grant_revoked:
        return _fail(Check.GRANT, "its grant was revoked")
    if token.watermarked:
        return _fail(Check.WATERMARK, "revoked by a watermark")
    if token.expires_at is not None and now >= token.expires_at:
        return _fail(Check.EXPIRY, f"expired at {format_time(token.expires_at)}")
    if service is None:
        return _fail(Check.SERVICE, "its service is gone")
    if find_application(definitions, service, token.client_id) is None:
        return _fail(Check.APPLICATION, "its application is gone, disabled, or no longer of the service")
    if not is_live(token, service, definitions, now):
        return _fail(Check.REDIRECT_URI, "its redirect_uri is no longer registered")
    return {"failed": None, "verdict": "live"}


def _fail(check: Check, verdict: str) -> Mapping[str, str | None]:
    return {"failed": check, "verdict": verdict}
