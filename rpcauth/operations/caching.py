"""How long whoever asked about a token may go by the answer without asking again."""

from __future__ import annotations

from rpcauth.model import AccessToken, Millis

_SECOND = 1000


def find_cache_end(token: AccessToken, now: Millis, seconds: int) -> Millis | None:
    """The end of `seconds` from now, or of the token where that is sooner; None: the answer is not to be kept."""
    if not seconds:
        return None
    until = Millis(now + seconds * _SECOND)
    return until if token.expires_at is None else min(until, token.expires_at)
