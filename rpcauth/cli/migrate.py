"""`rpcauth migrate`: bring the store up to date with this program."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rpcauth.cli.options import config_option, json_option, load_config, say
from rpcauth.cli.printing import print_json, print_table

if TYPE_CHECKING:
    from rpcauth.config import Config


@click.command()
@click.option("--status", is_flag=True, help="List the migrations, applied and pending, and change nothing.")
@click.option("--dry-run", is_flag=True, help="Print what would be applied, and change nothing.")
@config_option
@json_option
def migrate(status: bool, dry_run: bool, config_file: Path, as_json: bool) -> None:
    """Bring the store up to date. `serve` and `apply` do the same when they start."""
    import asyncio

    from rpcauth.storage.migrate import load_migrations
    from rpcauth.storage.opening import pending_migrations

    config = load_config(config_file)
    pending = [migration.name for migration in asyncio.run(pending_migrations(config.storage.url.path))]
    if status:
        names = [migration.name for migration in load_migrations()]
        _print_states({name: "pending" if name in pending else "applied" for name in names}, as_json)
    elif dry_run:
        _print_states(dict.fromkeys(pending, "pending"), as_json)
    else:
        _migrate(config, pending)
        _print_states(dict.fromkeys(pending, "applied"), as_json)


def _print_states(states: dict[str, str], as_json: bool) -> None:
    if as_json:
        print_json([{"name": name, "state": state} for name, state in states.items()])
    elif states:
        print_table(("migration", "state"), list(states.items()))
    else:
        click.echo("nothing to migrate")


def _migrate(config: Config, pending: list[str]) -> None:
    from rpcauth.cli.administration import administer, is_running

    if is_running(config):
        say("the running daemon has migrated the store when it started")
    elif pending:
        administer(config, "admin.status", prepares=True)
