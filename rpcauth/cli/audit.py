"""`rpcauth audit`: read the audit file, check its chain, end the alarm after a loss of data."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rpcauth.cli.failures import FAILED, CommandFailed
from rpcauth.cli.options import config_option, json_option, load_config
from rpcauth.cli.printing import print_json

if TYPE_CHECKING:
    from rpcauth.config import Config

SHOWN = ("caller", "service_key", "client_id", "user_context")
IDS = ("grant_id", "code_id", "access_token_id", "refresh_token_id", "before_id")


@click.group()
def audit() -> None:
    """Read and check the record of all that was done."""


@audit.command()
@click.option(
    "-n",
    "--lines",
    metavar="COUNT",
    default=20,
    show_default=True,
    type=click.IntRange(0),
    help="How many, from the end.",
)
@click.option("-f", "--follow", is_flag=True, help="Go on with what is added, until Ctrl-C.")
@config_option
@json_option
def tail(lines: int, follow: bool, config_file: Path, as_json: bool) -> None:
    """Print the last records of the audit file; with --json its lines as they are."""
    from rpcauth.cli.audit_reading import follow_lines, read_last_lines

    path = _path_of(load_config(config_file))
    try:
        last, size = read_last_lines(path, lines)
        for line in last:
            _print_line(line, as_json)
        if follow:
            for line in follow_lines(path, size):
                _print_line(line, as_json)
    except OSError as error:
        raise CommandFailed(f"{path}: {error.strerror}; see [audit] path, and become the daemon's user") from None


@audit.command()
@click.argument("files", metavar="[FILE]...", type=click.Path(path_type=Path), nargs=-1)
@config_option
@json_option
def verify(files: tuple[Path, ...], config_file: Path, as_json: bool) -> None:
    """Follow the chain of FILE, else of the audit file: is every record as it was written, and in its place?

    Of several, oldest first, each must also go on where the one before it ends. The daemon does it with its keys; where
    none runs, the store is read for them, and not changed. Exit status 1 when a record does not belong.
    """
    config = load_config(config_file)
    paths = [file.absolute() for file in files] or [_path_of(config)]
    verdicts = [{"file": str(path), **_verify(config, path)} for path in paths]
    for former, found in pairwise(verdicts):
        found["follows"] = former["mac"] == found["previous"]
    if as_json:
        print_json(verdicts if len(verdicts) > 1 else verdicts[0])
    else:
        for found in verdicts:
            click.echo(_render_verdict(found))
    if not all(found["good"] and found.get("follows", True) for found in verdicts):
        raise click.exceptions.Exit(FAILED)


@audit.command()
@config_option
@json_option
def rotate(config_file: Path, as_json: bool) -> None:
    """Begin another audit file, and print where the former one is: FILE.FIRST-LAST, by the numbers of its records.

    The new file carries the chain on. The former one is written no more. Keep it where it is, as it is, for as long as
    you would restore a backup that is older than the new file; then compress it, or move it to an archive.
    """
    from rpcauth.cli.administration import administer

    config = load_config(config_file)
    _path_of(config)
    done = administer(config, "admin.rotateAudit")
    if as_json:
        print_json(done)
    else:
        click.echo(f"the former audit file is {done['former']}")


@audit.command()
@config_option
def acknowledge(config_file: Path) -> None:
    """End the alarm that `serve --accept-data-loss` and `restore` raise, once you have dealt with what was lost."""
    from rpcauth.cli.administration import administer

    administer(load_config(config_file), "admin.acknowledgeLoss")
    click.echo("the loss of data is acknowledged")


def _path_of(config: Config) -> Path:
    if not config.audit.enabled:
        raise CommandFailed("[audit] enabled is false: no record is kept; name a file, or switch it on")
    return config.audit.path


def _verify(config: Config, path: Path) -> Mapping[str, Any]:
    from rpcauth.cli.administration import administer, is_running

    if is_running(config):
        found: Mapping[str, Any] = administer(config, "admin.verifyAudit", {"path": str(path)})
        return found
    from rpcauth.app.core import load_master
    from rpcauth.rpc.admin.audit import describe_walk
    from rpcauth.storage.verification import verify_offline

    return describe_walk(*verify_offline(config.storage.url.path, load_master(config).key, path))


def _render_verdict(found: Mapping[str, Any]) -> str:
    counted = f"{found['file']}: {found['records']} records"
    if found["records"]:
        counted += f", {found['first']} to {found['last']}"
    if found["fault"] is not None:
        fault = found["fault"]
        return f"{counted} are good; line {fault['line']} {fault['what']}"
    if not found["of_this_store"]:
        return f"{counted}; it is not the audit of this store"
    if not found.get("follows", True):
        return f"{counted}; it does not go on where the file before it ends"
    if found["unchecked"]:
        return f"{counted}; {found['unchecked']} of them under keys that this store has lost, the rest is as written"
    return f"{counted}, each as it was written and in its place"


def _print_line(line: bytes, as_json: bool) -> None:
    if as_json:
        click.echo(line.decode(errors="replace"))
        return
    from rpcauth.cli.audit_reading import read_fields

    fields = read_fields(line)
    words = [f"{fields.get('seq', '?'):>8}", str(fields.get("time", "?")), f"{fields.get('kind', '?'):<9}"]
    words += [
        f"{name.removesuffix('_key').removesuffix('_context')}={fields[name]}" for name in SHOWN if name in fields
    ]
    words += [f"{name.removesuffix('_id')}={fields[name]}" for name in IDS if name in fields]
    words += [str(fields[name]) for name in ("subject", "unreadable") if name in fields]
    click.echo(" ".join(words).rstrip())
