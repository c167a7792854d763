"""`rpcauth console`: the address of the running daemon's console, with a fresh key in it."""

from __future__ import annotations

from pathlib import Path

import click

from rpcauth.cli.failures import Unreachable
from rpcauth.cli.options import config_option, json_option, load_config, say
from rpcauth.cli.printing import print_json


@click.command()
@config_option
@json_option
def console(config_file: Path, as_json: bool) -> None:
    """Print an address that opens the console in a browser.

    The key behind the # is good for twelve hours, until the daemon ends, and for all that an administrator may do:
    pass it on to nobody. [console] listen says where the console is; without it there is none.
    """
    from rpcauth.cli.administration import administer, is_running

    config = load_config(config_file)
    if not is_running(config):
        raise Unreachable(f"{config.server.admin}: no daemon answers, so there is no console; type: rpcauth serve")
    opened = administer(config, "admin.openConsole")
    if as_json:
        print_json(opened)
    else:
        click.echo(opened["url"])
        say(f"good until {opened['expires']}")
