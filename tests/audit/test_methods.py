"""Every method, of the contract and administrative: what changes the store leaves a record, and nothing else does."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rpcauth.app.core import ADMINISTRATOR, Core, open_core
from rpcauth.config import load
from rpcauth.rpc.dialect import RPC
from rpcauth.storage.driver import connect
from tests.cli.commands import configure
from tests.support.daemon import CLIENT, DEFINITIONS, REDIRECT_URI, SERVICE_KEY

SERVICE = {"service_key": SERVICE_KEY}
AT_CLIENT = {**SERVICE, "client": CLIENT}
KEPT_OUT = {"audit_outbox", "nodes", "nonces"}
"""Tables that may change without a record: its own, the time, and nonces, which are no deeds."""


@dataclass(slots=True)
class Administered:
    """A store and all methods over it."""

    core: Core
    folder: Path

    async def ask(self, method: str, params: object = ()) -> Any:
        """The reply to a call by the administrator."""
        body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params or {}, "id": 1}).encode()
        return json.loads((await self.core.admin_dispatcher(body, ADMINISTRATOR, RPC)).body)

    async def do(self, method: str, params: object = ()) -> Any:
        reply = await self.ask(method, params)
        assert "result" in reply, reply
        return reply["result"]

    async def issue(self) -> dict[str, Any]:
        token_data = {"grant_type": "password"}
        params = {**AT_CLIENT, "token_data": token_data, "user_context": "user"}
        tokens: dict[str, Any] = await self.do("oauth2.createAccessToken", params)
        return tokens

    def kinds(self) -> list[str]:
        return [record["kind"] for record in self.records()]

    def records(self) -> list[dict[str, Any]]:
        """Those of all files, oldest first."""
        path = self.core.config.audit.path
        lines = [line for file in path.parent.glob(path.name + "*") for line in file.read_bytes().splitlines()]
        return sorted(map(json.loads, lines), key=lambda record: int(record["seq"]))

    def content(self) -> dict[str, list[Any]]:
        """All rows but those that need no record."""
        with closing(connect(self.core.store.path, writer=False)) as reader:
            names = [name for (name,) in reader.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {name: reader.execute(f"SELECT * FROM {name}").fetchall() for name in sorted({*names} - KEPT_OUT)}


Params = Callable[[Administered], Awaitable[Mapping[str, Any]]]


def just(**params: Any) -> Params:
    async def give(administered: Administered) -> Mapping[str, Any]:
        return params

    return give


async def a_token(administered: Administered) -> Mapping[str, Any]:
    return {**AT_CLIENT, "access_token": (await administered.issue())["access_token"]}


async def a_token_to_change(administered: Administered) -> Mapping[str, Any]:
    return {**await a_token(administered), "expires_in": 60}


async def a_token_to_check(administered: Administered) -> Mapping[str, Any]:
    return {**SERVICE, "access_token": (await administered.issue())["access_token"]}


async def a_request(administered: Administered) -> Mapping[str, Any]:
    header = f"Bearer {(await administered.issue())['access_token']}"
    return {**SERVICE, "request": {"method": "GET", "headers": {"authorization": header}}}


async def a_string(administered: Administered) -> Mapping[str, Any]:
    return {"token": (await administered.issue())["access_token"]}


async def a_backup(administered: Administered) -> Mapping[str, Any]:
    return {"path": str(administered.folder / "backup.db")}


async def the_audit(administered: Administered) -> Mapping[str, Any]:
    return {"path": str(administered.core.config.audit.path)}


async def another_service(administered: Administered) -> Mapping[str, Any]:
    await administered.do("admin.putService", {"service": {"service_key": "other", "name": "Other"}})
    return {"service_key": "other"}


OTHER = {"client_id": "other", "name": "Other", "redirect_uris": [REDIRECT_URI], "services": [SERVICE_KEY]}
ASKING = {"uri": {"redirect_uri": REDIRECT_URI}, "user_context": "user"}
TOKEN = {"token_data": {"grant_type": "client_credentials"}}

CHANGING: Mapping[str, tuple[Params, list[str]]] = {
    "oauth2.createAccessToken": (just(**AT_CLIENT, **TOKEN), ["issued"]),
    "oauth2.createAuthorizationCode": (
        just(**SERVICE, client={"client_id": CLIENT["client_id"]}, **ASKING),
        ["issued"],
    ),
    "oauth2.updateAccessToken": (a_token_to_change, ["updated"]),
    "oauth2.revokeAccessToken": (a_token, ["revoked"]),
    "oauth2.revokeUserApplication": (just(**AT_CLIENT, user_context="user"), ["revoked"]),
    "oauth2.revokeTokens": (just(**SERVICE, where={"user_context": "user"}), ["revoked"]),
    "admin.apply": (just(toml=DEFINITIONS.replace("Demo API", "Other")), ["changed"]),
    "admin.putService": (just(service={"service_key": "other", "name": "Other"}), ["changed"]),
    "admin.putApplication": (just(application=OTHER), ["changed"]),
    "admin.putCaller": (
        just(caller={"name": "other", "api_key": "other", "secret": "other", "services": ["*"], "methods": ["*"]}),
        ["changed"],
    ),
    "admin.dropService": (another_service, ["changed"]),
    "admin.dropApplication": (just(client_id=CLIENT["client_id"]), ["changed"]),
    "admin.dropCaller": (just(name="demo"), ["changed"]),
    "admin.rotateSecret": (just(client_id=CLIENT["client_id"]), ["changed"]),
    "admin.rotateKey": (just(purpose="audit_chain"), ["changed"]),
    "admin.rotateMaster": (just(), ["changed"]),
    "admin.rotateSigningKey": (just(**SERVICE), ["changed"]),
    "admin.resetClock": (just(), ["changed"]),
    "admin.rotateAudit": (just(), ["begun", "rotated"]),
    "admin.acknowledgeLoss": (just(), ["changed"]),
}
"""The methods that change the store, with the kinds of the records that they leave."""

LOOKING: Mapping[str, Params] = {
    "oauth2.fetchApplication": just(**SERVICE, client={"client_id": CLIENT["client_id"]}),
    "oauth2.fetchAccessToken": a_token_to_check,
    "oauth2.validateRequest": a_request,
    "oauth2.fetchUserApplications": just(**SERVICE, user_context="user"),
    "test.hello": just(),
    "test.echo": just(message="x"),
    "rpc.discover": just(),
    "admin.export": just(),
    "admin.list": just(kind="services"),
    "admin.inspectToken": a_string,
    "admin.backup": a_backup,
    "admin.status": just(),
    "admin.keys": just(),
    "admin.verifyAudit": the_audit,
    "admin.explainIncident": just(incident="0" * 16),
    "admin.openConsole": just(),
    "admin.methods": just(),
}
"""Those that change nothing."""


@pytest.fixture
async def administered(tmp_path: Path) -> AsyncIterator[Administered]:
    configure(tmp_path)
    config = load(tmp_path / "rpcauth.toml", {})
    async with open_core(config, lambda line: None) as core:
        made = Administered(core, tmp_path)
        await made.do("admin.apply", {"toml": DEFINITIONS})
        yield made


async def test_whether_a_method_changes_the_store_is_said_here_of_every_method(administered: Administered) -> None:
    discovered = await administered.do("rpc.discover")
    names = [method["name"] for method in discovered["methods"]]
    names += [method["name"] for method in await administered.do("admin.methods")]
    assert {*names, "rpc.discover"} == {*CHANGING, *LOOKING}


@pytest.mark.parametrize("method", CHANGING)
async def test_a_method_that_changes_the_store_leaves_its_record(administered: Administered, method: str) -> None:
    prepare, kinds = CHANGING[method]
    params = await prepare(administered)
    before = len(administered.kinds())
    await administered.do(method, params)
    assert administered.kinds()[before:] == kinds
    assert administered.records()[-1]["caller"] == ADMINISTRATOR.name


@pytest.mark.parametrize("method", LOOKING)
async def test_a_method_that_only_looks_changes_nothing_and_leaves_no_record(
    administered: Administered, method: str
) -> None:
    params = await LOOKING[method](administered)
    kinds, content = administered.kinds(), administered.content()
    await administered.ask(method, params)
    assert (administered.kinds(), administered.content()) == (kinds, content)
