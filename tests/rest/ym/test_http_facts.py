"""What is known of the original in words alone: ours is equal, or departs by name."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlencode

import pytest

from rpcauth.rest.ym.dto import GET_ACCESS_TOKEN, OIDC_GET_ACCESS_TOKEN
from rpcauth.web.messages import HttpReply
from tests.rest.ym.exchanges import EXCHANGES, bind_request, make_request, needed_of
from tests.rest.ym.facts import ANSWERED, BOUND, Fact, Seen, accepting
from tests.rest.ym.serving import FORM, GET, OIDC, Served, content_of, serve


def each(facts: Mapping[str, Fact]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("fact", facts.values(), ids=facts.keys())


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serve(tmp_path) as one:
        yield one


async def ask_well(served: Served, target: str, headers: Mapping[str, str], *, method: str = "POST") -> HttpReply:
    """The answer to a form that buys tokens."""
    dto = GET_ACCESS_TOKEN if target == GET else OIDC_GET_ACCESS_TOKEN
    body = urlencode(needed_of(dto, await served.provider.issue_code()))
    return await served.ask(target, body, headers, method=method)


def is_attached(reply: HttpReply) -> bool:
    return ("Content-Disposition", "attachment;filename=OIDCGetAccessToken.csv") in reply.headers


@each(ANSWERED)
async def test_an_answer_is_what_the_words_say(served: Served, fact: Fact) -> None:
    if fact.body is None:
        reply = await ask_well(served, fact.target, fact.headers, method=fact.method)
    else:
        reply = await served.ask(fact.target, fact.body, fact.headers, method=fact.method)
    body = None if fact.expected.body is None else reply.body.decode()
    assert Seen(reply.status, reply.content_type or "", body, is_attached(reply)) == fact.expected, fact.says


@each(BOUND)
def test_a_request_binds_as_the_words_say(fact: Fact) -> None:
    request = make_request(fact.method, fact.target, fact.headers, fact.body or "")
    assert bind_request(request) == fact.expected, fact.says


@each(ANSWERED | BOUND)
def test_a_departure_departs_and_says_why(fact: Fact) -> None:
    assert bool(fact.departs) == (fact.instead is not None)
    assert fact.instead != fact.original


def test_what_is_recorded_is_told_once() -> None:
    assert not EXCHANGES.keys() & (ANSWERED | BOUND).keys()


def test_a_secret_of_the_form_is_stronger_than_one_of_the_query() -> None:
    """As measured with codes, which the query may not hold here unless the setting allows it (decision 7)."""
    request = make_request("POST", f"{OIDC}?code=QS", FORM, "code=FORM")
    assert bind_request(request, secrets_in_query=True) == {"code": "FORM"}


async def test_the_members_of_the_json_stand_in_the_measured_order(served: Served) -> None:
    own = "AccessToken ExpiresOnUtc GrantType Scope RefreshToken"
    inherited = "UsingRedis AppInitTime ServerID BypassCache DateCached Device"
    await served.provider.set_service(scopes=("basic_profile",), default_scopes=("basic_profile",))
    reply = await ask_well(served, GET, FORM)
    assert list(content_of(reply)) == f"{own} {inherited}".split()


async def test_a_fault_of_the_server_is_sent_as_a_file_too(served: Served) -> None:
    await served.provider.store.close()
    body = urlencode(needed_of(OIDC_GET_ACCESS_TOKEN, "unknown"))
    reply = await served.ask(OIDC, body, accepting("text/csv"))
    assert (reply.status, reply.content_type) == (HTTPStatus.SERVICE_UNAVAILABLE, "text/csv")
    assert is_attached(reply)
