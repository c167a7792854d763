"""No request, however hostile, brings the façade down: an answer at once, never a 5xx, readable in its own format.

`make test` goes on for a few seconds, `make soak` for a minute.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic, perf_counter

import pytest
from hypothesis import HealthCheck, given, settings
from multidict import CIMultiDict, CIMultiDictProxy

from rpcauth.operations.authentication import ClientAuthenticator
from rpcauth.rest.ym.facade import YmFacade
from rpcauth.web.messages import HttpReply, HttpRequest
from tests.rest.ym.hostile import CODE, REFRESH_TOKEN, Hostile, hostile_requests
from tests.rest.ym.said import holds, kind_of, read_reply
from tests.rest.ym.serving import CLIENT_SECRET, SETTINGS, Served, build
from tests.support.leaks import find_tokens
from tests.support.provider import open_provider
from tests.support.soak import rounds

SECONDS = rounds(short=5, long=60)
PATIENCE = 2.0
"""Seconds after which an answer counts as hanging."""

EXAMPLES = 200
"""Requests of one round; rounds go on until the time is over."""

TURNED = replace(SETTINGS, html_by_default=True, jsonp=True, secrets_in_query=True, oauth_error_fields=False)
"""A second façade of the same provider has these settings the other way round."""

NO_TEXTS = {"grant_type", "GrantType", "ClientID", "BypassCache", "Device"}
FIELD = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+: [\t -~]*")
SCRIPT = re.compile(rb"[A-Za-z_$][\w$.]{0,63}\((\{.*\})\)", re.DOTALL)


@dataclass(slots=True)
class House:
    """Two façades of one provider, asked one request after the other."""

    runner: asyncio.Runner
    served: Served
    turned: Served
    answered: Counter[int] = field(default_factory=Counter)

    def ask(self, hostile: Hostile) -> tuple[Hostile, list[HttpReply]]:
        """The request with codes and tokens in place, and the answers of both façades."""
        sent = self.runner.run(self._fill_in(hostile))
        return sent, [self._time(one.facade, sent) for one in (self.served, self.turned)]

    async def _fill_in(self, hostile: Hostile) -> Hostile:
        provider, body, query = self.served.provider, hostile.body, hostile.query
        provider.clock.advance(seconds=3)
        if CODE in query or CODE.encode() in body:
            code = await provider.issue_code(scope="openid")
            body, query = body.replace(CODE.encode(), code.encode()), query.replace(CODE, code)
        if REFRESH_TOKEN in query or REFRESH_TOKEN.encode() in body:
            token = (await provider.authorize())["refresh_token"]
            body, query = body.replace(REFRESH_TOKEN.encode(), token.encode()), query.replace(REFRESH_TOKEN, token)
        return replace(hostile, body=body, query=query)

    def _time(self, facade: YmFacade, hostile: Hostile) -> HttpReply:
        headers = CIMultiDictProxy(CIMultiDict(hostile.headers))
        request = HttpRequest(
            method=hostile.method, path=hostile.path, query=hostile.query, headers=headers, body=hostile.body
        )
        start = perf_counter()
        facade.serves(request.path)
        for status in (400, 408, 413, 415):
            check_reply(facade.refuse(request, status), hostile)
        reply = self.runner.run(facade.answer(request))
        assert perf_counter() - start < PATIENCE
        self.answered[reply.status] += 1
        return reply


@asynccontextmanager
async def open_facades(folder: Path) -> AsyncIterator[tuple[Served, Served]]:
    """Two façades of one provider."""
    async with open_provider(folder) as provider:
        store = provider.store
        authenticator = ClientAuthenticator(
            keyring=lambda: store.keyring, now=store.now, concurrency=2, failures_per_minute=30
        )
        try:
            yield build(provider, authenticator, SETTINGS), build(provider, authenticator, TURNED)
        finally:
            authenticator.close()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with asyncio.Runner() as runner:
        manager = open_facades(tmp_path_factory.mktemp("fuzz"))
        facades = runner.run(manager.__aenter__())
        yield House(runner, *facades)
        runner.run(manager.__aexit__(None, None, None))


def check_reply(reply: HttpReply, hostile: Hostile) -> None:
    """What is true of every answer to anything."""
    assert 200 <= reply.status < 500
    for name, value in reply.headers:
        assert FIELD.fullmatch(f"{name}: {value}")
    assert reply.reason is None or re.fullmatch("[A-Za-z0-9_]+", reply.reason)
    reply = unwrap(reply)
    # Whoever puts a secret where a number or a word of ours belongs is shown it again; nobody else is.
    if not check_body(reply) & NO_TEXTS:
        assert not holds(reply, CLIENT_SECRET)
        sent = find_tokens(hostile.body) | find_tokens(hostile.query.encode(errors="replace"))
        assert not sent & find_tokens(reply.body)
        assert reply.status == 200 or not find_tokens(reply.body)


def unwrap(reply: HttpReply) -> HttpReply:
    """Of a script, the JSON that it hands over."""
    if reply.content_type != "text/javascript":
        return reply
    script = SCRIPT.fullmatch(reply.body)
    assert script is not None
    return replace(reply, body=script[1], content_type="application/json")


def check_body(reply: HttpReply) -> set[str]:
    """The body is what its label says; the members that the answer finds fault with."""
    if reply.log.method in ("ym.OIDCGetAccessToken", "ym.GetAccessToken"):
        said = read_reply(reply)
        assert (said.error is None) == (reply.status == 200)
        return set(said.fields)
    label = (reply.content_type or "").partition(";")[0]
    if label == "application/json":
        json.loads(reply.body)
    else:
        assert label in ("text/plain", "text/html")
        assert reply.body.decode()
    return set()


def test_no_request_brings_a_facade_down(house: House) -> None:
    @settings(max_examples=EXAMPLES, database=None, suppress_health_check=list(HealthCheck))
    @given(hostile=hostile_requests())
    def ask_some(hostile: Hostile) -> None:
        sent, replies = house.ask(hostile)
        for reply in replies:
            check_reply(reply, sent)
            if sent.accepted is not None:
                assert kind_of(reply.content_type) == sent.accepted

    end = monotonic() + SECONDS
    while monotonic() < end:
        ask_some()
    assert {200, 400, 401, 404, 405} <= house.answered.keys()
