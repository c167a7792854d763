"""`rpcauth services`, `applications` and `callers`: what is defined, without any secret."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from rpcauth.cli.failures import CommandFailed
from rpcauth.cli.options import config_option, json_option, load_config
from rpcauth.cli.printing import print_json, print_members, print_table


def make_group(kind: str, key: str, columns: Sequence[str]) -> click.Group:
    """The verbs of one kind of definitions: `key` names an entry, `columns` are the members that a list shows."""

    @click.group(name=kind, help=f"Show the {kind} that are defined.")
    def group() -> None:
        pass

    @group.command(name="list", help=f"List the {kind}.")
    @config_option
    @json_option
    def list_entries(config_file: Path, as_json: bool) -> None:
        entries = _fetch(config_file, kind)
        if as_json:
            print_json(entries)
        else:
            print_table((key, *columns), [[entry[column] for column in (key, *columns)] for entry in entries])

    @group.command(name="show", help=f"Show every member of one of the {kind}; its {key.upper()} names it.")
    @click.argument("wanted", metavar=key.upper())
    @config_option
    @json_option
    def show_entry(wanted: str, config_file: Path, as_json: bool) -> None:
        entry = _find(_fetch(config_file, kind), key, wanted)
        if as_json:
            print_json(entry)
        else:
            print_members(entry)

    return group


def _fetch(config_file: Path, kind: str) -> list[dict[str, Any]]:
    from rpcauth.cli.administration import administer

    entries: list[dict[str, Any]] = administer(load_config(config_file), "admin.list", {"kind": kind})
    return entries


def _find(entries: Sequence[dict[str, Any]], key: str, wanted: str) -> dict[str, Any]:
    from rpcauth.source.problems import suggest

    by_key = {entry[key]: entry for entry in entries}
    if wanted not in by_key:
        raise CommandFailed(f'no {key} "{wanted}"; {suggest(wanted, by_key) if by_key else "nothing is defined yet"}')
    return by_key[wanted]


services = make_group("services", "service_key", ("name", "grant_types"))
applications = make_group("applications", "client_id", ("id", "name", "services", "disabled"))
callers = make_group("callers", "name", ("api_key", "proofs", "services", "methods"))
