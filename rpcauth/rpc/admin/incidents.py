"""The administrative method for incidents: what was refused, or failed, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rpcauth.explanations import explain
from rpcauth.rpc.binding import Handler
from rpcauth.rpc.invocation import Invocation
from rpcauth.rpc.results import format_time
from rpcauth.web.incident_book import Entry, IncidentBook


class IncidentMethods:
    """The methods."""

    def __init__(self, book: IncidentBook) -> None:
        self._book = book

    def handlers(self) -> dict[str, Handler]:
        """The table of methods."""
        return {"admin.explainIncident": self.explain}

    async def explain(self, call: Invocation, /, incident: object) -> object:
        """An incident and its explanation; null for one that is not among the latest of this process."""
        entry = self._book.find(call.reader.text("incident", incident))
        return None if entry is None else describe_entry(entry)


def describe_entry(entry: Entry) -> Mapping[str, Any]:
    """An incident as JSON."""
    one = entry.incident
    return {
        "incident": one.incident,
        "time": format_time(entry.time),
        "method": one.method,
        "caller": entry.caller,
        "service_key": one.service_key,
        "client_id": one.client_id,
        "outcome": one.outcome,
        "rule": one.detail,
        "why": explain(one.detail, one.outcome),
        "source": entry.source,
        "trace": entry.trace,
    }
