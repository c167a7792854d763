"""The two dialects of the contract, §1: one implementation, and here is all that differs in what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rpcauth.rpc.codes import Code


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How replies look at one family of paths. Statuses are HTTP's, of a single call; an accepted batch is 200.

    `unproven_caller_status` is for a caller refused before its body was read; a method or service that a known
    caller may not use is an ordinary error. `generic_oauth_message` puts one fixed text into the `error.message` of
    every -2001, in place of the specific one. `oauth_detail_members` are the members of `error` that hold the OAuth
    detail object. `unknown_token_error` is the detail's `error` when fetchAccessToken finds no such token.
    `extra_members` allows result members that Mashery's replies do not have, such as `cache_until`.
    """

    error_status: int
    internal_error_status: int
    unproven_caller_status: int
    generic_oauth_message: bool
    oauth_detail_members: tuple[str, ...]
    unknown_token_error: str | int
    extra_members: bool

    def status_of(self, code: int) -> int:
        """The HTTP status of a single call that is answered with the JSON-RPC error `code`."""
        match code:
            case Code.RATE_LIMITED:
                return 429
            case Code.UNAVAILABLE:
                return 503
            case Code.INTERNAL_ERROR:
                return self.internal_error_status
            case _:
                return self.error_status


RPC: Final = Dialect(
    error_status=200,
    internal_error_status=200,
    unproven_caller_status=401,
    generic_oauth_message=True,
    oauth_detail_members=("data",),
    unknown_token_error="invalid_token",
    extra_members=True,
)
"""`/rpc`: new gateways and backends."""

MASHERY: Final = Dialect(
    error_status=400,
    internal_error_status=500,
    unproven_caller_status=403,
    generic_oauth_message=False,
    oauth_detail_members=("data", "error"),
    unknown_token_error=404,
    extra_members=False,
)
"""`/v2/json-rpc` and `/v3/json-rpc`: callers written for Mashery, some of which read `data` and others `error`."""
