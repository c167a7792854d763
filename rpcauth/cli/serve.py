"""`rpcauth serve`: run the daemon until SIGTERM or SIGINT."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rpcauth.cli.options import config_option, load_config, say

if TYPE_CHECKING:
    import asyncio

    from rpcauth.app.daemon import Daemon
    from rpcauth.config import Config


@click.command()
@click.option(
    "--accept-data-loss",
    "accepts_loss",
    is_flag=True,
    help="Serve a store that has lost something: codes and refresh tokens from before are refused then.",
)
@config_option
def serve(accepts_loss: bool, config_file: Path) -> None:
    """Run the daemon.

    An empty store, its folder and its master key are made; an older store is migrated. SIGTERM or Ctrl-C ends the
    daemon when the open requests are answered; SIGHUP reads the configuration again.
    """
    run(
        load_config(config_file),
        lambda addresses: say(f"listening on {', '.join(addresses)}"),
        read_again=partial(load_config, config_file),
        accepts_loss=accepts_loss,
    )


def run(
    config: Config,
    started: Callable[[Sequence[str]], None],
    *,
    read_again: Callable[[], Config] | None = None,
    accepts_loss: bool = False,
) -> None:
    """Serve a configuration to the end; `started` is told the addresses that the daemon listens on.

    SIGHUP takes over what `read_again` gives; without it, it ends the daemon as well, as the end of a terminal does.
    """
    import asyncio

    from rpcauth.app.daemon import serve as serve_config

    def tell(daemon: Daemon) -> None:
        started(daemon.addresses)

    with asyncio.Runner(loop_factory=_find_loop_factory()) as runner:
        runner.run(serve_config(config, say=say, started=tell, read_again=read_again, accepts_loss=accepts_loss))


def _find_loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
