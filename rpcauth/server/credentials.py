"""The credentials that a request itself carries, read strictly: HTTP Basic (RFC 7617) and Mashery's signature."""

from __future__ import annotations

import binascii
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import unquote_plus


class BasicCredentials(NamedTuple):
    api_key: bytes
    secret: bytes


class SignatureCredentials(NamedTuple):
    api_key: bytes
    signature: str


def read_basic(authorizations: Sequence[str]) -> BasicCredentials | None:
    """What exactly one Authorization header of the scheme Basic says, in any case; None for anything else.

    The base64 is strict: its alphabet alone, padded, with nothing behind it.
    """
    if len(authorizations) != 1:
        return None
    scheme, _, encoded = authorizations[0].partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        decoded = binascii.a2b_base64(encoded, strict_mode=True)
    except ValueError:
        return None
    api_key, colon, secret = decoded.partition(b":")
    return BasicCredentials(api_key, secret) if colon else None


def read_signature(query: str) -> SignatureCredentials | None:
    """The one `apikey` and the one `sig` of a raw query; None when either is missing or there twice."""
    values: dict[str, str] = {}
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        if name in ("apikey", "sig"):
            if name in values:
                return None
            values[name] = unquote_plus(value)
    if len(values) != 2:
        return None
    return SignatureCredentials(values["apikey"].encode(errors="surrogateescape"), values["sig"])


def is_signed(query: str) -> bool:
    """Whether a raw query means to prove a caller: it names `apikey` or `sig`, be it well or badly."""
    return any(pair.partition("=")[0] in ("apikey", "sig") for pair in query.split("&"))
