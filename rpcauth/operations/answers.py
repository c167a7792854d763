"""The answer that an OAuth client is owed when it is refused, independent of any façade's words (RFC 6749 §4, §5.2)."""

from __future__ import annotations

from dataclasses import dataclass

from rpcauth.errors import ErrorCode, OAuthError
from rpcauth.model import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonAnswer:
    """A reply of the token endpoint or of a protected resource. `challenge` is the WWW-Authenticate value, if any."""

    status: int
    challenge: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RedirectAnswer:
    """The browser goes back to the client; only ever to a redirect_uri that was found good and is registered."""

    redirect_uri: str
    state: str | None
    in_fragment: bool
    issuer: str | None = None


Answer = JsonAnswer | RedirectAnswer


class AnsweredError(OAuthError):
    """A refusal together with the ready-made answer for the OAuth client."""

    def __init__(self, error: OAuthError, answer: Answer) -> None:
        super().__init__(error.code, error.description, error.detail)
        self.answer = answer


def token_answer(error: OAuthError, service: Service) -> AnsweredError:
    """As the token endpoint answers: 401 with a Basic challenge for a client that failed to prove itself, else 400."""
    if error.code is ErrorCode.INVALID_CLIENT:
        return AnsweredError(error, JsonAnswer(status=401, challenge=f"Basic realm={quoted(service.name)}"))
    return AnsweredError(error, JsonAnswer(status=400))


def quoted(text: str) -> str:
    """A quoted-string of RFC 9110 §5.6.4; what cannot stand in a header field becomes `?`."""
    plain = "".join(char if " " <= char <= "~" else "?" for char in text)
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
