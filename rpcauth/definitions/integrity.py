"""What entries must be to each other: names that are unique, and services that exist."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Sequence
from typing import TypeVar

from rpcauth.model import Application, Caller, Service
from rpcauth.source.lines import Pointer
from rpcauth.source.problems import Problems, suggest

T = TypeVar("T")

EVERY = "*"

Placed = Sequence[tuple[Pointer, T]]
"""Entries, each with its place."""


def find_integrity_problems(
    services: Placed[Service],
    applications: Placed[Application],
    callers: Placed[Caller],
    known_services: Collection[str],
    problems: Problems,
) -> None:
    """Adds every name that is taken twice, and every service that is not among `known_services`."""
    _find_twice([(at, "service_key", service.service_key) for at, service in services], problems)
    _find_twice([(at, "client_id", application.client_id) for at, application in applications], problems)
    _find_twice([(at, "id", application.id or None) for at, application in applications], problems)
    _find_twice([(at, "name", caller.name) for at, caller in callers], problems)
    _find_twice([(at, "api_key", caller.api_key) for at, caller in callers], problems)
    for at, application in applications:
        _find_unknown(application.services, at, known_services, problems)
    for at, caller in callers:
        _find_unknown(caller.services, at, {EVERY, *known_services}, problems)


def _find_twice(names: Iterable[tuple[Pointer, str, Hashable | None]], problems: Problems) -> None:
    first: dict[Hashable, Pointer] = {}
    for at, member, name in names:
        if name is None:
            continue
        if name in first:
            what = f"is taken already, at {problems.place((*first[name], member))}"
            problems.add((*at, member), what, "choose another")
        first.setdefault(name, at)


def _find_unknown(keys: Iterable[str], at: Pointer, known: Collection[str], problems: Problems) -> None:
    for place, key in problems.place_items((*at, "services"), keys):
        if key not in known:
            problems.add(place, f'service "{key}" does not exist', suggest(key, known))
