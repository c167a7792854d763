"""JSON Schemas (draft 07) of the objects on the wire, by the names that the document gives them (contract §3, §4).

Without `format` and `unevaluatedProperties`: validators that OpenRPC tools bundle refuse a schema that has them.
Results are open: members may be added to replies, never removed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rpcauth.rpc.params import SCOPE, TEXT, USER_CONTEXT

JsonSchema = Mapping[str, Any]

URI_LENGTH: Final = 2048

STRING: Final[JsonSchema] = {"type": "string"}
NULLABLE_STRING: Final[JsonSchema] = {"type": ["string", "null"]}
BOOLEAN_TRUE: Final[JsonSchema] = {"const": True}
ANY: Final[JsonSchema] = {}


def text(limit: int = TEXT) -> JsonSchema:
    """A string that must be there, with something in it."""
    return {"type": "string", "minLength": 1, "maxLength": limit}


def optional_text(limit: int = TEXT) -> JsonSchema:
    """A string; null and "" mean that it is absent."""
    return {"type": ["string", "null"], "maxLength": limit}


def ref(name: str) -> JsonSchema:
    """A reference to one of SCHEMAS."""
    return {"$ref": f"#/components/schemas/{name}"}


def nullable(schema: JsonSchema) -> JsonSchema:
    return {"anyOf": [schema, {"type": "null"}]}


def list_of(schema: JsonSchema, **limits: int) -> JsonSchema:
    return {"type": "array", "items": schema, **limits}


def _object(required: str, properties: Mapping[str, JsonSchema]) -> JsonSchema:
    """An object with the members in `required`, separated by blanks; it may have others."""
    return {"type": "object", "required": required.split(), "properties": dict(properties)}


_TIME: Final[JsonSchema] = {
    "type": ["string", "null"],
    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$",
    "description": "UTC, such as 2012-01-19T02:20:38Z; null without an end",
}
_TOKEN_TYPE: Final[JsonSchema] = {"enum": ["bearer", "mac"]}
_GRANT_TYPE: Final[JsonSchema] = {"enum": ["authorization_code", "implicit", "password", "client_credentials"]}
_MAC_ALGORITHM: Final[JsonSchema] = {"enum": ["hmac-sha-256", "hmac-sha-1"]}

_INPUTS: Final[Mapping[str, JsonSchema]] = {
    "Client": {
        "description": "The OAuth client, as it named itself",
        **_object("client_id", {"client_id": text(), "client_secret": optional_text()}),
    },
    "Uri": {
        "description": "Where the browser goes afterwards; {} and null are the same",
        "type": ["object", "null"],
        "properties": {"redirect_uri": optional_text(URI_LENGTH), "state": optional_text(URI_LENGTH)},
    },
    "TokenData": {
        "description": "The token request as the OAuth client sent it; other members are ignored",
        "type": "object",
        "properties": {
            "grant_type": optional_text(),
            "response_type": optional_text(),
            "scope": optional_text(SCOPE),
            "code": optional_text(),
            "refresh_token": optional_text(),
            "code_verifier": optional_text(),
        },
    },
    "AuthorizationData": {
        "description": "What else came to the authorization endpoint",
        "type": ["object", "null"],
        "properties": {
            "code_challenge": optional_text(),
            "code_challenge_method": optional_text(),
            "nonce": optional_text(),
            "resource": optional_text(),
            "auth_time": {"type": ["integer", "null"], "minimum": 0},
            "acr": optional_text(),
            "amr": {"anyOf": [optional_text(), list_of(STRING)]},
            "cnf": optional_text(),
        },
    },
    "Context": {
        "description": "What only the caller saw of the OAuth client's HTTP request; 16,384 characters in all",
        "type": ["object", "null"],
        "properties": {
            "remote_addr": NULLABLE_STRING,
            "method": NULLABLE_STRING,
            "uri": {**NULLABLE_STRING, "description": "absolute, with the raw request target"},
            "headers": {
                "type": ["object", "null"],
                "additionalProperties": {"anyOf": [STRING, list_of(STRING)]},
            },
            "form": {"type": ["object", "null"], "additionalProperties": STRING},
            "body_hash": {
                "type": ["object", "null"],
                "additionalProperties": STRING,
                "description": "base64 by algorithm: sha-256, sha-1",
            },
            "client_certificate": NULLABLE_STRING,
        },
    },
    "TokenSelection": {
        "description": "Which tokens of the service; what is given narrows the choice",
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": {
            "client_id": optional_text(),
            "user_context": optional_text(USER_CONTEXT),
            "issued_before": {
                "type": ["string", "integer", "null"],
                "description": "2012-01-19T02:20:38Z, or seconds since the epoch",
            },
        },
    },
}

_TOKEN_MEMBERS: Final[Mapping[str, JsonSchema]] = {
    "client_id": STRING,
    "token_type": _TOKEN_TYPE,
    "grant_type": {**_GRANT_TYPE, "description": "how the grant came about; a refresh does not change it"},
    "expires": _TIME,
    "scope": NULLABLE_STRING,
    "user_context": NULLABLE_STRING,
    "extended": nullable(
        {
            "description": "of a MAC token; its secret only for a caller with mac_keys",
            **_object("algorithm", {"algorithm": _MAC_ALGORITHM, "secret": STRING}),
        }
    ),
}
_TOKEN_REQUIRED: Final = "client_id token_type grant_type expires scope user_context extended"

_RESULTS: Final[Mapping[str, JsonSchema]] = {
    "ReturnUri": _object("redirect_uri state", {"redirect_uri": STRING, "state": NULLABLE_STRING}),
    "Tokens": _object(
        "return_type access_token token_type expires_in refresh_token scope state uri extended",
        {
            "return_type": {"enum": ["json", "redirect"], "description": "how the OAuth client is answered"},
            "access_token": STRING,
            "token_type": _TOKEN_TYPE,
            "expires_in": {"type": ["integer", "null"], "description": "seconds that remain; null without an end"},
            "refresh_token": NULLABLE_STRING,
            "scope": {**NULLABLE_STRING, "description": "what was granted"},
            "state": NULLABLE_STRING,
            "uri": nullable(ref("ReturnUri")),
            "extended": nullable(_object("secret algorithm", {"secret": STRING, "algorithm": _MAC_ALGORITHM})),
        },
    ),
    "Code": _object("code uri", {"code": STRING, "uri": ref("ReturnUri")}),
    "Application": _object(
        "id external_id name attributes",
        {
            "id": {"type": "integer"},
            "external_id": {"type": ["integer", "null"]},
            "name": STRING,
            "attributes": {"type": "null"},
        },
    ),
    "AccessToken": _object(
        _TOKEN_REQUIRED,
        {
            **_TOKEN_MEMBERS,
            "cache_until": {**_TIME, "description": "how long this answer may be kept; null: not at all; only on /rpc"},
        },
    ),
    "ListedAccessToken": {
        "allOf": [ref("AccessToken"), _object("access_token", {"access_token": STRING})],
    },
    "CheckedRequest": _object(
        f"{_TOKEN_REQUIRED} forward limits",
        {
            **_TOKEN_MEMBERS,
            "forward": {
                "type": "object",
                "additionalProperties": STRING,
                "description": "headers for the API behind the gateway",
            },
            "limits": _object(
                "qps quota period_seconds",
                {"qps": {"type": "integer"}, "quota": {"type": "integer"}, "period_seconds": {"type": "integer"}},
            ),
        },
    ),
    "UserApplication": _object(
        "id name client_id access_tokens",
        {
            "id": {"type": "integer"},
            "name": STRING,
            "client_id": STRING,
            "access_tokens": {**list_of(STRING), "description": "references, or the tokens (secure_tokens = false)"},
        },
    ),
    "Document": _object(
        "openrpc info methods", {"openrpc": STRING, "info": {"type": "object"}, "methods": {"type": "array"}}
    ),
}

SCHEMAS: Final[Mapping[str, JsonSchema]] = {**_INPUTS, **_RESULTS}
