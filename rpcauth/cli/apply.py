"""`rpcauth apply`: make services, applications and callers match a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from rpcauth.cli.options import config_option, json_option, load_config, read_text, say
from rpcauth.cli.printing import print_json


@click.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--dry-run", is_flag=True, help="Show the difference and change nothing.")
@click.option("--prune", is_flag=True, help="Remove what the file lacks.")
@config_option
@json_option
def apply(file: Path, dry_run: bool, prune: bool, config_file: Path, as_json: bool) -> None:
    """Make services, applications and callers match a file.

    FILE - is stdin. The running daemon uses the change at once. An application without client_secret gets one, which
    is printed this once.
    """
    from rpcauth.cli.administration import administer

    config = load_config(config_file)
    text = read_text(file) or "\n"  # "" would count as absent
    params = {"toml": text, "source": str(file), "dry_run": dry_run, "prune": prune}
    result = administer(config, "admin.apply", params, prepares=True)
    if as_json:
        print_json(result)
    else:
        _print_changes(result, dry_run=dry_run)


def _print_changes(result: Mapping[str, Any], *, dry_run: bool) -> None:
    for line in result["changes"]:
        click.echo(line)
    count = len(result["changes"])
    if not count:
        say("nothing to change")
    else:
        say(f"{count} change{'' if count == 1 else 's'} {'to make' if dry_run else 'made'}")
    for one in result["generated"]:
        click.echo(f"SECRET, shown this once: client_id {one['client_id']} client_secret {one['client_secret']}")
