"""`rpcauth config`: is it right, what is in force, and what are the defaults."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rpcauth.cli.options import config_option, json_option, load_config, read_text, say
from rpcauth.cli.printing import print_json, print_table

if TYPE_CHECKING:
    from rpcauth.config import Config


@click.group()
def config() -> None:
    """Check and show the configuration."""


@config.command()
@click.option(
    "--definitions",
    "definitions_file",
    metavar="FILE",
    type=click.Path(path_type=Path, allow_dash=True),
    help="Check this definitions file, in place of what the store holds.",
)
@config_option
def check(definitions_file: Path | None, config_file: Path) -> None:
    """Tell everything that is wrong, and what is allowed but ill-advised (RFC 9700)."""
    settings = load_config(config_file)
    warnings = _advise_on_file(definitions_file) if definitions_file else _advise_on_store(settings)
    for warning in warnings:
        say(f"warning: {warning}")
    click.echo(f"{config_file}: good")


@config.command()
@config_option
@json_option
def show(config_file: Path, as_json: bool) -> None:
    """Print every setting in force with where it comes from: file and line, variable, or default."""
    from rpcauth.config import list_settings, read

    settings = list_settings(read(config_file, os.environ))
    if as_json:
        print_json([{"name": one.name, "value": _read_literal(one.value), "origin": one.origin} for one in settings])
    else:
        print_table(("setting", "value", "from"), [(one.name, one.value, one.origin) for one in settings])


@config.command()
def default() -> None:
    """Print a configuration file with every setting, its default, and what it is for."""
    from rpcauth.config import default_text

    click.echo(default_text(), nl=False)


def _advise_on_file(file: Path) -> list[str]:
    from rpcauth.definitions import advice, parse_toml

    return advice(parse_toml(read_text(file), str(file)))


def _advise_on_store(settings: Config) -> list[str]:
    """Warnings on what is defined; where the store cannot be read that is a warning too: the configuration is good."""
    from rpcauth.cli.administration import administer
    from rpcauth.cli.failures import CommandFailed
    from rpcauth.definitions import advice, parse_toml
    from rpcauth.errors import StoreRefused

    try:
        text = administer(settings, "admin.export")["toml"]
    except (CommandFailed, StoreRefused) as error:
        return [f"definitions not checked: {error}"]
    return advice(parse_toml(text, "definitions"))


def _read_literal(text: str | None) -> object:
    return None if text is None else tomllib.loads(f"value = {text}")["value"]
