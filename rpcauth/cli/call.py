"""`rpcauth call`: a JSON-RPC client."""

from __future__ import annotations

import json
import os
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rpcauth.cli.failures import FAILED, Misused, Unreachable
from rpcauth.cli.options import config_option, json_option, load_config, read_secret
from rpcauth.cli.parameters import read_params
from rpcauth.cli.printing import print_json

if TYPE_CHECKING:
    from rpcauth.cli.transport import Endpoint

PATIENCE = 30.0
COMPLETION_PATIENCE = 0.5
"""Seconds that a reply may take; less while somebody waits for the tab key."""


def complete_method(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """The method names of the daemon, or of this program where none answers."""
    config_file = context.params.get("config_file") or Path("rpcauth.toml")
    try:
        names = [
            one["name"] for one in _ask(config_file, "rpc.discover", None, COMPLETION_PATIENCE)["result"]["methods"]
        ]
    except Exception:  # noqa: BLE001 - whatever is amiss, a shell that completes a word is not the place to tell
        names = _list_own_methods()
    return sorted(name for name in names if name.startswith(incomplete))


@click.command()
@click.argument("method", shell_complete=complete_method)
@click.argument("params", nargs=-1)
@click.option(
    "--timeout",
    metavar="SECONDS",
    type=click.FloatRange(min=0, min_open=True),
    default=PATIENCE,
    show_default=True,
    help="How long an answer may take.",
)
@config_option
@json_option
def call(method: str, params: tuple[str, ...], timeout: float, config_file: Path, as_json: bool) -> None:
    """Call a method over JSON-RPC.

    The result goes to stdout; an error goes to stderr, with exit status 1. PARAMS are one JSON array or object, or - to
    read it from stdin; or words: name=text, name:=JSON, and object.member=text for a member of an object.

    \b
    rpcauth call oauth2.fetchAccessToken '["rmeqcgpw3zu2y47y9bs8vs2h", "rpa_..."]'
    rpcauth call oauth2.fetchAccessToken service_key=rmeqcgpw3zu2y47y9bs8vs2h access_token=rpa_...

    RPCAUTH_URL is the daemon (http://host:port/rpc, https://..., unix:/path); RPCAUTH_CALLER is the api_key of the
    caller and RPCAUTH_SECRET_FILE the file with its secret. Without RPCAUTH_URL the configuration tells: a caller goes
    to the first address of [server] listen, anybody else, as the administrator, to [server] admin. SSL_CERT_FILE names
    the authorities of https.
    """
    reply = _ask(config_file, method, read_params(params), timeout)
    is_error = reply.get("error") is not None
    if as_json:
        click.echo(json.dumps(reply, ensure_ascii=False))
    elif is_error:
        click.echo(json.dumps(reply["error"], indent=2, ensure_ascii=False), err=True)
    else:
        print_json(reply["result"])
    if is_error:
        raise click.exceptions.Exit(FAILED)


def _ask(config_file: Path, method: str, params: list[Any] | dict[str, Any] | None, timeout: float) -> dict[str, Any]:
    from rpcauth.cli.transport import NobodyListens, encode_call, post

    api_key = os.environ.get("RPCAUTH_CALLER")
    endpoint = _find_endpoint(config_file, is_caller=api_key is not None)
    authorization = None if api_key is None else _authorize(api_key)
    try:
        return post(endpoint, encode_call(method, params), authorization=authorization, timeout=timeout)
    except NobodyListens:
        what = f"{endpoint.name}: nobody answers"
        raise Unreachable(f"{what}; start the daemon: rpcauth serve, or set RPCAUTH_URL") from None


def _find_endpoint(config_file: Path, *, is_caller: bool) -> Endpoint:
    from rpcauth.cli.transport import endpoint_of, parse_url, unix_endpoint

    url = os.environ.get("RPCAUTH_URL")
    if url is not None:
        return parse_url(url)
    server = load_config(config_file).server
    if not is_caller:
        return unix_endpoint(server.admin.path)
    return endpoint_of(server.listen[0], is_tls=server.tls.certificate is not None)


def _authorize(api_key: str) -> str:
    file = os.environ.get("RPCAUTH_SECRET_FILE")
    if file is None:
        what = "RPCAUTH_CALLER is set and RPCAUTH_SECRET_FILE is not"
        raise Misused(f"{what}; write the caller's secret into a file (0600) and name it there")
    secret = read_secret(Path(file), "RPCAUTH_SECRET_FILE")
    return "Basic " + b64encode(f"{api_key}:{secret}".encode()).decode()


def _list_own_methods() -> list[str]:
    from rpcauth.rpc.methods import METHODS

    return list(METHODS)
