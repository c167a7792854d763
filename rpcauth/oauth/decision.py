"""What a grant decides: to issue, or to refuse.

A refusal that must write is a value, `Refuse`, because an exception thrown through the transaction would take its
effects along: a replayed code revokes what it bought, and that revocation must be committed. A refusal without
effects is raised by the rule that found it; the operation turns it into a value before anything is written.
"""

from __future__ import annotations

from rpcauth.errors import OAuthError
from rpcauth.frozen import dataclass
from rpcauth.model import Authentication, GrantType, RecordId


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """Tokens shall be made. `scope` is the grant's, `access_scope` this access token's (the same or narrower).

    `refresh` asks for a refresh token, and with it for a grant that outlives the access token.
    """

    grant_type: GrantType
    user_context: str | None
    scope: str | None
    access_scope: str | None
    redirect_uri: str | None = None
    refresh: bool = False
    authentication: Authentication = Authentication()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reissue:
    """A retried refresh: the successors of the spent token are handed out again, as they are."""

    access_token_id: RecordId


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """Nothing is issued, and something is written.

    `spend` burns the presented code, `revoke` ends the grant that it bought.
    """

    error: OAuthError
    spend: bool = False
    revoke: bool = False
