"""`rpcauth doctor`: what is amiss, and what to type."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from rpcauth.cli.failures import FAILED
from rpcauth.cli.options import config_option, json_option, load_config, say
from rpcauth.cli.printing import print_json


@click.command()
@click.option("--reset-clock", is_flag=True, help="Believe the wall clock again after a jump, then examine.")
@config_option
@json_option
def doctor(reset_clock: bool, config_file: Path, as_json: bool) -> None:
    """Examine keys, store, disk, clock, sockets and addresses. Exit status 1 when something fails."""
    from rpcauth.cli.administration import administer, is_running
    from rpcauth.cli.examination import Verdict, examine

    config = load_config(config_file)
    if reset_clock:
        administer(config, "admin.resetClock")
        say("the wall clock is believed again")
    findings = list(examine(config, partial(administer, config), partial(is_running, config)))
    if as_json:
        names = ("subject", "verdict", "text", "advice")
        print_json([{name: getattr(finding, name) for name in names} for finding in findings])
    else:
        for finding in findings:
            advice = f"; {finding.advice}" if finding.advice else ""
            click.echo(f"{finding.verdict:<4}  {finding.subject}: {finding.text}{advice}")
    if any(finding.verdict is Verdict.FAIL for finding in findings):
        raise click.exceptions.Exit(FAILED)
