"""The request that a gateway asks about, from what the gateway sends along.

Gateways tell it in three ways: X-Original-* (nginx, by its configuration), X-Forwarded-* (Caddy, Traefik, APISIX), and
the path behind /authz (Envoy). Some of them also pass on whatever headers the client sent. So where two ways are there
and differ, nothing is believed: a client could have written one of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from aiohttp import hdrs

from rpcauth.errors import OAuthError
from rpcauth.frozen import dataclass
from rpcauth.oauth import scope
from rpcauth.oauth.uri import find_uri
from rpcauth.rest.oauth2.routes import AuthzRoute
from rpcauth.web.messages import HttpRequest

REQUIRE_SCOPE: Final = "X-Auth-Require-Scope"
SERVICE: Final = "X-Auth-Service"

_METHODS: Final = ("X-Original-Method", "X-Forwarded-Method")
_TARGETS: Final = ("X-Original-URI", "X-Original-URL", "X-Forwarded-Uri")
_SCHEME: Final = "X-Forwarded-Proto"
_HOST: Final = "X-Forwarded-Host"

DECIDING: Final = (REQUIRE_SCOPE, SERVICE, *_METHODS, *_TARGETS)
"""Headers that the decision may hang on. From a source that is not trusted they are refused, not passed over: a gateway
that counts on them must not be told yes without them.
"""


class GatewayFault(Exception):
    """The question cannot be answered with yes, whatever the token. `word` says why, for the gateway's operator."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayRequest:
    """What the client asked of the gateway, as far as it is known.

    `target` is path and query as they were written, `uri` the whole address; `required_scope` is the gateway's word,
    and `service_key` its own or that of the path.
    """

    service_key: str | None
    required_scope: str | None
    method: str | None
    target: str | None
    uri: str | None


def read_gateway_request(request: HttpRequest, route: AuthzRoute, *, is_trusted: bool) -> GatewayRequest:
    """What is asked about. Raises GatewayFault."""
    if not is_trusted and any(_values(request, name) for name in DECIDING):
        raise GatewayFault("untrusted_gateway")
    tail = None if route.tail is None else route.tail + (f"?{request.query}" if request.query else "")
    uris = [uri for name in _TARGETS for uri in _values(request, name)]
    target = _agree([*map(_target_of, uris), *_present(tail)])
    method = _agree([*(one for name in _METHODS for one in _values(request, name)), *_present(tail and request.method)])
    absolute = next((uri for uri in uris if not uri.startswith("/")), None)
    return GatewayRequest(
        service_key=_agree([*_values(request, SERVICE), *_present(route.service_key)]),
        required_scope=_read_scope(_agree(_values(request, REQUIRE_SCOPE))),
        method=method,
        target=target,
        uri=absolute or _complete(request, target, is_trusted=is_trusted),
    )


def _values(request: HttpRequest, name: str) -> list[str]:
    """The values of a header; an empty one is none."""
    return [value for value in request.headers.getall(name, ()) if value]


def _present(value: str | None) -> Iterator[str]:
    if value is not None:
        yield value


def _agree(values: Sequence[str]) -> str | None:
    """The one value that all sources give, None when there is no source. Raises GatewayFault when they differ."""
    if len(set(values)) > 1:
        raise GatewayFault("contradictory_request")
    return next(iter(values), None)


def _target_of(uri: str) -> str:
    if uri.startswith("/"):
        return uri
    parts = find_uri(uri)
    if parts is None or parts.scheme not in ("http", "https") or not parts.host:
        raise GatewayFault("malformed_request")
    return parts.target if parts.target.startswith("/") else f"/{parts.target}"


def _complete(request: HttpRequest, target: str | None, *, is_trusted: bool) -> str | None:
    """The absolute URI of a target: scheme and host are the gateway's word, or else https and the Host that came."""
    if target is None:
        return None
    scheme = _agree(_values(request, _SCHEME)) if is_trusted else None
    host = _agree(_values(request, _HOST)) if is_trusted else None
    return f"{scheme or 'https'}://{host or request.headers.get(hdrs.HOST, '')}{target}"


def _read_scope(text: str | None) -> str | None:
    try:
        scope.parse(text)
    except OAuthError:
        raise GatewayFault("malformed_scope") from None
    return text
