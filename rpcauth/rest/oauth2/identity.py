"""The headers by which an upstream learns whose request it is: always all of them, empty when there is nothing to say.

A header that is there, even empty, makes a gateway drop what the client sent under its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from rpcauth.model import AccessToken, Service

AUTH_HEADERS: Final = ("X-Auth-Subject", "X-Auth-Client", "X-Auth-Scope", "X-Auth-Audience", "X-Auth-Expires")

MASHERY_HEADERS: Final[Mapping[str, str]] = {
    "access-token": "X-Mashery-Oauth-Access-Token",
    "client-id": "X-Mashery-Oauth-Client-Id",
    "scope": "X-Mashery-Oauth-Scope",
    "user-context": "X-Mashery-Oauth-User-Context",
}
"""By what a service's `forwarded_headers` calls them."""

Fields = tuple[tuple[str, str], ...]

_PLAIN: Final = "".join(char for char in map(chr, range(0x21, 0x7F)) if char != "%")

NOBODY: Final[Fields] = tuple((name, "") for name in (*AUTH_HEADERS, *MASHERY_HEADERS.values()))


def describe_identity(token: AccessToken, text: str, service: Service) -> Fields:
    """The headers of a live token, whose text is forwarded only where the service says so."""
    expires = "" if token.expires_at is None else str(token.expires_at // 1000)
    own = (token.user_context, token.client_id, token.scope, token.grant_resource, expires)
    forwarded = {
        "access-token": text,
        "client-id": token.client_id,
        "scope": token.scope,
        "user-context": token.user_context,
    }
    return (
        *((name, write_value(value)) for name, value in zip(AUTH_HEADERS, own, strict=True)),
        *(
            (header, write_value(forwarded[name]) if name in service.forwarded_headers else "")
            for name, header in MASHERY_HEADERS.items()
        ),
    )


def write_value(text: str | None) -> str:
    """The text as a header carries it: printable ASCII as it is, all else and `%` as percent-encoded UTF-8.

    So no two texts are written alike, and none can end its line. Blanks inside stay; at the ends they would be lost.
    """
    if text is None:
        return ""
    inner = text.strip(" ")
    start = len(text) - len(text.lstrip(" "))
    if not inner:
        return "%20" * len(text)
    return "%20" * start + quote(inner, safe=_PLAIN + " ") + "%20" * (len(text) - start - len(inner))
