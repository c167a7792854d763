"""A small cache of access tokens' rows: a lookup in memory in place of a read transaction of the store.

Law of this file: a row counts only while nothing that alters existing rows has been committed since it was read. The
writer moves the store's epoch on before such a commit is answered, so a revocation is in force at the very next call;
and a row that was read before, and arrives after, carries the old epoch and never counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rpcauth.model import AccessToken, RecordId

ROWS = 10_000
"""Most rows kept; a full cache starts anew."""

Read = Callable[[Sequence[RecordId]], dict[RecordId, AccessToken]]


class TokenCache:
    """Rows by id, in front of `read`. `epoch` is the store's. For one thread."""

    def __init__(self, read: Read, epoch: Callable[[], int]) -> None:
        self._read = read
        self._epoch = epoch
        self._rows: dict[RecordId, AccessToken] = {}
        self._rows_epoch = -1

    def find(self, ids: Sequence[RecordId]) -> dict[RecordId, AccessToken]:
        """The rows of these ids as of the last commit; ids without a row are left out."""
        epoch = self._epoch()
        if epoch != self._rows_epoch or len(self._rows) > ROWS:
            self._rows, self._rows_epoch = {}, epoch
        rows = self._rows
        missing = [record_id for record_id in ids if record_id not in rows]
        if missing:
            # Read after the epoch: what a commit between the two alters is only thrown away too early, never too late.
            rows.update(self._read(missing))
        return {record_id: rows[record_id] for record_id in ids if record_id in rows}
