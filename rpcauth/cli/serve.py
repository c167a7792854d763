"""`rpcauth serve`: run the daemon until SIGTERM or SIGINT."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import click

from rpcauth.config import load


@click.command()
@click.option("--config", type=click.Path(path_type=Path), default=Path("rpcauth.toml"), help="The configuration file.")
def serve(config: Path) -> None:
    """Run the daemon."""
    from rpcauth.app import Daemon
    from rpcauth.app import serve as run

    settings = load(config, os.environ)

    def started(daemon: Daemon) -> None:
        click.echo(f"listening on {', '.join(daemon.addresses)}", err=True)

    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(run(settings, say=lambda line: click.echo(line, err=True), started=started))


def _loop_factory():  # type: ignore[no-untyped-def]
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
