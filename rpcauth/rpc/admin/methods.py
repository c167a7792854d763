"""The administrative methods: what commands and portals ask of a running daemon, on its administrative socket.

They stand there beside the contract's methods, and nowhere else. Changes are made one after the other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import msgspec

from rpcauth.definitions import (
    Change,
    DropApplication,
    DropCaller,
    DropService,
    PutApplication,
    Wanted,
    difference,
    parse_application,
    parse_caller,
    parse_service,
    parse_toml,
    render_toml,
)
from rpcauth.definitions.execution import GeneratedSecret, check_stored_secrets, is_same_secret, prepare
from rpcauth.errors import DefinitionsRefused, StorageUnavailable
from rpcauth.keys.keyring import Keyring
from rpcauth.model import Application, Caller, Definitions, Millis, Service
from rpcauth.operations.clock_reset import RememberClockReset
from rpcauth.rpc.admin.audit import AuditedStore, AuditMethods
from rpcauth.rpc.admin.console import ConsoleMethods, OpenConsole
from rpcauth.rpc.admin.incidents import IncidentMethods
from rpcauth.rpc.admin.inspection import inspect_token
from rpcauth.rpc.admin.keys import KeyedStore, KeyMethods
from rpcauth.rpc.admin.params import read_flag, read_known
from rpcauth.rpc.binding import Handler
from rpcauth.rpc.invocation import Invocation
from rpcauth.rpc.results import format_time
from rpcauth.web.incident_book import IncidentBook


class Administrable(KeyedStore, AuditedStore, Protocol):
    """What an engine offers beyond the store's port to the one who runs it."""

    async def backup(self, target: Path) -> None:
        """Write a consistent copy to a new file. Raises FileExistsError, StorageUnavailable."""

    def reset_clock(self) -> Millis:
        """Believe the wall clock again after a jump. Returns the time that was believed until then."""

    def distrust_clock(self, believed: Millis) -> None:
        """Take a reset back: time goes on from what was believed before it."""


class AdminMethods:
    """The methods. `master` gives the current master key, `change_master` makes and stores another.

    `incidents` are those that can be asked about.
    """

    def __init__(
        self,
        store: Administrable,
        *,
        master: Callable[[], bytes],
        change_master: Callable[[], Awaitable[None]],
        describe: Callable[[], Mapping[str, Any]],
        incidents: IncidentBook,
        open_console: OpenConsole,
    ) -> None:
        self._store = store
        self._keys = KeyMethods(store, master=master, change_master=change_master)
        self._describe = describe
        self._incidents = incidents
        self._open_console = open_console
        self._changing = asyncio.Lock()

    def handlers(self) -> dict[str, Handler]:
        """The table of methods, to be put beside the contract's."""
        handlers: dict[str, Handler] = {
            "admin.apply": self.apply,
            "admin.export": self.export,
            "admin.list": self.list_definitions,
            "admin.putService": self.put_service,
            "admin.putApplication": self.put_application,
            "admin.putCaller": self.put_caller,
            "admin.dropService": self.drop_service,
            "admin.dropApplication": self.drop_application,
            "admin.dropCaller": self.drop_caller,
            "admin.rotateSecret": self.rotate_secret,
            "admin.inspectToken": self.inspect_token,
            "admin.backup": self.backup,
            "admin.resetClock": self.reset_clock,
            "admin.status": self.status,
            **self._keys.handlers(),
            **AuditMethods(self._store).handlers(),
            **IncidentMethods(self._incidents).handlers(),
        }
        return {**handlers, **ConsoleMethods(self._open_console, handlers).handlers()}

    # --- definitions ---------------------------------------------------------------------------------------------

    async def apply(
        self, call: Invocation, /, toml: object, source: object = None, dry_run: object = False, prune: object = False
    ) -> object:
        """Make the definitions match a file's text: the changes a line each, and the secrets that were made."""
        text = call.reader.text("toml", toml, limit=64 * 1024 * 1024)
        name = call.reader.optional_text("source", source, limit=4096) or "definitions"
        prunes = read_flag(call, "prune", prune)
        known = () if prunes else tuple(self._store.definitions.services)
        wanted = parse_toml(text, name, known)
        return await self._change(wanted, prune=prunes, dry_run=read_flag(call, "dry_run", dry_run))

    async def export(self, call: Invocation, /) -> object:
        """The definitions as the text of a file; of secrets only what they are compared with."""
        return {"toml": render_toml(self._store.definitions)}

    async def list_definitions(self, call: Invocation, /, kind: object) -> object:
        """The services, applications or callers, member for member, without any secret."""
        definitions = self._store.definitions
        if kind == "services":
            return [_members(definitions.services[key]) for key in sorted(definitions.services)]
        if kind == "applications":
            return [_members(definitions.applications[key]) for key in sorted(definitions.applications)]
        if kind == "callers":
            return [_members(definitions.callers[key]) for key in sorted(definitions.callers)]
        raise call.reader.fail("kind")

    async def put_service(self, call: Invocation, /, service: object) -> object:
        """Add or change one service."""
        return await self._change(Wanted(services=(parse_service(service),)))

    async def put_application(self, call: Invocation, /, application: object) -> object:
        """Add or change one application; without a secret it is given one, which is shown this once."""
        return await self._change(Wanted(applications=(parse_application(application),)))

    async def put_caller(self, call: Invocation, /, caller: object) -> object:
        """Add or change one caller."""
        return await self._change(Wanted(callers=(parse_caller(caller),)))

    async def drop_service(self, call: Invocation, /, service_key: object) -> object:
        """Remove a service that no application and no caller uses any more."""
        key = read_known(call, "service_key", service_key, self._store.definitions.services)
        definitions = self._store.definitions
        users = [f'application "{one.client_id}"' for one in definitions.applications.values() if key in one.services]
        users += [f'caller "{one.name}"' for one in definitions.callers.values() if key in one.services]
        if users:
            raise DefinitionsRefused(
                [f'service "{key}": in use by {", ".join(sorted(users))}; take it out there first']
            )
        return await self._carry_out([DropService(service_key=key, line=f'remove service "{key}"')])

    async def drop_application(self, call: Invocation, /, client_id: object) -> object:
        """Remove an application; its tokens are good no longer."""
        key = read_known(call, "client_id", client_id, self._store.definitions.applications)
        return await self._carry_out([DropApplication(client_id=key, line=f'remove application "{key}"')])

    async def drop_caller(self, call: Invocation, /, name: object) -> object:
        """Remove a caller."""
        key = read_known(call, "name", name, self._store.definitions.callers)
        return await self._carry_out([DropCaller(name=key, line=f'remove caller "{key}"')])

    async def rotate_secret(self, call: Invocation, /, client_id: object, revoke_old: object = False) -> object:
        """A generated secret beside the newest live one, or in place of all with `revoke_old`."""
        key = read_known(call, "client_id", client_id, self._store.definitions.applications)
        revokes = read_flag(call, "revoke_old", revoke_old)
        async with self._changing:
            application = self._store.definitions.applications[key]
            if application.public:
                raise DefinitionsRefused([f'application "{key}": it is public and has no secret; make it confidential'])
            change = PutApplication(
                application=_with_room(application, revokes),
                generate_secret=True,
                line=f'change application "{key}": client_secret: generated',
            )
            return await self._write([change])

    # --- tokens, the store ---------------------------------------------------------------------------------------

    async def inspect_token(self, call: Invocation, /, token: object) -> object:
        """What a string is and, if a token of ours, how it stands: which check fails, never the secret."""
        return await inspect_token(self._store, call.reader.text("token", token))

    async def backup(self, call: Invocation, /, path: object) -> object:
        """A consistent copy of the store in a new file, 0600."""
        target = Path(call.reader.text("path", path, limit=4096))
        if not target.is_absolute():
            raise call.reader.fail("path")
        try:
            await self._store.backup(target)
        except FileExistsError:
            raise DefinitionsRefused([f"{target}: a file stands there; name one that does not exist yet"]) from None
        except OSError as error:
            raise DefinitionsRefused([f"{target}: {error.strerror}; name a writable place"]) from None
        return {"path": str(target)}

    async def reset_clock(self, call: Invocation, /) -> object:
        """Believe the wall clock again after a jump, and remember it: the next start believes it too."""
        # Nothing comes between the two: a MAC request that is checked by the new time is recorded after the reset.
        before = self._store.reset_clock()
        try:
            await self._store.execute(RememberClockReset(before=before))
        except StorageUnavailable:
            self._store.distrust_clock(before)
            raise
        return True

    async def status(self, call: Invocation, /) -> object:
        """How the daemon stands: versions, counts, what is amiss."""
        return self._describe()

    # --- changing ------------------------------------------------------------------------------------------------

    async def _change(self, wanted: Wanted, *, prune: bool = False, dry_run: bool = False) -> object:
        async with self._changing:
            definitions, keyring = self._store.definitions, self._store.keyring
            changes = await _off_loop(_find_changes, definitions, keyring, wanted, prune)
            if dry_run:
                return {"changes": [change.line for change in changes], "generated": []}
            return await self._write(changes)

    async def _carry_out(self, changes: list[Change]) -> object:
        async with self._changing:
            return await self._write(changes)

    async def _write(self, changes: tuple[Change, ...] | list[Change]) -> object:
        prepared = await _off_loop(prepare, changes, self._store.keyring, self._store.now())
        if changes:
            await self._store.execute(prepared.operation)
        return {
            "changes": [change.line for change in changes],
            "generated": [_shown(secret) for secret in prepared.generated],
        }


def _find_changes(definitions: Definitions, keyring: Keyring, wanted: Wanted, prune: bool) -> tuple[Change, ...]:
    changes = difference(definitions, wanted, prune=prune, same_secret=partial(is_same_secret, keyring))
    check_stored_secrets(changes, keyring)
    return changes


async def _off_loop(function: Callable[..., Any], *arguments: Any) -> Any:
    """Argon2id takes milliseconds a secret: definitions are compared and prepared in a thread."""
    return await asyncio.get_running_loop().run_in_executor(None, function, *arguments)


def _with_room(application: Application, revokes: bool) -> Application:
    kept = () if revokes else application.secrets[-1:]
    return replace(application, secrets=kept)


def _members(entry: Service | Application | Caller) -> Mapping[str, Any]:
    """An entry as JSON; of secrets only how they are kept and since when."""
    members: dict[str, Any] = msgspec.to_builtins(entry)
    members.pop("sealed_secret", None)
    if isinstance(entry, Application):
        members["secrets"] = [
            {"kind": secret.kind, "created": format_time(secret.created_at)} for secret in entry.secrets
        ]
    return members


def _shown(secret: GeneratedSecret) -> Mapping[str, str]:
    return {"client_id": secret.client_id, "client_secret": secret.client_secret.reveal()}
