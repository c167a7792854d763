"""How a command ends when it does not do what was asked: one message, and a status (operations contract, Commands)."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

import click

from rpcauth.errors import ConfigurationInvalid, DefinitionsRefused, StorageUnavailable, StoreHindered, StoreRefused

FAILED: Final = 1


class CommandFailed(click.ClickException):
    """Ends the command: `message` goes to stderr as it is, and says what is wrong, where, and what to type next."""

    exit_code = FAILED

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(self.message, file=file, err=file is None)


class Misused(CommandFailed):
    """What was typed, or the configuration or definitions that it names, cannot be used."""

    exit_code = 2


class Unreachable(CommandFailed):
    """Neither a daemon nor a store is where it was looked for."""

    exit_code = 3


class Refused(CommandFailed):
    """A store or key that is not served, or a user who may not."""

    exit_code = 4


@contextmanager
def reported() -> Iterator[None]:
    """Turns whatever is raised inside into a CommandFailed, so that nobody ever sees a traceback."""
    try:
        yield
    except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
        raise  # click knows how to end with these
    except Exception as error:  # noqa: BLE001 - the outermost frame: everything is told from here
        raise failure_of(error) from None


def failure_of(error: Exception) -> CommandFailed:
    """What to tell of an error, and how to end. The text of an unexpected one may hold a secret: it is not told."""
    match error:
        case ConfigurationInvalid() | DefinitionsRefused():
            return Misused("\n".join(error.problems))
        case StoreHindered():
            return CommandFailed(str(error))
        case StoreRefused():
            return Refused(str(error))
        case StorageUnavailable():
            return CommandFailed(f"the store cannot answer now (outcome: {error.outcome}); type: rpcauth doctor")
        case OSError() if error.strerror is not None:
            return CommandFailed(f"{error.filename or 'rpcauth'}: {error.strerror}; put that right and try again")
        case _:
            return CommandFailed(f"unexpected {type(error).__name__} at {_place_of(error)}; please report this line")


def _place_of(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "an unknown place"
