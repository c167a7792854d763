"""The parameters of a request as RFC 6749 §3.2 wants them: a form of UTF-8, each name once, an empty value is none."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, unquote_plus

from aiohttp import hdrs

from rpcauth.errors import ErrorCode, OAuthError
from rpcauth.web.messages import HttpRequest

FORM_TYPE: Final = "application/x-www-form-urlencoded"

_SECRETS: Final = frozenset({"token", "tokens", "client_secret", "client_assertion"})

MAX_FIELDS: Final = 600
MAX_VALUE: Final = 512
"""Code points of a value (json-rpc contract §3)."""


@dataclass(frozen=True, slots=True)
class Form:
    """What was sent, by name."""

    values: Mapping[str, Sequence[str]] = field(repr=False)

    def find(self, name: str) -> str | None:
        """The one value of this name, if there is one."""
        return next(iter(self.values.get(name, ())), None)

    def get(self, name: str) -> str:
        """The one value of this name. Raises invalid_request when it is missing."""
        value = self.find(name)
        if value is None:
            raise OAuthError(ErrorCode.INVALID_REQUEST, f"The parameter {name} is missing", f"form.no_{name}")
        return value


def read_form(request: HttpRequest, *, repeatable: Collection[str] = ()) -> Form:
    """The form of a request. Raises invalid_request.

    A secret or token in the query is refused: it has no place there (RFC 6749 §2.3.1, RFC 7662 §4), and whoever sends
    it should learn that. What else stands there is not looked at.
    """
    if any(unquote_plus(pair.partition("=")[0]) in _SECRETS for pair in request.query.split("&")):
        raise _malformed("Secrets and tokens do not belong into the address", "form.in_query")
    media_type = request.headers.get(hdrs.CONTENT_TYPE, "").partition(";")[0].strip().lower()
    if media_type != FORM_TYPE:
        raise _malformed(f"The request must be a form of type {FORM_TYPE}", "form.content_type")
    values: dict[str, list[str]] = {}
    for name, value in _parse(request.body):
        values.setdefault(name, []).append(value)
    if any(len(given) > 1 and name not in repeatable for name, given in values.items()):
        raise _malformed("A parameter is given more than once", "form.repeated")
    if any(len(value) > MAX_VALUE for given in values.values() for value in given):
        raise _malformed("A parameter is too long", "form.too_long")
    return Form({name: [value for value in given if value] for name, given in values.items()})


def _parse(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError:
        raise _malformed("The form cannot be read", "form.unreadable") from None


def _malformed(description: str, detail: str) -> OAuthError:
    return OAuthError(ErrorCode.INVALID_REQUEST, description, detail)
