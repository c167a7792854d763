"""The façade over a real provider: its own store and methods, a clock that the test moves, requests as values."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

from multidict import CIMultiDict, CIMultiDictProxy

from rpcauth.operations.authentication import ClientAuthenticator
from rpcauth.operations.id_token import IdTokens
from rpcauth.rest.ym.facade import YmFacade
from rpcauth.rest.ym.services import TokenServices
from rpcauth.rest.ym.settings import YmSettings
from rpcauth.web.messages import HttpReply, HttpRequest
from tests.support.provider import CLIENT, Provider, open_provider

OIDC = "/OAuth/OIDC/GetAccessToken"
GET = "/OAuth/GetAccessToken"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
NEW_YORK = timezone(timedelta(hours=-4))
SETTINGS = YmSettings(service_key="service", base_url="https://auth.example.com", server_id="WS-6-183-431")
CLIENT_ID, CLIENT_SECRET = CLIENT["client_id"], CLIENT["client_secret"]


@dataclass(slots=True)
class Served:
    """The façade and the provider that it stands on."""

    provider: Provider
    facade: YmFacade
    id_tokens: IdTokens

    async def ask(
        self,
        target: str = OIDC,
        body: str | bytes = b"",
        headers: Mapping[str, str] | None = None,
        *,
        method: str = "POST",
    ) -> HttpReply:
        """One request; a form unless `headers` say otherwise."""
        path, _, query = target.partition("?")
        sent = CIMultiDictProxy(CIMultiDict(FORM if headers is None else headers))
        content = body.encode() if isinstance(body, str) else body
        return await self.facade.answer(HttpRequest(method=method, path=path, query=query, headers=sent, body=content))


def content_of(reply: HttpReply) -> Any:
    """The reply's JSON."""
    return json.loads(reply.body)


@asynccontextmanager
async def serve(folder: Path, **settings: Any) -> AsyncIterator[Served]:
    """A façade with `settings` changed from SETTINGS; local time is four hours behind UTC."""
    async with open_provider(folder) as provider:
        store = provider.store
        authenticator = ClientAuthenticator(
            keyring=lambda: store.keyring, now=store.now, concurrency=2, failures_per_minute=30
        )
        try:
            yield build(provider, authenticator, replace(SETTINGS, **settings))
        finally:
            authenticator.close()


def build(provider: Provider, authenticator: ClientAuthenticator, settings: YmSettings) -> Served:
    """A façade over a provider."""
    id_tokens = IdTokens(provider.store, master=lambda: provider.master, base_url=settings.base_url)
    services = TokenServices(provider.store, authenticator, id_tokens, service_key=settings.service_key)
    facade = YmFacade(services, id_tokens, settings, clock=provider.store.now, zone=NEW_YORK)
    return Served(provider, facade, id_tokens)
