"""The changes that make definitions what is wanted: plain values, each with a line for the operator.

A line shows old and new values of settings, and of secrets only that they change.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from rpcauth.model import Application, Caller, Secret, Service


@dataclass(frozen=True, slots=True, kw_only=True)
class PutService:
    service: Service
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DropService:
    service_key: str
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PutApplication:
    """`application.id` is 0 when one is to be assigned; `application.secrets` are those that stay as they are stored.

    `new_secrets` are to be hashed and put behind them; `generate_secret`: one is to be made, stored and shown once.
    """

    application: Application
    new_secrets: tuple[Secret, ...] = ()
    generate_secret: bool = False
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DropApplication:
    client_id: str
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PutCaller:
    """`new_secret` is to be sealed in place of `caller.sealed_secret`; None leaves that as it stands."""

    caller: Caller
    new_secret: Secret | None = field(default=None, repr=False)
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DropCaller:
    name: str
    line: str


Change = PutService | PutApplication | PutCaller | DropCaller | DropApplication | DropService
