"""The REST façades that a configuration switches on."""

from __future__ import annotations

import socket
from collections.abc import Callable
from functools import partial

from rpcauth.app.limiters import Limiters
from rpcauth.config import Config
from rpcauth.model import Definitions, TokenType
from rpcauth.operations.authentication import ClientAuthenticator
from rpcauth.operations.id_token import IdTokens
from rpcauth.rest.oauth2.authz import Authz, AuthzSettings
from rpcauth.rest.oauth2.clients import Clients
from rpcauth.rest.oauth2.facade import OAuth2Facade, ServiceEndpoint
from rpcauth.rest.oauth2.introspection import Introspection
from rpcauth.rest.oauth2.revocation import Revocation
from rpcauth.rest.oauth2.routes import Endpoint
from rpcauth.rest.oauth2.scope_routes import ScopeRoute
from rpcauth.rest.ym.facade import YmFacade
from rpcauth.rest.ym.services import TokenServices
from rpcauth.rest.ym.settings import YmSettings, make_server_id
from rpcauth.server.callers import CallerRegistry
from rpcauth.storage.port import Store
from rpcauth.web.messages import RestFacade
from rpcauth.web.trusted_sources import TrustedSources


def build_facades(
    config: Config,
    store: Store,
    authenticator: ClientAuthenticator,
    callers: CallerRegistry,
    master: Callable[[], bytes],
    *,
    limiters: Limiters,
) -> list[RestFacade]:
    """What answers beside JSON-RPC. `master` gives the current master key."""
    facades: list[RestFacade] = []
    if config.ym.enabled and config.ym.service_key is not None:
        settings = ym_settings(config, config.ym.service_key)
        id_tokens = IdTokens(store, master=master, base_url=settings.base_url)
        services = TokenServices(
            store, authenticator, id_tokens, service_key=settings.service_key, token_rate=limiters.tokens
        )
        facades.append(YmFacade(services, id_tokens, settings, clock=store.now))
    if config.oauth2.enabled or config.authz.enabled:
        clients = Clients(store, authenticator, partial(limiters.prove_basic, callers))
        facades.append(_build_oauth2(config, store, clients))
    return facades


def _build_oauth2(config: Config, store: Store, clients: Clients) -> OAuth2Facade:
    endpoints: dict[Endpoint, ServiceEndpoint] = {}
    if config.oauth2.enabled:
        base_url, cache_seconds = config.base_url or "", config.server.cache_seconds
        endpoints = {
            Endpoint.INTROSPECT: Introspection(store, clients, base_url=base_url, cache_seconds=cache_seconds),
            Endpoint.REVOKE: Revocation(store, clients),
        }
    authz = Authz(store, authz_settings(config)) if config.authz.enabled else None
    return OAuth2Facade(store, endpoints, authz)


def authz_settings(config: Config) -> AuthzSettings:
    """The section [authz], with what [server] says of caching."""
    authz = config.authz
    return AuthzSettings(
        service_key=authz.service_key,
        trusted=TrustedSources(authz.trusted),
        scopes=tuple(ScopeRoute(prefix=one.prefix, methods=one.methods, scope=one.scope) for one in authz.scopes),
        for_nginx=authz.deny_status_for_nginx,
        cache_seconds=config.server.cache_seconds,
    )


def ym_settings(config: Config, service_key: str) -> YmSettings:
    """The section [ym], with what its unset settings come to."""
    ym = config.ym
    return YmSettings(
        service_key=service_key,
        base_url=config.base_url or "",
        server_id=ym.server_id or make_server_id(socket.gethostname()),
        html_by_default=ym.default_content_type == "text/html",
        using_redis=ym.using_redis,
        expose_server_info=ym.expose_server_info,
        oauth_error_fields=ym.oauth_error_fields,
        secrets_in_query=ym.secrets_in_query,
        jsonp=ym.jsonp,
    )


def find_problems(config: Config, definitions: Definitions) -> list[str]:
    """What keeps a façade that is switched on from serving: what, where, and what to do next."""
    return [*_find_ym_problems(config, definitions), *_find_authz_problems(config, definitions)]


def _find_authz_problems(config: Config, definitions: Definitions) -> list[str]:
    key = config.authz.service_key
    if not config.authz.enabled or key is None or key in definitions.services:
        return []
    return [f'[authz] service_key: no service "{key}" is defined, so every request is denied; apply its definition']


def _find_ym_problems(config: Config, definitions: Definitions) -> list[str]:
    if not config.ym.enabled or config.ym.service_key is None:
        return []
    key = config.ym.service_key
    service = definitions.services.get(key)
    if service is None:
        return [f'[ym] service_key: no service "{key}" is defined, so every client is refused; apply its definition']
    if service.access_token_type is not TokenType.BEARER:
        what = f'service "{key}" issues MAC tokens, which the answers of [ym] cannot hold'
        return [f'{what}; set its access_token_type = "bearer"']
    return []
