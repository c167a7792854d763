"""Our answers to recorded requests, and whether they are the original's or depart by name."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rpcauth.rest.ym.dto import OIDC_GET_ACCESS_TOKEN
from tests.rest.ym.departures import HTTP_DEPARTURES, InPage, Likewise, Reworded
from tests.rest.ym.exchanges import ELAPSED, EXCHANGES, Answer, Exchange, answer_of, write_good
from tests.rest.ym.serving import Served, serve


def each(exchanges: list[Exchange]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("exchange", exchanges, ids=lambda one: one.name)


def serve_alike(folder: Path, **settings: Any) -> AbstractAsyncContextManager[Served]:
    """The façade with that server's values of what is a setting here."""
    return serve(folder, using_redis=True, base_url="http://127.0.0.1:18081", **settings)


async def ask(served: Served, exchange: Exchange, body: str | None = None) -> Answer:
    """Our answer to the request, with another body if one is given."""
    sent = exchange.body if body is None else body
    served.provider.clock.advance(seconds=ELAPSED)
    return answer_of(await served.ask(exchange.target, sent, exchange.headers, method=exchange.method), exchange)


async def ask_well(served: Served, exchange: Exchange) -> Answer:
    """Our answer to the request with a code of ours. That server had refresh tokens for GetAccessToken alone."""
    is_oidc = exchange.dto is OIDC_GET_ACCESS_TOKEN
    await served.provider.set_service(refresh_token_enabled=not is_oidc)
    code = await served.provider.issue_code(scope="openid" if is_oidc else None)
    return await ask(served, exchange, write_good(exchange, code))


def check(exchange: Exchange, ours: Answer) -> None:
    """Raise AssertionError unless `ours` is equal, or other by the departure that is named."""
    departure = HTTP_DEPARTURES.get(exchange.name)
    if departure is None:
        check_same(ours, exchange.theirs)
    elif isinstance(departure.instead, InPage):
        held = EXCHANGES[departure.instead.name].theirs.body
        check_same(replace(ours, body=read_page(ours)), replace(exchange.theirs, body=held))
    else:
        check_same(ours, expect(departure.instead, exchange.theirs))
    assert departure is None or ours != exchange.theirs, "this departure is none"


def check_same(ours: Answer, expected: Answer) -> None:
    assert ours == expected, f"\nours:     {ours}\nexpected: {expected}\n"


def expect(instead: object, theirs: Answer) -> Answer:
    match instead:
        case Answer():
            return instead
        case Likewise(name, content_type):
            other = EXCHANGES[name].theirs
            headers = other.headers if content_type is None else {**other.headers, "Content-Type": content_type}
            return replace(other, headers=headers)
        case Reworded(words, added, status):
            body = reword(theirs.body.decode(), words)
            body = f"{body[:-1]}{added}{body[-1]}" if added else body
            return Answer(status or theirs.status, reword(theirs.reason, words), theirs.headers, body.encode())
        case _:
            raise TypeError(instead)


def reword(text: str, words: Mapping[str, str]) -> str:
    longest_first = sorted(words, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, longest_first)), lambda found: words[found[0]], text) if words else text


def read_page(answer: Answer) -> bytes:
    """The one block of a page of ours."""
    page = answer.body.decode()
    assert page.startswith("<!DOCTYPE html>\n")
    (block,) = re.findall(r"<pre>(.*?)</pre>", page, re.DOTALL)
    return html.unescape(block).encode()
