"""Definitions from the text of a file, and single entries from the values of admin.put*."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeVar

from msgspec import Struct

from rpcauth.definitions.conversion import make_application, make_caller, make_service
from rpcauth.definitions.entries import ApplicationEntry, CallerEntry, ServiceEntry
from rpcauth.definitions.integrity import Placed, find_integrity_problems
from rpcauth.definitions.rules import find_application_problems, find_caller_problems, find_service_problems
from rpcauth.definitions.wanted import Wanted, WantedApplication, WantedCaller
from rpcauth.errors import ConfigurationInvalid, DefinitionsRefused
from rpcauth.model import Secret, Service
from rpcauth.source.document import parse_document
from rpcauth.source.lines import Pointer
from rpcauth.source.problems import Problems, locate_json
from rpcauth.source.reader import Parser, Reader

E = TypeVar("E", bound=Struct)

FindProblems = Callable[[E, Pointer, Problems], None]

_LONGEST_SECRET: Final = 512


def parse_toml(text: str, source: str, known_services: Collection[str] = ()) -> Wanted:
    """The definitions in `text`, which problems call `source`.

    `known_services` are those that entries may name besides the text's own: what the store has and keeps.
    Raises ConfigurationInvalid with every problem, each with its line.
    """
    document = parse_document(text, source)
    problems = Problems(document.locate)
    wanted = _read_file(document.value, known_services, problems)
    if problems.texts:
        raise ConfigurationInvalid(problems.texts)
    return wanted


def parse_service(value: object) -> Service:
    """A service from the value of admin.putService. Raises DefinitionsRefused, each problem with a JSON pointer."""
    return make_service(_parse_value(ServiceEntry, find_service_problems, value))


def parse_application(value: object) -> WantedApplication:
    """As `parse_service`; whether its services exist is seen by `difference`."""
    return make_application(_parse_value(ApplicationEntry, find_application_problems, value))


def parse_caller(value: object) -> WantedCaller:
    """As `parse_application`."""
    return make_caller(_parse_value(CallerEntry, find_caller_problems, value))


def _parse_value(kind: type[E], find_problems: FindProblems[E], value: object) -> E:
    problems = Problems(locate_json)
    entry = Reader(problems, _PARSERS).read_table(kind, value)
    if entry is not None:
        find_problems(entry, (), problems)
    if entry is None or problems.texts:
        raise DefinitionsRefused(problems.texts)
    return entry


def _read_file(value: Mapping[str, object], known_services: Collection[str], problems: Problems) -> Wanted:
    Reader(problems).refuse_unknown(value, ("services", "applications", "callers"), ())
    service_entries = _read_entries(ServiceEntry, find_service_problems, value, "services", problems)
    application_entries = _read_entries(ApplicationEntry, find_application_problems, value, "applications", problems)
    caller_entries = _read_entries(CallerEntry, find_caller_problems, value, "callers", problems)
    services = [(at, make_service(entry)) for at, entry in service_entries]
    applications = [(at, make_application(entry)) for at, entry in application_entries]
    callers = [(at, make_caller(entry)) for at, entry in caller_entries]
    find_integrity_problems(
        services,
        [(at, wanted.application) for at, wanted in applications],
        [(at, wanted.caller) for at, wanted in callers],
        {*known_services, *_written_keys(value.get("services"))},
        problems,
    )
    return Wanted(
        services=tuple(service for _, service in services),
        applications=tuple(application for _, application in applications),
        callers=tuple(caller for _, caller in callers),
    )


def _read_entries(
    kind: type[E], find_problems: FindProblems[E], value: Mapping[str, object], name: str, problems: Problems
) -> Placed[E]:
    entries = Reader(problems, _PARSERS).read_tables(kind, value.get(name, []), (name,))
    for at, entry in entries:
        find_problems(entry, at, problems)
    return entries


def _written_keys(tables: object) -> list[str]:
    """The service keys of all tables, so that a problem in a service is not also one of those that use it."""
    if not isinstance(tables, list):
        return []
    return [str(table.get("service_key")) for table in tables if isinstance(table, Mapping)]


def _parse_secret(text: str) -> Secret:
    if len(text) > _LONGEST_SECRET:
        raise ValueError(f"is longer than {_LONGEST_SECRET} characters; use a shorter one")
    return Secret(text)


def _parse_hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise ValueError("is not hex; copy it from an export, whole") from None


_PARSERS: Final[Mapping[Any, Parser]] = MappingProxyType({Secret: _parse_secret, bytes: _parse_hex})
