"""Proof Key for Code Exchange (RFC 7636): the challenge at the authorization endpoint, the verifier at the token's."""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode

from rpcauth.errors import ErrorCode, OAuthError

S256 = "S256"
PLAIN = "plain"

_NOT_S256 = "The code_challenge_method must be S256"
_VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}")
_CHALLENGES = {S256: re.compile(r"[A-Za-z0-9\-_]{43}"), PLAIN: _VERIFIER}


def check_challenge(
    challenge: str | None, method: str | None, *, required: bool, allow_plain: bool
) -> tuple[str, str] | None:
    """The challenge and its method to keep with the code; None when there is none and none is required.

    Without a method the challenge is plain (§4.3). Raises INVALID_REQUEST (§4.4.1).
    """
    if challenge is None:
        _check_absence(method, required=required)
        return None
    method = PLAIN if method is None else method
    if method not in _CHALLENGES:
        raise OAuthError(ErrorCode.INVALID_REQUEST, _NOT_S256, "pkce.unknown_method")
    if method == PLAIN and not allow_plain:
        raise OAuthError(ErrorCode.INVALID_REQUEST, _NOT_S256, "pkce.plain")
    if _CHALLENGES[method].fullmatch(challenge) is None:
        raise OAuthError(ErrorCode.INVALID_REQUEST, "The code_challenge is malformed", "pkce.challenge_syntax")
    return challenge, method


def is_verified(verifier: str, challenge: str, method: str) -> bool:
    """Whether `verifier` is well-formed and the one that `challenge` was made from (§4.6). Takes constant time."""
    if _VERIFIER.fullmatch(verifier) is None or method not in _CHALLENGES:
        return False
    made = verifier if method == PLAIN else urlsafe_b64encode(_digest(verifier)).rstrip(b"=").decode()
    # Digests once more: both sides then have one length, whatever a plain challenge measures.
    return hmac.compare_digest(_digest(made), _digest(challenge))


def _check_absence(method: str | None, *, required: bool) -> None:
    if method is not None:
        text = "A code_challenge_method needs a code_challenge"
        raise OAuthError(ErrorCode.INVALID_REQUEST, text, "pkce.method_without_challenge")
    if required:
        raise OAuthError(ErrorCode.INVALID_REQUEST, "A code_challenge is required", "pkce.challenge_missing")


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
