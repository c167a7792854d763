"""A simple model of what a provider must know: who holds what, and what ends it. No storage, no ids, no digests.

It is written from the contract (§4), not from the provider: everything is decided when it happens and remembered in
plain objects, revocation by user included. Times are epoch milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

DOUBLE_SUBMIT = 1000


@dataclass(slots=True, eq=False)
class Holding:
    """What was given to a client of a service in the name of a user; `end` is its own, None for none."""

    service: str
    client: str
    user: str | None
    scope: str | None
    end: int | None
    revoked: bool = False

    def is_over(self, now: int) -> bool:
        return self.revoked or (self.end is not None and now >= self.end)


@dataclass(slots=True, eq=False)
class Code(Holding):
    text: str = ""
    challenged: bool = False
    spent_at: int | None = None
    bought: Holding | None = None
    purchases: int = 0


@dataclass(slots=True, eq=False)
class Access(Holding):
    text: str = ""
    grant: Holding | None = None

    def is_live(self, now: int) -> bool:
        return not self.is_over(now) and not (self.grant is not None and self.grant.is_over(now))


@dataclass(slots=True, eq=False)
class Refresh:
    """A refresh token; `idle_end` is the end of its idle time. `answer` is what its first use was answered with."""

    text: str
    grant: Holding
    access: Access
    idle_end: int | None
    spent_at: int | None = None
    asked: str | None = None
    answer: dict[str, Any] = field(default_factory=dict)
    successor: Refresh | None = None


@dataclass(slots=True)
class Lifetimes:
    """The settings of the service, in seconds."""

    access: int = 600
    code: int = 60
    grant: int = 1000
    idle: int = 700
    window: int = 30
    revokes_access: bool = False


def after(now: int, seconds: int) -> int | None:
    return now + seconds * 1000 if seconds else None


def earliest(*ends: int | None) -> int | None:
    return min((end for end in ends if end is not None), default=None)


def remaining(end: int | None, now: int) -> int | None:
    return None if end is None else max(1, (end - now) // 1000)


def format_end(end: int | None) -> str | None:
    return None if end is None else datetime.fromtimestamp(end // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def scope_set(scope: str | None) -> set[str]:
    return set((scope or "").split())


@dataclass(slots=True)
class Ledger:
    """All that was given out. Each `expect_` says what a call must be answered: "" for success, or the error."""

    lifetimes: Lifetimes
    codes: list[Code] = field(default_factory=list)
    grants: list[Holding] = field(default_factory=list)
    accesses: list[Access] = field(default_factory=list)
    refreshes: list[Refresh] = field(default_factory=list)

    def live_accesses(self, service: str, now: int) -> list[Access]:
        return [one for one in self.accesses if one.service == service and one.is_live(now)]

    def expect_redemption(self, code: Code, now: int, *, fault: bool, scope: str | None) -> str:
        """A use of a code by its own authenticated client, with what it does besides being answered."""
        if code.spent_at is not None:
            if (fault or now - code.spent_at >= DOUBLE_SUBMIT) and code.bought is not None:
                code.bought.revoked = True
            return "invalid_grant"
        if code.is_over(now):
            return "invalid_grant"
        if fault:
            code.spent_at = now
            return "invalid_grant"
        is_taken = code.scope is None or scope is None or scope_set(scope) <= scope_set(code.scope)
        return "" if is_taken else "invalid_scope"

    def expect_refresh(self, token: Refresh, now: int, scope: str | None) -> str:
        """A use of a refresh token by its own authenticated client; "again" for the answer of the first time."""
        if token.grant.revoked:
            return "invalid_grant"
        if token.spent_at is not None:
            return self._expect_reuse(token, now, scope)
        if token.grant.is_over(now) or (token.idle_end is not None and now >= token.idle_end):
            return "invalid_grant"
        return "" if scope is None or scope_set(scope) <= scope_set(token.grant.scope) else "invalid_scope"

    def _expect_reuse(self, token: Refresh, now: int, scope: str | None) -> str:
        spent_at, successor = token.spent_at or 0, token.successor
        is_open = now < spent_at + self.lifetimes.window * 1000
        if not is_open or successor is None or successor.spent_at is not None:
            token.grant.revoked = True
            return "invalid_grant"
        if token.grant.is_over(now):
            return "invalid_grant"
        return "again" if scope == token.asked else "invalid_scope"

    def buy(self, code: Code, now: int, scope: str | None) -> Holding:
        """The grant that a code buys."""
        code.spent_at, code.purchases = now, code.purchases + 1
        code.bought = self.grant(code.service, code.client, code.user, scope or code.scope, now)
        return code.bought

    def grant(self, service: str, client: str, user: str | None, scope: str | None, now: int) -> Holding:
        grant = Holding(service, client, user, scope, after(now, self.lifetimes.grant))
        self.grants.append(grant)
        return grant

    def give(self, grant: Holding, answer: dict[str, Any], now: int) -> Refresh:
        """Note the tokens of a grant as they were answered."""
        end = earliest(after(now, self.lifetimes.access), grant.end)
        access = Access(
            grant.service, grant.client, grant.user, answer["scope"], end, text=answer["access_token"], grant=grant
        )
        refresh = Refresh(answer["refresh_token"], grant, access, after(now, self.lifetimes.idle))
        self.accesses.append(access)
        self.refreshes.append(refresh)
        return refresh

    def rotate(self, token: Refresh, answer: dict[str, Any], now: int, asked: str | None) -> None:
        token.successor = self.give(token.grant, answer, now)
        token.spent_at, token.asked, token.answer = now, asked, answer
        if self.lifetimes.revokes_access:
            token.access.revoked = True

    def revoke_all(self, service: str, client: str | None, user: str | None) -> None:
        """All that there is now of a client or user; a token of a grant dies with it."""
        for one in (*self.codes, *self.grants, *self.accesses):
            is_meant = one.service == service and client in (None, one.client) and user in (None, one.user)
            one.revoked = one.revoked or (is_meant and not (isinstance(one, Code) and one.spent_at is not None))

    def check_issued(self, answer: dict[str, Any], given: Refresh, scope: str | None, now: int) -> None:
        """Whether an answer says what it must, with nothing in it that was given out before."""
        assert answer["scope"] == scope
        assert answer["expires_in"] == remaining(given.access.end, now)
        for known in (self.accesses, self.refreshes):
            assert len({one.text for one in known}) == len(known)

    def check_same(self, answer: dict[str, Any], spent: Refresh, now: int) -> None:
        """Whether a retry is answered like the first use, but for what remains."""
        assert spent.successor is not None
        assert answer == {**spent.answer, "expires_in": remaining(spent.successor.access.end, now)}
