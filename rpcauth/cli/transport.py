"""JSON-RPC over HTTP from the client's side: one POST, over TCP, TLS or a unix socket."""

from __future__ import annotations

import http.client
import json
import socket
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rpcauth.cli.failures import CommandFailed, Misused, Unreachable
from rpcauth.config import Address, UnixAddress

RPC_PATH = "/rpc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a daemon is asked: a unix socket, or host and port; `name` is what messages call it."""

    name: str
    path: str = RPC_PATH
    unix: Path | None = None
    host: str = ""
    port: int | None = None
    is_tls: bool = False


class NobodyListens(Exception):
    """Nothing answers at an endpoint: no such socket, or its process is gone."""


def parse_url(text: str, setting: str = "RPCAUTH_URL") -> Endpoint:
    """An endpoint of `http://host:port[/path]`, `https://…` or `unix:/path`, named by `setting`. Raises Misused."""
    if text.startswith("unix:"):
        return unix_endpoint(Path(text.removeprefix("unix:")))
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.scheme not in ("http", "https") or parts.username is not None:
        what = f"{setting}: no URL of a daemon; write http://127.0.0.1:8700/rpc, https://… or unix:/path"
        raise Misused(what)
    return Endpoint(name=text, path=parts.path or RPC_PATH, host=host, port=port, is_tls=parts.scheme == "https")


def endpoint_of(address: Address, *, is_tls: bool) -> Endpoint:
    """The endpoint of an address that the configuration listens on."""
    if isinstance(address, UnixAddress):
        return unix_endpoint(address.path)
    return Endpoint(name=str(address), host=address.host, port=address.port, is_tls=is_tls)


def unix_endpoint(path: Path) -> Endpoint:
    return Endpoint(name=f"unix:{path}", unix=path)


def encode_call(method: str, params: object = None) -> bytes:
    """One call of JSON-RPC 2.0; `params` None leaves them out."""
    call = {"jsonrpc": "2.0", "id": 1, "method": method}
    return json.dumps(call if params is None else {**call, "params": params}).encode()


def post(endpoint: Endpoint, body: bytes, *, authorization: str | None = None, timeout: float) -> dict[str, Any]:
    """The reply object. Raises NobodyListens, or CommandFailed for what is no JSON-RPC reply; `timeout` in seconds."""
    headers = {"Content-Type": "application/json"}
    if authorization is not None:
        headers["Authorization"] = authorization
    try:
        with closing(connect(endpoint, timeout)) as connection:
            connection.request("POST", endpoint.path, body, headers)
            response = connection.getresponse()
            return _decode(endpoint, response.status, response.read())
    except (ConnectionRefusedError, FileNotFoundError, NotADirectoryError) as error:
        raise NobodyListens(endpoint.name) from error
    except TimeoutError:
        raise Unreachable(f"{endpoint.name}: no answer within {timeout:g} s") from None
    except (OSError, http.client.HTTPException) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        advice = "become the daemon's user" if isinstance(error, PermissionError) else "type: rpcauth doctor"
        raise Unreachable(f"{endpoint.name}: {why}; {advice}") from None


def connect(endpoint: Endpoint, timeout: float) -> http.client.HTTPConnection:
    """A connection that is not open yet; `timeout` in seconds."""
    if endpoint.unix is not None:
        return _UnixConnection(endpoint.unix, timeout)
    if endpoint.is_tls:
        return http.client.HTTPSConnection(endpoint.host, endpoint.port, timeout=timeout)
    return http.client.HTTPConnection(endpoint.host, endpoint.port, timeout=timeout)


def _decode(endpoint: Endpoint, status: int, body: bytes) -> dict[str, Any]:
    try:
        reply = json.loads(body)
    except ValueError:
        reply = None
    if not isinstance(reply, dict) or not {"result", "error"} & reply.keys():
        raise CommandFailed(f"{endpoint.name}: HTTP {status} and no JSON-RPC reply; is this the daemon's URL?")
    return reply


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))
