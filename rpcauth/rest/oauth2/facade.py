"""The façade as the server sees it: which paths are its own, and an answer for each request to them.

To add an endpoint: its module with a class like Introspection, its name in routes.Endpoint, a line in app/facades.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPMethod
from typing import Protocol

from rpcauth.errors import ErrorCode, OAuthError
from rpcauth.model import Service
from rpcauth.oauth.client import INVALID_CLIENT
from rpcauth.rest.oauth2 import replies
from rpcauth.rest.oauth2.authz import Authz
from rpcauth.rest.oauth2.clients import name_client
from rpcauth.rest.oauth2.routes import AuthzRoute, Endpoint, EndpointRoute, Route, find_route
from rpcauth.storage.port import Store
from rpcauth.web.messages import HttpReply, HttpRequest, RequestLog


class ServiceEndpoint(Protocol):
    """An endpoint that takes POST alone, below a service's issuer."""

    @property
    def method(self) -> str:
        """Its name in the log."""

    async def answer(self, service: Service, request: HttpRequest) -> HttpReply:
        """The answer. Raises OAuthError, CallerRefused, LimitReached, StorageUnavailable."""


class OAuth2Facade:
    """The standard endpoints (a `web.messages.RestFacade`), those of `endpoints`, and /authz where it is given."""

    name = "oauth2"

    def __init__(self, store: Store, endpoints: Mapping[Endpoint, ServiceEndpoint], authz: Authz | None) -> None:
        self._store = store
        self._endpoints = endpoints
        self._authz = authz

    def serves(self, path: str) -> bool:
        """Whether `path`, as it stands in the request target, is one of ours."""
        return self._find_route(path) is not None

    def judges_head(self, path: str) -> bool:
        """A gateway's question may have any method, and the body, if there is one, is not for us."""
        return isinstance(find_route(path), AuthzRoute)

    async def answer(self, request: HttpRequest) -> HttpReply:
        """The answer to a request to one of our paths."""
        match self._find_route(request.path):
            case EndpointRoute() as route:
                return await self._answer_endpoint(route, request)
            case AuthzRoute() as route if self._authz is not None:
                return await self._authz.answer(route, request)
            case _:
                return HttpReply(status=404, body=b"", log=RequestLog("-", None, "404"), content_type=None)

    def refuse(self, request: HttpRequest, status: int) -> HttpReply:
        """The answer to a request whose body was not taken."""
        route = self._find_route(request.path)
        method = self._endpoints[route.endpoint].method if isinstance(route, EndpointRoute) else "-"
        return replies.reply_body_refused(status, method)

    async def _answer_endpoint(self, route: EndpointRoute, request: HttpRequest) -> HttpReply:
        endpoint = self._endpoints[route.endpoint]
        if request.method != HTTPMethod.POST:
            return replies.reply_wrong_method(endpoint.method)
        service = self._store.definitions.services.get(route.service_key)
        try:
            if service is None:
                # Answered like a service that whoever asks is not of (json-rpc contract §2).
                raise OAuthError(ErrorCode.INVALID_CLIENT, INVALID_CLIENT, "service.unknown")
            return await endpoint.answer(service, request)
        except Exception as error:  # noqa: BLE001 - every failure becomes an answer; unexpected ones are logged there
            reply = replies.reply_failed(error, endpoint.method, service)
            return replace(reply, log=replace(reply.log, client_id=self._find_client_id(request)))

    def _find_client_id(self, request: HttpRequest) -> str | None:
        """The client that a request names, if it is defined: any other name is a text of the request."""
        named = name_client(request)
        return named if named in self._store.definitions.applications else None

    def _find_route(self, path: str) -> Route | None:
        match find_route(path):
            case EndpointRoute() as route if route.endpoint in self._endpoints:
                return route
            case AuthzRoute() as route if self._authz is not None:
                return route
            case _:
                return None
