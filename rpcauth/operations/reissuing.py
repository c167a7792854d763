"""The retried refresh: the successors of a spent token, made again and equal to the first time (contract §4).

The store keeps neither text. They come back from a salt on the spent row, a versioned key, and the spent token's own
text, which only its holder has.
"""

from __future__ import annotations

from functools import partial

from rpcauth.keys.keyring import Keyring
from rpcauth.model import Millis, RefreshToken
from rpcauth.oauth.token_text import Kind, Presented
from rpcauth.operations.current import open_sealed
from rpcauth.operations.issuing import IssuedTokens, remaining_seconds
from rpcauth.operations.token_values import derive_text


def reissue(keyring: Keyring, token: RefreshToken, presented: Presented, now: Millis) -> IssuedTokens:
    """The same tokens again; `expires_in` is what remains. The grant has decided that a retry is due."""
    access, salt, version = token.successor_access, token.salt, token.derivation_version
    if access is None or salt is None or version is None or token.successor_refresh_id is None:
        raise ValueError("a retry was decided for a refresh token without successors")
    derived = partial(derive_text, keyring, salt=salt, presented=presented, version=version)
    return IssuedTokens(
        access_token=derived(Kind.ACCESS, access.id),
        token_type=access.token_type,
        expires_in=remaining_seconds(access.expires_at, now),
        scope=access.scope,
        expires_at=access.expires_at,
        user_context=token.grant.user_context,
        authentication=token.grant.authentication,
        refresh_token=derived(Kind.REFRESH, token.successor_refresh_id),
        mac_secret=open_sealed(keyring, access, access.sealed_mac_secret, "mac_secret"),
        mac_algorithm=access.mac_algorithm,
    )
