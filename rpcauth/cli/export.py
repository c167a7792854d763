"""`rpcauth export`: the definitions in force, as a definitions file."""

from __future__ import annotations

import tomllib
from pathlib import Path

import click

from rpcauth.cli.options import config_option, json_option, load_config
from rpcauth.cli.printing import print_json


@click.command()
@config_option
@json_option
def export(config_file: Path, as_json: bool) -> None:
    """Print all definitions, as `apply` takes them.

    Secrets are printed as they are stored: they are good under the same master key only.
    """
    from rpcauth.cli.administration import administer

    text = administer(load_config(config_file), "admin.export")["toml"]
    if as_json:
        print_json(tomllib.loads(text))
    else:
        click.echo(text, nl=False)
