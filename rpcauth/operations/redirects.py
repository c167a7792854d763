"""Which redirect_uri a request means, and whether an answer may go there (RFC 6749 §3.1.2, RFC 9700 §2.1)."""

from __future__ import annotations

from dataclasses import dataclass

from rpcauth.errors import ErrorCode, OAuthError
from rpcauth.model import Application, Service
from rpcauth.oauth.redirect_uri import check_usable, is_registered


@dataclass(frozen=True, slots=True)
class Redirect:
    """A redirect_uri that was found good. An error is redirected to it only when it is `registered`."""

    uri: str
    given: bool
    registered: bool


def choose_redirect(service: Service, application: Application, requested: str | None) -> Redirect:
    """The requested URI if it may be used, or the application's only registered one. Raises invalid_request."""
    if requested is None:
        if len(application.redirect_uris) != 1:
            text = "A redirect_uri is required: the client has not registered exactly one"
            raise OAuthError(ErrorCode.INVALID_REQUEST, text, "redirect_uri.missing")
        _check_usable(service, application, application.redirect_uris[0])
        return Redirect(application.redirect_uris[0], given=False, registered=True)
    _check_usable(service, application, requested)
    registered = is_registered(requested, application.redirect_uris)
    if service.force_redirect_uri and not registered:
        text = "The redirect_uri is not registered for this client"
        raise OAuthError(ErrorCode.INVALID_REQUEST, text, "redirect_uri.not_registered")
    return Redirect(requested, given=True, registered=registered)


def _check_usable(service: Service, application: Application, uri: str) -> None:
    """A registered URI too: another service of the application may be laxer about https than this one."""
    check_usable(uri, public=application.public, force_https=service.force_https_redirect_uri)
