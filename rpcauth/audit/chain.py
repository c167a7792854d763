"""The hash chain: a line is a record as JSON with one more member at its end, the mac over the line before and itself.

mac = HMAC-SHA-256(audit key of the version that the record names, mac of the line before || the record as JSON).
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from rpcauth.audit.record import Record

MAC_BYTES = 32
GENESIS = bytes(MAC_BYTES)
"""What stands before the first record of a store."""

MacOf = Callable[[bytes, int], bytes | None]
"""(message, version of the audit key) -> its mac; None where there is no such key (Keyring.chain_mac)."""

_MEMBER = b',"mac":"'
_END = b'"}\n'
_TAIL = len(_MEMBER) + 2 * MAC_BYTES + len(_END)

_encode = msgspec.json.Encoder().encode


class LineBroken(Exception):
    """A line is not the one that was written here; the text says how."""


class _Head(msgspec.Struct):
    seq: int
    key: int
    mac: str


_decode_head = msgspec.json.Decoder(_Head).decode
_decode_record = msgspec.json.Decoder(Record).decode


@dataclass(frozen=True, slots=True)
class Link:
    """A line that was found to follow another. `is_checked` is false where its key is not known here."""

    seq: int
    mac: bytes
    is_checked: bool


def write_line(record: Record, previous: bytes, mac_of: MacOf) -> tuple[bytes, bytes]:
    """A record's line, and the mac in it. `previous` is the mac of the line before. Raises KeyError: no such key."""
    canonical = _encode(record)
    mac = mac_of(previous + canonical, record.key)
    if mac is None:
        raise KeyError(record.key)
    return canonical[:-1] + _MEMBER + mac.hex().encode() + _END, mac


def check_line(line: bytes, previous: bytes, mac_of: MacOf) -> Link:
    """The link that a whole line, its newline included, is. Raises LineBroken."""
    if line[-len(_END) :] != _END or line[-_TAIL : len(_MEMBER) - _TAIL] != _MEMBER:
        raise LineBroken("is no whole record")
    try:
        head = _decode_head(line)
        mac = bytes.fromhex(head.mac)
    except ValueError:  # msgspec's errors are among these
        raise LineBroken("cannot be read") from None
    expected = mac_of(previous + line[:-_TAIL] + b"}", head.key)
    if len(mac) != MAC_BYTES or (expected is not None and not hmac.compare_digest(mac, expected)):
        raise LineBroken("does not follow from the line before it, or was altered")
    return Link(head.seq, mac, is_checked=expected is not None)


def read_record(line: bytes) -> Record:
    """The record of a line, whatever its mac. Raises LineBroken."""
    try:
        return _decode_record(line)
    except ValueError:
        raise LineBroken("cannot be read") from None
