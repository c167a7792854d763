"""Calls to a daemon whose every secret, issued or presented, is remembered."""

from __future__ import annotations

import hashlib
import json
import socket
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from tests.support.daemon import PATIENCE, RunningDaemon
from tests.support.leaks import find_tokens

SECRET_MEMBERS = {"secret", "client_secret", "code_verifier", "access_token", "refresh_token", "code"}


@dataclass(slots=True)
class Trail:
    """A daemon, and the secrets that have gone to it or come from it. `proof` is the caller's Authorization."""

    daemon: RunningDaemon
    proof: str
    secrets: set[bytes] = field(default_factory=set)
    codes: list[int] = field(default_factory=list)
    """The error codes of all calls that failed."""

    def call(self, method: str, params: Mapping[str, Any], path: str = "/rpc") -> dict[str, Any]:
        """One call over HTTP, its reply decoded."""
        body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, "id": 1}).encode()
        return self._note(params, json.loads(self.daemon.post(body, path, {"Authorization": self.proof})[2]))

    def administer(self, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """One call on the administrative socket, its reply decoded."""
        return self._note(params, self.daemon.administer(method, params))

    def send(self, *parts: bytes) -> bytes:
        """Bytes as they are, on a connection of their own; what came back until its end."""
        with closing(socket.create_connection(("127.0.0.1", self.daemon.port), PATIENCE)) as connection:
            connection.sendall(b"".join(parts))
            connection.shutdown(socket.SHUT_WR)
            received = b""
            try:
                while data := connection.recv(65_536):
                    received += data
            except ConnectionResetError:
                return received
            return received

    def _note(self, params: Mapping[str, Any], reply: dict[str, Any]) -> dict[str, Any]:
        for value in (params, reply):
            self.secrets.update(_secrets_in(value))
            self.secrets.update(find_tokens(json.dumps(value).encode()))
        if "error" in reply:
            self.codes.append(reply["error"]["code"])
        return reply


def _secrets_in(value: object) -> Iterator[bytes]:
    if isinstance(value, Mapping):
        for name, member in value.items():
            if name in SECRET_MEMBERS and isinstance(member, str):
                yield member.encode()
            yield from _secrets_in(member)
    elif isinstance(value, list):
        for member in value:
            yield from _secrets_in(member)


def basic(api_key: str, secret: str) -> str:
    return "Basic " + b64encode(f"{api_key}:{secret}".encode()).decode()


def challenge_of(verifier: str) -> str:
    """S256 of RFC 7636 §4.2."""
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
