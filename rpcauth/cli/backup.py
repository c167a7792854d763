"""`rpcauth backup`: a consistent copy of the store, while it serves."""

from __future__ import annotations

from pathlib import Path

import click

from rpcauth.cli.options import config_option, json_option, load_config
from rpcauth.cli.printing import print_json


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@config_option
@json_option
def backup(file: Path, config_file: Path, as_json: bool) -> None:
    """Copy the store to FILE, which must not exist yet.

    The daemon that runs writes the copy, as its own user. The copy is of no use without the master key: keep that too,
    in another place.
    """
    from rpcauth.cli.administration import administer

    config = load_config(config_file)
    result = administer(config, "admin.backup", {"path": str(file.absolute())})
    if as_json:
        print_json(result)
    else:
        click.echo(f"wrote {result['path']}; it opens under the master key {config.keys.file} only")
