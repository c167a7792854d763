"""Commands as they are typed, run in this process."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from click.testing import CliRunner, Result

from rpcauth.cli.main import rpcauth
from tests.support.daemon import free_port


def run(
    *words: str | Path, folder: Path | None = None, stdin: str | None = None, env: Mapping[str, str] | None = None
) -> Result:
    """One command line, with the configuration of `folder` if there is one, and no settings from outside."""
    configuration = [] if folder is None else ["--config", str(folder / "rpcauth.toml")]
    unset = {name: None for name in os.environ if name.startswith("RPCAUTH_")}
    arguments = [*map(str, words), *configuration]
    return CliRunner().invoke(rpcauth, arguments, input=stdin, env={**unset, **(env or {})})


def configure(folder: Path) -> Path:
    """A folder with a configuration, and nothing else."""
    (folder / "rpcauth.toml").write_text(f'[server]\nlisten = ["127.0.0.1:{free_port()}"]\n')
    return folder
