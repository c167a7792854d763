"""One line of the audit file as a value. Tokens, codes and grants appear by id only; nothing here is a secret."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from msgspec import Struct

from rpcauth.model import Millis, RecordId

BEGUN = "begun"
"""The kind of the first record of every file: whose file it is, and which mac stood before it."""

RECOVERED = "recovered"
"""The kind of the record that tells that a loss of data was accepted; `before_id` is set where all tokens went."""

RESUMED = "resumed"
"""The kind of the record that tells that the store was served without its audit, and what was done then is not told."""

LONGEST_SUBJECT = 100_000
"""Characters of a subject that are kept: a change of definitions tells its values, and a line must stay readable."""

_SECOND = 1000


class Record(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What happened. `seq` grows by one, over restarts and files; `key` is the version of the key of the line's mac.

    `store` and `previous` (both hex) stand in the first record of a file alone; `caller` is who asked for it over
    JSON-RPC, None where nobody did. The kinds of other records are those of an Event (storage/effects.py).
    """

    seq: int
    time: str
    kind: str
    store: str | None = None
    previous: str | None = None
    caller: str | None = None
    service_key: str | None = None
    client_id: str | None = None
    user_context: str | None = None
    grant_id: RecordId | None = None
    code_id: RecordId | None = None
    access_token_id: RecordId | None = None
    refresh_token_id: RecordId | None = None
    before_id: RecordId | None = None
    subject: str | None = None
    key: int


def format_time(time: Millis) -> str:
    """`2012-01-19T02:20:38.123Z`."""
    return f"{_format_second(time // _SECOND)}.{time % _SECOND:03}Z"


def parse_time(text: str) -> Millis:
    """The inverse of `format_time`. Raises ValueError."""
    return Millis(round(datetime.fromisoformat(text).timestamp() * _SECOND))


@lru_cache(maxsize=2)
def _format_second(second: int) -> str:
    """A group of records is of one second, or of two."""
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")
