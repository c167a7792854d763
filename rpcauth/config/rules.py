"""What settings must be together, beyond the type and bounds of each."""

from __future__ import annotations

import re

from rpcauth.config.address import TcpAddress, UnixAddress
from rpcauth.config.routes import find_route_problems
from rpcauth.config.sections import Server
from rpcauth.config.settings import Config
from rpcauth.source.problems import Problems

_ORIGIN = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")
_SERVER_ID = re.compile(r"WS-[0-9]{1,10}-[0-9]{1,10}-[0-9]{3}")
_NO_ADDRESS = "needs an address that the world reaches, and listen has unix sockets alone"
_LONGEST_SOCKET_PATH = 107  # sun_path of unix(7) has 108 bytes, the last one a NUL


def find_rule_problems(config: Config, problems: Problems) -> None:
    """Adds every broken rule of an anchored configuration to `problems`."""
    server = config.server
    if problems.is_clean(("server", "workers")) and server.workers != 1:
        problems.add(("server", "workers"), "more than one worker is not available in this version", "set it to 1")
    if config.storage.durability == "strict":
        what = '"strict" waits for a standby, which SQLite has not'
        problems.add(("storage", "durability"), what, 'set it to "full", which survives a power cut')
    if "/" in config.keys.credential:
        problems.add(("keys", "credential"), "is no name of a credential", 'write its name alone: "master-key"')
    _find_tls_problems(server, problems)
    _find_origin_problems(server, problems)
    _find_address_problems(server, problems)
    _find_ym_problems(config, problems)
    _find_oauth2_problems(config, problems)
    _find_console_problems(config, problems)
    _find_metrics_problems(config, problems)
    find_route_problems(config.authz.scopes, ("authz", "scopes"), problems)


def _find_tls_problems(server: Server, problems: Problems) -> None:
    tls = server.tls
    if not problems.is_clean(("server", "tls")):
        return
    if tls.certificate is not None and tls.key is None:
        problems.add(("server", "tls", "certificate"), "has no private key with it", 'add key = "…" to [server.tls]')
    if tls.key is not None and tls.certificate is None:
        problems.add(("server", "tls", "key"), "has no certificate with it", 'add certificate = "…" to [server.tls]')
    if tls.client_ca is not None and tls.certificate is None:
        problems.add(("server", "tls", "client_ca"), "needs TLS", "add certificate and key to [server.tls]")


def _find_origin_problems(server: Server, problems: Problems) -> None:
    for pointer, origin in problems.place_items(("server", "allowed_origins"), server.allowed_origins):
        if not _ORIGIN.fullmatch(origin):
            problems.add(
                pointer, "is no origin", 'write it as a browser sends it: "https://host" or "https://host:port"'
            )


def _find_address_problems(server: Server, problems: Problems) -> None:
    is_plain = server.tls.certificate is None and problems.is_clean(("server", "tls"), ("server", "behind_tls_proxy"))
    listening = problems.place_items(("server", "listen"), server.listen)
    for pointer, address in ((("server", "admin"), server.admin), *listening):
        match address:
            case TcpAddress() if is_plain and not server.behind_tls_proxy and not address.is_loopback:
                what = f"{address} is open to other machines without TLS"
                advice = "fill in [server.tls], or set behind_tls_proxy = true, or listen on 127.0.0.1"
                problems.add(pointer, what, advice)
            case UnixAddress(path=path) if len(str(path).encode()) > _LONGEST_SOCKET_PATH:
                what = f"{path} is longer than the {_LONGEST_SOCKET_PATH} bytes that a socket's path may have"
                problems.add(pointer, what, "choose a shorter one")
            case UnixAddress() if pointer != ("server", "admin") and address == server.admin:
                problems.add(pointer, "is the administrative socket", "choose another path for one of them")


def _find_ym_problems(config: Config, problems: Problems) -> None:
    ym = config.ym
    if ym.enabled and ym.service_key is None and problems.is_clean(("ym", "service_key")):
        what = "needs to know whose applications are served"
        problems.add(("ym", "enabled"), what, 'add service_key = "…" to [ym]')
    if ym.enabled and _lacks_base_url(config, problems):
        problems.add(("ym", "enabled"), _NO_ADDRESS, 'add base_url = "https://…" to [oauth2]')
    if ym.server_id is not None and not _SERVER_ID.fullmatch(ym.server_id):
        problems.add(("ym", "server_id"), "is no ServerID", 'write one such as "WS-6-183-431", or leave it out')


def _find_oauth2_problems(config: Config, problems: Problems) -> None:
    if config.oauth2.enabled and _lacks_base_url(config, problems):
        problems.add(("oauth2", "enabled"), _NO_ADDRESS, 'add base_url = "https://…" to [oauth2]')


def _find_metrics_problems(config: Config, problems: Problems) -> None:
    address, server = config.metrics.listen, config.server
    if not problems.is_clean(("metrics",), ("server", "listen"), ("server", "admin")):
        return
    if address is not None and address in (*server.listen, server.admin):
        what = "is an address of [server], where the callers are"
        problems.add(("metrics", "listen"), what, 'write another one, such as "127.0.0.1:8710"')
    if isinstance(address, UnixAddress) and len(str(address.path).encode()) > _LONGEST_SOCKET_PATH:
        what = f"{address.path} is longer than the {_LONGEST_SOCKET_PATH} bytes that a socket's path may have"
        problems.add(("metrics", "listen"), what, "choose a shorter one")


def _find_console_problems(config: Config, problems: Problems) -> None:
    address = config.console.listen
    if address is not None and not address.is_loopback:
        what = f"{address} can be reached from other machines, and the console has no TLS"
        problems.add(("console", "listen"), what, "write 127.0.0.1, and reach it from afar by: ssh -L")


def _lacks_base_url(config: Config, problems: Problems) -> bool:
    return config.base_url is None and problems.is_clean(("oauth2", "base_url"), ("server", "listen"))
