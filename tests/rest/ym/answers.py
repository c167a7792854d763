"""What a real server of that version answered, by the name of each exchange, and the values that it printed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rpcauth.rest.ym.dates import DateTime, parse_date
from rpcauth.rest.ym.dto import ERROR_RESPONSE, GET_ACCESS_TOKEN_RESPONSE, OIDC_GET_ACCESS_TOKEN_RESPONSE
from rpcauth.rest.ym.types import Dto, Values

DATA = Path(__file__).parents[2] / "data"
LOCAL = "2024-05-03T08:24:51.9748751-04:00"
"""Stands where the server printed the time."""

_EXCHANGES: dict[str, Any] = {one["name"]: one for one in json.loads((DATA / "servicestack-http.json").read_text())}


def response_body(name: str) -> bytes:
    """The body of a response."""
    return str(_EXCHANGES[name]["response"]["body"]).replace("<LOCALTIME>", LOCAL).encode()


def request_body(name: str) -> bytes:
    """The body of a request."""
    return str(_EXCHANGES[name]["request"]["body"]).encode()


def list_named(prefix: bytes) -> list[str]:
    """The exchanges whose response begins with `prefix`, without those of the documentation pages."""
    bodies = {name: one["response"].get("body", "") for name, one in _EXCHANGES.items() if not name.startswith("meta")}
    return [name for name, body in bodies.items() if body.encode().startswith(prefix)]


def find_sample(page: str, number: int) -> bytes:
    """The request (0) or response (1) of a documentation page whose samples are JSON."""
    lines = (DATA / page).read_text().splitlines()
    return [line for line in lines if line.startswith("{")][number].encode()


def read_date(text: str) -> DateTime:
    date = parse_date(text)
    assert date is not None
    return date


NOW = read_date(LOCAL)
BASE: Values = {"UsingRedis": True, "AppInitTime": NOW, "ServerID": "WS-6-183-431", "DateCached": NOW}
ISSUED: Values = BASE | {"access_token": "at+a", "token_type": "Bearer", "expires_in": 3600, "id_token": "h.p.s"}
LEGACY: Values = BASE | {"AccessToken": "a1b2", "RefreshToken": "rt"}


def _missing(code: str, field: str, message: str) -> Values:
    meta: Values = {"PropertyName": field, "PropertyValue": None}
    return {"ErrorCode": code, "FieldName": field, "Message": message, "Meta": meta}


_EMPTY = "'client_id' should not be empty."
VALIDATION: Values = {
    "ErrorCode": "NotEmpty",
    "Message": _EMPTY,
    "Errors": [_missing("NotEmpty", "client_id", _EMPTY), _missing("NotNull", "code", "The code is missing.")],
}
BINDING: Values = {
    "ErrorCode": "SerializationException",
    "Message": "Unable to bind to request 'OIDCGetAccessToken'",
    "Errors": [
        {
            "ErrorCode": "SerializationException",
            "FieldName": "grant_type",
            "Message": "'password' is an Invalid value for 'grant_type'",
        }
    ],
}
EXCEPTION: Values = {"ErrorCode": "Exception", "Message": 'boom, with "quotes" {x}', "Errors": []}
UNAUTHORIZED: Values = {"ErrorCode": "Unauthorized", "Message": "Invalid client", "Errors": []}
INVALID: Values = UNAUTHORIZED | {"Message": "Invalid"}
NOT_IMPLEMENTED: Values = {
    "ErrorCode": "NotImplementedException",
    "Message": "The operation 'Nope' does not exist for this service",
}

_OIDC = OIDC_GET_ACCESS_TOKEN_RESPONSE
_LEGACY = GET_ACCESS_TOKEN_RESPONSE
ANSWERS: dict[str, tuple[Dto, Values]] = {
    "no accept, form": (_OIDC, ISSUED | {"access_token": "at+abc"}),
    "accept application/xml form body": (_OIDC, ISSUED | {"access_token": "at+abc"}),
    "resp nulls application/json": (_OIDC, ISSUED | {"access_token": "at+nul", "expires_in": None}),
    "resp nulls application/xml": (_OIDC, ISSUED | {"access_token": "at+nul", "expires_in": None}),
    "resp empty ResponseStatus application/json": (_OIDC, ISSUED | {"ResponseStatus": {}}),
    "resp empty ResponseStatus application/xml": (_OIDC, ISSUED | {"ResponseStatus": {}}),
    "resp quoting json": (_OIDC, ISSUED | {"access_token": 'a,b"c{d}[e]:f\r\ng'}),
    # That server's own line ends were LF, and it wrote every CR LF so.
    "resp quoting xml": (_OIDC, ISSUED | {"access_token": 'a,b"c{d}[e]:f\ng'}),
    "err 401 application/json": (_OIDC, BASE | {"ResponseStatus": UNAUTHORIZED}),
    "err 500 application/xml": (_OIDC, BASE | {"ResponseStatus": EXCEPTION}),
    "validation application/json": (_OIDC, BASE | {"ResponseStatus": VALIDATION}),
    "validation application/xml": (_OIDC, BASE | {"ResponseStatus": VALIDATION}),
    "bind form bad enum": (ERROR_RESPONSE, {"ResponseStatus": BINDING}),
    "bind form bad enum xml": (ERROR_RESPONSE, {"ResponseStatus": BINDING}),
    "json/reply unknown": (ERROR_RESPONSE, {"ResponseStatus": NOT_IMPLEMENTED}),
    "G 401": (_LEGACY, BASE | {"ResponseStatus": INVALID}),
    "G application/xml": (_LEGACY, LEGACY | {"ExpiresOnUtc": read_date("2024-05-03T12:00:00.1234567Z")}),
    "G date min application/json": (_LEGACY, LEGACY),
    "G date min application/xml": (_LEGACY, LEGACY),
    "G date sec application/json": (_LEGACY, LEGACY | {"ExpiresOnUtc": read_date("2024-05-03T12:00:00Z")}),
    "G date sec application/xml": (_LEGACY, LEGACY | {"ExpiresOnUtc": read_date("2024-05-03T12:00:00Z")}),
    "G date unspec application/json": (_LEGACY, LEGACY | {"ExpiresOnUtc": read_date("2024-05-03T12:00:00.123")}),
    "G date unspec application/xml": (_LEGACY, LEGACY | {"ExpiresOnUtc": read_date("2024-05-03T12:00:00.123")}),
}
"""DTO and values of the answers in JSON and XML; where a name ends in neither, its body shows which."""


def list_answers(prefix: bytes) -> list[str]:
    """The names in ANSWERS whose body begins with `prefix`."""
    return [name for name in list_named(prefix) if name in ANSWERS]


def find_dto(name: str) -> Dto:
    """The DTO of a response in JSON or XML."""
    body = response_body(name)
    if body.startswith(b'{"ResponseStatus"') or b"<ErrorResponse " in body:
        return ERROR_RESPONSE
    return GET_ACCESS_TOKEN_RESPONSE if b"ExpiresOnUtc" in body else OIDC_GET_ACCESS_TOKEN_RESPONSE
