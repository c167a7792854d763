"""What definitions should be, before anything is known of what they are."""

from __future__ import annotations

from dataclasses import dataclass, field

from rpcauth.model import Application, Caller, ClientSecret, Secret, Service


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedApplication:
    """An application whose `id` is 0 unless one was written, and whose own `secrets` are empty.

    `client_secrets` are in the clear, `stored_secrets` as an export has them. `generate_secret`: it needs a secret and
    none was written; one that it has already may stay.
    """

    application: Application
    client_secrets: tuple[Secret, ...] = ()
    stored_secrets: tuple[ClientSecret, ...] = ()
    generate_secret: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedCaller:
    """A caller without its own `sealed_secret`: at most one of `secret` (in the clear) and `sealed_secret` is set."""

    caller: Caller
    secret: Secret | None = None
    sealed_secret: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The entries of a definitions file, in its order."""

    services: tuple[Service, ...] = ()
    applications: tuple[WantedApplication, ...] = ()
    callers: tuple[WantedCaller, ...] = ()
