"""The administrative methods for keys: signing keys by service, and never a key in an answer."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import pytest

from rpcauth.console.access import ConsoleAccess
from rpcauth.keys.keyring import FIRST_PURPOSES
from rpcauth.keys.signing import ANNOUNCEMENT
from rpcauth.model import Caller
from rpcauth.operations.authentication import ClientAuthenticator
from rpcauth.operations.key_rotation import RotateMaster
from rpcauth.rpc.admin.methods import AdminMethods
from rpcauth.rpc.dialect import RPC
from rpcauth.rpc.dispatch import Dispatcher
from rpcauth.rpc.invocation import Backend
from rpcauth.web.incident_book import IncidentBook
from tests.support.provider import Provider

ADMINISTRATOR = Caller(name="administrator", services=("*",), methods=("*",))
ROTATE = "admin.rotateSigningKey"
STARTED = "2027-01-15T08:00:00Z"
LATER = "2027-01-15T08:10:00Z"
NEW_MASTER = bytes(range(32))


class Administration:
    """The administrative methods over a provider's store. `answers` keeps all that was told."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        store = provider.store
        authenticator = ClientAuthenticator(
            keyring=lambda: store.keyring, now=store.now, concurrency=1, failures_per_minute=10
        )
        methods = AdminMethods(
            store,
            master=lambda: provider.master,
            change_master=self._change_master,
            describe=dict[str, Any],
            incidents=IncidentBook(clock=store.now),
            open_console=ConsoleAccess(ADMINISTRATOR, clock=store.now).open,
        )
        backend = Backend(store=store, authenticator=authenticator)
        self._dispatch = Dispatcher(backend, batch_limit=1, extra=methods.handlers())
        self.answers = b""

    async def call(self, method: str, **params: Any) -> Any:
        """The result, or the error object."""
        body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, "id": 1}).encode()
        reply = await self._dispatch(body, ADMINISTRATOR, RPC)
        self.answers += reply.body
        decoded = json.loads(reply.body)
        return decoded["result"] if "result" in decoded else decoded["error"]

    async def list_signing(self) -> list[Mapping[str, Any]]:
        return [key for key in await self.call("admin.keys") if key["purpose"] == "signing"]

    async def _change_master(self) -> None:
        await self._provider.store.execute(RotateMaster(master=NEW_MASTER))
        self._provider.master = NEW_MASTER


@pytest.fixture
def administration(provider: Provider) -> Administration:
    return Administration(provider)


async def test_a_rotation_tells_which_key_signs_from_when(administration: Administration) -> None:
    first = await administration.call(ROTATE, service_key="service")
    kid = first.pop("kid")
    assert first == {
        "purpose": "signing",
        "version": 1,
        "service_key": "service",
        "algorithm": "ES256",
        "signs_from": STARTED,
    }
    second = await administration.call(ROTATE, service_key="service", compromised=False)
    assert (second["version"], second["signs_from"]) == (2, LATER)
    assert second["kid"] != kid


async def test_signing_keys_are_listed_with_service_and_state_beside_the_others(
    administration: Administration, provider: Provider
) -> None:
    for _ in range(2):
        await administration.call(ROTATE, service_key="service")
    keys = await administration.call("admin.keys")
    assert {key["purpose"] for key in keys} == {*FIRST_PURPOSES, "signing"}
    assert {(key["version"], key["current"], key["state"]) for key in keys if key["purpose"] != "signing"} == {
        (1, True, "current")
    }
    first, second = await administration.list_signing()
    assert (first["state"], first["current"], first["signs_from"]) == ("active", True, STARTED)
    assert (second["state"], second["current"], second["signs_from"]) == ("announced", False, LATER)
    assert first["created"] == second["created"] == STARTED
    assert {key["service_key"] for key in (first, second)} == {"service"}
    provider.clock.advance(seconds=ANNOUNCEMENT)
    assert [key["state"] for key in await administration.list_signing()] == ["retired", "active"]


async def test_a_former_version_of_another_purposes_key_is_not_current(administration: Administration) -> None:
    await administration.call(ROTATE, service_key="service")
    await administration.call("admin.rotateKey", purpose="sealing")
    keys = await administration.call("admin.keys")
    assert [(key["version"], key["state"]) for key in keys if key["purpose"] == "sealing"] == [
        (1, "former"),
        (2, "current"),
    ]


async def test_after_a_compromise_one_key_is_left(administration: Administration) -> None:
    for compromised in (False, False, True):
        key = await administration.call(ROTATE, service_key="service", compromised=compromised)
    assert key["signs_from"] == STARTED
    assert [one["kid"] for one in await administration.list_signing()] == [key["kid"]]


async def test_signing_keys_are_rotated_on_under_a_new_master_key(administration: Administration) -> None:
    await administration.call(ROTATE, service_key="service")
    assert await administration.call("admin.rotateMaster") is True
    assert (await administration.call(ROTATE, service_key="service"))["version"] == 2
    assert [key["state"] for key in await administration.list_signing()] == ["active", "announced"]


@pytest.mark.parametrize(
    ("method", "params"),
    [
        (ROTATE, {}),
        (ROTATE, {"service_key": 7}),
        (ROTATE, {"service_key": "service", "compromised": "yes"}),
        (ROTATE, {"service_key": "unknown"}),
        ("admin.rotateKey", {"purpose": "signing"}),
        ("admin.rotateKey", {"purpose": "unknown"}),
    ],
)
async def test_what_cannot_be_rotated_is_refused_and_nothing_changes(
    administration: Administration, method: str, params: dict[str, Any]
) -> None:
    before = await administration.call("admin.keys")
    assert (await administration.call(method, **params))["code"] == -32602
    assert await administration.call("admin.keys") == before


async def test_no_answer_holds_a_private_key(administration: Administration, provider: Provider) -> None:
    await administration.call(ROTATE, service_key="service")
    await administration.call(ROTATE, service_key="service")
    for method, params in (("admin.keys", {}), ("admin.export", {}), ("admin.list", {"kind": "services"})):
        await administration.call(method, **params)
    keys = provider.store.keyring.signing_keys("service")
    assert all(key.kid.encode() in administration.answers for key in keys)
    for key in keys:
        number = str(key.jwk.as_dict(private=True)["d"]).encode()
        assert number not in administration.answers
        assert b64encode(key.private_key)[:60] not in administration.answers
