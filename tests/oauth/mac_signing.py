"""Requests signed with a MAC, independently of the module under test; one token, one instant."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from dataclasses import replace
from typing import Any

import pytest

from rpcauth.errors import ErrorCode, OAuthError
from rpcauth.model import MacAlgorithm, Millis
from rpcauth.oauth.mac import MacHeader, SignedRequest, check_mac

KEY = "adijq39jdlaska9asud"
SHA1, SHA256 = MacAlgorithm.SHA1, MacAlgorithm.SHA256
HASHES = {SHA1: hashlib.sha1, SHA256: hashlib.sha256}
ISSUED_AT = Millis(1_700_000_000_000)
TS = 1_700_000_500
NOW = Millis(TS * 1000)
AGE = 500


def sign(lines: list[str], key: str = KEY, algorithm: MacAlgorithm = SHA256) -> str:
    text = "".join(f"{line}\n" for line in lines)
    return b64encode(hmac.new(key.encode(), text.encode(), HASHES[algorithm]).digest()).decode()


def make_request(**changes: Any) -> SignedRequest:
    request = SignedRequest(method="POST", target="/r/1?b=1&a=2", host="api.example.com", port=443)
    return replace(request, **changes)


def make_header(draft: int, *, body_hash: str = "", request: SignedRequest | None = None) -> MacHeader:
    """The header of `request`, signed independently of the module under test."""
    request = request or make_request()
    ext = "a,b"
    place = [request.method, request.target, request.host, str(request.port)]
    if draft == 1:
        signature = sign([str(TS), "dj83hs9s", *place, ext])
        return MacHeader(id="h480djs93hd8", ts=TS, nonce="dj83hs9s", ext=ext, mac=signature)
    nonce = f"{AGE}:dj83hs9s"
    signature = sign([nonce, *place, body_hash, ext])
    return MacHeader(id="h480djs93hd8", age=AGE, nonce=nonce, ext=ext, mac=signature, body_hash=body_hash or None)


def check(header: MacHeader, request: SignedRequest, **changes: Any) -> None:
    facts: dict[str, Any] = {"key": KEY, "algorithm": SHA256, "issued_at": ISSUED_AT, "now": NOW, "authorities": ()}
    check_mac(header, request, **facts | changes)


def refusal_of(header: MacHeader, request: SignedRequest, **changes: Any) -> OAuthError:
    with pytest.raises(OAuthError) as refusal:
        check(header, request, **changes)
    assert refusal.value.code is ErrorCode.INVALID_TOKEN
    return refusal.value
