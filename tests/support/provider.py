"""The provider in this process: real SQLite, real methods, a clock that the test moves. No HTTP."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rpcauth.definitions import Wanted, WantedApplication, difference
from rpcauth.definitions.execution import is_same_secret, prepare
from rpcauth.model import Application, Caller, GrantType, Millis, Secret, Service
from rpcauth.operations.authentication import ClientAuthenticator
from rpcauth.rpc.dialect import RPC, Dialect
from rpcauth.rpc.dispatch import Dispatcher
from rpcauth.rpc.invocation import Backend
from rpcauth.storage.opening import StoreSettings, open_store
from rpcauth.storage.sqlite import SqliteStore

START = Millis(1_800_000_000_000)
SERVICE = Service(service_key="service", name="Test API", grant_types=tuple(GrantType))
CLIENT = {"client_id": "client", "client_secret": "client-secret-of-the-tests"}
PUBLIC_CLIENT = {"client_id": "public"}
REDIRECT_URI = "https://client.example.com/cb"
APPLICATION = Application(
    client_id="client", id=7, name="Test App", redirect_uris=(REDIRECT_URI,), services=("service",)
)
PUBLIC_APPLICATION = replace(APPLICATION, client_id="public", id=8, public=True)
CALLER = Caller(name="tests", services=("*",), methods=("*",))


@dataclass(slots=True)
class VirtualClock:
    """Wall and monotonic clock in one, in milliseconds; it moves when the test says so."""

    time: int = START
    elapsed: int = 0

    def wall(self) -> Millis:
        return Millis(self.time)

    def monotonic(self) -> int:
        return self.elapsed

    def advance(self, *, seconds: float) -> None:
        """Time passes on both clocks."""
        self.time += int(seconds * 1000)
        self.elapsed += int(seconds * 1000)

    def jump(self, *, seconds: float) -> None:
        """The wall clock alone is set, as an operator or ntpd does."""
        self.time += int(seconds * 1000)


@dataclass(slots=True)
class Provider:
    """A store with its methods. `call` answers with the decoded reply, `result` with its result."""

    store: SqliteStore
    dispatcher: Dispatcher
    clock: VirtualClock
    path: Path
    master: bytes
    caller: Caller = CALLER
    dialect: Dialect = RPC
    issued: list[str] = field(default_factory=list)

    async def call(self, method: str, params: object, **options: Any) -> dict[str, Any]:
        """One JSON-RPC 2.0 call; `caller` and `dialect` may be given for it."""
        body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, "id": 1}).encode()
        reply = await self.dispatcher(body, options.get("caller", self.caller), options.get("dialect", self.dialect))
        decoded: dict[str, Any] = json.loads(reply.body)
        return decoded

    async def result(self, method: str, params: object, **options: Any) -> Any:
        """The result of a call that must succeed."""
        reply = await self.call(method, params, **options)
        assert "result" in reply, reply
        return reply["result"]

    async def oauth_error(self, method: str, params: object, **options: Any) -> str:
        """The OAuth error code of a call that must be refused with -2001."""
        reply = await self.call(method, params, **options)
        assert reply.get("error", {}).get("code") == -2001, reply
        code: str = reply["error"]["data"]["error"]
        return code

    async def define(self, wanted: Wanted) -> None:
        """Make services, applications and callers what is wanted; what is not named stays."""
        keyring = self.store.keyring
        changes = difference(
            self.store.definitions,
            wanted,
            prune=False,
            same_secret=lambda name, stored, secret: is_same_secret(keyring, name, stored, secret),
        )
        if changes:
            await self.store.execute(prepare(changes, keyring, self.store.now()).operation)

    async def set_service(self, **settings: Any) -> None:
        """Change settings of the test service."""
        await self.define(Wanted(services=(replace(self.store.definitions.services["service"], **settings),)))

    async def issue_code(self, client: Mapping[str, str] = CLIENT, **named: Any) -> str:
        """A fresh authorization code; `named` are further parameters of createAuthorizationCode."""
        params = {
            "service_key": "service",
            "client": {"client_id": client["client_id"]},
            "uri": {"redirect_uri": REDIRECT_URI},
            "user_context": "user",
            **named,
        }
        code: str = (await self.result("oauth2.createAuthorizationCode", params))["code"]
        return code

    def redemption(self, code: str, client: Mapping[str, str] = CLIENT, **token_data: Any) -> dict[str, Any]:
        """The parameters that redeem a code."""
        data = {"grant_type": "authorization_code", "code": code, **token_data}
        uri = {"redirect_uri": REDIRECT_URI}
        return {"service_key": "service", "client": dict(client), "token_data": data, "uri": uri}

    async def redeem(self, code: str, **token_data: Any) -> dict[str, Any]:
        """The tokens that a code buys."""
        tokens: dict[str, Any] = await self.result("oauth2.createAccessToken", self.redemption(code, **token_data))
        return tokens

    async def authorize(self, **token_data: Any) -> dict[str, Any]:
        """A code issued and redeemed: access and refresh token."""
        return await self.redeem(await self.issue_code(), **token_data)

    def refreshing(self, refresh_token: str, client: Mapping[str, str] = CLIENT, **token_data: Any) -> dict[str, Any]:
        """The parameters that use a refresh token."""
        data = {"grant_type": "refresh_token", "refresh_token": refresh_token, **token_data}
        return {"service_key": "service", "client": dict(client), "token_data": data}

    async def refresh(self, refresh_token: str, **token_data: Any) -> dict[str, Any]:
        """The tokens that a refresh gives."""
        params = self.refreshing(refresh_token, **token_data)
        tokens: dict[str, Any] = await self.result("oauth2.createAccessToken", params)
        return tokens

    async def is_live(self, access_token: str) -> bool:
        """Whether fetchAccessToken finds the token good."""
        reply = await self.call("oauth2.fetchAccessToken", {"service_key": "service", "access_token": access_token})
        return "result" in reply


def provider_of(store: SqliteStore, clock: VirtualClock, path: Path, master: bytes) -> Provider:
    """The methods over a store that is open."""
    authenticator = ClientAuthenticator(
        keyring=lambda: store.keyring, now=store.now, concurrency=2, failures_per_minute=1000
    )
    dispatcher = Dispatcher(Backend(store=store, authenticator=authenticator), batch_limit=100)
    return Provider(store, dispatcher, clock, path, master)


@asynccontextmanager
async def open_provider(
    folder: Path, clock: VirtualClock | None = None, master: bytes | None = None
) -> AsyncIterator[Provider]:
    """A provider on a store in `folder`; the test service and applications are defined on its first opening."""
    clock, master, path = clock or VirtualClock(), master or os.urandom(32), folder / "store.db"
    store = await open_store(StoreSettings(path=path, wall=clock.wall, monotonic=clock.monotonic), master)
    try:
        provider = provider_of(store, clock, path, master)
        if not store.definitions.services:
            secret = Secret(CLIENT["client_secret"])
            await provider.define(
                Wanted(
                    services=(SERVICE,),
                    applications=(
                        WantedApplication(application=APPLICATION, client_secrets=(secret,)),
                        WantedApplication(application=PUBLIC_APPLICATION),
                    ),
                )
            )
        yield provider
    finally:
        await store.close()
