"""What entries must be to each other: names that are unique, services that exist, redirects that those allow."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from rpcauth.model import Application, Caller, Service
from rpcauth.oauth import redirect_uri
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
    by_key = {service.service_key: service for _, service in services}
    for at, application in applications:
        _find_plain_redirects(application, at, by_key, problems)
    for at, caller in callers:
        _find_unknown(caller.services, at, {EVERY, *known_services}, problems)


def _find_plain_redirects(
    application: Application, at: Pointer, services: Mapping[str, Service], problems: Problems
) -> None:
    """Plain http beyond this machine is for applications of a service that does not force https."""
    used = [services.get(key) for key in application.services]
    if any(service is None or not service.force_https_redirect_uri for service in used):
        return
    for place, uri in problems.place_items((*at, "redirect_uris"), application.redirect_uris):
        if redirect_uri.find_problem(uri, public=application.public, any_http_host=True) is not None:
            continue  # said already, as a problem of the URI itself
        flaw = redirect_uri.find_problem(uri, public=application.public)
        if flaw is not None:
            what, _, advice = flaw.partition("; ")
            problems.add(place, what, advice)


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
