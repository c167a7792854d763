"""The Swagger document is valid, and its schemas are what the formats print."""

from __future__ import annotations

import json
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV2SpecValidator
from openapi_spec_validator.validation.exceptions import OpenAPIValidationError

from rpcauth.rest.ym.dates import MAX_VALUE, DateTime
from rpcauth.rest.ym.dto import (
    ERROR_RESPONSE,
    OIDC_GET_ACCESS_TOKEN,
    OIDC_GET_ACCESS_TOKEN_RESPONSE,
    RESPONSE_ERROR,
    RESPONSE_STATUS,
)
from rpcauth.rest.ym.negotiation import Format
from rpcauth.rest.ym.operations import OPERATIONS, RESPONSES
from rpcauth.rest.ym.pages.openapi import openapi
from rpcauth.rest.ym.pages.samples import SampleFacts, make_sample, print_sample
from rpcauth.rest.ym.types import Dto, EnumType, ListOf, MapOf, Scalar, Type

DOCUMENT: dict[str, Any] = json.loads(openapi("https://auth.example.org"))
DTOS = (*OPERATIONS, *RESPONSES.values(), ERROR_RESPONSE, RESPONSE_STATUS, RESPONSE_ERROR)
STARTED = DateTime(638_503_232_919_748_751, -240)


def type_of(kind: Type) -> dict[str, Any]:
    match kind:
        case EnumType(values=names):
            return {"type": "string", "enum": list(names)}
        case ListOf(item=item):
            return {"type": "array", "items": type_of(item)}
        case MapOf(item=item):
            return {"type": "object", "additionalProperties": type_of(item)}
        case Dto():
            return {"$ref": f"#/definitions/{kind.name}"}
        case Scalar.BOOL:
            return {"type": "boolean"}
        case Scalar.INT:
            return {"type": "integer", "format": "int32"}
        case Scalar.LONG:
            return {"type": "integer", "format": "int64"}
        case Scalar.DATE_TIME:
            return {"type": "string", "format": "date-time"}
        case _:
            return {"type": "string"}


@pytest.mark.parametrize("base_url", ["https://auth.example.org", "http://127.0.0.1:8080/below/", "https://[::1]:8443"])
def test_the_document_is_valid_swagger(base_url: str) -> None:
    OpenAPIV2SpecValidator(json.loads(openapi(base_url))).validate()


@pytest.mark.parametrize(
    ("base_url", "place"),
    [
        ("https://auth.example.org", ("https", "auth.example.org", "/")),
        ("https://auth.example.org:8443/below/", ("https", "auth.example.org:8443", "/below")),
        ("http://user:secret@127.0.0.1:8080/", ("http", "127.0.0.1:8080", "/")),
    ],
)
def test_the_document_says_where_the_services_are(base_url: str, place: tuple[str, str, str]) -> None:
    document = json.loads(openapi(base_url))
    assert (*document["schemes"], document["host"], document["basePath"]) == place
    assert document["info"]["title"] == "YM REST Services"


def test_a_host_that_swagger_cannot_write_is_left_out() -> None:
    assert "host" not in json.loads(openapi("https://[::1]:8443"))


def test_the_three_routes_are_there_with_what_they_take_and_give() -> None:
    told = {
        path: (operation["parameters"], operation["responses"]["200"]["schema"]["$ref"])
        for path, methods in DOCUMENT["paths"].items()
        for operation in [methods["post"]]
        if list(methods) == ["post"]
    }
    fields = told["/OAuth/GetToken"][0]
    assert told == {
        f"/OAuth/{path}": (
            [{"name": "body", "in": "body", "required": True, "schema": {"$ref": f"#/definitions/{name}"}}],
            f"#/definitions/{name}Response",
        )
        for path, name in (("GetAccessToken", "GetAccessToken"), ("OIDC/GetAccessToken", "OIDCGetAccessToken"))
    } | {"/OAuth/GetToken": (fields, "#/definitions/OIDCGetAccessTokenResponse")}


def test_get_token_takes_the_form_of_rfc_6749() -> None:
    fields = DOCUMENT["paths"]["/OAuth/GetToken"]["post"]["parameters"]
    documented = [one for one in OIDC_GET_ACCESS_TOKEN.own if not one.undocumented]
    assert fields == [
        {"name": one.name, "in": "formData", "required": one.required, **type_of(one.type)} for one in documented
    ]


@pytest.mark.parametrize("dto", DTOS, ids=lambda dto: dto.name)
def test_every_member_is_in_the_schema_in_its_order_and_type(dto: Dto) -> None:
    schema = DOCUMENT["definitions"][dto.name]
    told = [
        (name, {key: value for key, value in one.items() if key not in ("description", "readOnly")})
        for name, one in schema["properties"].items()
    ]
    assert told == [(one.name, type_of(one.type)) for one in dto.text_members]
    assert schema.get("required", []) == [one.name for one in dto.text_members if one.required]
    computed = [name for name, one in schema["properties"].items() if one.get("readOnly")]
    assert computed == [one.name for one in dto.text_members if one.computed]


@pytest.mark.parametrize("dto", [*OPERATIONS, *RESPONSES.values()], ids=lambda dto: dto.name)
def test_what_the_json_format_prints_is_valid_by_the_schema(dto: Dto) -> None:
    facts = SampleFacts(host="h", server_id="s", started=STARTED, asked=STARTED, answered=STARTED)
    # A date that nobody has set has no zone, and so is no date-time; the answers that the schema is for have it set.
    values = make_sample(dto, facts, STARTED) | {"ExpiresOnUtc": MAX_VALUE}
    printed = json.loads(print_sample(Format.JSON, dto, values))
    assert list(printed) == list(DOCUMENT["definitions"][dto.name]["properties"])
    OpenAPIV2SpecValidator(with_sample(dto, printed)).validate()


def test_a_sample_against_the_schema_is_noticed() -> None:
    with pytest.raises(OpenAPIValidationError, match="is not of type 'integer'"):
        OpenAPIV2SpecValidator(with_sample(OIDC_GET_ACCESS_TOKEN_RESPONSE, {"expires_in": "soon"})).validate()


def with_sample(dto: Dto, printed: Any) -> dict[str, Any]:
    """The document with a sample as the schema's default, which the validator then holds against the schema."""
    schema = DOCUMENT["definitions"][dto.name] | {"default": printed}
    return DOCUMENT | {"definitions": DOCUMENT["definitions"] | {dto.name: schema}}


def test_undocumented_members_are_not_described() -> None:
    assert any(one.undocumented for one in OIDC_GET_ACCESS_TOKEN.own)
    assert b"code_verifier" not in openapi("https://auth.example.org")
