"""The options that several verbs have, and what they lead to."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from rpcauth.cli.failures import Misused

if TYPE_CHECKING:
    from rpcauth.config import Config

STDIN: Final = Path("-")

F = TypeVar("F", bound=Callable[..., Any])


def config_option(command: F) -> F:
    """`--config FILE`, as `config_file`."""
    return click.option(
        "--config",
        "config_file",
        metavar="FILE",
        type=click.Path(path_type=Path, readable=False),  # load_config says what is wrong, in one line
        default=Path("rpcauth.toml"),
        show_default=True,
        envvar="RPCAUTH_CONFIG",
        show_envvar=True,
        help="The configuration file.",
    )(command)


def json_option(command: F) -> F:
    """`--json`, as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")(command)


def load_config(file: Path) -> Config:
    """The configuration of a file and the environment. Raises ConfigurationInvalid with every problem."""
    from rpcauth.config import load

    return load(file, os.environ)


def read_text(file: Path) -> str:
    """The text of a file that somebody wrote; `-` is stdin. Raises ConfigurationInvalid."""
    from rpcauth.errors import ConfigurationInvalid

    try:
        data = sys.stdin.buffer.read() if file == STDIN else file.read_bytes()
        return data.decode()
    except OSError as error:
        raise ConfigurationInvalid([f"{file}: cannot be read ({error.strerror}); name another file"]) from None
    except UnicodeDecodeError:
        raise ConfigurationInvalid([f"{file}: not UTF-8; save it as UTF-8"]) from None


def read_secret(file: Path, setting: str) -> str:
    """A caller's secret from the file that `setting` names; the line break behind it is no part. Raises Misused."""
    try:
        return file.read_text("utf-8").strip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "not UTF-8"
        raise Misused(f"{setting}: {file}: {why}; name a readable file") from None


def say(line: str) -> None:
    """Tell the operator something beside the output: on stderr."""
    click.echo(line, err=True)
