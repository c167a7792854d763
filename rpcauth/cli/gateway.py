"""`rpcauth gateway`: the configuration of a gateway that asks this daemon about every request."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from rpcauth.cli.options import config_option, load_config, say

if TYPE_CHECKING:
    from rpcauth.config import Address, Config, TcpAddress

KINDS: Final = ("nginx", "caddy", "envoy", "haproxy", "haproxy-lua")

_PLAIN: Final = re.compile(r"[A-Za-z0-9._:/+~-]+(?: [A-Za-z0-9._:/+~-]+)*")
"""A scope that no gateway's syntax gives another meaning."""


@click.command()
@click.argument("kind", type=click.Choice(KINDS))
@click.option("--upstream", metavar="HOST:PORT", default="127.0.0.1:9000", show_default=True, help="The protected API.")
@click.option("--listen", metavar="HOST:PORT", default="127.0.0.1:8080", show_default=True, help="For the clients.")
@click.option("--service", "service_key", metavar="SERVICE_KEY", help="The service; default: [authz] service_key.")
@click.option("--scope", metavar="SCOPE", help="What every request needs, beside what [authz] scopes says.")
@config_option
def gateway(
    kind: str, *, upstream: str, listen: str, service_key: str | None, scope: str | None, config_file: Path
) -> None:
    """Print the configuration of a gateway in front of an API.

    It is ready for nginx, Caddy, Envoy or HAProxy. The gateway asks this daemon at /services/SERVICE_KEY/authz, tells
    the upstream whose request it is, and removes what a client sends under the names of those headers. HAProxy needs
    the output of haproxy-lua beside it.
    """
    from rpcauth.cli.gateways import caddy, envoy, haproxy, nginx
    from rpcauth.cli.gateways.plan import Plan

    config = load_config(config_file)
    plan = Plan(
        daemon=_choose_address(config),
        service_key=_choose_service(config, service_key),
        upstream=_read_address("--upstream", upstream),
        listen=_read_address("--listen", listen),
        scope=_check_scope(scope),
    )
    if not config.authz.enabled:
        say(f"warning: the daemon does not answer gateways yet: add enabled = true to [authz] of {config_file}")
    render = {
        "nginx": nginx.render,
        "caddy": caddy.render,
        "envoy": envoy.render,
        "haproxy": haproxy.render,
        "haproxy-lua": haproxy.render_script,
    }[kind]
    click.echo(render(plan), nl=False)


def _choose_address(config: Config) -> Address:
    """The first address without TLS: on this machine a gateway needs none."""
    from rpcauth.cli.failures import Misused
    from rpcauth.config import TcpAddress, UnixAddress

    has_tls = config.server.tls.certificate is not None
    for address in config.server.listen:
        if isinstance(address, UnixAddress):
            return address
        if not has_tls and address.port:
            host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address.host, address.host)
            return TcpAddress(host=host, port=address.port)
    what = "the daemon has no address that a gateway can be told"
    raise Misused(f'[server] listen: {what}; add "unix:/run/rpcauth/gateway.sock", which has no TLS and no port')


def _choose_service(config: Config, service_key: str | None) -> str:
    from rpcauth.cli.failures import Misused

    chosen = service_key or config.authz.service_key
    if chosen is None:
        raise Misused("which service? name it with --service, or by service_key in [authz]")
    return chosen


def _read_address(option: str, text: str) -> TcpAddress:
    from rpcauth.cli.failures import Misused
    from rpcauth.config import TcpAddress, parse_address

    try:
        address = parse_address(text)
    except ValueError:
        address = None
    if not isinstance(address, TcpAddress):
        raise Misused(f'{option}: is no address; write host and port: "127.0.0.1:9000"')
    return address


def _check_scope(scope: str | None) -> str | None:
    from rpcauth.cli.failures import Misused

    if scope is not None and not _PLAIN.fullmatch(scope):
        what = "holds characters that gateways read as their own"
        raise Misused(f"--scope: {what}; leave it out, and write the scope into the table scopes of [authz]")
    return scope
