"""Whether a stored access token is good now: its own end, its grant, its client, and what was taken away since."""

from __future__ import annotations

from rpcauth.model import AccessToken, Definitions, Millis, Service
from rpcauth.oauth.client import find_application
from rpcauth.oauth.redirect_uri import is_registered


def is_live(token: AccessToken, service: Service, definitions: Definitions, now: Millis) -> bool:
    """False once it has expired or was revoked (itself, its grant, a watermark), or its application is disabled,
    pruned, no longer of the service, or has lost the redirect_uri that the token came through.
    """
    if token.revoked_at is not None or token.grant_revoked or token.watermarked:
        return False
    if token.expires_at is not None and now >= token.expires_at:
        return False
    application = find_application(definitions, service, token.client_id)
    if application is None or token.service_key != service.service_key:
        return False
    uri = token.grant_redirect_uri
    return uri is None or not service.force_redirect_uri or is_registered(uri, application.redirect_uris)
