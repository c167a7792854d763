"""The DTOs of the two services, declared once: names, order, types and documentation pages all follow.

The descriptions are those of the services' own documentation pages.
"""

from __future__ import annotations

from typing import Final

from rpcauth.rest.ym.types import Dto, EnumType, ListOf, MapOf, Member, Scalar

TOOLKIT: Final = "http://schemas.datacontract.org/2004/07/YM.Toolkit"
SERVICES: Final = "http://schemas.datacontract.org/2004/07/YM.Web.Services.Ams"
SERVICESTACK: Final = "http://schemas.servicestack.net/types"

DEVICE: Final = EnumType("Device", TOOLKIT, ("Desktop", "IOS", "Android"))
OIDC_GRANT_TYPE: Final = EnumType("OIDCGrantType", SERVICES, ("authorization_code", "refresh_token"))
GRANT_TYPE: Final = EnumType("GrantType", SERVICES, ("Code", "RefreshToken"))

RESPONSE_ERROR: Final = Dto(
    name="ResponseError",
    namespace=SERVICESTACK,
    own=(
        Member(name="ErrorCode", type=Scalar.STRING),
        Member(name="FieldName", type=Scalar.STRING),
        Member(name="Message", type=Scalar.STRING),
        Member(name="Meta", type=MapOf(Scalar.STRING)),
    ),
)
RESPONSE_STATUS: Final = Dto(
    name="ResponseStatus",
    namespace=SERVICESTACK,
    own=(
        Member(name="ErrorCode", type=Scalar.STRING),
        Member(name="Message", type=Scalar.STRING),
        Member(name="StackTrace", type=Scalar.STRING),
        Member(name="Errors", type=ListOf(RESPONSE_ERROR)),
        Member(name="Meta", type=MapOf(Scalar.STRING)),
    ),
)
ERROR_RESPONSE: Final = Dto(
    name="ErrorResponse", namespace=SERVICESTACK, own=(Member(name="ResponseStatus", type=RESPONSE_STATUS),)
)

BASE_SHARED_DTO: Final = Dto(
    name="BaseSharedDto",
    namespace=TOOLKIT,
    own=(
        Member(name="ClientID", type=Scalar.INT),
        Member(name="ResponseStatus", type=RESPONSE_STATUS),
        Member(name="BypassCache", type=Scalar.BOOL),
        Member(name="DateCached", type=Scalar.DATE_TIME, computed=True),
        Member(name="Device", type=DEVICE),
    ),
)
BASE_DTO: Final = Dto(
    name="BaseDto",
    namespace=SERVICES,
    base=BASE_SHARED_DTO,
    own=(
        Member(name="UsingRedis", type=Scalar.BOOL, computed=True),
        Member(name="AppInitTime", type=Scalar.DATE_TIME, computed=True),
        Member(name="ServerID", type=Scalar.STRING, computed=True),
    ),
)

OIDC_GET_ACCESS_TOKEN: Final = Dto(
    name="OIDCGetAccessToken",
    namespace=SERVICES,
    base=BASE_DTO,
    own=(
        Member(name="grant_type", type=OIDC_GRANT_TYPE, required=True),
        Member(name="scope", type=Scalar.STRING),
        Member(name="code", type=Scalar.STRING),
        Member(name="refresh_token", type=Scalar.STRING),
        Member(name="redirect_uri", type=Scalar.STRING),
        Member(name="client_id", type=Scalar.STRING),
        Member(name="client_secret", type=Scalar.STRING),
        # RFC 7636 §4.5: standard OAuth clients send it, and a public client must.
        Member(name="code_verifier", type=Scalar.STRING, undocumented=True),
    ),
    # A client that writes camelCase means client_id by the name that YM's association number has.
    shared_spellings={"clientId": "client_id"},
)
OIDC_GET_ACCESS_TOKEN_RESPONSE: Final = Dto(
    name="OIDCGetAccessTokenResponse",
    namespace=SERVICES,
    base=BASE_DTO,
    own=(
        Member(name="access_token", type=Scalar.STRING),
        Member(name="token_type", type=Scalar.STRING),
        Member(name="refresh_token", type=Scalar.STRING),
        Member(name="expires_in", type=Scalar.LONG, nullable=True),
        Member(name="id_token", type=Scalar.STRING),
    ),
)
GET_ACCESS_TOKEN: Final = Dto(
    name="GetAccessToken",
    namespace=SERVICES,
    base=BASE_DTO,
    hidden=frozenset({"ClientID"}),
    own=(
        Member(name="GrantType", type=GRANT_TYPE),
        Member(name="AppId", type=Scalar.STRING),
        Member(
            name="AppSecert",
            type=Scalar.STRING,
            description="This key has been deprecated and will be removed in a future update. "
            "Please use the “AppSecret” key.",
        ),
        Member(name="Scope", type=Scalar.STRING),
        Member(name="Code", type=Scalar.STRING),
        Member(name="RefreshToken", type=Scalar.STRING),
        Member(name="AppSecret", type=Scalar.STRING, description="This key replaces the “AppSecert” key."),
    ),
)
GET_ACCESS_TOKEN_RESPONSE: Final = Dto(
    name="GetAccessTokenResponse",
    namespace=SERVICES,
    base=GET_ACCESS_TOKEN,
    hidden=frozenset({"ClientID"}),
    own=(
        Member(name="AccessToken", type=Scalar.STRING),
        Member(name="ExpiresOnUtc", type=Scalar.DATE_TIME),
    ),
)


SECRETS: Final = frozenset(
    {"client_secret", "AppSecret", "AppSecert", "code", "code_verifier", "Code", "refresh_token", "RefreshToken"}
)
"""Members that must not stand in a request target (RFC 6749 §2.3.1), where they would reach logs, nor in an answer."""

IGNORED: Final = frozenset({"UsingRedis", "AppInitTime", "ServerID", "DateCached", "ResponseStatus"})
"""Members that a request may carry and that mean nothing there, malformed or not."""
