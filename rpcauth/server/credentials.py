"""The credentials that a query carries, read strictly: Mashery's key and signature."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import unquote_plus


class SignatureCredentials(NamedTuple):
    api_key: bytes
    signature: str


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
