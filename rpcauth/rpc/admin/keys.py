"""The administrative methods for keys: what there are, and the next ones. No key itself is ever told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from rpcauth.keys.keyring import FIRST_PURPOSES, Purpose, SealedKey
from rpcauth.keys.signing import KeyState, SigningKey, list_states
from rpcauth.operations.key_rotation import RotateKey
from rpcauth.operations.signing_keys import Occasion, add_signing_key
from rpcauth.rpc.admin.params import read_flag, read_known
from rpcauth.rpc.binding import Handler
from rpcauth.rpc.invocation import Invocation
from rpcauth.rpc.results import format_time
from rpcauth.storage.port import Store


class KeyedStore(Store, Protocol):
    """What an engine tells of its keys."""

    async def list_keys(self) -> list[SealedKey]:
        """The rows of the keys, still sealed."""


class KeyMethods:
    """The methods. `master` gives the current master key, `change_master` makes and stores another."""

    def __init__(
        self, store: KeyedStore, *, master: Callable[[], bytes], change_master: Callable[[], Awaitable[None]]
    ) -> None:
        self._store = store
        self._master = master
        self._change_master = change_master

    def handlers(self) -> dict[str, Handler]:
        """The table of methods."""
        return {
            "admin.keys": self.keys,
            "admin.rotateKey": self.rotate_key,
            "admin.rotateMaster": self.rotate_master,
            "admin.rotateSigningKey": self.rotate_signing_key,
        }

    async def keys(self, call: Invocation, /) -> object:
        """Every key with its age and state; a signing key with its service, id and first use as well."""
        states = self._list_states()
        return [
            {
                "purpose": row.purpose,
                "version": row.version,
                "created": format_time(row.created_at),
                **states[row.purpose, row.version],
            }
            for row in await self._store.list_keys()
            if (row.purpose, row.version) in states  # one that came just now is told next time
        ]

    async def rotate_key(self, call: Invocation, /, purpose: object) -> object:
        """A new version of one purpose's key; what was made with the old ones stays good."""
        name = call.reader.text("purpose", purpose)
        if name not in FIRST_PURPOSES:
            raise call.reader.fail("purpose")
        version = await self._store.execute(RotateKey(purpose=Purpose(name), master=self._master()))
        return {"purpose": name, "version": version}

    async def rotate_master(self, call: Invocation, /) -> object:
        """A new master key in the key file; every key is wrapped anew in one transaction."""
        await self._change_master()
        return True

    async def rotate_signing_key(self, call: Invocation, /, service_key: object, compromised: object = False) -> object:
        """The next signing key of a service: announced first, or at once and in place of all if `compromised`."""
        services = self._store.definitions.services
        service = services[read_known(call, "service_key", service_key, services)]
        occasion = Occasion.COMPROMISE if read_flag(call, "compromised", compromised) else Occasion.ROTATION
        key = await add_signing_key(self._store, service, occasion, master=self._master)
        return {"purpose": Purpose.SIGNING, "version": key.version, **_identity(key)}

    def _list_states(self) -> Mapping[tuple[Purpose, int], Mapping[str, Any]]:
        keyring, services, now = self._store.keyring, self._store.definitions.services, self._store.now()
        ordinary = {
            (purpose, version): _state("current" if keyring.current[purpose] == version else "former")
            for purpose in FIRST_PURPOSES
            for version in keyring.keys[purpose]
        }
        signing = {
            (Purpose.SIGNING, key.version): {**_state(state), **_identity(key)}
            for service_key, keys in keyring.signing.items()
            for key, state in list_states(keys, services.get(service_key), now)
        }
        return ordinary | signing


def _state(state: str) -> Mapping[str, Any]:
    return {"current": state in ("current", KeyState.ACTIVE), "state": state}


def _identity(key: SigningKey) -> Mapping[str, Any]:
    return {
        "service_key": key.service_key,
        "algorithm": key.algorithm,
        "kid": key.kid,
        "signs_from": format_time(key.active_at),
    }
