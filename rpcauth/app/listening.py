"""Where a daemon listens: where its configuration says, or on the sockets that the service manager handed over."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable, Iterable, Iterator
from ipaddress import ip_address

from rpcauth.app.core import make_folder
from rpcauth.config import Config, TcpAddress, UnixAddress
from rpcauth.errors import ConfigurationInvalid
from rpcauth.server.inheritance import Inherited
from rpcauth.server.listeners import ADMIN_MODE, RPC_MODE, Listener, listen_tcp, listen_unix
from rpcauth.server.tls import build_tls

_log = logging.getLogger(__name__)


def open_listeners(config: Config, inherited: Inherited, say: Callable[[str], None]) -> Iterator[Listener]:
    """The sockets for callers, one after the other. Raises ConfigurationInvalid.

    Sockets that were handed over stand in place of all of [server] listen: the service manager decides then, and a
    daemon that also bound the rest would listen where nobody wants it.
    """
    if inherited.rpc:
        check_exposure(config, inherited.rpc)
        _log.info("listening where the service manager says; [server] listen is not used")
        yield from inherited.rpc
        return
    for address in config.server.listen:
        if isinstance(address, UnixAddress):
            yield _listen_unix(address, RPC_MODE, say)
        else:
            yield listen_tcp(address.host, address.port)


def open_admin_listeners(config: Config, inherited: Inherited, say: Callable[[str], None]) -> Iterator[Listener]:
    """The administrative socket. Raises ConfigurationInvalid."""
    if any(listener.is_tcp for listener in inherited.admin):
        what = "socket activation: the socket named admin is TCP, which proves nobody"
        raise ConfigurationInvalid([f"{what}; give it a path: ListenStream=/run/rpcauth/admin.sock"])
    if inherited.admin:
        yield from inherited.admin
    else:
        yield _listen_unix(config.server.admin, ADMIN_MODE, say)


def open_metrics_listeners(config: Config, inherited: Inherited, say: Callable[[str], None]) -> Iterator[Listener]:
    """The socket for metrics and health, if there is one. Raises ConfigurationInvalid."""
    if inherited.metrics:
        yield from inherited.metrics
        return
    match config.metrics.listen:
        case UnixAddress() as address:
            yield _listen_unix(address, RPC_MODE, say)
        case TcpAddress(host=host, port=port):
            yield listen_tcp(host, port)


def find_tls(config: Config) -> ssl.SSLContext | None:
    """A context of the files as they are now; None for plain TCP. Raises ConfigurationInvalid."""
    tls = config.server.tls
    return build_tls(tls.certificate, tls.key, tls.client_ca) if tls.certificate and tls.key else None


def check_exposure(config: Config, listeners: Iterable[Listener]) -> None:
    """Sockets that were handed over keep the rule of [server] listen: no plain TCP for other machines.

    Raises ConfigurationInvalid.
    """
    server = config.server
    if server.behind_tls_proxy or server.tls.certificate is not None:
        return
    problems = [
        f"socket activation: {one.name} is open to other machines without TLS; "
        "fill in [server.tls], or set behind_tls_proxy = true, or listen on 127.0.0.1"
        for one in listeners
        if one.is_tcp and not ip_address(one.sock.getsockname()[0]).is_loopback
    ]
    if problems:
        raise ConfigurationInvalid(problems)


def _listen_unix(address: UnixAddress, mode: int, say: Callable[[str], None]) -> Listener:
    try:
        make_folder(address.path.parent, say)
    except OSError as error:
        problem = f'listen "{address}": {error.filename}: {error.strerror}; make the folder, or choose another'
        raise ConfigurationInvalid([problem]) from None
    return listen_unix(address.path, mode=mode)
