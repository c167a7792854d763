"""The errors that cross layers. They import nothing of ours, and none of them ever carries a secret.

Four kinds, and no fifth: an OAuth refusal, a caller that may not, a limit that was met, a store that cannot answer.
Everything else that is raised is a defect and is answered as an internal error with an incident id.
"""

from __future__ import annotations

from enum import StrEnum


class ErrorCode(StrEnum):
    """The words of RFC 6749 §4.1.2.1, §5.2, RFC 6750 §3.1 and RFC 7009 §2.2.1; the values are what the wire carries."""

    INVALID_REQUEST = "invalid_request"
    INVALID_CLIENT = "invalid_client"
    INVALID_GRANT = "invalid_grant"
    INVALID_SCOPE = "invalid_scope"
    INVALID_TOKEN = "invalid_token"
    INSUFFICIENT_SCOPE = "insufficient_scope"
    UNAUTHORIZED_CLIENT = "unauthorized_client"
    UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type"
    UNSUPPORTED_RESPONSE_TYPE = "unsupported_response_type"
    UNSUPPORTED_TOKEN_TYPE = "unsupported_token_type"


class OAuthError(Exception):
    """A refusal in OAuth's words.

    `description` is fixed public text, without request data (RFC 6749 §5.2 bounds its characters). `detail` is for
    the operator's log only: which rule refused. `message` replaces the description in the JSON-RPC error's message
    where the contract fixes another text.
    """

    def __init__(self, code: ErrorCode, description: str, detail: str | None = None) -> None:
        super().__init__(code.value)
        self.code = code
        self.description = description
        self.detail = detail


class CallerRefused(Exception):
    """The caller is not known, may not use this method, or may not use this service (one answer for all three)."""

    def __init__(self, detail: str) -> None:
        super().__init__("caller refused")
        self.detail = detail


class ParamsInvalid(Exception):
    """A top-level parameter is missing, over-long or of the wrong JSON type: -32602 with the path, never the value."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class LimitReached(Exception):
    """A rate was exceeded; the same request may be sent again after `retry_after` seconds."""

    def __init__(self, retry_after: int, detail: str) -> None:
        super().__init__("limit reached")
        self.retry_after = retry_after
        self.detail = detail


class Outcome(StrEnum):
    """What is known of a write that was not acknowledged."""

    NOT_DONE = "not_done"
    UNKNOWN = "unknown"


class StorageUnavailable(Exception):
    """The store cannot answer now. Never to be read as "no such token".

    `outcome` is `not_done` where a retry is safe, `unknown` where the commit failed or the connection died in it.
    """

    def __init__(self, outcome: Outcome, detail: str) -> None:
        super().__init__(outcome.value)
        self.outcome = outcome
        self.detail = detail


class ConfigurationInvalid(Exception):
    """What an operator wrote cannot be used. `problems` holds every one found: what, where, what to do next."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class StoreRefused(Exception):
    """A store or key that this program will not serve (exit status 4): newer schema, wrong master key, lock held."""


class StoreHindered(StoreRefused):
    """A store that cannot be opened now, and can be once what hinders it has passed: a full or failing disk, another
    program at work with it. Exit status 1: the service manager tries again (operations contract, Commands)."""


class DefinitionsRefused(Exception):
    """A change of services, applications or callers that would not be valid; `problems` says every reason."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
