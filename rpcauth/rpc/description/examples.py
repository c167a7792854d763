"""One example or more of every method, for readers and for tools that call them.

The ids are those of the demo (definitions.example.toml). Codes and tokens are of the right form and were never issued;
who runs an example puts live ones in their place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

SERVICE_KEY: Final = "rmeqcgpw3zu2y47y9bs8vs2h"
CLIENT_ID: Final = "tkr7f25gd6452zy8rjsf7bwd"
CLIENT_SECRET: Final = "q13rupuifd"
REDIRECT_URI: Final = "https://client.example.com/cb"

CODE: Final = "rpc_16pkDcQfPBQ6Afhom3bIslfnmDD5IEY8zCkbTYKgGpzoUdJULDxeaC3z4kED"
ACCESS_TOKEN: Final = "rpa_16pkDcQfPBQKItFjiBqCHDSYE9CwbPNekK1c5gMgJlFPqOQT7yw7On13ZTWF"
REFRESH_TOKEN: Final = "rpf_16pkDcQfPBQCgg5m1lxo85HTAYvAGpQiKS31yK6sJ3Jgyn5GzIQOO820ZfBT"
REFERENCE: Final = "rpr_16pkDcQfPBQ0nWvDxb4zJnE42R4V0K07x6"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A call and its result on `/rpc`. `params` are the first parameters of the method, in their order."""

    name: str
    params: Mapping[str, Any]
    result: Any


_IDENTIFIED: Final = {"client_id": CLIENT_ID}
_AUTHENTICATED: Final = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
_URI: Final = {"redirect_uri": REDIRECT_URI, "state": "xyz"}
_RETURNED: Final = {"redirect_uri": f"{REDIRECT_URI}?code={CODE}&state=xyz", "state": "xyz"}


def _issued(**changes: Any) -> Mapping[str, Any]:
    """What createAccessToken gives for a bearer token."""
    tokens = {
        "return_type": "json",
        "access_token": ACCESS_TOKEN,
        "token_type": "bearer",
        "expires_in": 3600,
        "refresh_token": REFRESH_TOKEN,
        "scope": "read",
        "state": None,
        "uri": None,
        "extended": None,
    }
    return tokens | changes


_TOKEN: Final = {
    "client_id": CLIENT_ID,
    "token_type": "bearer",
    "grant_type": "authorization_code",
    "expires": "2027-01-15T09:00:00Z",
    "scope": "read",
    "user_context": "user12345",
    "extended": None,
}

EXAMPLES: Final[Mapping[str, tuple[Example, ...]]] = {
    "oauth2.createAccessToken": (
        Example(
            name="Redeem an authorization code",
            params={
                "service_key": SERVICE_KEY,
                "client": _AUTHENTICATED,
                "token_data": {"grant_type": "authorization_code", "code": CODE},
                "uri": {"redirect_uri": REDIRECT_URI},
            },
            result=_issued(),
        ),
        Example(
            name="Refresh",
            params={
                "service_key": SERVICE_KEY,
                "client": _AUTHENTICATED,
                "token_data": {"grant_type": "refresh_token", "refresh_token": REFRESH_TOKEN},
            },
            result=_issued(),
        ),
        Example(
            name="Password: the caller has checked it, and says whose it was",
            params={
                "service_key": SERVICE_KEY,
                "client": _AUTHENTICATED,
                "token_data": {"grant_type": "password", "scope": "read"},
                "uri": None,
                "user_context": "user12345",
            },
            result=_issued(),
        ),
        Example(
            name="Client credentials",
            params={
                "service_key": SERVICE_KEY,
                "client": _AUTHENTICATED,
                "token_data": {"grant_type": "client_credentials"},
            },
            result=_issued(refresh_token=None, scope=None),
        ),
        Example(
            name="Implicit: the token goes to the browser in the fragment",
            params={
                "service_key": SERVICE_KEY,
                "client": _IDENTIFIED,
                "token_data": {"response_type": "token", "scope": "read"},
                "uri": _URI,
                "user_context": "user12345",
            },
            result=_issued(
                return_type="redirect",
                refresh_token=None,
                state="xyz",
                uri={
                    "redirect_uri": (
                        f"{REDIRECT_URI}#access_token={ACCESS_TOKEN}&token_type=bearer&expires_in=3600&scope=read&state=xyz"
                    ),
                    "state": "xyz",
                },
            ),
        ),
    ),
    "oauth2.createAuthorizationCode": (
        Example(
            name="A user has agreed",
            params={
                "service_key": SERVICE_KEY,
                "client": _IDENTIFIED,
                "uri": _URI,
                "scope": "read",
                "user_context": "user12345",
                "response_type": "code",
            },
            result={"code": CODE, "uri": _RETURNED},
        ),
        Example(
            name="With the challenge of PKCE",
            params={
                "service_key": SERVICE_KEY,
                "client": _IDENTIFIED,
                "uri": _URI,
                "scope": "read",
                "user_context": "user12345",
                "response_type": "code",
                "authorization_data": {
                    "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
                    "code_challenge_method": "S256",
                },
            },
            result={"code": CODE, "uri": _RETURNED},
        ),
    ),
    "oauth2.fetchApplication": (
        Example(
            name="Before a consent page is shown",
            params={"service_key": SERVICE_KEY, "client": _IDENTIFIED, "uri": _URI, "response_type": "code"},
            result={"id": 12345, "external_id": None, "name": "OAuth 2.0 Test App", "attributes": None},
        ),
    ),
    "oauth2.fetchAccessToken": (
        Example(
            name="One token",
            params={"service_key": SERVICE_KEY, "access_token": ACCESS_TOKEN},
            result={**_TOKEN, "cache_until": None},
        ),
        Example(
            name="A list of tokens, one of them unknown",
            params={"service_key": SERVICE_KEY, "access_token": [ACCESS_TOKEN, "unknown"]},
            result=[{**_TOKEN, "cache_until": None, "access_token": ACCESS_TOKEN}],
        ),
    ),
    "oauth2.validateRequest": (
        Example(
            name="A gateway has received a request to the API",
            params={
                "service_key": SERVICE_KEY,
                "context": {
                    "remote_addr": "192.0.2.1",
                    "method": "GET",
                    "uri": "https://api.example.com/v1/things?page=2",
                    "headers": {"Authorization": f"Bearer {ACCESS_TOKEN}"},
                },
                "scope": "read",
            },
            result={
                **_TOKEN,
                "forward": {
                    "X-Mashery-Oauth-Client-Id": CLIENT_ID,
                    "X-Mashery-Oauth-User-Context": "user12345",
                },
                "limits": {"qps": 10, "quota": 1000, "period_seconds": 86400},
            },
        ),
    ),
    "oauth2.updateAccessToken": (
        Example(
            name="Shorten a token's life",
            params={
                "service_key": SERVICE_KEY,
                "client": _AUTHENTICATED,
                "access_token": ACCESS_TOKEN,
                "scope": None,
                "user_context": None,
                "expires_in": 60,
            },
            result={**_TOKEN, "expires": "2027-01-15T08:01:00Z"},
        ),
    ),
    "oauth2.fetchUserApplications": (
        Example(
            name="A user's connected applications",
            params={"service_key": SERVICE_KEY, "user_context": "user12345", "token_status": "active"},
            result=[
                {
                    "id": 12345,
                    "name": "OAuth 2.0 Test App",
                    "client_id": CLIENT_ID,
                    "access_tokens": [REFERENCE],
                }
            ],
        ),
    ),
    "oauth2.revokeAccessToken": (
        Example(
            name="By the token",
            params={"service_key": SERVICE_KEY, "client": _IDENTIFIED, "access_token": ACCESS_TOKEN},
            result=True,
        ),
        Example(
            name="By its reference",
            params={"service_key": SERVICE_KEY, "client": _IDENTIFIED, "access_token": REFERENCE},
            result=True,
        ),
    ),
    "oauth2.revokeUserApplication": (
        Example(
            name="A user disconnects an application",
            params={"service_key": SERVICE_KEY, "client": _IDENTIFIED, "user_context": "user12345"},
            result=True,
        ),
    ),
    "oauth2.revokeTokens": (
        Example(
            name="All of a user's",
            params={"service_key": SERVICE_KEY, "where": {"user_context": "user12345"}},
            result=True,
        ),
        Example(
            name="All of an application's that were issued before its secret was changed",
            params={
                "service_key": SERVICE_KEY,
                "where": {"client_id": CLIENT_ID, "issued_before": "2027-01-15T07:00:00Z"},
            },
            result=True,
        ),
    ),
    "test.hello": (Example(name="Is anybody there?", params={}, result="Hello!"),),
    "test.echo": (Example(name="A text", params={"value": "hi"}, result="hi"),),
    "rpc.discover": (
        Example(
            name="The shape of this document",
            params={},
            result={"openrpc": "1.3.2", "info": {"title": "rpcauth", "version": "1.0.0"}, "methods": []},
        ),
    ),
}
