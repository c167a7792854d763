"""`rpcauth doctor`: what is amiss, and what to type."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from rpcauth.cli.failures import FAILED, Misused
from rpcauth.cli.options import config_option, json_option, load_config, say
from rpcauth.cli.printing import print_json, print_members


@click.command()
@click.option("--reset-clock", is_flag=True, help="Believe the wall clock again after a jump, then examine.")
@click.option("--incident", metavar="ID", help="Explain what was refused, or failed, under this id.")
@click.option(
    "--log",
    "log_file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Look for the incident in this log of JSON lines, - for stdin; else the daemon is asked.",
)
@config_option
@json_option
def doctor(reset_clock: bool, incident: str | None, log_file: Path | None, config_file: Path, as_json: bool) -> None:
    """Examine all that a daemon needs. Exit status 1 when something fails.

    With --incident it explains that one instead, from the memory of the running daemon or from its log.
    """
    if incident is not None:
        _explain(incident, log_file, config_file, as_json=as_json)
        return
    if log_file is not None:
        raise Misused("--log: goes with --incident ID")
    from rpcauth.cli.administration import administer, is_running
    from rpcauth.cli.examination import Verdict, examine

    config = load_config(config_file)
    if reset_clock:
        administer(config, "admin.resetClock")
        say("the wall clock is believed again")
    findings = list(examine(config, config_file, partial(administer, config), partial(is_running, config)))
    if as_json:
        names = ("subject", "verdict", "text", "advice")
        print_json([{name: getattr(finding, name) for name in names} for finding in findings])
    else:
        for finding in findings:
            advice = f"; {finding.advice}" if finding.advice else ""
            click.echo(f"{finding.verdict:<4}  {finding.subject}: {finding.text}{advice}")
    if any(finding.verdict is Verdict.FAIL for finding in findings):
        raise click.exceptions.Exit(FAILED)


def _explain(incident: str, log_file: Path | None, config_file: Path, *, as_json: bool) -> None:
    from rpcauth.cli.incidents import ask_daemon_about, check_id, read_log

    check_id(incident)
    found = ask_daemon_about(load_config(config_file), incident) if log_file is None else read_log(log_file, incident)
    if as_json:
        print_json(found)
    else:
        print_members({name: value for name, value in found.items() if value is not None})
