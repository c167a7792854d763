"""Carrying changes out: secrets hashed, sealed or made, ids assigned, everything in one operation.

Hashing a human-chosen secret takes milliseconds, so `prepare` runs off the event loop; the operation itself is pure.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from rpcauth.definitions.changes import (
    Change,
    DropApplication,
    DropCaller,
    DropService,
    PutApplication,
    PutCaller,
    PutService,
)
from rpcauth.errors import DefinitionsRefused, StoreRefused
from rpcauth.keys.keyring import NONCE_BYTES, Keyring, Purpose
from rpcauth.keys.passwords import hash_password, is_password
from rpcauth.model import Application, Caller, ClientSecret, Definitions, Millis, Secret, SecretKind
from rpcauth.oauth.token_text import SECRET_BYTES, write_secret
from rpcauth.storage import effects
from rpcauth.storage.port import NO_LOCKS, Decision, Facts, Locks, Mint

_CALLER_SECRET = "caller_secret"


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedSecret:
    """A client secret that was made here: it is shown this once."""

    client_id: str
    client_secret: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Changes ready to be written, and the secrets that were made on the way."""

    operation: ChangeDefinitions
    generated: tuple[GeneratedSecret, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeDefinitions:
    """Write services, applications and callers, whole or not at all. Applications without an id get the next one."""

    changes: Sequence[effects.Effect]
    lines: Sequence[str]

    @property
    def locks(self) -> Locks:
        return NO_LOCKS

    def decide(self, facts: Facts, mint: Mint) -> Decision[None]:
        events = [effects.Event(kind=effects.EventKind.CHANGED, at=facts.now, subject=line) for line in self.lines]
        return Decision(effects=_number_applications(facts.definitions, self.changes), events=events)


def prepare(changes: Sequence[Change], keyring: Keyring, now: Millis) -> Prepared:
    """The operation that carries `changes` out.

    Raises DefinitionsRefused where a stored secret of an export was made under another master key.
    """
    check_stored_secrets(changes, keyring)
    written: list[effects.Effect] = []
    generated: list[GeneratedSecret] = []
    lines = []
    for change in changes:
        lines.append(change.line)
        match change:
            case PutService(service=service):
                written.append(effects.PutService(service))
            case DropService(service_key=service_key):
                written.append(effects.DropService(service_key))
            case PutApplication():
                written.append(effects.PutApplication(_settle_application(change, keyring, now, generated)))
            case DropApplication(client_id=client_id):
                written.append(effects.DropApplication(client_id))
            case PutCaller():
                written.append(effects.PutCaller(_settle_caller(change, keyring)))
            case DropCaller(name=name):
                written.append(effects.DropCaller(name))
            case _:
                assert_never(change)
    return Prepared(operation=ChangeDefinitions(changes=written, lines=lines), generated=tuple(generated))


def check_stored_secrets(changes: Sequence[Change], keyring: Keyring) -> None:
    """Raises DefinitionsRefused where a stored secret of an export was made under another master key."""
    problems = []
    for change in changes:
        if isinstance(change, PutCaller) and not _is_openable(keyring, change.caller):
            where = f'caller "{change.caller.name}": sealed_secret'
            problems.append(f"{where} was sealed under another master key; write secret instead")
        if isinstance(change, PutApplication):
            versions = {_digest_version(one) for one in change.application.secrets if one.kind is SecretKind.DIGEST}
            if versions - keyring.keys[Purpose.TOKEN_DIGEST].keys():
                name = change.application.client_id
                problems.append(
                    f'application "{name}": stored_secrets were made under a key that this store does not have;'
                    " write client_secret instead"
                )
    if problems:
        raise DefinitionsRefused(problems)


def _is_openable(keyring: Keyring, caller: Caller) -> bool:
    try:
        open_caller_secret(keyring, caller)
    except StoreRefused:
        return False
    return True


def _digest_version(secret: ClientSecret) -> int:
    return int(secret.stored.removeprefix("v").partition(":")[0])


def open_caller_secret(keyring: Keyring, caller: Caller) -> Secret | None:
    """The secret that a caller shares with us. Raises StoreRefused when it does not open."""
    if caller.sealed_secret is None:
        return None
    return Secret(keyring.open(caller.sealed_secret, _CALLER_SECRET, f"callers|{caller.name}"))


def is_same_secret(keyring: Keyring, name: str, stored: ClientSecret | bytes, secret: Secret) -> bool:
    """Whether a secret in the clear is the stored one; `name` is the client_id or the caller's name."""
    if isinstance(stored, bytes):
        return _is_sealed(keyring, name, stored, secret)
    if stored.kind is SecretKind.ARGON2ID:
        return is_password(stored.stored, secret.reveal())
    digest = stored.stored.partition(":")[2]
    return keyring.client_secret_digest(name, secret.reveal(), _digest_version(stored)).hex() == digest


def _is_sealed(keyring: Keyring, name: str, sealed: bytes, secret: Secret) -> bool:
    try:
        return keyring.open(sealed, _CALLER_SECRET, f"callers|{name}") == secret.reveal()
    except StoreRefused:
        return False  # sealed under another master key: whatever it was, the new one takes its place


def generate_secret(client_id: str, keyring: Keyring, now: Millis) -> tuple[Secret, ClientSecret]:
    """A new client secret of 256 random bits, and how it is stored."""
    secret = Secret(write_secret(os.urandom(SECRET_BYTES)))
    digest = keyring.client_secret_digest(client_id, secret.reveal()).hex()
    stored = f"v{keyring.digest_version}:{digest}"
    return secret, ClientSecret(kind=SecretKind.DIGEST, stored=stored, created_at=now)


def _settle_application(
    change: PutApplication, keyring: Keyring, now: Millis, generated: list[GeneratedSecret]
) -> Application:
    application = change.application
    hashed = [
        ClientSecret(kind=SecretKind.ARGON2ID, stored=hash_password(secret.reveal()), created_at=now)
        for secret in change.new_secrets
    ]
    if change.generate_secret:
        secret, stored = generate_secret(application.client_id, keyring, now)
        hashed.append(stored)
        generated.append(GeneratedSecret(client_id=application.client_id, client_secret=secret))
    return replace(application, secrets=(*application.secrets, *hashed))


def _settle_caller(change: PutCaller, keyring: Keyring) -> Caller:
    if change.new_secret is None:
        return change.caller
    row = f"callers|{change.caller.name}"
    sealed = keyring.seal(change.new_secret.reveal(), _CALLER_SECRET, row, nonce=os.urandom(NONCE_BYTES))
    return replace(change.caller, sealed_secret=sealed)


def _number_applications(definitions: Definitions, changes: Sequence[effects.Effect]) -> list[effects.Effect]:
    """The changes with an id for every application that has none: those that exist keep theirs."""
    written = [change.application.id for change in changes if isinstance(change, effects.PutApplication)]
    last = max([0, *written, *(application.id for application in definitions.applications.values())])
    numbered: list[effects.Effect] = []
    for change in changes:
        if isinstance(change, effects.PutApplication) and not change.application.id:
            last += 1
            numbered.append(effects.PutApplication(replace(change.application, id=last)))
        else:
            numbered.append(change)
    return numbered
