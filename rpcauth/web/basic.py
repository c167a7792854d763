"""HTTP Basic (RFC 7617), read strictly: as it stands, and as an OAuth client writes it (RFC 6749 §2.3.1)."""

from __future__ import annotations

import binascii
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import unquote_to_bytes


class BasicCredentials(NamedTuple):
    user_id: bytes
    password: bytes


class ClientCredentials(NamedTuple):
    client_id: str
    client_secret: str


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
    user_id, colon, password = decoded.partition(b":")
    return BasicCredentials(user_id, password) if colon else None


def read_client_basic(authorizations: Sequence[str]) -> ClientCredentials | None:
    """As `read_basic`, with both halves form-urlencoded UTF-8, as RFC 6749 §2.3.1 has them."""
    basic = read_basic(authorizations)
    if basic is None:
        return None
    try:
        return ClientCredentials(*(unquote_to_bytes(half.replace(b"+", b" ")).decode() for half in basic))
    except UnicodeDecodeError:
        return None
