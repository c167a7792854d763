"""Who asks: a client of the service (RFC 6749 §2.3), or a caller of the definitions.

Exactly one method of client authentication may be used: client_secret_basic, form-decoded behind its base64, or
client_secret_post. A public client names itself by its client_id.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from aiohttp import hdrs
from multidict import CIMultiDictProxy

from rpcauth.errors import ErrorCode, OAuthError
from rpcauth.model import Caller, Secret, Service
from rpcauth.oauth.client import INVALID_CLIENT, ClientProof, check_authenticated, find_application
from rpcauth.operations.access import check_method, get_allowed_service
from rpcauth.operations.authentication import ClientAuthenticator
from rpcauth.rest.oauth2.forms import MAX_VALUE, Form, read_form
from rpcauth.storage.port import Store
from rpcauth.web.basic import read_client_basic
from rpcauth.web.messages import HttpRequest

ProveCaller: TypeAlias = Callable[[CIMultiDictProxy[str]], Caller | None]
"""The caller that the headers of a request prove by HTTP Basic, or None."""

_CREDENTIALS = ("client_secret", "client_assertion")


class NamedClient(NamedTuple):
    client_id: str
    secret: Secret | None


class Clients:
    """Proves clients and callers against the definitions of the moment."""

    def __init__(self, store: Store, authenticator: ClientAuthenticator, prove_caller: ProveCaller) -> None:
        self._store = store
        self._authenticator = authenticator
        self._prove_caller = prove_caller

    async def prove(self, service: Service, request: HttpRequest, form: Form) -> ClientProof:
        """What the request proves of its client. Raises invalid_request, invalid_client, LimitReached."""
        named = read_client(request, form)
        application = find_application(self._store.definitions, service, named.client_id)
        return await self._authenticator.prove(application, named.client_id, named.secret, front="oauth2")

    async def check_may_ask(self, service: Service, request: HttpRequest, form: Form, method: str) -> None:
        """Whether the request comes from a confidential client of the service, or from a caller that may `method`.

        Raises invalid_request, invalid_client, CallerRefused, LimitReached.
        """
        caller = self._prove_caller(request.headers)
        if caller is not None:
            _check_one_method(request, form)
            check_method(caller, method)
            get_allowed_service(caller, self._store.definitions, service.service_key)
            return
        proof = await self.prove(service, request, form)
        if check_authenticated(self._store.definitions, service, proof).public:
            raise _unproven("client.public")


def read_client(request: HttpRequest, form: Form) -> NamedClient:
    """The one client that a request names. Raises invalid_request, invalid_client."""
    _check_one_method(request, form)
    authorizations = request.headers.getall(hdrs.AUTHORIZATION, ())
    client_id = form.find("client_id")
    if not authorizations:
        if client_id is None:
            raise _unproven("client.not_named")
        secret = form.find("client_secret")
        return NamedClient(client_id, None if secret is None else Secret(secret))
    basic = read_client_basic(authorizations)
    if basic is None or len(basic.client_id) > MAX_VALUE or len(basic.client_secret) > MAX_VALUE:
        raise _unproven("client.basic_malformed")
    if client_id not in (None, basic.client_id):
        text = "The request names two clients"
        raise OAuthError(ErrorCode.INVALID_REQUEST, text, "client.two_names")
    # An empty secret is none: libraries send a public client's id with an empty password.
    return NamedClient(basic.client_id, Secret(basic.client_secret) if basic.client_secret else None)


def name_client(request: HttpRequest) -> str | None:
    """The name that a request gives its client, as far as it can be read: for the log of one that was refused."""
    basic = read_client_basic(request.headers.getall(hdrs.AUTHORIZATION, ()))
    if basic is not None:
        return basic.client_id
    try:
        return read_form(request, repeatable=("tokens",)).find("client_id")
    except OAuthError:
        return None


def _check_one_method(request: HttpRequest, form: Form) -> None:
    """RFC 6749 §2.3: a client MUST NOT use more than one authentication method in a request."""
    used = [name for name in _CREDENTIALS if form.find(name) is not None]
    if len(used) + (hdrs.AUTHORIZATION in request.headers) > 1:
        text = "The client proves itself in two ways; one is allowed"
        raise OAuthError(ErrorCode.INVALID_REQUEST, text, "client.two_methods")


def _unproven(detail: str) -> OAuthError:
    return OAuthError(ErrorCode.INVALID_CLIENT, INVALID_CLIENT, detail)
