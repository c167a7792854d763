"""After a loss that an operator accepted: what the audit file knows to be over stays over, and the rest is refused.

The store has lost its end, or is an older one. What the file still has of that end is replayed: spent, revoked and
refreshed stays so. What was issued meanwhile is gone and unknown. Nobody can tell what the store knew besides, so no
code and no refresh token from before is good any more, and no MAC request for as long as its replay could pass. Where
the file cannot tell either, access tokens from before are revoked too.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field

from rpcauth.audit.record import RECOVERED, RESUMED, Record, parse_time
from rpcauth.keys.keyring import KEY_BYTES, NONCE_BYTES, Keyring, Purpose, seal_key
from rpcauth.model import DAY, Millis, RecordId
from rpcauth.oauth.mac import NONCE_KEEP_SECONDS
from rpcauth.oauth.record_id import first_id_at, time_of
from rpcauth.storage import stored
from rpcauth.storage.driver import Connection
from rpcauth.storage.effects import EventKind, PutKey, PutMeta, PutWatermark, RevokeAccessToken, RevokeGrant
from rpcauth.storage.writing import write

DATA_LOSS = "data_loss"
"""The row of `meta` that holds the alarm until an operator has acknowledged it (operations/data_loss.py)."""

_SECOND = 1000
_TOMBSTONE = 90 * DAY * _SECOND
_CHANGES_TOLD = 100
_LAST_NUMBER = 2**63 - 1
_LAST_COUNT = 2**53
"""Above every number that a record or a key can come to: what is to come needs room behind it."""

_SPEND_CODE = "UPDATE codes SET spent_at = ?, grant_id = ? WHERE id = ? AND spent_at IS NULL"
# A grant has one refresh token at a time that is not spent.
_SPEND_REFRESH = "UPDATE refresh_tokens SET spent_at = ? WHERE grant_id = ? AND spent_at IS NULL"
# At the beginning of time: a clock that is set back must not bring them to life.
_EXPIRE_CODES = "UPDATE codes SET expires_at = 0 WHERE spent_at IS NULL"
_EXPIRE_REFRESH = "UPDATE refresh_tokens SET expires_at = 0 WHERE spent_at IS NULL"
# A salt would give successors back that were lost.
_END_RETRIES = "UPDATE refresh_tokens SET salt = NULL WHERE salt IS NOT NULL"
_REFUSE_NONCES = (
    "INSERT INTO nonces (token_id, nonce, remove_at) VALUES (0, '', ?)"
    " ON CONFLICT (token_id, nonce) DO UPDATE SET remove_at = excluded.remove_at"
)
_SERVICES = (
    "SELECT service_key FROM services UNION SELECT service_key FROM grants UNION SELECT service_key FROM access_tokens"
)


@dataclass(slots=True)
class Replay:
    """What came of the records: how many, which numbers, ids, times and keys they reached, what cannot be replayed.

    With `has_gap` they do not tell all that was revoked.
    """

    count: int = 0
    first: int = 0
    last: int = 0
    last_id: RecordId = RecordId(0)
    last_time: Millis = Millis(0)
    key: int = 0
    has_gap: bool = False
    changes: list[str] = field(default_factory=list)


def replay(connection: Connection, records: Iterable[Record], *, not_after: Millis | None) -> Replay:
    """Take away, inside the transaction that is open, what the records say is over; nothing comes back by it.

    Ids and times later than `not_after` are those of a damaged line.
    """
    done = Replay()
    for record in records:
        at = _time_of(record, not_after)
        if at is None or max(_ids_of(record)) > _LAST_NUMBER or max(record.seq, record.key) > _LAST_COUNT:
            continue  # a damaged line that looks like a record
        done.count += 1
        done.first = done.first or record.seq
        done.last, done.key = max(done.last, record.seq), max(done.key, record.key)
        done.last_time = max(done.last_time, at)
        done.last_id = max(done.last_id, *_made_by(record, not_after))
        done.has_gap = done.has_gap or _tells_of_gap(record)
        _apply(connection, record, at, not_after)
        if record.kind == EventKind.CHANGED and record.subject is not None and len(done.changes) < _CHANGES_TOLD:
            done.changes.append(record.subject)
    return done


def refuse_older(connection: Connection, *, node: int, now: Millis, done: Replay, everything: bool) -> RecordId | None:
    """Refuse what is from before, inside the transaction that is open; with `everything`, access tokens too.

    Returns the id below which all are then.
    """
    ids_until, seen_at = stored.read_times(connection)
    ids_until = max(ids_until, now, time_of(done.last_id))
    stored.write_times(connection, node, ids_until, max(seen_at, now))
    connection.execute(_EXPIRE_CODES)
    connection.execute(_EXPIRE_REFRESH)
    connection.execute(_END_RETRIES)
    connection.execute(_REFUSE_NONCES, (now + NONCE_KEEP_SECONDS * _SECOND,))
    if not everything:
        return None
    bound = first_id_at(Millis(ids_until + 1))
    for (service_key,) in connection.execute(_SERVICES).fetchall():
        write(connection, _watermark(service_key, None, None, bound, now))
    return bound


def replace_key(connection: Connection, keyring: Keyring, done: Replay, *, master: bytes, now: Millis) -> Keyring:
    """A key above those that the records name: one that the store has lost must not be followed by its namesake."""
    if done.key <= keyring.audit_version:
        return keyring
    key, nonce = os.urandom(KEY_BYTES), os.urandom(NONCE_BYTES)
    write(connection, PutKey(seal_key(master, Purpose.AUDIT_CHAIN, done.key + 1, key, nonce=nonce, now=now)))
    return stored.read_keyring(connection, master)


def raise_alarm(connection: Connection, what: str, done: Replay, *, everything: bool, now: Millis) -> str:
    """Leave word for the operator, inside the transaction that is open; returns it in one line."""
    refused = "codes, refresh and access tokens" if everything else "codes and refresh tokens"
    text = f"data loss accepted ({what}): records replayed: {done.count}, {refused} from before are refused"
    if done.changes:
        text += f"; changes of definitions or keys that may be lost: {len(done.changes)}"
    alarm = {"time": now, "text": text, "changes": done.changes}
    write(connection, PutMeta(DATA_LOSS, json.dumps(alarm).encode()))
    return text


def _apply(connection: Connection, record: Record, at: Millis, not_after: Millis | None) -> None:
    match record.kind:
        case EventKind.ISSUED if record.code_id is not None and record.access_token_id is not None:
            connection.execute(_SPEND_CODE, (at, record.grant_id, record.code_id))
        case EventKind.SPENT:
            connection.execute(_SPEND_CODE, (at, record.grant_id, record.code_id))
        case EventKind.REFRESHED:
            connection.execute(_SPEND_REFRESH, (at, record.grant_id))
        case EventKind.REVOKED:
            _revoke(connection, record, at, not_after)
        case EventKind.UPDATED if record.access_token_id is not None:
            # It may have got less than it has here, and nobody knows what.
            write(connection, RevokeAccessToken(record.access_token_id, at, Millis(at + _TOMBSTONE)))


def _revoke(connection: Connection, record: Record, at: Millis, not_after: Millis | None) -> None:
    if record.before_id is not None and record.service_key is not None:
        bound = record.before_id if not_after is None else min(record.before_id, first_id_at(not_after))
        write(connection, _watermark(record.service_key, record.client_id, record.user_context, bound, at))
    elif record.access_token_id is not None:
        write(connection, RevokeAccessToken(record.access_token_id, at, Millis(at + _TOMBSTONE)))
    elif record.grant_id is not None:
        write(connection, RevokeGrant(record.grant_id, at, Millis(at + _TOMBSTONE)))


def _watermark(
    service_key: str, client_id: str | None, user_context: str | None, before_id: RecordId, at: Millis
) -> PutWatermark:
    return PutWatermark(
        service_key=service_key, client_id=client_id, user_context=user_context, before_id=before_id, created_at=at
    )


def _time_of(record: Record, not_after: Millis | None) -> Millis | None:
    try:
        at = parse_time(record.time)
    except ValueError:
        return None
    return at if not_after is None or at <= not_after else not_after


def _tells_of_gap(record: Record) -> bool:
    """What a time without an audit revoked is not told, nor one by one what an accepted loss did."""
    return record.kind == RESUMED or (record.kind == RECOVERED and record.before_id is not None)


def _ids_of(record: Record) -> list[RecordId]:
    return [*_made_by(record, None), record.before_id or RecordId(0)]


def _made_by(record: Record, not_after: Millis | None) -> list[RecordId]:
    ids = (record.grant_id, record.code_id, record.access_token_id, record.refresh_token_id)
    bound = None if not_after is None else first_id_at(not_after)
    return [RecordId(0), *(one for one in ids if one is not None and (bound is None or one < bound))]
