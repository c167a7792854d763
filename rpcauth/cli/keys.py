"""`rpcauth keys`: the master key in its file, and the versioned keys under it in the store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from rpcauth.cli.failures import Refused
from rpcauth.cli.options import config_option, json_option, load_config, say
from rpcauth.cli.printing import print_json, print_table

MASTER = "master"
SIGNING = "signing"


@click.group()
def keys() -> None:
    """Make, rotate and list keys."""


@keys.command()
@config_option
def init(config_file: Path) -> None:
    """Make the master key of a store that is still empty. `serve` and `apply` do the same when they start."""
    from rpcauth.app.core import load_or_make_master

    config = load_config(config_file)
    if config.keys.file.exists():
        what = f"{config.keys.file}: a key stands there already, and nothing was changed"
        raise Refused(f"{what}; to change it, type: rpcauth keys rotate master")
    load_or_make_master(config, say)


@keys.command()
@click.argument("purpose")
@click.option("--service", metavar="SERVICE_KEY", help="The service whose signing key is to be followed by another.")
@click.option(
    "--compromised", is_flag=True, help="Sign with the new key at once; what the old ones signed is worth nothing."
)
@config_option
@json_option
def rotate(purpose: str, service: str | None, compromised: bool, config_file: Path, as_json: bool) -> None:
    """Make a new version of the key of PURPOSE, a new `master` key, or the next `signing` key of a service.

    What was made with the old versions stays good: tokens and secrets go on. A signing key is published first and signs
    when clients have had the time to fetch it. Purposes: see `rpcauth keys status`.
    """
    from rpcauth.cli.administration import administer

    _check_purpose(purpose, service, compromised=compromised)
    config = load_config(config_file)
    if purpose == MASTER:
        administer(config, "admin.rotateMaster")
        result: Any = {"purpose": MASTER, "file": str(config.keys.file)}
        line = f"{config.keys.file} holds a new master key; keep a copy, and the old one for older backups"
    elif purpose == SIGNING:
        result = administer(config, "admin.rotateSigningKey", {"service_key": service, "compromised": compromised})
        line = f'service "{service}" has a new key, which signs from {result["signs_from"]} on'
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
    """List the keys: purpose, version, age, state, and whose a signing key is; never a key itself."""
    from rpcauth.cli.administration import administer

    found = administer(load_config(config_file), "admin.keys")
    if as_json:
        print_json(found)
    else:
        rows = [
            (key["purpose"], key["version"], key["created"], key["state"], key.get("service_key", "-")) for key in found
        ]
        print_table(("purpose", "version", "created", "state", "service"), rows)


def _check_purpose(purpose: str, service: str | None, *, compromised: bool) -> None:
    from rpcauth.keys.keyring import FIRST_PURPOSES
    from rpcauth.source.problems import suggest

    known = [*map(str, FIRST_PURPOSES), SIGNING, MASTER]
    if purpose not in known:
        raise click.BadParameter(f"no such purpose; {suggest(purpose, known)}", param_hint="PURPOSE")
    if purpose == SIGNING and service is None:
        raise click.UsageError("each service signs with its own keys; add: --service SERVICE_KEY")
    if purpose != SIGNING and (service is not None or compromised):
        raise click.UsageError(f"--service and --compromised go with {SIGNING}; leave them out")
