"""Definitions as JSON documents in their rows: the members of the model's values, secrets apart from the rest.

A document names only what it knows; a member that is missing takes the model's default, so a setting can be added
without a migration.
"""

from __future__ import annotations

import dataclasses
from typing import TypeVar

import msgspec

from rpcauth.errors import StoreRefused
from rpcauth.model import Application, Caller, Service

T = TypeVar("T")


def write_service(service: Service) -> str:
    return msgspec.json.encode(service).decode()


def read_service(document: str) -> Service:
    return _read(document, Service)


def write_application(application: Application) -> str:
    """With its stored secrets, which are digests and hashes, never the secrets themselves."""
    return msgspec.json.encode(application).decode()


def read_application(document: str) -> Application:
    return _read(document, Application)


def write_caller(caller: Caller) -> str:
    """Without the sealed secret, which has a column of its own."""
    return msgspec.json.encode(dataclasses.replace(caller, sealed_secret=None)).decode()


def read_caller(document: str, sealed_secret: bytes | None) -> Caller:
    return dataclasses.replace(_read(document, Caller), sealed_secret=sealed_secret)


def _read(document: str, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(document, type=kind)
    except msgspec.MsgspecError:
        raise StoreRefused(
            f"the store holds a definition ({kind.__name__.lower()}) that this rpcauth cannot read; install a newer one"
        ) from None
