"""What the pages document: the operations, and the routes under which they name them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rpcauth.rest.ym.dto import GET_ACCESS_TOKEN, OIDC_GET_ACCESS_TOKEN, RESPONSES
from rpcauth.rest.ym.types import Dto

OIDC_ROUTE: Final = "/OAuth/OIDC/GetAccessToken"
ACCESS_TOKEN_ROUTE: Final = "/OAuth/GetAccessToken"
TOKEN_ROUTE: Final = "/OAuth/GetToken"
"""Answers as OIDCGetAccessToken; only the OpenAPI document has it."""

ROUTES: Final[Mapping[str, str]] = {
    OIDC_GET_ACCESS_TOKEN.name: OIDC_ROUTE,
    GET_ACCESS_TOKEN.name: ACCESS_TOKEN_ROUTE,
}
"""The documented route of each request DTO."""

OPERATIONS: Final = (GET_ACCESS_TOKEN, OIDC_GET_ACCESS_TOKEN)
"""The request DTOs, by name."""


def find_declared_route(dto: Dto) -> str | None:
    """The route that a type declares. It passes to what derives from it: GetAccessTokenResponse has its request's."""
    return next((ROUTES[one.name] for one in reversed(dto.lineage) if one.name in ROUTES), None)


def find_response(dto: Dto) -> Dto | None:
    """The response of a request DTO, and of no other."""
    return RESPONSES.get(dto.name)


def find_operation(name: str) -> Dto | None:
    """The request DTO that `?op=` means; letter case counts."""
    return next((one for one in OPERATIONS if one.name == name), None)
