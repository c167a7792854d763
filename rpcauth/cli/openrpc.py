"""`rpcauth openrpc`: the methods, described for programs."""

from __future__ import annotations

import click

from rpcauth.cli.printing import print_json


@click.command()
def openrpc() -> None:
    """Print a description of every method (OpenRPC).

    It has the parameters, the result and an example of each, and is what rpc.discover answers. No daemon is needed.
    """
    from rpcauth.rpc.openrpc import document

    print_json(document())
