"""What a client knows of its credentials: facts that were acknowledged, and those still in doubt.

A fact is in doubt from the moment its call is sent to the moment its answer is there. A call that is answered
`not_done` has changed nothing; one that is answered `unknown`, or never, leaves its facts in doubt for good.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from random import Random
from typing import Any

UNAVAILABLE = -32003
OAUTH_ERROR = -2001
_LIST = 500
"""Most tokens of one fetchAccessToken."""

PATIENCE = 30.0
"""Seconds that some progress may take."""

Call = Callable[[str, object], Awaitable[dict[str, Any]]]
"""Sends one call and gives its decoded reply; what it raises means that there was no reply."""


class Standing(Enum):
    """How a credential stands: GOOD and DEAD are acknowledged."""

    GOOD = auto()
    DEAD = auto()
    IN_DOUBT = auto()


Standings = dict[str, Standing]


class Refused(Exception):
    """An OAuth error: the credential buys nothing."""


class NotDone(Exception):
    """The call changed nothing."""


class Unknown(Exception):
    """Whether the call changed something is not known."""


@dataclass(slots=True, eq=False)
class Grant:
    """What a redemption bought; `refresh_token` is the current one."""

    code: str
    refresh_token: str
    access_tokens: list[str]

    def facts(self, ledger: Ledger) -> list[tuple[Standings, str]]:
        """Where its tokens stand in a ledger."""
        access = [(ledger.access_tokens, token) for token in self.access_tokens]
        return [(ledger.refresh_tokens, self.refresh_token), *access]


@dataclass(slots=True)
class Ledger:
    """The credentials of all clients.

    `grants` are those bought, by code, and `lost_refreshes` the ones whose last refresh has had no answer. There are
    at least `given` access tokens and at most `asked`.
    """

    codes: Standings = field(default_factory=dict)
    access_tokens: Standings = field(default_factory=dict)
    refresh_tokens: Standings = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    lost_refreshes: set[Grant] = field(default_factory=set)
    asked: int = 0
    given: int = 0
    acknowledged: int = 0
    refused: int = 0
    _answered: asyncio.Event = field(default_factory=asyncio.Event)

    def count(self, *, refused: bool) -> None:
        """An answer has come: an acknowledgement, or that the store cannot answer now."""
        self.refused += refused
        self.acknowledged += not refused
        self._answered.set()

    async def until(self, is_reached: Callable[[], bool]) -> None:
        """Wait for as many answers as it takes."""
        async with asyncio.timeout(PATIENCE):
            while not is_reached():
                self._answered.clear()
                await self._answered.wait()

    async def until_more(self, count: int) -> None:
        """Wait for so many further acknowledgements."""
        enough = self.acknowledged + count
        await self.until(lambda: self.acknowledged >= enough)

    @contextmanager
    def doubt(self, *facts: tuple[Standings, str], asks: bool = False) -> Iterator[None]:
        """These facts are in doubt until the block ends well, when it has set them; NotDone puts them back."""
        before = [(standings, key, standings[key]) for standings, key in facts]
        for standings, key in facts:
            standings[key] = Standing.IN_DOUBT
        self.asked += asks
        try:
            yield
        except NotDone:
            for standings, key, standing in before:
                standings[key] = standing
            self.asked -= asks
            raise
        self.given += asks


class Client:
    """An OAuth client with credentials of its own, all of which it enters in the ledger.

    `call` reaches the provider. No two clients share a credential.
    """

    def __init__(self, ledger: Ledger, call: Call, *, service_key: str, credentials: dict[str, str], uri: str) -> None:
        self.ledger = ledger
        self.call = call
        self._service_key = service_key
        self._credentials = credentials
        self._uri = {"redirect_uri": uri}
        self.codes: list[str] = []
        self.grants: list[Grant] = []
        self.lone_tokens: list[str] = []

    # --- calls, each of which is told to the ledger ------------------------------------------------------------------

    async def issue_code(self) -> None:
        named = {"client": {"client_id": self._credentials["client_id"]}, "uri": self._uri, "user_context": "user"}
        code = (await self._ask("oauth2.createAuthorizationCode", **named))["code"]
        self.ledger.codes[code] = Standing.GOOD
        self.codes.append(code)

    async def issue_token(self) -> None:
        with self.ledger.doubt(asks=True):
            tokens = await self._ask_token(grant_type="client_credentials")
        self.ledger.access_tokens[tokens["access_token"]] = Standing.GOOD
        self.lone_tokens.append(tokens["access_token"])

    async def redeem(self, code: str) -> Grant:
        with self.ledger.doubt((self.ledger.codes, code), asks=True):
            tokens = await self._ask_token(grant_type="authorization_code", code=code)
        self.ledger.codes[code] = Standing.DEAD
        grant = Grant(code, tokens["refresh_token"], [])
        self._enter(grant, tokens)
        self.grants.append(grant)
        self.ledger.grants[code] = grant
        return grant

    async def refresh(self, grant: Grant) -> None:
        # A refresh in doubt spoils nothing: within the window, a retry gives what the first one gave.
        self.ledger.lost_refreshes.add(grant)
        with self.ledger.doubt(asks=True):
            tokens = await self._ask_token(grant_type="refresh_token", refresh_token=grant.refresh_token)
        self.ledger.lost_refreshes.remove(grant)
        del self.ledger.refresh_tokens[grant.refresh_token]
        self._enter(grant, tokens)

    async def revoke_token(self, token: str) -> None:
        with self.ledger.doubt((self.ledger.access_tokens, token)):
            await self._ask("oauth2.revokeAccessToken", client=self._credentials, access_token=token)
        self.ledger.access_tokens[token] = Standing.DEAD

    async def revoke_grant(self, grant: Grant) -> None:
        ledger = self.ledger
        facts = grant.facts(ledger)
        ledger.lost_refreshes.discard(grant)
        with ledger.doubt(*facts):
            await self._ask("oauth2.revokeAccessToken", client=self._credentials, access_token=grant.refresh_token)
        for standings, key in facts:
            standings[key] = Standing.DEAD

    async def check(self, token: str) -> None:
        """The provider must agree about one of this client's tokens at once."""
        standing = self.ledger.access_tokens[token]
        found = await self.find_live([token])
        assert standing is Standing.IN_DOUBT or bool(found) is (standing is Standing.GOOD), (standing, token)

    async def find_live(self, tokens: list[str]) -> set[str]:
        """Those of the access tokens that the provider calls good. Reads have no excuse: they must be answered."""
        live: set[str] = set()
        for start in range(0, len(tokens), _LIST):
            named = {"service_key": self._service_key, "access_token": tokens[start : start + _LIST]}
            reply = await self.call("oauth2.fetchAccessToken", named)
            live.update(entry["access_token"] for entry in reply["result"])
        return live

    async def is_refused(self, **token_data: str) -> bool:
        """Whether a credential buys nothing; what it should buy after all is not entered."""
        try:
            await self._ask_token(**token_data)
        except Refused:
            return True
        self.ledger.asked += 1
        return False

    # --- a day in the life -------------------------------------------------------------------------------------------

    async def step(self, random: Random) -> None:
        """One call, of a kind that chance chooses among those possible. Raises NotDone, Unknown."""
        kind = random.choice(("code", "code", "code", "token", "redeem", "redeem", "redeem", "refresh", "refresh"))
        await self.act(random.choice((kind, kind, kind, "check", "revoke token", "revoke grant")), random)

    async def act(self, kind: str, random: Random) -> None:
        """One call of a kind; a code is issued where the credentials for it are not at hand."""
        match kind:
            case "redeem" if self.codes:
                await self.redeem(self.codes.pop())
            case "refresh" if self.grants:
                await self.refresh(random.choice(self.grants))
            case "revoke token" if self.lone_tokens:
                await self.revoke_token(self.lone_tokens.pop())
            case "revoke grant" if len(self.grants) > 1:
                await self.revoke_grant(self.grants.pop(random.randrange(len(self.grants))))
            case "check" if self.grants:
                await self.check(random.choice(random.choice(self.grants).access_tokens))
            case "token":
                await self.issue_token()
            case _:
                await self.issue_code()

    # --- how it is done ----------------------------------------------------------------------------------------------

    def _enter(self, grant: Grant, tokens: dict[str, Any]) -> None:
        grant.refresh_token = tokens["refresh_token"]
        grant.access_tokens.append(tokens["access_token"])
        self.ledger.refresh_tokens[grant.refresh_token] = Standing.GOOD
        self.ledger.access_tokens[tokens["access_token"]] = Standing.GOOD

    async def _ask_token(self, **token_data: str) -> Any:
        return await self._ask(
            "oauth2.createAccessToken", client=self._credentials, token_data=token_data, uri=self._uri
        )

    async def _ask(self, method: str, **named: object) -> Any:
        reply = await self.call(method, {"service_key": self._service_key, **named})
        error = reply.get("error")
        if error is None:
            self.ledger.count(refused=False)
            return reply["result"]
        if error["code"] == OAUTH_ERROR:
            raise Refused
        assert error["code"] == UNAVAILABLE, reply
        self.ledger.count(refused=True)
        raise NotDone if error["data"]["outcome"] == "not_done" else Unknown
