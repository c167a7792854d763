"""`rpcauth version`."""

from __future__ import annotations

import click

import rpcauth
from rpcauth.cli.options import json_option
from rpcauth.cli.printing import print_json


@click.command()
@json_option
def version(as_json: bool) -> None:
    """Print the version."""
    if as_json:
        print_json({"version": rpcauth.__version__})
    else:
        click.echo(f"rpcauth {rpcauth.__version__}")
