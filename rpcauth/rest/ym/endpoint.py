"""The services over HTTP: format, client, DTO, service, answer. Whatever is raised on the way becomes an answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final

from aiohttp import hdrs

from rpcauth.errors import ErrorCode, OAuthError
from rpcauth.oauth.client import INVALID_CLIENT
from rpcauth.rest.ym import forms
from rpcauth.rest.ym.binding import bind
from rpcauth.rest.ym.dto import GET_ACCESS_TOKEN, OIDC_GET_ACCESS_TOKEN
from rpcauth.rest.ym.failures import BodyRefused, Failure, NotServed, failure_of
from rpcauth.rest.ym.negotiation import OFFERS, PATH_BODIES, Format, Offer, negotiate
from rpcauth.rest.ym.operations import RESPONSES
from rpcauth.rest.ym.pages.markup import CONTENT_SECURITY_POLICY
from rpcauth.rest.ym.reading import Malformed
from rpcauth.rest.ym.responses import ResponseWriter
from rpcauth.rest.ym.routes import Route, RouteKind
from rpcauth.rest.ym.services import TokenServices
from rpcauth.rest.ym.settings import YmSettings
from rpcauth.rest.ym.types import Dto, Values
from rpcauth.web.basic import ClientCredentials, read_client_basic
from rpcauth.web.messages import HttpReply, HttpRequest, RequestLog

_CALLBACK: Final = re.compile(r"[A-Za-z_$][\w$.]{0,63}", re.ASCII)
_SCRIPT: Final = Offer(Format.JSON, "text/javascript")
_COMMON: Final = (("Vary", "Accept"), ("Pragma", "no-cache"), ("X-Content-Type-Options", "nosniff"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """How one request is answered. `callback` wraps the JSON of JSONP."""

    offer: Offer
    pretty: bool = False
    callback: str | None = None


class TokenEndpoint:
    """Answers requests for a service, and those for one that there is not."""

    def __init__(self, services: TokenServices, writer: ResponseWriter, settings: YmSettings) -> None:
        self._services = services
        self._writer = writer
        self._settings = settings

    async def answer(self, route: Route, request: HttpRequest) -> HttpReply:
        """The answer, in the format that was asked for; it does not raise."""
        view = self._choose_view(route, request)
        # A request for what is not served is answered as any DTO would be: its error is bare.
        dto = route.dto or OIDC_GET_ACCESS_TOKEN
        client_id = None
        try:
            if route.kind is not RouteKind.SERVICE:
                raise _not_served(route, request.method)
            _check_callback(view)
            values = self._bind(dto, route, request)
            client_id = self._services.find_client_id(values, _find_basic(request))
            members = await self._serve(dto, values, request)
            return self._reply_good(view, dto, self._writer.succeed(values, members), client_id)
        except Exception as error:  # noqa: BLE001 - every failure becomes an answer; unexpected ones are logged there
            failure = failure_of(error, dto.name, _content_type(request))
            return self._reply_failed(view, dto, failure, request, client_id)

    def refuse(self, route: Route, request: HttpRequest, status: int) -> HttpReply:
        """The answer to a request whose body was not taken."""
        dto = route.dto or OIDC_GET_ACCESS_TOKEN
        failure = failure_of(BodyRefused(status), dto.name, _content_type(request))
        return self._reply_failed(self._choose_view(route, request), dto, failure, request)

    def _bind(self, dto: Dto, route: Route, request: HttpRequest) -> Values:
        return bind(
            dto,
            request,
            path_kind=None if route.path_format is None else PATH_BODIES.get(route.path_format),
            merges_query=route.merges_query,
            secrets_in_query=self._settings.secrets_in_query,
        )

    async def _serve(self, dto: Dto, values: Values, request: HttpRequest) -> Values:
        if dto is OIDC_GET_ACCESS_TOKEN:
            return await self._services.get_oidc_access_token(values, _read_client(request))
        if dto is GET_ACCESS_TOKEN:
            return await self._services.get_access_token(values)
        raise LookupError(f"nothing serves {dto.name}")

    def _choose_view(self, route: Route, request: HttpRequest) -> _View:
        settings, query = self._settings, _read_query(request.query)
        callback = query.get("callback") if settings.jsonp else None
        offer = negotiate(
            suffix=route.suffix,
            path_format=route.path_format,
            query_format=query.get("format") or None,
            accept=request.headers.getall(hdrs.ACCEPT, ()),
            content_type=request.headers.get(hdrs.CONTENT_TYPE),
            default=Format.HTML if settings.html_by_default else Format.JSON,
        )
        if callback and route.suffix is None:
            return _View(offer=_SCRIPT, callback=callback)
        return _View(offer=offer, pretty="debug" in query)

    def _reply_good(self, view: _View, dto: Dto, values: Values, client_id: str | None) -> HttpReply:
        log = RequestLog(f"ym.{dto.name}", self._settings.service_key, "ok", client_id=client_id)
        reply = self._print(view, RESPONSES[dto.name], values, log)
        return _attach(reply, dto) if view.offer.format is Format.CSV else reply

    def _reply_failed(
        self, view: _View, dto: Dto, failure: Failure, request: HttpRequest, client_id: str | None = None
    ) -> HttpReply:
        log = RequestLog(
            f"ym.{dto.name}",
            self._settings.service_key,
            failure.code,
            failure.incident,
            failure.detail,
            client_id=client_id,
        )
        kind, values = self._writer.fail(dto, failure)
        if view.callback is not None and not _CALLBACK.fullmatch(view.callback):
            # Without a function to call it is no script.
            view = _View(offer=OFFERS[Format.JSON])
        reply = self._print(view, kind, values, log, extra=self._oauth_members(dto, failure))
        reply = replace(
            reply,
            status=failure.status,
            reason=None if failure.bare else failure.code,
            headers=(*reply.headers, *_headers_of(failure, request)),
        )
        is_file = view.offer.format is Format.CSV and failure.attached and not failure.bare
        return _attach(reply, dto) if is_file else reply

    def _oauth_members(self, dto: Dto, failure: Failure) -> Mapping[str, str]:
        """What standard OAuth libraries read of an error (contract, decision 10)."""
        no_route = failure.status == HTTPStatus.METHOD_NOT_ALLOWED
        if no_route or dto is not OIDC_GET_ACCESS_TOKEN or not self._settings.oauth_error_fields:
            return {}
        return {"error": failure.oauth_error, "error_description": failure.oauth_description}

    def _print(
        self, view: _View, dto: Dto, values: Values, log: RequestLog, *, extra: Mapping[str, str] | None = None
    ) -> HttpReply:
        offer = view.offer
        body = self._writer.print(offer.format, dto, values, pretty=view.pretty, extra=extra)
        if view.callback is not None:
            body = b"%b(%b)" % (view.callback.encode(), body)
        policy = (("Content-Security-Policy", CONTENT_SECURITY_POLICY),) if offer.format is Format.HTML else ()
        return HttpReply(status=200, body=body, log=log, content_type=offer.content_type, headers=(*_COMMON, *policy))


def _read_query(query: str) -> Mapping[str, str]:
    """The first value of each key; of a query that cannot be read, nothing. Binding says then what is wrong with it."""
    try:
        return dict(reversed(forms.parse_urlencoded(query)))
    except Malformed:
        return {}


def _read_client(request: HttpRequest) -> ClientCredentials | None:
    """The client of an Authorization header of the scheme Basic; other schemes say nothing of a client."""
    if not any(_is_basic(one) for one in request.headers.getall(hdrs.AUTHORIZATION, ())):
        return None
    client = _find_basic(request)
    if client is None:
        raise OAuthError(ErrorCode.INVALID_CLIENT, INVALID_CLIENT, "ym.basic_malformed")
    return client


def _find_basic(request: HttpRequest) -> ClientCredentials | None:
    return read_client_basic(request.headers.getall(hdrs.AUTHORIZATION, ()))


def _is_basic(authorization: str) -> bool:
    return authorization.partition(" ")[0].lower() == "basic"


def _not_served(route: Route, method: str) -> NotServed:
    """The original's words for a predefined route without its service."""
    if route.kind is RouteKind.UNKNOWN_OPERATION or route.dto is None:
        return NotServed(f"The operation '{route.asked[:64]}' does not exist for this service")
    verb, name = method.capitalize(), route.dto.name
    return NotServed(f"Could not find method named {verb}({name}) or Any({name}) on Service Svc")


def _check_callback(view: _View) -> None:
    if view.callback is not None and not _CALLBACK.fullmatch(view.callback):
        text = "The callback must be a name of letters, digits, dots, _ and $"
        raise OAuthError(ErrorCode.INVALID_REQUEST, text, "ym.callback")


def _headers_of(failure: Failure, request: HttpRequest) -> tuple[tuple[str, str], ...]:
    headers: list[tuple[str, str]] = []
    if failure.retry_after is not None:
        headers.append(("Retry-After", str(failure.retry_after)))
    if failure.status == HTTPStatus.UNAUTHORIZED and any(
        _is_basic(one) for one in request.headers.getall(hdrs.AUTHORIZATION, ())
    ):
        headers.append(("WWW-Authenticate", 'Basic realm="rpcauth"'))
    if failure.status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers.append(("Allow", "POST"))
    return tuple(headers)


def _attach(reply: HttpReply, dto: Dto) -> HttpReply:
    """CSV is sent as a file, as the original does."""
    disposition = ("Content-Disposition", f"attachment;filename={dto.name}.csv")
    return replace(reply, headers=(*reply.headers, disposition))


def _content_type(request: HttpRequest) -> str:
    """The media type for a message, if it can be one: whatever else the header holds is not sent back."""
    name = request.headers.get(hdrs.CONTENT_TYPE, "").partition(";")[0].strip().lower()
    return name if re.fullmatch(r"[\w.+-]{1,32}/[\w.+-]{1,64}", name, re.ASCII) else "unknown"
