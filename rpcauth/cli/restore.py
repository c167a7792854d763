"""`rpcauth restore`: a backup in the place of the store, and nothing that was revoked or spent since lives again."""

from __future__ import annotations

from pathlib import Path

import click

from rpcauth.cli.options import config_option, json_option, load_config, say
from rpcauth.cli.printing import print_json


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@config_option
@json_option
def restore(file: Path, config_file: Path, as_json: bool) -> None:
    """Put the backup FILE in the place of the store.

    No daemon may run; the former files are kept. What the audit file tells of the time since the backup is done again:
    revoked stays revoked, spent stays spent. Codes and refresh tokens from before are refused, since nobody can tell
    which of them were used; without a good audit file, all tokens are.
    """
    import asyncio

    from rpcauth.app.restoring import restore as restore_store

    done = asyncio.run(restore_store(load_config(config_file), file, say))
    if as_json:
        print_json({"kept": [str(path) for path in done.kept], "text": done.text, "changes": done.changes})
        return
    for path in done.kept:
        click.echo(f"the former file is {path}")
    click.echo(done.text)
    for change in done.changes:
        click.echo(f"since the backup: {change}")
    if done.changes:
        click.echo("apply your definitions again: rpcauth apply FILE")
    click.echo("then end the alarm: rpcauth audit acknowledge")
