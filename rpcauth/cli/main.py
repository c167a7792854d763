"""The entry point: the verbs, and how each kind of failure ends the process (operations contract, Commands)."""

from __future__ import annotations

import sys

import click

from rpcauth.cli.serve import serve
from rpcauth.errors import ConfigurationInvalid, StoreRefused


@click.group()
def rpcauth() -> None:
    """An OAuth 2.0 provider daemon that speaks JSON-RPC."""


rpcauth.add_command(serve)


def main() -> None:
    try:
        rpcauth.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except ConfigurationInvalid as error:
        click.echo("\n".join(error.problems), err=True)
        sys.exit(2)
    except StoreRefused as error:
        click.echo(str(error), err=True)
        sys.exit(4)
