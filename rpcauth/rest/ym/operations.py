"""The services, one entry each: routes, answers, pages and descriptions all follow from this table and the DTOs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rpcauth.rest.ym.dto import (
    GET_ACCESS_TOKEN,
    GET_ACCESS_TOKEN_RESPONSE,
    OIDC_GET_ACCESS_TOKEN,
    OIDC_GET_ACCESS_TOKEN_RESPONSE,
)
from rpcauth.rest.ym.types import Dto


@dataclass(frozen=True, kw_only=True)
class Operation:
    """A service by its DTOs. Its pages name `route`; `other_routes` answer the same. `summary` is the pages' too."""

    request: Dto
    response: Dto
    route: str
    summary: str
    other_routes: tuple[str, ...] = ()


TOKEN_ROUTE: Final = "/OAuth/GetToken"
"""Has no page; the OpenAPI document alone names it."""

TABLE: Final = (
    Operation(
        request=GET_ACCESS_TOKEN,
        response=GET_ACCESS_TOKEN_RESPONSE,
        route="/OAuth/GetAccessToken",
        summary="Returns the access_token in exchange of AppId, AppSecret, Code/RefreshToken. "
        "Note: the key “AppSecert” has been deprecated and will be removed in a future update.",
    ),
    Operation(
        request=OIDC_GET_ACCESS_TOKEN,
        response=OIDC_GET_ACCESS_TOKEN_RESPONSE,
        route="/OAuth/OIDC/GetAccessToken",
        summary="Returns the access token for either an authorization code or refresh token.",
        other_routes=(TOKEN_ROUTE,),
    ),
)
"""By the name of the request."""

OPERATIONS: Final = tuple(one.request for one in TABLE)
"""The request DTOs."""

RESPONSES: Final[Mapping[str, Dto]] = {one.request.name: one.response for one in TABLE}
"""The response of each request DTO."""

ROUTES: Final[Mapping[str, str]] = {one.request.name: one.route for one in TABLE}
"""The documented route of each request DTO."""

SUMMARIES: Final[Mapping[str, str]] = {one.request.name: one.summary for one in TABLE}


def find_declared_route(dto: Dto) -> str | None:
    """The route that a type declares. It passes to what derives from it: GetAccessTokenResponse has its request's."""
    return next((ROUTES[one.name] for one in reversed(dto.lineage) if one.name in ROUTES), None)


def find_response(dto: Dto) -> Dto | None:
    """The response of a request DTO, and of no other."""
    return RESPONSES.get(dto.name)


def find_operation(name: str) -> Dto | None:
    """The request DTO that `?op=` means; letter case counts."""
    return next((one for one in OPERATIONS if one.name == name), None)
