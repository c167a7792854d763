"""One call on its way through a method: who calls, how it is read, and what it may touch."""

from __future__ import annotations

from dataclasses import dataclass

from rpcauth.model import Caller, Definitions, Secret, Service
from rpcauth.oauth.client import ClientProof, find_application
from rpcauth.operations.access import get_allowed_service
from rpcauth.operations.authentication import ClientAuthenticator
from rpcauth.operations.throttle import RateLimit
from rpcauth.operations.token_rate import UNLIMITED, TokenRate
from rpcauth.rpc.dialect import Dialect
from rpcauth.rpc.params import TEXT, Client, Reader
from rpcauth.storage.port import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """What methods work with. `cache_seconds` is how long a caller may keep a token's answer; 0: not at all.

    `caller_rate` is where further calls of a batch are counted: the first one was when the batch came.
    """

    store: Store
    authenticator: ClientAuthenticator
    cache_seconds: int = 0
    token_rate: TokenRate = UNLIMITED
    caller_rate: RateLimit | None = None


@dataclass(slots=True)
class Invocation:
    """The first argument of every method.

    For the log, `service_key` is set once the service was found allowed, and `client_id` for a client that is defined:
    any other name is a text of the request.
    """

    backend: Backend
    caller: Caller
    dialect: Dialect
    reader: Reader
    service_key: str | None = None
    client_id: str | None = None

    @property
    def store(self) -> Store:
        return self.backend.store

    @property
    def definitions(self) -> Definitions:
        return self.backend.store.definitions

    def service(self, value: object) -> Service:
        """The service of the parameter `service_key`. Raises ParamsInvalid, CallerRefused."""
        service_key = self.reader.text("service_key", value, TEXT)
        service = get_allowed_service(self.caller, self.definitions, service_key)
        self.service_key = service_key
        return service

    async def prove(self, client: Client) -> ClientProof:
        """What the client object proves to the service of this call, which was asked for before."""
        client_id, definitions = client.client_id or "", self.definitions
        if client_id in definitions.applications:
            self.client_id = client_id
        service = definitions.services.get(self.service_key or "")
        application = None if service is None else find_application(definitions, service, client_id)
        secret = None if client.client_secret is None else Secret(client.client_secret)
        return await self.backend.authenticator.prove(application, client_id, secret)
