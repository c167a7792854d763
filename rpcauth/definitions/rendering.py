"""Definitions written as a definitions file: what `rpcauth export` prints and `rpcauth apply` takes back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from typing import Final

from rpcauth.model import Application, Caller, Definitions, Service
from rpcauth.source.literal import render_literal

_HEAD: Final = "# rpcauth definitions. stored_secrets and sealed_secret are good under the same master key only.\n"


def render_toml(definitions: Definitions) -> str:
    """A definitions file, the same text for the same definitions: entries by name, settings where not the default.

    Secrets are as they are stored: digests of clients', sealed ones of callers'.
    """
    services = (_settings(definitions.services[key]) for key in sorted(definitions.services))
    applications = (_application(definitions.applications[key]) for key in sorted(definitions.applications))
    callers = (_caller(definitions.callers[key]) for key in sorted(definitions.callers))
    return "".join(
        [_HEAD, *_tables("services", services), *_tables("applications", applications), *_tables("callers", callers)]
    )


def _tables(kind: str, entries: Iterable[Mapping[str, object]]) -> Iterable[str]:
    for entry in entries:
        yield f"\n[[{kind}]]\n"
        yield from (f"{name} = {render_literal(value)}\n" for name, value in entry.items())


def _settings(entry: Service | Application | Caller) -> dict[str, object]:
    """The members that differ from their default, or have none; absent ones cannot be written in TOML."""
    members = ((field.name, getattr(entry, field.name), field.default) for field in fields(entry))
    return {
        name: value
        for name, value, default in members
        if value is not None and (default is MISSING or value != default)
    }


def _application(application: Application) -> dict[str, object]:
    settings = _settings(application)
    if settings.pop("secrets", None):
        settings["stored_secrets"] = [
            {"kind": secret.kind, "stored": secret.stored, "created_at": secret.created_at}
            for secret in application.secrets
        ]
    return settings


def _caller(caller: Caller) -> dict[str, object]:
    settings = _settings(caller)
    if caller.sealed_secret is not None:
        settings["sealed_secret"] = caller.sealed_secret.hex()
    return settings
