"""Results in Mashery's words: the members of each reply, in their fixed order (contract §4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from rpcauth.model import AccessToken, Application, Millis, Service, TokenType
from rpcauth.oauth.redirect_uri import extend_query, with_fragment
from rpcauth.operations.applications import UserApplication
from rpcauth.operations.authorize import IssuedCode
from rpcauth.operations.issuing import IssuedTokens

_SECOND = 1000


@lru_cache(maxsize=4096)
def _format_second(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def format_time(time: Millis | None) -> str | None:
    """`2012-01-19T02:20:38Z`, rounded down; None stays None."""
    return None if time is None else _format_second(time // _SECOND)


def parse_time(text: str) -> Millis | None:
    """The instant of an RFC 3339 text with its zone, or None."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if time.tzinfo is None else Millis(round(time.timestamp() * _SECOND))


def token_result(tokens: IssuedTokens, state: str | None, *, as_redirect: bool = False) -> Mapping[str, Any]:
    """The nine members of createAccessToken. A deployed caller decodes `uri` and `extended` as strings: null it is."""
    uri = None
    if as_redirect and tokens.redirect_uri is not None:
        expires_in = None if tokens.expires_in is None else str(tokens.expires_in)
        pairs = [
            ("access_token", tokens.access_token),
            ("token_type", tokens.token_type.value),
            ("expires_in", expires_in),
            ("scope", tokens.scope),
            ("state", state),
        ]
        uri = {"redirect_uri": with_fragment(tokens.redirect_uri, pairs), "state": state}
    extended = None
    if tokens.mac_secret is not None:
        extended = {"secret": tokens.mac_secret, "algorithm": tokens.mac_algorithm}
    return {
        "return_type": "redirect" if as_redirect else "json",
        "access_token": tokens.access_token,
        "token_type": tokens.token_type,
        "expires_in": tokens.expires_in,
        "refresh_token": tokens.refresh_token,
        "scope": tokens.scope,
        "state": state,
        "uri": uri,
        "extended": extended,
    }


def code_result(code: IssuedCode) -> Mapping[str, Any]:
    """The code, and the redirect_uri with code, state and iss behind its own query."""
    pairs = [("code", code.code), ("state", code.state), ("iss", code.issuer)]
    return {"code": code.code, "uri": {"redirect_uri": extend_query(code.redirect_uri, pairs), "state": code.state}}


def access_token_result(token: AccessToken, mac_secret: str | None = None) -> dict[str, Any]:
    """The object of fetchAccessToken. `mac_secret` only for a caller that may have MAC keys."""
    extended: dict[str, Any] | None = None
    if token.token_type is TokenType.MAC:
        extended = {"algorithm": token.mac_algorithm}
        if mac_secret is not None:
            extended["secret"] = mac_secret
    return {
        "client_id": token.client_id,
        "token_type": token.token_type,
        "grant_type": token.grant_type,
        "expires": format_time(token.expires_at),
        "scope": token.scope,
        "user_context": token.user_context,
        "extended": extended,
    }


def application_result(application: Application) -> Mapping[str, Any]:
    """A deployed caller decodes `attributes` as a list of strings: only null is safe for everybody."""
    return {
        "id": application.id,
        "external_id": application.external_id,
        "name": application.name,
        "attributes": None,
    }


def user_application_result(held: UserApplication) -> Mapping[str, Any]:
    application = held.application
    return {
        "id": application.id,
        "name": application.name,
        "client_id": application.client_id,
        "access_tokens": held.access_tokens,
    }


_FORWARDED = {
    "access-token": "X-Mashery-Oauth-Access-Token",
    "client-id": "X-Mashery-Oauth-Client-Id",
    "scope": "X-Mashery-Oauth-Scope",
    "user-context": "X-Mashery-Oauth-User-Context",
}


def _header_value(text: str | None) -> str:
    """A value that can stand in a header field as it is: a line break in it would make another field."""
    return "".join(char if char.isprintable() else "?" for char in text or "")


def checked_result(token: AccessToken, text: str, service: Service) -> Mapping[str, Any]:
    """The object of validateRequest: the token without any secret, what to forward, and the service's limits.

    `period_seconds` is the time that `quota` counts for: a day.
    """
    values = {
        "access-token": text,
        "client-id": token.client_id,
        "scope": token.scope,
        "user-context": token.user_context,
    }
    forward = {_FORWARDED[name]: _header_value(values[name]) for name in service.forwarded_headers}
    limits = {"qps": service.qps_limit, "quota": service.rate_limit, "period_seconds": 86_400}
    return {**access_token_result(token), "forward": forward, "limits": limits}
