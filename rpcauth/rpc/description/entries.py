"""What the document says of each method: texts, parameters, result, errors (contract §4).

The names of the parameters, their order, and which are required come from the methods themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rpcauth.rpc.description import errors
from rpcauth.rpc.description.schemas import (
    ANY,
    BOOLEAN_TRUE,
    STRING,
    JsonSchema,
    list_of,
    optional_text,
    ref,
    text,
)
from rpcauth.rpc.params import SCOPE, USER_CONTEXT

ISSUE, INSPECT, MANAGE, SERVICE = "issue", "inspect", "manage", "service"

TAGS: Final[Mapping[str, str]] = {
    ISSUE: "Hands out codes and tokens",
    INSPECT: "Tells what a token, an application or a user's grants are",
    MANAGE: "Changes or ends what was handed out",
    SERVICE: "Needs no service definition",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One method. `parameters` hold those that PARAMETERS says otherwise; `result` is a name and a schema."""

    tag: str
    summary: str
    result: tuple[str, JsonSchema]
    errors: tuple[str, ...]
    description: str = ""
    parameters: Mapping[str, JsonSchema] | None = None


def _described(description: str, schema: JsonSchema) -> JsonSchema:
    return {**schema, "description": description}


PARAMETERS: Final[Mapping[str, JsonSchema]] = {
    "service_key": _described("The service definition", text()),
    "client": ref("Client"),
    "token_data": ref("TokenData"),
    "uri": ref("Uri"),
    "user_context": _described("Whom the grant is for, in the caller's words", optional_text(USER_CONTEXT)),
    "scope": _described("Scope tokens, separated by blanks", optional_text(SCOPE)),
    "response_type": _described("code or token", optional_text()),
    "authorization_data": ref("AuthorizationData"),
    "access_token": _described("An access token", text()),
    "context": ref("Context"),
    "where": ref("TokenSelection"),
    "value": ANY,
}

_OWNED: Final = _described("An access token, or a reference to one", text())
_USER: Final = _described("The user, in the caller's words", text(USER_CONTEXT))

ENTRIES: Final[Mapping[str, Entry]] = {
    "oauth2.createAccessToken": Entry(
        tag=ISSUE,
        summary="Issue an access token by the flow that grant_type and response_type ask for",
        description=(
            "authorization_code, refresh_token, password and client_credentials authenticate the client; implicit "
            "(grant_type implicit, or response_type token) identifies it. A code is spent by its first redemption, and "
            "a refresh token by its first use; a retry of the same refresh within the service's window gets the same "
            "tokens. As a notification it is not executed."
        ),
        result=("tokens", ref("Tokens")),
        errors=errors.OF_CLIENT,
    ),
    "oauth2.createAuthorizationCode": Entry(
        tag=ISSUE,
        summary="Issue an authorization code for a user who has agreed",
        description="Send the browser to uri.redirect_uri of the result. As a notification it is not executed.",
        result=("code", ref("Code")),
        errors=errors.OF_CLIENT,
    ),
    "oauth2.fetchApplication": Entry(
        tag=INSPECT,
        summary="Tell which application a client_id is, and whether uri and response_type are good for it",
        description="What a consent page calls before it shows anything.",
        result=("application", ref("Application")),
        errors=errors.OF_CLIENT,
    ),
    "oauth2.fetchAccessToken": Entry(
        tag=INSPECT,
        summary="Tell what an access token stands for",
        description=(
            "A list gives the list of the live ones, in order, each with a member access_token; a token that is not "
            "live is an error alone, and left out of a list."
        ),
        parameters={
            "access_token": {
                "anyOf": [PARAMETERS["access_token"], list_of(STRING, maxItems=500)],
                "description": "An access token, or a list of them",
            }
        },
        result=("access_token", {"anyOf": [ref("AccessToken"), list_of(ref("ListedAccessToken"))]}),
        errors=(errors.OAUTH, *errors.STORED),
    ),
    "oauth2.validateRequest": Entry(
        tag=INSPECT,
        summary="Check a request to the API: its token, its scope, and its MAC",
        description="A refusal carries the answer for the OAuth client, with its challenge, in error_response.",
        parameters={
            "context": {**ref("Context")},
            "scope": _described("The scope that the request needs", optional_text(SCOPE)),
        },
        result=("request", ref("CheckedRequest")),
        errors=(errors.OAUTH, *errors.STORED),
    ),
    "oauth2.updateAccessToken": Entry(
        tag=MANAGE,
        summary="Change scope, user_context or lifetime of a live access token",
        description=(
            "Only what is given changes. client_id and client_secret may stand in place of client; ordered, they are "
            "the second and third of (service_key, client_id, client_secret, access_token, scope, expires_in, "
            "user_context, context)."
        ),
        parameters={
            "access_token": _OWNED,
            "expires_in": _described(
                "Seconds from now, as a number or in decimal; never beyond the grant's end",
                {
                    "anyOf": [
                        {"type": "integer", "minimum": 1},
                        {"type": "string", "pattern": "^[0-9]*$"},
                        {"type": "null"},
                    ]
                },
            ),
        },
        result=("access_token", ref("AccessToken")),
        errors=errors.OF_CLIENT,
    ),
    "oauth2.fetchUserApplications": Entry(
        tag=INSPECT,
        summary="List the applications that hold tokens of a user, with those tokens, newest first",
        parameters={
            "user_context": _USER,
            "token_status": _described("all by default", {"enum": ["active", "inactive", "all", "", None]}),
        },
        result=("applications", list_of(ref("UserApplication"))),
        errors=errors.STORED,
    ),
    "oauth2.revokeAccessToken": Entry(
        tag=MANAGE,
        summary="Revoke an access token, or a refresh token with its whole grant",
        description="Revoking what does not exist succeeds (RFC 7009 §2.2).",
        parameters={"access_token": _described("An access token, a reference to one, or a refresh token", text())},
        result=("revoked", BOOLEAN_TRUE),
        errors=errors.OF_CLIENT,
    ),
    "oauth2.revokeUserApplication": Entry(
        tag=MANAGE,
        summary="Revoke all that a user gave one application: codes, access and refresh tokens",
        parameters={"user_context": _USER},
        result=("revoked", BOOLEAN_TRUE),
        errors=errors.OF_CLIENT,
    ),
    "oauth2.revokeTokens": Entry(
        tag=MANAGE,
        summary="Revoke all of a service, narrowed by client, user, or time of issue",
        result=("revoked", BOOLEAN_TRUE),
        errors=errors.STORED,
    ),
    "test.hello": Entry(
        tag=SERVICE, summary="Greet the caller", result=("greeting", {"const": "Hello!"}), errors=errors.PLAIN
    ),
    "test.echo": Entry(
        tag=SERVICE, summary="Give back the value that was sent", result=("value", ANY), errors=errors.PLAIN
    ),
    "rpc.discover": Entry(
        tag=SERVICE, summary="Give this document", result=("document", ref("Document")), errors=errors.PLAIN
    ),
}
