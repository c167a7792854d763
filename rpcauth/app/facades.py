"""The REST façades that a configuration switches on."""

from __future__ import annotations

import socket
from collections.abc import Callable

from rpcauth.config import Config
from rpcauth.model import Definitions, TokenType
from rpcauth.operations.authentication import ClientAuthenticator
from rpcauth.operations.id_token import IdTokens
from rpcauth.rest.ym.facade import YmFacade
from rpcauth.rest.ym.services import TokenServices
from rpcauth.rest.ym.settings import YmSettings, make_server_id
from rpcauth.storage.port import Store
from rpcauth.web.messages import RestFacade


def build_facades(
    config: Config, store: Store, authenticator: ClientAuthenticator, master: Callable[[], bytes]
) -> list[RestFacade]:
    """What answers beside JSON-RPC. `master` gives the current master key."""
    if not config.ym.enabled or config.ym.service_key is None:
        return []
    settings = ym_settings(config, config.ym.service_key)
    id_tokens = IdTokens(store, master=master, base_url=settings.base_url)
    services = TokenServices(store, authenticator, id_tokens, service_key=settings.service_key)
    return [YmFacade(services, id_tokens, settings, clock=store.now)]


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
