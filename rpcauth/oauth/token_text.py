"""The text of a code, a token or a reference: prefix, id, secret, checksum, all in base62.

    rpa_ 11 characters of id, 43 of secret (256 bits), 6 of checksum = 64 characters

The prefix says what a leaked string is, the id finds its row, the checksum refuses a truncated or mistyped string
without a lookup (it proves nothing: the digest of the whole text does, keys/keyring.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from zlib import crc32

from rpcauth.model import RecordId

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_PAIRS = tuple(high + low for high in _DIGITS for low in _DIGITS)
_VALUES = {pair: value for value, pair in enumerate(_PAIRS)}
_PAIR = 62**2

ID_LENGTH = 11
SECRET_BYTES = 32
_SECRET_LENGTH = 43
_CHECKSUM_LENGTH = 6
REFERENCE_MAC_BYTES = 12
_REFERENCE_MAC_LENGTH = 17
_PREFIX_LENGTH = 4


class Kind(StrEnum):
    """What a string is; the values are the prefixes."""

    ACCESS = "rpa_"
    REFRESH = "rpf_"
    CODE = "rpc_"
    REFERENCE = "rpr_"


def _length_of(kind: Kind) -> int:
    secret = _REFERENCE_MAC_LENGTH if kind is Kind.REFERENCE else _SECRET_LENGTH
    return _PREFIX_LENGTH + ID_LENGTH + secret + _CHECKSUM_LENGTH


_KINDS = {kind.value: (kind, _length_of(kind)) for kind in Kind}


@dataclass(frozen=True, slots=True)
class Presented:
    """A well-formed string that somebody presented. Whether it is genuine is not known yet."""

    kind: Kind
    id: RecordId
    text: str

    def __repr__(self) -> str:
        return f"Presented({self.kind.name}, {self.id})"


def _encode(number: int, length: int) -> str:
    """`number` in base62, padded to `length`; two digits a step, low pairs first, then turned round."""
    pairs = []
    for _ in range((length + 1) // 2):
        number, low = divmod(number, _PAIR)
        pairs.append(_PAIRS[low])
    return "".join(reversed(pairs))[-length:]


def _checksum(body: str) -> str:
    rest, low = divmod(crc32(body.encode("ascii")), _PAIR)
    high, middle = divmod(rest, _PAIR)
    return _PAIRS[high] + _PAIRS[middle] + _PAIRS[low]


def write(kind: Kind, record_id: RecordId, secret: bytes) -> str:
    """The text of a token: `secret` is 32 bytes, or the 12 bytes of a reference's MAC."""
    length = _REFERENCE_MAC_LENGTH if kind is Kind.REFERENCE else _SECRET_LENGTH
    body = kind.value + _encode(record_id, ID_LENGTH) + _encode(int.from_bytes(secret, "big"), length)
    return body + _checksum(body)


def write_secret(secret: bytes) -> str:
    """32 bytes as 43 characters: a MAC key, or a generated client secret."""
    return _encode(int.from_bytes(secret, "big"), _SECRET_LENGTH)


def parse(text: str) -> Presented | None:
    """The parts of a presented string, or None when it is none of ours: wrong prefix, length, digits or checksum."""
    kind, length = _KINDS.get(text[:_PREFIX_LENGTH], (None, 0))
    if kind is None or len(text) != length or not text.isascii():
        return None
    if _checksum(text[:-_CHECKSUM_LENGTH]) != text[-_CHECKSUM_LENGTH:]:
        return None
    record_id = _decode_id(text)
    return None if record_id is None else Presented(kind, record_id, text)


def _decode_id(text: str) -> RecordId | None:
    try:
        number = _VALUES["0" + text[_PREFIX_LENGTH]]
        for position in range(_PREFIX_LENGTH + 1, _PREFIX_LENGTH + ID_LENGTH, 2):
            number = number * _PAIR + _VALUES[text[position : position + 2]]
    except KeyError:
        return None
    return RecordId(number) if number < 1 << 63 else None
