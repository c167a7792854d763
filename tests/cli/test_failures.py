"""How errors end a command: one message and a status, and never a traceback or an exception's text."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from rpcauth.cli.failures import failure_of
from rpcauth.cli.main import Verbs
from rpcauth.errors import (
    ConfigurationInvalid,
    DefinitionsRefused,
    Outcome,
    StorageUnavailable,
    StoreRefused,
)


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (ConfigurationInvalid(["one", "two"]), 2, "one\ntwo"),
        (DefinitionsRefused(["one"]), 2, "one"),
        (StoreRefused("a newer store"), 4, "a newer store"),
        (StorageUnavailable(Outcome.NOT_DONE, "writer.full"), 1, "the store cannot answer now (outcome: not_done)"),
        (PermissionError(13, "Permission denied", "var/x"), 1, "var/x: Permission denied"),
    ],
)
def test_an_error_of_ours_ends_with_its_own_words_and_its_status(error: Exception, status: int, message: str) -> None:
    failure = failure_of(error)
    assert failure.exit_code == status
    assert failure.message.startswith(message)


def test_an_unexpected_error_is_one_line_with_its_type_and_place_and_not_its_text() -> None:
    @click.command()
    def burst() -> None:
        raise KeyError("hunter2")

    result = CliRunner().invoke(Verbs(commands=[burst]), ["burst"])

    assert result.exit_code == 1
    assert result.stderr.startswith("unexpected KeyError at test_failures.py:")
    assert result.output.count("\n") == 1
    assert "hunter2" not in result.output
