"""What an operator wants to know of the rows, in statements that never keep anybody waiting.

Counting all tokens at once would take seconds of a large store; they are counted some thousand rows at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rpcauth.model import RecordId
from rpcauth.storage import reading, rows
from rpcauth.storage.sweeping import EXPIRING

OLDEST_DUE: Final = "SELECT MIN(remove_at) FROM ({})".format(
    " UNION ALL ".join(
        f"SELECT * FROM (SELECT remove_at FROM {table} WHERE remove_at <= :now ORDER BY remove_at LIMIT 1)"
        for table in EXPIRING
    )
)
"""Since when the row that the sweeper should have removed first has been due; an index leads to each table's."""

LIVE_TOKENS: Final = (
    "SELECT COUNT(*), COALESCE(SUM(live), 0), MAX(id) FROM (SELECT a.id, a.revoked_at IS NULL"
    f" AND COALESCE(a.expires_at > :now, TRUE) AND NOT ({reading.GRANT_DEAD}) AND NOT {rows.access_watermarked()}"
    " AS live FROM access_tokens a LEFT JOIN grants g ON g.id = a.grant_id"
    " WHERE a.id > :after ORDER BY a.id LIMIT :limit)"
)


@dataclass(frozen=True, slots=True)
class LiveTokens:
    """Of `rows` access tokens, up to the id `last`, so many are `live`. Disabled clients are not looked at."""

    rows: int
    live: int
    last: RecordId | None
