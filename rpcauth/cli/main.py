"""The entry point: the verbs, each from its own file, and one place where every failure becomes a status."""

from __future__ import annotations

import os
from typing import Final

import click

from rpcauth.cli.apply import apply
from rpcauth.cli.audit import audit
from rpcauth.cli.backup import backup
from rpcauth.cli.call import call
from rpcauth.cli.check import check
from rpcauth.cli.completion import completion
from rpcauth.cli.config import config
from rpcauth.cli.console import console
from rpcauth.cli.doctor import doctor
from rpcauth.cli.entries import applications, callers, services
from rpcauth.cli.export import export
from rpcauth.cli.failures import reported
from rpcauth.cli.gateway import gateway
from rpcauth.cli.keys import keys
from rpcauth.cli.migrate import migrate
from rpcauth.cli.openrpc import openrpc
from rpcauth.cli.restore import restore
from rpcauth.cli.serve import serve
from rpcauth.cli.tokens import tokens
from rpcauth.cli.version import version

_LAST_STANDARD: Final = 2
"""The highest descriptor of standard input, output and error."""

VERBS: tuple[click.Command, ...] = (
    serve,
    config,
    migrate,
    apply,
    export,
    services,
    applications,
    callers,
    call,
    check,
    keys,
    tokens,
    openrpc,
    console,
    doctor,
    gateway,
    backup,
    restore,
    audit,
    completion,
    version,
)


class Verbs(click.Group):
    """The verbs in the order of a newcomer's needs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> object:
        with reported():
            return super().invoke(ctx)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def rpcauth() -> None:
    """An OAuth 2.0 provider daemon that speaks JSON-RPC.

    Exit status: 0 ok, 1 failed, 2 usage or configuration, 3 unreachable, 4 refused.
    """


for verb in VERBS:
    rpcauth.add_command(verb)


def main() -> None:
    _fill_standard_descriptors()
    rpcauth.main(prog_name="rpcauth")


def _fill_standard_descriptors() -> None:
    """Whatever is opened next must be none of 0 to 2: else log lines would be written into it, and libuv aborts."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= _LAST_STANDARD:
        pass
    os.close(descriptor)
