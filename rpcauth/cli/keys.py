"""`rpcauth keys`: the master key in its file, and the versioned keys under it in the store."""

from __future__ import annotations

from pathlib import Path

import click

from rpcauth.cli.failures import Refused
from rpcauth.cli.options import config_option, json_option, load_config, say
from rpcauth.cli.printing import print_json, print_table

MASTER = "master"


@click.group()
def keys() -> None:
    """Make, rotate and list keys."""


@keys.command()
@config_option
def init(config_file: Path) -> None:
    """Make the master key of a store that is still empty. `serve` and `apply` do the same when they start."""
    from rpcauth.app import load_or_make_master

    config = load_config(config_file)
    if config.keys.file.exists():
        what = f"{config.keys.file}: a key stands there already, and nothing was changed"
        raise Refused(f"{what}; to change it, type: rpcauth keys rotate master")
    load_or_make_master(config, say)


@keys.command()
@click.argument("purpose")
@config_option
@json_option
def rotate(purpose: str, config_file: Path, as_json: bool) -> None:
    """Make a new version of the key of PURPOSE, or a new `master` key.

    What was made with the old versions stays good: tokens and secrets go on. Purposes: see `rpcauth keys status`.
    """
    from rpcauth.cli.administration import administer

    _check_purpose(purpose)
    config = load_config(config_file)
    if purpose == MASTER:
        administer(config, "admin.rotateMaster")
        result: object = {"purpose": MASTER, "file": str(config.keys.file)}
        line = f"{config.keys.file} holds a new master key; keep a copy, and the old one for older backups"
    else:
        result = administer(config, "admin.rotateKey", {"purpose": purpose})
        line = f"{purpose} has a new key; type: rpcauth keys status"
    if as_json:
        print_json(result)
    else:
        click.echo(line)


@keys.command()
@config_option
@json_option
def status(config_file: Path, as_json: bool) -> None:
    """List the keys: purpose, version, age; never a key itself."""
    from rpcauth.cli.administration import administer

    found = administer(load_config(config_file), "admin.keys")
    if as_json:
        print_json(found)
    else:
        rows = [(key["purpose"], key["version"], key["created"], "current" if key["current"] else "-") for key in found]
        print_table(("purpose", "version", "created", "state"), rows)


def _check_purpose(purpose: str) -> None:
    from rpcauth.keys.keyring import FIRST_PURPOSES
    from rpcauth.source.problems import suggest

    known = [*map(str, FIRST_PURPOSES), MASTER]
    if purpose not in known:
        raise click.BadParameter(f"no such purpose; {suggest(purpose, known)}", param_hint="PURPOSE")
