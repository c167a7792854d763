"""The table of refusals: what is wrong with a request, and what is said to it in every format by either service.

Fields are in OAuth's words; each service says them in its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tests.rest.ym import refused_requests as requests
from tests.rest.ym.conversation import GET_SERVICE, OIDC_SERVICE, SERVICES, Spoken
from tests.rest.ym.refused_requests import Make, changed

CODE_INVALID = "The authorization code is invalid."
REFRESH_INVALID = "The refresh token is invalid."


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A row. `fields` are the members at fault, `shown` what the answer says of each; `changes` the tables that differ
    afterwards: what a request is refused for may end codes and grants, and never begins any.
    """

    make: Make
    code: str
    message: str
    status: int = 400
    fields: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    bare: bool = False
    oauth: str = "invalid_request"
    changes: frozenset[str] = frozenset()
    services: tuple[Spoken, ...] = SERVICES


_UNBOUND_FORM = Refusal(
    make=requests.nothing, code="SerializationException", message="Unable to bind to request", bare=True
)
_INVALID_CLIENT = Refusal(
    make=requests.nothing,
    status=401,
    code="invalid_client",
    message="Client authentication failed.",
    oauth="invalid_client",
)
_INVALID_CODE = Refusal(make=requests.nothing, code="invalid_grant", message=CODE_INVALID, oauth="invalid_grant")
_INVALID_REFRESH = replace(_INVALID_CODE, message=REFRESH_INVALID)
_UNAUTHORIZED = Refusal(
    make=requests.nothing,
    code="unauthorized_client",
    message="The client is not authorized to use this flow.",
    oauth="unauthorized_client",
)
_NOT_OFFERED = replace(
    _UNAUTHORIZED,
    code="unsupported_grant_type",
    message="The service does not offer this flow.",
    oauth="unsupported_grant_type",
)
_TOO_WIDE = Refusal(
    make=requests.nothing,
    code="invalid_scope",
    message="The requested scope exceeds the scope granted.",
    oauth="invalid_scope",
)


def _missing(make: Make, *fields: str, services: tuple[Spoken, ...] = SERVICES) -> Refusal:
    """Members that are not there; the first one gives the answer its message."""
    message = f"'{{{fields[0]}}}' should not be empty."
    shown = tuple(f"'{{{one}}}' should not be empty." for one in fields)
    return Refusal(make=make, code="NotEmpty", message=message, fields=fields, shown=shown, services=services)


def _unbound(oauth: str = "invalid_request", **values: str) -> Refusal:
    """Members whose text does not convert."""
    shown = tuple(f"'{text}' is an Invalid value for '{{{name}}}'" for name, text in values.items())
    return replace(_UNBOUND_FORM, make=changed(**values), fields=tuple(values), shown=shown, oauth=oauth)


_BURNT = frozenset({"codes"})
_REVOKED = frozenset({"grants"})
_OIDC = (OIDC_SERVICE,)
_GET = (GET_SERVICE,)

REFUSALS: Mapping[str, Refusal] = {
    "no grant_type": _missing(changed("grant_type"), "grant_type", services=_OIDC),
    "empty grant_type": _missing(changed(grant_type=""), "grant_type", services=_OIDC),
    "no code": _missing(changed("code"), "code"),
    "no refresh token": _missing(requests.refreshing_without_token, "refresh_token"),
    "a code for a refresh": _missing(changed(grant_type="refresh_token"), "refresh_token"),
    "no client": _missing(changed("client_id"), "client_id"),
    "no secret": _missing(changed("client_secret"), "client_secret"),
    "no code, no secret": _missing(changed("code", "client_secret"), "code", "client_secret"),
    "nothing (OIDC)": _missing(requests.nothing, "grant_type", "client_id", "client_secret", services=_OIDC),
    "nothing": _missing(requests.nothing, "client_id", "code", "client_secret", services=_GET),
    "unknown grant_type": _unbound("unsupported_grant_type", grant_type="password"),
    "grant_type out of range": _unbound("unsupported_grant_type", grant_type="2"),
    "unknown Device": _unbound(Device="Nokia"),
    "ClientID is no number": _unbound(ClientID="abc"),
    "ClientID too large": _unbound(ClientID="2147483648"),
    "BypassCache is neither": _unbound(BypassCache="maybe"),
    "several do not convert": _unbound(ClientID="x", Device="y"),
    "a bad grant_type among others": _unbound(grant_type="password", Device="y"),
    "unknown client": replace(_INVALID_CLIENT, make=changed(client_id="nobody")),
    "wrong secret": replace(_INVALID_CLIENT, make=changed(client_secret="wrong-secret-of-the-tests")),
    "public client with a secret": replace(_INVALID_CLIENT, make=changed(client_id="public")),
    "disabled client": replace(_INVALID_CLIENT, make=requests.of_disabled_client),
    "client of another service": replace(_INVALID_CLIENT, make=requests.of_another_services_client),
    "client that is gone": replace(_INVALID_CLIENT, make=requests.of_client_gone_since),
    "unknown code": replace(_INVALID_CODE, make=changed(code="rpc_made_up")),
    "expired code": replace(_INVALID_CODE, make=requests.expired),
    "used code": replace(_INVALID_CODE, make=requests.used, changes=_REVOKED),
    "code of another client": replace(_INVALID_CODE, make=requests.of_another_client),
    "code of another service": replace(_INVALID_CODE, make=requests.code_of_another_service),
    "code with a challenge": replace(_INVALID_CODE, make=requests.with_challenge, changes=_BURNT),
    "access token for a code": replace(_INVALID_CODE, make=requests.access_token_for_code),
    "no redirect_uri": replace(_INVALID_CODE, make=changed("redirect_uri"), changes=_BURNT, services=_OIDC),
    "another redirect_uri": replace(
        _INVALID_CODE, make=changed(redirect_uri="https://evil.example.com/"), changes=_BURNT, services=_OIDC
    ),
    "unknown refresh token": replace(_INVALID_REFRESH, make=requests.made_up_refresh_token),
    "expired refresh token": replace(_INVALID_REFRESH, make=requests.refresh_expired),
    "revoked refresh token": replace(_INVALID_REFRESH, make=requests.refresh_revoked),
    "reused refresh token": replace(_INVALID_REFRESH, make=requests.refresh_reused, changes=_REVOKED),
    "refresh token of another client": replace(_INVALID_REFRESH, make=requests.refresh_of_another_client),
    "wider scope": replace(_TOO_WIDE, make=requests.wider_scope),
    "wider scope at refresh": replace(_TOO_WIDE, make=requests.wider_refresh),
    "client may not use this grant": replace(_UNAUTHORIZED, make=requests.grant_not_for_client),
    "service does not offer this grant": replace(_NOT_OFFERED, make=requests.grant_not_offered),
    "service does not refresh": replace(_NOT_OFFERED, make=requests.refresh_not_offered),
    "service of MAC tokens": replace(
        _UNAUTHORIZED,
        make=requests.mac_service,
        message="This service issues MAC tokens, which have no place in this answer.",
    ),
    "text too long": Refusal(
        make=changed(code="c" * 513), code="invalid_request", message="A member is malformed or too long."
    ),
}
