"""`rpcauth check`: wire example files, replayed against a running daemon."""

from __future__ import annotations

from pathlib import Path

import click

from rpcauth.cli.failures import FAILED, Misused
from rpcauth.cli.options import config_option, json_option


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--url", metavar="URL", help="The daemon: http://host:port, https://… or unix:/path. [env: RPCAUTH_URL]")
@click.option("--admin", metavar="unix:PATH", help="The administrative socket, for files that need it.")
@click.option("--caller", "callers", metavar="[NAME=]API_KEY", multiple=True, help="Who calls. [env: RPCAUTH_CALLER]")
@click.option(
    "--secret-file",
    "secret_files",
    metavar="FILE",
    type=click.Path(path_type=Path),
    multiple=True,
    help="The caller's secret, one file for each --caller. [env: RPCAUTH_SECRET_FILE]",
)
@click.option("--has", metavar="WORD", multiple=True, help="What the daemon has of what files need, such as ym.")
@click.option("--tags", metavar="TAG,…", default="", help="Only files with one of these tags.")
@click.option("--junit", metavar="FILE", type=click.Path(path_type=Path), help="Write the outcomes as JUnit XML too.")
@click.option("--record", is_flag=True, help="Write the replies that came into the files, for review.")
@click.option("--fail-fast", is_flag=True, help="Stop at the first file that fails.")
@click.option(
    "--timeout",
    metavar="SECONDS",
    type=click.FloatRange(min=0, min_open=True),
    default=30.0,
    show_default=True,
    help="How long an answer may take.",
)
@config_option
@json_option
def check(
    *,
    paths: tuple[Path, ...],
    url: str | None,
    admin: str | None,
    callers: tuple[str, ...],
    secret_files: tuple[Path, ...],
    has: tuple[str, ...],
    tags: str,
    junit: Path | None,
    record: bool,
    fail_fast: bool,
    timeout: float,
    config_file: Path,
    as_json: bool,
) -> None:
    """Replay wire example files against a running daemon.

    PATHS are .io files, and folders of them; without any, the conformance suites that come with rpcauth. The format:
    docs/wire-examples.md. Lines of the Test Anything Protocol go to stdout, for what failed with the differences
    (- expected, + received) and the curl line that repeats the request.

    \b
    rpcauth check examples/conformance --url http://127.0.0.1:8700 --caller demo --secret-file demo.secret

    Where a file names nobody the caller named demo calls, or else the first. A file that names another caller, or
    needs what --has does not tell, is skipped. Without --url the configuration tells where the daemon is.

    Exit status: 0 all as expected, 1 a difference, 2 a file or word that cannot be used, 3 nobody answers.
    """
    from rpcauth.cli import checking
    from rpcauth.wire.checking import check_all
    from rpcauth.wire.suites import conformance_folder

    files = checking.select(checking.read_files(paths or (conformance_folder(),)), tags)
    endpoint, administrative = checking.find_endpoints(url, admin, config_file)
    checker = checking.make_checker(
        endpoint, administrative, checking.read_callers(callers, secret_files), has, timeout=timeout, goes_on=record
    )
    show = checking.show_json if as_json else checking.show_tap
    with checking.reached(endpoint):
        outcomes = show(check_all(files, checker, fails_fast=fail_fast), len(files))
    if junit is not None:
        checking.write_junit(junit, outcomes)
    if all(outcome.skipped is not None for outcome in outcomes):
        reasons = ", ".join(sorted({outcome.skipped or "" for outcome in outcomes}))
        raise Misused(f"every file was skipped ({reasons}); say more with --caller and --has")
    is_well = [checking.record(outcome) if record else outcome.is_good for outcome in outcomes]
    if not all(is_well):
        raise click.exceptions.Exit(FAILED)
