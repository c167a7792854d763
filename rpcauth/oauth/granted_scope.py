"""Which scope a request gets: what it asks for, within what service and application allow (RFC 6749 §3.3)."""

from __future__ import annotations

from rpcauth.errors import ErrorCode, OAuthError
from rpcauth.model import Application, Service
from rpcauth.oauth import scope

_TOO_WIDE = "The requested scope is not allowed"


def choose_scope(service: Service, application: Application, requested: str | None) -> str | None:
    """The scope of a new grant: what was asked, or the service's default. Raises invalid_scope.

    A service without a list of scopes stores what it is given, as Mashery does; the syntax always counts.
    """
    if requested is None:
        return " ".join(_allowed(service, application, service.default_scopes)) or None
    asked = scope.parse(requested)
    if _allowed(service, application, asked) != asked:
        raise OAuthError(ErrorCode.INVALID_SCOPE, _TOO_WIDE, "scope.not_allowed")
    return requested


def narrow_scope(granted: str | None, requested: str | None) -> str | None:
    """The scope of a token under a grant: what was asked if it is no wider, else all that was granted."""
    if requested is None:
        return granted
    scope.parse(requested)
    if not scope.is_within(requested, granted):
        raise OAuthError(ErrorCode.INVALID_SCOPE, "The requested scope exceeds the scope granted", "scope.wider")
    return requested


def reduce_scope(service: Service, application: Application, granted: str | None) -> str | None:
    """What is left of a granted scope when the allowed scopes have shrunk since."""
    if granted is None:
        return None
    tokens = scope.parse(granted)
    left = _allowed(service, application, tokens)
    return granted if left == tokens else " ".join(left) or None


def _allowed(service: Service, application: Application, tokens: tuple[str, ...]) -> tuple[str, ...]:
    by_service = not service.scopes
    by_application = application.scopes is None
    if by_service and by_application:
        return tokens
    return tuple(
        token
        for token in tokens
        if (by_service or token in service.scopes) and (by_application or token in (application.scopes or ()))
    )
