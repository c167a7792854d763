"""Handing out a live token again, where a service does not allow several for one client, user and scope."""

from __future__ import annotations

from rpcauth.keys.keyring import Keyring
from rpcauth.model import AccessToken, Authentication, Service
from rpcauth.oauth.decision import Issue
from rpcauth.oauth.liveness import is_live
from rpcauth.operations.issuing import Issuance, IssuedTokens, remaining_seconds, row_of
from rpcauth.storage.effects import CurrentKey, PutCurrentToken
from rpcauth.storage.port import Facts


def find_key(service: Service, client_id: str, issue: Issue) -> CurrentKey | None:
    """Whose token may be handed out again; None where every request gets one of its own."""
    if service.allow_multiple_tokens:
        return None
    return CurrentKey(service.service_key, client_id, issue.user_context, issue.access_scope)


def find_reusable(facts: Facts, service: Service, key: CurrentKey | None) -> AccessToken | None:
    """The current token of `key`, if it is alive and its text can still be opened."""
    token = facts.current
    if key is None or token is None or token.sealed_value is None:
        return None
    if (token.user_context, token.scope) != (key.user_context, key.scope):
        return None  # it was updated since
    return token if is_live(token, service, facts.definitions, facts.now) else None


def hand_out(facts: Facts, keyring: Keyring, token: AccessToken, redirect_uri: str | None) -> IssuedTokens:
    """The token as it was issued, with its remaining lifetime and no refresh token."""
    return IssuedTokens(
        access_token=open_sealed(keyring, token, token.sealed_value, "token_value") or "",
        token_type=token.token_type,
        expires_in=remaining_seconds(token.expires_at, facts.now),
        scope=token.scope,
        expires_at=token.expires_at,
        user_context=token.user_context,
        authentication=Authentication() if facts.code is None else facts.code.authentication,
        mac_secret=open_sealed(keyring, token, token.sealed_mac_secret, "mac_secret"),
        mac_algorithm=token.mac_algorithm,
        redirect_uri=redirect_uri,
    )


def remember(key: CurrentKey, issuance: Issuance) -> PutCurrentToken:
    """The effect that makes a fresh token the current one; it is forgotten when the token's row goes."""
    insert = issuance.access
    return PutCurrentToken(key, insert.token.id, insert.remove_at)


def open_sealed(keyring: Keyring, token: AccessToken, sealed: bytes | None, purpose: str) -> str | None:
    """A value that was sealed onto an access token's row."""
    return None if sealed is None else keyring.open(sealed, purpose, row_of(token.id))
