"""`/types/metadata.json`: the types and operations as data, from which clients in other languages are generated."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from rpcauth.rest.ym.operations import OPERATIONS, RESPONSES, SUMMARIES, find_declared_route
from rpcauth.rest.ym.pages.declared import PARTS
from rpcauth.rest.ym.pages.names import name_member_type, name_type, write_csharp
from rpcauth.rest.ym.types import Dto, EnumType, Member, Scalar

_CONFIG: Final[dict[str, object]] = {
    "MakePartial": True,
    "MakeVirtual": True,
    "MakeInternal": False,
    "AddReturnMarker": True,
    "AddDescriptionAsComments": True,
    "AddDataContractAttributes": False,
    "AddIndexesToDataMembers": False,
    "AddGeneratedCodeAttributes": False,
    "AddResponseStatus": False,
    "AddServiceStackTypes": True,
    "AddModelExtensions": True,
    "AddPropertyAccessors": True,
    "ExcludeGenericBaseTypes": False,
    "SettersReturnThis": True,
    "MakePropertiesOptional": True,
    "ExportAsTypes": False,
    "ExcludeImplementedInterfaces": False,
    "AddDefaultXmlNamespace": "http://schemas.servicestack.net/types",
    "MakeDataContractsExtensible": False,
    "InitializeCollections": True,
    "DefaultNamespaces": [
        "System",
        "System.Collections",
        "System.Collections.Generic",
        "System.Runtime.Serialization",
        "ServiceStack",
        "ServiceStack.DataAnnotations",
    ],
    "ExportValueTypes": False,
    "ExcludeNamespace": False,
}
"""The original's defaults, but for its lists of .NET types to export or pass over: they steer its own generator."""


def type_list(base_url: str) -> bytes:
    """The document, JSON. Members stand with the class that declares them; Inherits names its base."""
    operations = [_list_operation(one) for one in OPERATIONS]
    kinds = [*PARTS, *OPERATIONS, *RESPONSES.values()]
    document = {
        "Config": {"BaseUrl": base_url, **_CONFIG},
        "Namespaces": list(dict.fromkeys(name_type(one).namespace for one in kinds)),
        "Types": [_list_enum(one) if isinstance(one, EnumType) else _list_dto(one) for one in PARTS],
        "Operations": operations,
    }
    return msgspec.json.encode(document)


def _list_operation(dto: Dto) -> dict[str, Any]:
    response = RESPONSES[dto.name]
    return {
        "Actions": ["POST"],
        "Request": {
            **_list_dto(dto),
            "ReturnMarkerTypeName": _refer(response),
            "Routes": [{"Path": find_declared_route(dto), "Verbs": "POST", "Summary": SUMMARIES[dto.name]}],
        },
        "Response": _list_dto(response),
    }


def _list_dto(dto: Dto) -> dict[str, Any]:
    inherits = {} if dto.base is None else {"Inherits": _refer(dto.base)}
    properties = [_list_member(one) for one in dto.own if not one.undocumented]
    return {**_refer(dto), **inherits, "Properties": properties}


def _list_enum(kind: EnumType) -> dict[str, Any]:
    return {**_refer(kind), "IsEnum": True, "EnumNames": list(kind.values)}


def _refer(kind: Dto | EnumType) -> dict[str, Any]:
    named = name_type(kind)
    return {"Name": named.name, "Namespace": named.namespace}


def _list_member(member: Member) -> dict[str, Any]:
    named = name_member_type(member)
    is_enum = isinstance(member.type, EnumType)
    told = {
        "IsValueType": is_enum or (isinstance(member.type, Scalar) and member.type is not Scalar.STRING),
        "IsSystemType": named.namespace == "System",
        "IsEnum": is_enum,
        "TypeNamespace": named.namespace,
        "GenericArgs": list(named.arguments),
        "Description": member.description,
        "ReadOnly": member.computed,
        "DisplayType": write_csharp(member),
        "IsRequired": member.required,
    }
    return {"Name": member.name, "Type": named.name, **{name: value for name, value in told.items() if value}}
