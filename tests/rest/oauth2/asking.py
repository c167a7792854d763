"""The façade in this process, over a real store and a clock that the test moves: requests in, answers out."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlencode

from multidict import CIMultiDict, CIMultiDictProxy

from rpcauth.definitions import Wanted, WantedApplication
from rpcauth.definitions.execution import open_caller_secret
from rpcauth.definitions.wanted import WantedCaller
from rpcauth.model import Application, Caller, GrantType, Secret, Service
from rpcauth.operations.authentication import ClientAuthenticator
from rpcauth.rest.oauth2.authz import Authz, AuthzSettings
from rpcauth.rest.oauth2.clients import Clients
from rpcauth.rest.oauth2.facade import OAuth2Facade, ServiceEndpoint
from rpcauth.rest.oauth2.introspection import Introspection
from rpcauth.rest.oauth2.revocation import Revocation
from rpcauth.rest.oauth2.routes import Endpoint
from rpcauth.server.callers import CallerRegistry
from rpcauth.web.messages import HttpReply, HttpRequest
from rpcauth.web.trusted_sources import TrustedSources
from tests.support.provider import CLIENT, REDIRECT_URI, Provider

BASE_URL = "https://auth.example.com"
FORM = ("Content-Type", "application/x-www-form-urlencoded")
ODD_SECRET = "a b:c+d%e&ä"
OTHER_CLIENT = {"client_id": "other", "client_secret": "client-secret-of-the-other"}
ODD_CLIENT = {"client_id": "odd id", "client_secret": ODD_SECRET}
GATEWAY = "192.0.2.1"

Fields = Sequence[tuple[str, str]]
Form = Mapping[str, str] | Sequence[tuple[str, str]]

_OTHER_SERVICE = Service(service_key="elsewhere", name="Elsewhere", grant_types=tuple(GrantType))


def wanted() -> Wanted:
    """More clients, another service, and callers that may introspect or not."""
    shared = {"redirect_uris": (REDIRECT_URI,)}
    return Wanted(
        services=(_OTHER_SERVICE,),
        applications=(
            _application("other", OTHER_CLIENT["client_secret"], services=("service",), **shared),
            _application("odd id", ODD_SECRET, services=("service",), **shared),
            _application("stranger", "client-secret-of-the-stranger", services=("elsewhere",), **shared),
            _application("fired", "client-secret-of-the-fired", services=("service",), disabled=True, **shared),
        ),
        callers=(
            _caller("gateway", methods=("oauth2.introspect",), services=("service",)),
            _caller("all", methods=("*",), services=("*",)),
            _caller("silent", methods=("oauth2.fetch*",), services=("*",)),
            _caller("elsewhere", methods=("*",), services=("elsewhere",)),
        ),
    )


def _application(client_id: str, secret: str, **settings: Any) -> WantedApplication:
    application = Application(client_id=client_id, id=0, name=client_id, **settings)
    return WantedApplication(application=application, client_secrets=(Secret(secret),))


def _caller(name: str, **settings: Any) -> WantedCaller:
    return WantedCaller(caller=Caller(name=name, api_key=name, **settings), secret=Secret(f"secret-of-{name}"))


@dataclass(frozen=True, slots=True)
class Answer:
    reply: HttpReply

    @property
    def status(self) -> int:
        return self.reply.status

    @property
    def json(self) -> Any:
        assert self.reply.content_type == "application/json;charset=UTF-8"
        return json.loads(self.reply.body)

    @property
    def error(self) -> tuple[int, str]:
        return self.reply.status, self.json["error"]

    def header(self, name: str) -> str | None:
        """The value of a header that is there once at most."""
        values = [value for key, value in self.reply.headers if key == name]
        assert len(values) <= 1
        return next(iter(values), None)


def basic(client_id: str, secret: str) -> tuple[str, str]:
    """client_secret_basic as RFC 6749 §2.3.1 has it: form-encoded before the base64."""
    text = f"{quote_plus(client_id)}:{quote_plus(secret)}"
    return ("Authorization", "Basic " + b64encode(text.encode()).decode())


def basic_of(client: Mapping[str, str]) -> tuple[str, str]:
    return basic(client["client_id"], client["client_secret"])


CALLER = basic("gateway", "secret-of-gateway")
OWNER = basic_of(CLIENT)


@dataclass(frozen=True, slots=True)
class House:
    """A provider with its standard endpoints."""

    provider: Provider
    facade: OAuth2Facade

    async def post(self, endpoint: str, form: Form | bytes, *headers: tuple[str, str], **how: Any) -> Answer:
        """A request to an endpoint; `service`, `query`, `method` and `content_type` may be given."""
        body = form if isinstance(form, bytes) else urlencode(form).encode()
        content_type = how.get("content_type", FORM[1])
        request = HttpRequest(
            method=how.get("method", "POST"),
            path=f"/services/{how.get('service', 'service')}/oauth2/{endpoint}",
            query=how.get("query", ""),
            headers=_proxy([*headers, *([("Content-Type", content_type)] if content_type else [])]),
            body=body,
        )
        return Answer(await self.facade.answer(request))

    async def introspect(self, token: str, *headers: tuple[str, str], **form: str) -> Any:
        """The JSON about a token, for a caller that may know it unless `headers` prove somebody else."""
        answer = await self.post("introspect", {"token": token, **form}, *(headers or (CALLER,)))
        assert answer.status == 200, answer.reply
        return answer.json

    async def ask(self, *headers: tuple[str, str], **how: Any) -> Answer:
        """A question to /authz; `path`, `query`, `method`, `source` and `token` may be given."""
        token = how.get("token")
        bearer = [] if token is None else [("Authorization", f"Bearer {token}")]
        request = HttpRequest(
            method=how.get("method", "GET"),
            path=how.get("path", "/authz"),
            query=how.get("query", ""),
            headers=_proxy([*headers, *bearer]),
            source=how.get("source", GATEWAY),
        )
        return Answer(await self.facade.answer(request))


def settings(**changed: Any) -> AuthzSettings:
    """What /authz is told, unless a test says otherwise."""
    return AuthzSettings(**{"service_key": "service", "trusted": TrustedSources((GATEWAY, "unix")), **changed})


def make_house(
    provider: Provider,
    *,
    cache_seconds: int = 0,
    failures_per_minute: int = 1000,
    authz: AuthzSettings | None = None,
) -> House:
    """The endpoints over a provider. `failures_per_minute` are those of one client."""
    store = provider.store
    authenticator = ClientAuthenticator(
        keyring=lambda: store.keyring, now=store.now, concurrency=2, failures_per_minute=failures_per_minute
    )
    callers = CallerRegistry(
        definitions=lambda: store.definitions,
        open_secret=lambda caller: open_caller_secret(store.keyring, caller),
        clock=store.now,
    )
    clients = Clients(store, authenticator, callers.prove_basic)
    endpoints: dict[Endpoint, ServiceEndpoint] = {
        Endpoint.INTROSPECT: Introspection(store, clients, base_url=BASE_URL, cache_seconds=cache_seconds),
        Endpoint.REVOKE: Revocation(store, clients),
    }
    return House(provider, OAuth2Facade(store, endpoints, Authz(store, authz or settings())))


def _proxy(headers: Fields) -> CIMultiDictProxy[str]:
    return CIMultiDictProxy(CIMultiDict(headers))


@contextmanager
def unreadable(provider: Provider) -> Iterator[None]:
    """Have SQLite itself refuse every read of tokens."""
    reader = provider.store._reader
    reader.set_authorizer(lambda *_: 1)
    try:
        yield
    finally:
        reader.set_authorizer(None)
