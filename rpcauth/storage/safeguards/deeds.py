"""What was done, as lines of the audit."""

from __future__ import annotations

from collections.abc import Sequence

from rpcauth.audit.chain import write_line
from rpcauth.audit.record import BEGUN, LONGEST_SUBJECT, Record, format_time
from rpcauth.keys.keyring import Keyring
from rpcauth.model import Millis
from rpcauth.storage.effects import Event

Deed = tuple[Event, str | None]
"""An event, and the name of the caller whose operation it was, where one asked for it."""


def write_beginning(store: str, at: Millis, seq: int, mac: bytes, keyring: Keyring) -> tuple[bytes, bytes]:
    """The first line of another file, behind the record `seq`, whose mac is `mac`; and its own mac."""
    key = keyring.audit_version
    begun = Record(seq=seq + 1, time=format_time(at), kind=BEGUN, store=store, previous=mac.hex(), key=key)
    return write_line(begun, mac, keyring.chain_mac)


def write_lines(deeds: Sequence[Deed], seq: int, mac: bytes, keyring: Keyring) -> tuple[bytes, bytes]:
    """The lines of these events behind the record `seq`, whose mac is `mac`; and the mac of their last one."""
    key, lines = keyring.audit_version, []
    for event, caller in deeds:
        seq += 1
        line, mac = write_line(record_of(event, caller, seq, key), mac, keyring.chain_mac)
        lines.append(line)
    return b"".join(lines), mac


def record_of(event: Event, caller: str | None, seq: int, key: int) -> Record:
    """The record of an event; `key` is the version of the audit key."""
    return Record(
        seq=seq,
        time=format_time(event.at),
        kind=event.kind,
        caller=caller,
        service_key=event.service_key,
        client_id=event.client_id,
        user_context=event.user_context,
        grant_id=event.grant_id,
        code_id=event.code_id,
        access_token_id=event.access_token_id,
        refresh_token_id=event.refresh_token_id,
        before_id=event.before_id,
        subject=None if event.subject is None else event.subject[:LONGEST_SUBJECT],
        key=key,
    )
