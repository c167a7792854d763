from __future__ import annotations

from rpcauth.model import Millis
from rpcauth.web.incident_book import Entry, IncidentBook
from rpcauth.web.incidents import Incident
from rpcauth.web.messages import RequestLog

NOW = Millis(1_357_504_962_007)


def refuse(incident: str) -> RequestLog:
    return RequestLog("m", "svc", "-2001:invalid_grant", incident, "code.spent", client_id="c", source="192.0.2.7")


def test_the_incident_of_a_request_is_remembered_with_whose_it_was() -> None:
    book = IncidentBook(clock=lambda: NOW)
    book.record(refuse("f00d"), caller="demo", trace="a-b")
    incident = Incident("f00d", "m", "svc", "c", "-2001:invalid_grant", "code.spent")
    assert book.find("f00d") == Entry(incident, NOW, "demo", "a-b", "192.0.2.7")
    assert book.find("beef") is None


def test_each_call_of_a_batch_is_remembered_for_itself() -> None:
    book = IncidentBook(clock=lambda: NOW)
    incidents = tuple(Incident(str(number), "m", None, None, "-2001:x", f"rule.{number}") for number in range(3))
    book.record(RequestLog("batch", None, "-2001:x", calls=3, incidents=incidents), caller=None, trace=None)
    assert [entry.incident for entry in map(book.find, "012") if entry is not None] == list(incidents)


def test_only_the_latest_are_remembered() -> None:
    book = IncidentBook(clock=lambda: NOW, limit=3)
    for number in range(5):
        book.record(refuse(str(number)), caller=None, trace=None)
    assert [number for number in "01234" if book.find(number) is not None] == ["2", "3", "4"]


def test_a_request_without_an_incident_leaves_nothing() -> None:
    book = IncidentBook(clock=lambda: NOW, limit=1)
    book.record(refuse("f00d"), caller=None, trace=None)
    book.record(RequestLog("m", None, "ok"), caller=None, trace=None)
    assert book.find("f00d") is not None
