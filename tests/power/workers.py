"""Those who work with a provider in one process with it, and note what they know before and after every call."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from rpcauth.app.core import ADMINISTRATOR, Core
from rpcauth.keys.keyring import FIRST_PURPOSES
from rpcauth.rpc.dialect import RPC
from tests.faults.ledger import Call, Client, Ledger, Standing
from tests.power.knowledge import Notebook

CLIENT_ID = "tkr7f25gd6452zy8rjsf7bwd"
REDIRECT_URI = "https://client.example.com/cb"
API, SIDE, BRIEF = "api", "side", "brief"

DEFINITIONS = f"""
[[services]]
service_key = "{API}"
name = "API %s"
grant_types = ["authorization_code", "client_credentials"]
authorization_code_ttl = 600
refresh_retry_window = 600

[[services]]
service_key = "{SIDE}"
name = "Side API"
grant_types = ["implicit", "password", "client_credentials"]
refresh_token_enabled = false

[[services]]
service_key = "{BRIEF}"
name = "Brief API"
grant_types = ["client_credentials"]
access_token_ttl = 1
inactive_retention = 0

[[applications]]
client_id = "{CLIENT_ID}"
name = "Client"
redirect_uris = ["{REDIRECT_URI}"]
services = ["{API}", "{SIDE}", "{BRIEF}"]

[[callers]]
name = "demo"
api_key = "demo"
secret = "demo-secret"
services = ["*"]
methods = ["*"]
proofs = ["basic"]
"""
"""Definitions with room for a number; the secret of the application is made for it."""

DEEDS = ("key", "definitions", "clock", "sweep", "audit", "brief", "brief")
"""What an operator does, and a client whose tokens are soon swept away."""

_STEPS = 12
"""How long a client lives: what it knows is noted whole with every call."""


def caller_of(core: Core) -> Call:
    """Calls the methods of a core, the administrative ones included."""

    async def call(method: str, params: object) -> dict[str, Any]:
        dispatcher = core.admin_dispatcher if method.startswith("admin.") else core.dispatcher
        body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, "id": 1}).encode()
        reply = await dispatcher(body, ADMINISTRATOR, RPC)
        decoded: dict[str, Any] = json.loads(reply.body)
        return decoded

    return call


def client_of(call: Call, ledger: Ledger, service: str, secret: str) -> Client:
    """A client of a service, as it is or with tokens alone."""
    kind = Client if service == API else TokenClient
    credentials = {"client_id": CLIENT_ID, "client_secret": secret}
    return kind(ledger, call, service_key=service, credentials=credentials, uri=REDIRECT_URI)


class TokenClient(Client):
    """A client that gets tokens by all grants that give nothing else, and ends a user's all at once."""

    users: int = 0

    async def step(self, random: Random) -> None:
        match random.choice(("one", "one", "token", "user")):
            case "token" if self.lone_tokens:
                await self.revoke_token(self.lone_tokens.pop())
            case "user":
                await self._use_and_revoke()
            case _:
                self.lone_tokens.append(await self._issue(random.choice(("implicit", "password")), "somebody"))

    async def _use_and_revoke(self) -> None:
        """A user comes, gets tokens, and goes."""
        self.users += 1
        user = f"{id(self)}-{self.users}"
        tokens = [await self._issue(grant_type, user) for grant_type in ("implicit", "password")]
        with self.ledger.doubt(*((self.ledger.access_tokens, token) for token in tokens)):
            await self._ask("oauth2.revokeTokens", where={"user_context": user})
        for token in tokens:
            self.ledger.access_tokens[token] = Standing.DEAD

    async def _issue(self, grant_type: str, user: str) -> str:
        with self.ledger.doubt(asks=True):
            named = {"client": self._credentials, "uri": self._uri, "user_context": user}
            tokens = await self._ask("oauth2.createAccessToken", token_data={"grant_type": grant_type}, **named)
        token: str = tokens["access_token"]
        self.ledger.access_tokens[token] = Standing.GOOD
        return token


class Workplace:
    """A provider at work, and the notebook of those who work with it."""

    def __init__(self, core: Core, notebook: Notebook, life: str, secret: str) -> None:
        self._core = core
        self._notebook = notebook
        self._life = life
        self._secret = secret
        self._call = caller_of(core)

    async def work(self, random: Random, *, workers: int, turns: int, deeds: Sequence[str] = DEEDS) -> None:
        """So many workers at once, each with so many clients one after the other, and an operator with his deeds."""
        async with asyncio.TaskGroup() as tasks:
            for worker in range(workers):
                service = SIDE if worker % 4 == 3 else API
                tasks.create_task(self._work(f"{self._life}.{worker}", service, Random(random.getrandbits(64)), turns))
            tasks.create_task(self._operate(Random(random.getrandbits(64)), deeds, 3 * turns))

    async def _work(self, worker: str, service: str, random: Random, turns: int) -> None:
        for turn in range(turns):
            name, ledger = f"{worker}.{turn}", Ledger()

            async def call(method: str, params: object, name: str = name, ledger: Ledger = ledger) -> dict[str, Any]:
                if method != "oauth2.fetchAccessToken":
                    self._notebook.note_ledger(name, service, ledger)
                return await self._call(method, params)

            client = client_of(call, ledger, service, self._secret)
            for _ in range(_STEPS):
                await client.step(random)
                self._notebook.note_ledger(name, service, ledger)

    async def _operate(self, random: Random, deeds: Sequence[str], count: int) -> None:
        """What else is done to a store while it is at work."""
        brief = Ledger()
        for turn in range(count):
            match random.choice(deeds):
                case "key":
                    await self._rotate(random.choice(FIRST_PURPOSES))
                case "master":
                    await self.result("admin.rotateMaster")
                case "definitions":
                    await self._define(f"{self._life}-{turn}")
                case "audit" if self._core.config.audit.enabled:
                    await self.result("admin.rotateAudit")
                case "clock":
                    await self.result("admin.resetClock")
                case "sweep":
                    await self._core.store.sweep(500)
                case _:
                    brief.asked += 1
                    self._notebook.note_ledger(self._life, BRIEF, brief)
                    await self._issue_brief()
            await asyncio.sleep(random.random() / 50)

    async def _rotate(self, purpose: str) -> None:
        made = await self.result("admin.rotateKey", purpose=purpose)
        self._notebook.note(**{f"key {purpose}": made["version"]})

    async def _define(self, number: str) -> None:
        self._notebook.note(defining=number)
        await self.result("admin.apply", toml=DEFINITIONS % number)
        self._notebook.note(defined=number)

    async def _issue_brief(self) -> None:
        credentials = {"client_id": CLIENT_ID, "client_secret": self._secret}
        data = {"grant_type": "client_credentials"}
        await self.result("oauth2.createAccessToken", service_key=BRIEF, client=credentials, token_data=data)

    async def result(self, method: str, **params: Any) -> Any:
        """The result of a call that must succeed."""
        return result_of(await self._call(method, params))


def result_of(reply: Mapping[str, Any]) -> Any:
    assert "result" in reply, reply
    return reply["result"]
