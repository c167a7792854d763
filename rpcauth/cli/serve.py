"""`rpcauth serve`: run the daemon until SIGTERM or SIGINT."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rpcauth.cli.options import config_option, load_config, say

if TYPE_CHECKING:
    import asyncio

    from rpcauth.app.daemon import Daemon
    from rpcauth.config import Config


@click.command()
@config_option
def serve(config_file: Path) -> None:
    """Run the daemon.

    An empty store, its folder and its master key are made; an older store is migrated. SIGTERM or Ctrl-C ends the
    daemon when the open requests are answered.
    """
    run(load_config(config_file), lambda addresses: say(f"listening on {', '.join(addresses)}"))


def run(config: Config, started: Callable[[Sequence[str]], None]) -> None:
    """Serve a configuration to the end; `started` is told the addresses that the daemon listens on."""
    import asyncio

    from rpcauth.app.daemon import serve as serve_config

    def tell(daemon: Daemon) -> None:
        started(daemon.addresses)

    with asyncio.Runner(loop_factory=_find_loop_factory()) as runner:
        runner.run(serve_config(config, say=say, started=tell))


def _find_loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
