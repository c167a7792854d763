"""The latest incidents, kept in memory for the operator who asks about one: names, outcomes and ids, no secret.

The log has them all; a book is what a daemon can be asked without reading that.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from rpcauth.frozen import dataclass
from rpcauth.model import Millis
from rpcauth.web.incidents import Incident
from rpcauth.web.messages import RequestLog

REMEMBERED: Final = 10_000


@dataclass(frozen=True, slots=True)
class Entry:
    """An incident, and of which request: its time, caller, trace, and the source where that was told."""

    incident: Incident
    time: Millis
    caller: str | None
    trace: str | None
    source: str | None


class IncidentBook:
    """Remembers the last `limit` incidents. For one thread."""

    def __init__(self, *, clock: Callable[[], Millis], limit: int = REMEMBERED) -> None:
        self._clock = clock
        self._limit = limit
        self._entries: OrderedDict[str, Entry] = OrderedDict()

    def record(self, what: RequestLog, *, caller: str | None, trace: str | None) -> None:
        """Remember the incidents of a request, if it had any."""
        if what.incident is not None:
            one = Incident(what.incident, what.method, what.service_key, what.client_id, what.outcome, what.detail)
            self._add(Entry(one, self._clock(), caller, trace, what.source))
        for each in what.incidents:
            self._add(Entry(each, self._clock(), caller, trace, what.source))

    def find(self, incident: str) -> Entry | None:
        """What is remembered of an incident."""
        return self._entries.get(incident)

    def _add(self, entry: Entry) -> None:
        self._entries[entry.incident.incident] = entry
        if len(self._entries) > self._limit:
            self._entries.popitem(last=False)
