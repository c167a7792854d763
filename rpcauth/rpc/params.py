"""The parameters of the methods: their JSON shapes, their limits, and what "absent" means (contract §3).

A top-level parameter of the wrong type, missing or over-long is the caller's mistake: ParamsInvalid with its path.
A bad member of client, token_data, uri or authorization_data is the OAuth client's: invalid_request, since the caller
only forwards it. Lengths are in code points; `""` and null are absent, once and here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct

from rpcauth.errors import ErrorCode, OAuthError, ParamsInvalid

S = TypeVar("S", bound=Struct)

NO_NUL = r"\A[^\x00]*\Z"
"""U+0000 stands in no string of a request."""

Text = Annotated[str, Meta(max_length=512, pattern=NO_NUL)]
ScopeText = Annotated[str, Meta(max_length=1024, pattern=NO_NUL)]
LongText = Annotated[str, Meta(max_length=2048, pattern=NO_NUL)]

TEXT = 512
USER_CONTEXT = 255
SCOPE = 1024
_DECIMAL = re.compile(r"-?[0-9]{1,19}")


class Client(Struct, frozen=True):
    client_id: Text | None = None
    client_secret: Text | None = None


class Uri(Struct, frozen=True):
    redirect_uri: LongText | None = None
    state: LongText | None = None


_NO_URI = Uri()


class TokenData(Struct, frozen=True):
    grant_type: Text | None = None
    response_type: Text | None = None
    scope: ScopeText | None = None
    code: Text | None = None
    refresh_token: Text | None = None
    code_verifier: Text | None = None


class AuthorizationData(Struct, frozen=True):
    code_challenge: Text | None = None
    code_challenge_method: Text | None = None
    nonce: Text | None = None
    resource: Text | None = None
    auth_time: Annotated[int, Meta(ge=0, le=2**53)] | None = None
    acr: Text | None = None
    amr: list[Text] | Text | None = None
    cnf: Text | None = None


class Reader:
    """Reads the parameters of one call; `order` are their names in the ordered form.

    -32602 names a parameter as it was given: `$.params.client`, or `$.params[1]` when they are ordered.
    """

    __slots__ = ("_order",)

    def __init__(self, order: Sequence[str] | None) -> None:
        self._order = order

    def fail(self, name: str, member: str = "") -> ParamsInvalid:
        place = f".{name}" if self._order is None else f"[{self._order.index(name)}]"
        return ParamsInvalid(f"$.params{place}{member}")

    def text(self, name: str, value: object, limit: int = TEXT) -> str:
        """A required string."""
        text = self.optional_text(name, value, limit)
        if text is None:
            raise self.fail(name)
        return text

    def optional_text(self, name: str, value: object, limit: int = TEXT) -> str | None:
        if value is None or value == "":
            return None
        if not isinstance(value, str) or len(value) > limit or "\0" in value:
            raise self.fail(name)
        return value

    def optional_seconds(self, name: str, value: object) -> int | None:
        """A lifetime as a number or a decimal string, in whole seconds, rounded down; its range is not judged here."""
        if value is None or value == "":
            return None
        if isinstance(value, str) and _DECIMAL.fullmatch(value):
            return int(value)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.fail(name)
        return math.floor(value)

    def members(self, name: str, value: object, *, required: bool = False) -> Mapping[str, Any]:
        """An object; null and {} are the same as none."""
        if value is None and not required:
            return {}
        if not isinstance(value, dict):
            raise self.fail(name)
        return value

    def forwarded(self, kind: type[S], name: str, value: object, *, required: bool = False) -> S:
        """An object whose members come from the OAuth client; unknown ones are ignored, `""` and null absent."""
        members = self.members(name, value, required=required)
        if "" in members.values():
            members = {key: member for key, member in members.items() if member != ""}
        try:
            return msgspec.convert(members, kind)
        except msgspec.ValidationError:
            text = f"A member of {name} is malformed or too long"
            raise OAuthError(ErrorCode.INVALID_REQUEST, text, f"params.{name}") from None

    def client(self, value: object) -> Client:
        """The client object, with its client_id."""
        client = self.forwarded(Client, "client", value, required=True)
        if client.client_id is None:
            raise OAuthError(ErrorCode.INVALID_REQUEST, "The client_id is missing", "params.client_id")
        return client

    def uri(self, value: object) -> Uri:
        r"""The uri object. `\/` in its redirect_uri is read as `/`: the original's page told callers to escape."""
        if value is None:
            return _NO_URI
        uri = self.forwarded(Uri, "uri", value)
        if uri.redirect_uri is None or "\\/" not in uri.redirect_uri:
            return uri
        return msgspec.structs.replace(uri, redirect_uri=uri.redirect_uri.replace("\\/", "/"))
