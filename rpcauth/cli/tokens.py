"""`rpcauth tokens`: what a string is, and how it stands."""

from __future__ import annotations

from pathlib import Path

import click

from rpcauth.cli.failures import Misused
from rpcauth.cli.options import STDIN, config_option, json_option, load_config, read_text
from rpcauth.cli.printing import print_json, print_members


@click.group()
def tokens() -> None:
    """Look into a token."""


@tokens.command()
@click.argument("token", default="-")
@config_option
@json_option
def inspect(token: str, config_file: Path, as_json: bool) -> None:
    """Tell what TOKEN is and which check it fails, if any; never a secret.

    Without TOKEN, or with -, it is read from stdin: arguments can be seen by every user of the machine.
    """
    from rpcauth.cli.administration import administer

    text = read_text(STDIN).strip() if token == "-" else token
    if not text:
        raise Misused("stdin: no token; pipe one in, or give it as the argument")
    found = administer(load_config(config_file), "admin.inspectToken", {"token": text})
    if as_json:
        print_json(found)
    else:
        print_members(found)
