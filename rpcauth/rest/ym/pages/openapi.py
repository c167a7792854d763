"""`/openapi`: the services as a Swagger 2.0 document, the version that the original speaks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from rpcauth.rest.ym.dto import (
    ERROR_RESPONSE,
    OIDC_GET_ACCESS_TOKEN,
    RESPONSE_ERROR,
    RESPONSE_STATUS,
)
from rpcauth.rest.ym.negotiation import DOCUMENTED, OFFERS
from rpcauth.rest.ym.operations import OPERATIONS, RESPONSES, ROUTES, SUMMARIES, TOKEN_ROUTE
from rpcauth.rest.ym.pages.markup import TITLE
from rpcauth.rest.ym.types import Dto, EnumType, ListOf, MapOf, Member, Scalar, Type

_FORMATS: Final = [OFFERS[one].content_type.partition(";")[0] for one in DOCUMENTED]
_FORM: Final = ["application/x-www-form-urlencoded"]
_SCALARS: Final[Mapping[Scalar, dict[str, str]]] = {
    Scalar.STRING: {"type": "string"},
    Scalar.BOOL: {"type": "boolean"},
    Scalar.INT: {"type": "integer", "format": "int32"},
    Scalar.LONG: {"type": "integer", "format": "int64"},
    Scalar.DOUBLE: {"type": "number", "format": "double"},
    Scalar.DATE_TIME: {"type": "string", "format": "date-time"},
}


def openapi(base_url: str) -> bytes:
    """The document, JSON. `base_url` is where the world reaches the services, such as `https://auth.example.org`."""
    document = {
        "swagger": "2.0",
        "info": {"title": TITLE, "version": "1.0"},
        **_locate(base_url),
        "paths": _describe_paths(),
        "definitions": _define_all(),
    }
    return msgspec.json.encode(document)


def _locate(base_url: str) -> dict[str, Any]:
    parts = urlsplit(base_url)
    host = parts.netloc.rpartition("@")[2]
    # Swagger 2.0 cannot write an IPv6 address; without a host it is the one that serves the document.
    named = {} if host.startswith("[") else {"host": host}
    return {**named, "basePath": parts.path.rstrip("/") or "/", "schemes": [parts.scheme]}


def _describe_paths() -> dict[str, Any]:
    """Swagger has a body or form fields, never both: two routes take their DTO, and GetToken the fields of RFC 6749."""
    paths = {ROUTES[dto.name]: {"post": _describe(dto, dto.name, _FORMATS, [_body(dto)])} for dto in OPERATIONS}
    own = [_describe_field(one) for one in OIDC_GET_ACCESS_TOKEN.own if not one.undocumented]
    return paths | {TOKEN_ROUTE: {"post": _describe(OIDC_GET_ACCESS_TOKEN, "GetToken", _FORM, own)}}


def _describe(dto: Dto, identifier: str, consumes: list[str], parameters: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "tags": ["OAuth"],
        "summary": SUMMARIES[dto.name],
        "operationId": identifier,
        "consumes": consumes,
        "produces": _FORMATS,
        "parameters": parameters,
        "responses": {
            "200": {"description": "Success", "schema": _refer(RESPONSES[dto.name])},
            "default": {"description": "An error, in ResponseStatus", "schema": _refer(ERROR_RESPONSE)},
        },
    }


def _body(dto: Dto) -> dict[str, Any]:
    return {"name": "body", "in": "body", "required": True, "schema": _refer(dto)}


def _describe_field(member: Member) -> dict[str, Any]:
    return {"name": member.name, "in": "formData", "required": member.required, **_describe_type(member.type)}


def _define_all() -> dict[str, Any]:
    """No bases: each definition has all the members that JSON has, inherited ones too."""
    shown = (*OPERATIONS, *RESPONSES.values(), ERROR_RESPONSE, RESPONSE_STATUS, RESPONSE_ERROR)
    return {dto.name: _define(dto) for dto in shown}


def _define(dto: Dto) -> dict[str, Any]:
    required = [one.name for one in dto.text_members if one.required]
    definition = {
        "title": dto.name,
        "type": "object",
        "properties": {one.name: _describe_member(one) for one in dto.text_members},
    }
    return definition | ({"required": required} if required else {})


def _describe_member(member: Member) -> dict[str, Any]:
    described = _describe_type(member.type)
    if member.description:
        described["description"] = member.description
    if member.computed:
        described["readOnly"] = True
    return described


def _describe_type(kind: Type) -> dict[str, Any]:
    match kind:
        case Scalar():
            return dict(_SCALARS[kind])
        case EnumType(values=names):
            return {"type": "string", "enum": list(names)}
        case ListOf(item=item):
            return {"type": "array", "items": _describe_type(item)}
        case MapOf(item=item):
            return {"type": "object", "additionalProperties": _describe_type(item)}
        case Dto():
            return _refer(kind)


def _refer(dto: Dto) -> dict[str, str]:
    return {"$ref": f"#/definitions/{dto.name}"}
