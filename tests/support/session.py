"""A provider driven step by step, for tests that are no coroutines: one event loop, a store that closes and reopens.

Requests are made as they should be, or as an attacker named by what is wrong with them.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, TypeVar

from rpcauth.oauth.token_text import parse, write
from rpcauth.operations.token_values import write_reference
from tests.support.provider import CLIENT, PUBLIC_CLIENT, Provider, VirtualClock, open_provider

T = TypeVar("T")

CLIENTS: dict[str, dict[str, str]] = {"client": CLIENT, "public": PUBLIC_CLIENT}
OTHER = {"client": "public", "public": "client", "service": "second", "second": "service"}
ATTACKERS = ("other client", "wrong secret", "other service", "made up")


class Session:
    """The calls of one history; `open` before the first, `end` after the last."""

    provider: Provider

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self._folder = tempfile.TemporaryDirectory()
        self._opened: AbstractAsyncContextManager[Provider] | None = None

    def end(self) -> None:
        self.close()
        self._runner.close()
        self._folder.cleanup()

    @property
    def now(self) -> int:
        return self.provider.store.now()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    def open(self, clock: VirtualClock, master: bytes | None = None) -> None:
        self._opened = open_provider(Path(self._folder.name), clock, master)
        self.provider = self.run(_enter(self._opened))

    def close(self) -> None:
        if self._opened is not None:
            self.run(_leave(self._opened))
            self._opened = None

    def result(self, method: str, params: object) -> Any:
        return self.run(self.provider.result(method, params))

    def error_or_result(self, method: str, params: object) -> Any:
        """The result, or the OAuth error's code."""
        reply = self.run(self.provider.call(method, params))
        return reply["result"] if "result" in reply else reply["error"]["data"]["error"]

    def token_call(self, service: str, client: dict[str, str], data: dict[str, Any], **named: Any) -> dict[str, Any]:
        return {"service_key": service, "client": client, "token_data": data, **named}

    def as_attacker(self, service: str, client: str, text: str, by: str) -> tuple[str, dict[str, str], str]:
        """Service, client and token of a request that goes wrong as `by` says."""
        proof = CLIENTS[OTHER[client] if by == "other client" else client]
        if by == "wrong secret":
            proof = {**proof, "client_secret": "wrong"}
        return OTHER[service] if by == "other service" else service, proof, make_up(text) if by == "made up" else text

    def present(self, service: str, client: str, data: dict[str, Any], by: str, **named: Any) -> Any:
        name = "code" if "code" in data else "refresh_token"
        service, proof, text = self.as_attacker(service, client, data[name], by)
        return self.error_or_result(
            "oauth2.createAccessToken", self.token_call(service, proof, {**data, name: text}, **named)
        )

    def revoke(self, service: str, client: str, text: str, by: str) -> str:
        """The OAuth error, "" for success."""
        service, proof, text = self.as_attacker(service, client, text, by)
        params = {"service_key": service, "client": proof, "access_token": text}
        reply = self.error_or_result("oauth2.revokeAccessToken", params)
        if by == "wrong secret":
            assert reply == "invalid_client"
            return ""
        return "" if reply is True else str(reply)

    def reference_of(self, text: str) -> str:
        """The reference to an access token."""
        presented = parse(text)
        assert presented is not None
        return write_reference(self.provider.store.keyring, presented.id)


def make_up(text: str) -> str:
    """A token of the same kind and id, with another secret."""
    presented = parse(text)
    assert presented is not None
    return write(presented.kind, presented.id, bytes(32))


async def _enter(manager: AbstractAsyncContextManager[T]) -> T:
    return await manager.__aenter__()


async def _leave(manager: AbstractAsyncContextManager[Any]) -> None:
    await manager.__aexit__(None, None, None)
