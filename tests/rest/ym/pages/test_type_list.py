"""The list of types agrees with the original as far as that was recorded, and has every documented member."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rpcauth.rest.ym.dto import OIDC_GET_ACCESS_TOKEN
from rpcauth.rest.ym.pages.declared import DECLARED
from rpcauth.rest.ym.pages.type_list import type_list
from rpcauth.rest.ym.types import Dto, EnumType
from tests.rest.ym.answers import response_body

DOCUMENT: dict[str, Any] = json.loads(type_list("http://127.0.0.1:18081"))
TYPES: dict[str, Any] = {one["Name"]: one for one in DOCUMENT["Types"]} | {
    one[part]["Name"]: one[part] for one in DOCUMENT["Operations"] for part in ("Request", "Response")
}


def test_the_configuration_is_the_original_to_the_byte_up_to_the_lists_that_are_left_out() -> None:
    printed = type_list("http://127.0.0.1:18081").decode()
    same, _, rest = response_body("meta /types/metadata.json").decode().partition(',"IgnoreTypes":')
    assert rest
    assert printed.startswith(same + '},"Namespaces":[')


def test_the_parts_stand_in_the_original_order() -> None:
    assert list(DOCUMENT) == ["Config", "Namespaces", "Types", "Operations"]
    assert DOCUMENT["Namespaces"] == ["YM.Web.Services.Ams", "ServiceStack", "YM.Toolkit"]


@pytest.mark.parametrize("dto", [one for one in DECLARED if isinstance(one, Dto)], ids=lambda dto: dto.name)
def test_every_documented_member_is_listed_with_the_class_that_declares_it(dto: Dto) -> None:
    listed = TYPES[dto.name]
    assert [one["Name"] for one in listed["Properties"]] == [one.name for one in dto.own if not one.undocumented]
    assert listed.get("Inherits", {}).get("Name") == (dto.base.name if dto.base is not None else None)


@pytest.mark.parametrize("kind", [one for one in DECLARED if isinstance(one, EnumType)], ids=lambda kind: kind.name)
def test_every_enum_is_listed_with_its_names(kind: EnumType) -> None:
    assert TYPES[kind.name]["EnumNames"] == list(kind.values)


@pytest.mark.parametrize(
    ("dto", "member", "expected"),
    [
        ("OIDCGetAccessToken", "scope", ("String", "System", [], "string")),
        ("OIDCGetAccessToken", "grant_type", ("OIDCGrantType", "YM.Web.Services.Ams", [], "OIDCGrantType")),
        ("OIDCGetAccessTokenResponse", "expires_in", ("Nullable`1", "System", ["Int64"], "long?")),
        ("GetAccessTokenResponse", "ExpiresOnUtc", ("DateTime", "System", [], "DateTime")),
        ("BaseDto", "UsingRedis", ("Boolean", "System", [], "bool")),
        ("BaseSharedDto", "ClientID", ("Int32", "System", [], "int")),
        ("BaseSharedDto", "ResponseStatus", ("ResponseStatus", "ServiceStack", [], "ResponseStatus")),
        ("BaseSharedDto", "Device", ("Device", "YM.Toolkit", [], "Device")),
        (
            "ResponseStatus",
            "Errors",
            ("List`1", "System.Collections.Generic", ["ResponseError"], "List<ResponseError>"),
        ),
        (
            "ResponseStatus",
            "Meta",
            ("Dictionary`2", "System.Collections.Generic", ["String", "String"], "Dictionary<string,string>"),
        ),
    ],
)
def test_types_have_their_names_of_dotnet_and_of_csharp(dto: str, member: str, expected: tuple[Any, ...]) -> None:
    found = next(one for one in TYPES[dto]["Properties"] if one["Name"] == member)
    assert (found["Type"], found["TypeNamespace"], found.get("GenericArgs", []), found["DisplayType"]) == expected


def test_what_is_required_and_what_only_answers_have_is_marked() -> None:
    marked = {
        (one["Name"], mark)
        for listed in TYPES.values()
        for one in listed.get("Properties", ())
        for mark in ("IsRequired", "ReadOnly")
        if one.get(mark)
    }
    computed = {(name, "ReadOnly") for name in ("UsingRedis", "AppInitTime", "ServerID", "DateCached")}
    assert marked == computed | {("grant_type", "IsRequired")}


def test_operations_have_their_routes_and_what_they_return() -> None:
    told = [
        (one["Request"]["Routes"][0]["Path"], one["Actions"], one["Response"]["Name"]) for one in DOCUMENT["Operations"]
    ]
    assert told == [
        ("/OAuth/GetAccessToken", ["POST"], "GetAccessTokenResponse"),
        ("/OAuth/OIDC/GetAccessToken", ["POST"], "OIDCGetAccessTokenResponse"),
    ]
    assert all(
        one["Request"]["ReturnMarkerTypeName"]["Name"] == one["Response"]["Name"] for one in DOCUMENT["Operations"]
    )


def test_undocumented_members_are_not_listed() -> None:
    assert any(one.undocumented for one in OIDC_GET_ACCESS_TOKEN.own)
    assert b"code_verifier" not in type_list("https://auth.example.org")


def test_a_hostile_base_url_stays_a_string() -> None:
    hostile = '"},"Types":[]}\n</script>'
    assert json.loads(type_list(hostile))["Config"]["BaseUrl"] == hostile
