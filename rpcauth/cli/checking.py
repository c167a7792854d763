"""What `rpcauth check` is told, and what it tells."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import click

from rpcauth.cli.failures import Misused, Unreachable
from rpcauth.cli.options import load_config, read_secret, say
from rpcauth.cli.printing import print_json
from rpcauth.cli.transport import Endpoint, connect, endpoint_of, parse_url, unix_endpoint
from rpcauth.log.redaction import scrub
from rpcauth.storage.clock import wall_clock
from rpcauth.wire.checking import Checker, Outcome
from rpcauth.wire.credentials import Credentials
from rpcauth.wire.curl import Address
from rpcauth.wire.files import FileInvalid, WireFile
from rpcauth.wire.junit import render_junit
from rpcauth.wire.parsing import read_file
from rpcauth.wire.recording import record as record_replies
from rpcauth.wire.replay import NotReached, Site
from rpcauth.wire.suites import find_files
from rpcauth.wire.tap import render_outcome, render_plan

FIRST = "demo"
"""Who calls where a file names nobody: the caller of that name, or else the first."""
ADMIN = "admin"
"""The need that an administrative socket meets."""


def read_files(paths: Sequence[Path]) -> list[WireFile]:
    """The files at the paths, in their order. Raises Misused with every problem of every file."""
    files, problems = [], []
    for path in paths:
        found = list(find_files(path))
        if not found:
            problems.append(f"{path}: no .io file in this folder; name another one")
        for file in found:
            try:
                files.append(read_file(file))
            except FileInvalid as error:
                problems.append(str(error))
            except OSError as error:
                problems.append(f"{file}: {error.strerror}; name a .io file or a folder of them")
    if problems:
        raise Misused("\n".join(problems))
    return files


def select(files: list[WireFile], tags: str) -> list[WireFile]:
    """The files with one of the tags, which are parted by commas; all without any. Raises Misused where none has."""
    wanted = {tag.strip() for tag in tags.split(",")} - {""}
    selected = [file for file in files if not wanted or wanted & file.tags]
    if not selected:
        known = ", ".join(sorted({tag for file in files for tag in file.tags})) or "none"
        raise Misused(f"--tags: no file has {' or '.join(sorted(wanted))}; the tags there are: {known}")
    return selected


def find_endpoints(url: str | None, admin: str | None, config_file: Path) -> tuple[Endpoint, Endpoint | None]:
    """Where to send requests, and where administrative ones. Without a URL both are the configuration's."""
    named = url or os.environ.get("RPCAUTH_URL")
    administrative = None if admin is None else parse_url(admin, "--admin")
    if named is not None:
        return parse_url(named, "RPCAUTH_URL" if url is None else "--url"), administrative
    server = load_config(config_file).server
    endpoint = endpoint_of(server.listen[0], is_tls=server.tls.certificate is not None)
    return endpoint, administrative or unix_endpoint(server.admin.path)


def read_callers(callers: Sequence[str], secret_files: Sequence[Path]) -> dict[str, Credentials]:
    """The callers by the names that files use, `demo` before all; else that of the environment. Raises Misused."""
    known = os.environ.get("RPCAUTH_CALLER"), os.environ.get("RPCAUTH_SECRET_FILE")
    if not callers and not secret_files and known[0] is not None:
        callers, secret_files = [known[0]], [] if known[1] is None else [Path(known[1])]
    if len(callers) != len(secret_files):
        what = f"{len(callers)} callers and {len(secret_files)} files with secrets"
        raise Misused(f"{what}; write --secret-file FILE behind each --caller")
    found = {}
    for caller, file in zip(callers, secret_files, strict=True):
        name, _, api_key = caller.rpartition("=")
        found[name or api_key] = Credentials(api_key, read_secret(file, "--secret-file"), str(file))
    return {FIRST: found.get(FIRST) or next(iter(found.values())), **found} if found else {}


def make_checker(
    endpoint: Endpoint,
    administrative: Endpoint | None,
    callers: Mapping[str, Credentials],
    has: Iterable[str],
    *,
    timeout: float,
    goes_on: bool,
) -> Checker:
    """The checker of a daemon; a reply may take `timeout` seconds."""
    site = Site(
        connect=partial(connect, endpoint, timeout),
        administer=None if administrative is None else partial(connect, administrative, timeout),
        callers=callers,
        now=lambda: wall_clock() / 1000,
        path=endpoint.path,
    )
    met = {*has, *([] if administrative is None else [ADMIN])}
    return Checker(site=site, address=_address_of(endpoint), has=frozenset(met), scrub=_scrub, goes_on=goes_on)


@contextmanager
def reached(endpoint: Endpoint) -> Iterator[None]:
    """Turns a connection that cannot be made into Unreachable."""
    try:
        yield
    except NotReached as error:
        why = getattr(error.__cause__, "strerror", None) or "no connection"
        raise Unreachable(f"{endpoint.name}: {why}; start the daemon: rpcauth serve, or name another --url") from None


def show_tap(outcomes: Iterable[Outcome], count: int) -> list[Outcome]:
    """Print the outcomes as they come; all of them."""
    for line in render_plan(count):
        click.echo(line)
    shown = []
    for outcome in outcomes:
        shown.append(outcome)
        for line in render_outcome(len(shown), outcome):
            click.echo(line)
    skipped = sum(outcome.skipped is not None for outcome in shown)
    failed = sum(not outcome.is_good for outcome in shown)
    click.echo(f"# {len(shown) - skipped - failed} as expected, {failed} not, {skipped} skipped")
    return shown


def show_json(outcomes: Iterable[Outcome], count: int) -> list[Outcome]:
    """Print the outcomes as one JSON array, once all are there; all of them."""
    shown = list(outcomes)
    print_json([_tell(outcome) for outcome in shown])
    return shown


def write_junit(file: Path, outcomes: Sequence[Outcome]) -> None:
    """Write the outcomes as JUnit XML."""
    file.write_bytes(render_junit(outcomes))


def record(outcome: Outcome) -> bool:
    """Write the replies that came into the file of an outcome; whether it now says what the daemon does."""
    file = outcome.file
    if outcome.is_good or file.is_speconly:
        return outcome.is_good
    path = Path(file.name)
    written = record_replies(path.read_text("utf-8"), outcome.steps, lambda text: _scrub(text) != text)
    path.write_text(written, "utf-8")
    say(f"{path}: recorded; look it through before you keep it")
    return len(outcome.steps) == len(file.exchanges)


def _tell(outcome: Outcome) -> dict[str, object]:
    failures = [{"line": one.line, "problem": one.problem, "curl": one.curl} for one in outcome.failures]
    return {
        "file": outcome.file.name,
        "title": outcome.file.title,
        "outcome": "skipped" if outcome.skipped is not None else "ok" if outcome.is_good else "failed",
        "skipped": outcome.skipped,
        "seconds": round(outcome.seconds, 3),
        "failures": failures,
    }


def _address_of(endpoint: Endpoint) -> Address:
    if endpoint.unix is not None:
        return Address("http://localhost", str(endpoint.unix))
    host = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
    port = "" if endpoint.port is None else f":{endpoint.port}"
    return Address(f"{'https' if endpoint.is_tls else 'http'}://{host}{port}")


def _scrub(text: str) -> str:
    return scrub(text.encode(errors="replace")).decode(errors="replace")
