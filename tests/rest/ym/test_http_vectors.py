"""Every exchange that was recorded of a real server of that version: ours is equal, or departs by name."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rpcauth.rest.ym.dto import OIDC_GET_ACCESS_TOKEN
from rpcauth.rest.ym.types import Dto, Value
from tests.rest.ym.comparing import ask, ask_well, check, check_same, each, serve_alike
from tests.rest.ym.departures import HTTP_DEPARTURES
from tests.rest.ym.exchanges import (
    BOUND,
    DOCUMENTS,
    EXCHANGES,
    GOOD,
    REFUSED,
    SWITCHED,
    Answer,
    Exchange,
    bind_request,
    read_dump,
)
from tests.rest.ym.serving import Served

LACKING = [
    one
    for one in (*BOUND, *GOOD)
    if one.dto is OIDC_GET_ACCESS_TOKEN and one.name not in HTTP_DEPARTURES and "grant_type" not in one.body.lower()
]
"""What the original served though it names no grant_type."""


def test_every_exchange_is_of_one_kind() -> None:
    """Of those that are SWITCHED, the tests stand in a file of their own."""
    kinds = (SWITCHED, BOUND, REFUSED, GOOD, DOCUMENTS)
    assert Counter(one.name for kind in kinds for one in kind) == dict.fromkeys(EXCHANGES, 1)
    assert [len(kind) for kind in (*kinds, LACKING)] == [30, 22, 9, 46, 8, 17]


def test_every_departure_is_from_an_exchange_and_says_why() -> None:
    assert HTTP_DEPARTURES.keys() <= EXCHANGES.keys()
    reason = re.compile(r"decision ([1-9]|1[0-7]): .|none needed: .")
    assert [one.reason for one in HTTP_DEPARTURES.values() if not reason.match(one.reason)] == []


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serve_alike(tmp_path) as one:
        yield one


@each(GOOD)
async def test_a_good_request_is_answered_as_the_original_answers_it(served: Served, exchange: Exchange) -> None:
    check(exchange, await ask_well(served, exchange))


@each(REFUSED)
async def test_a_request_is_refused_as_the_original_refuses_it(served: Served, exchange: Exchange) -> None:
    departure = HTTP_DEPARTURES.get(exchange.name)
    if departure is not None and isinstance(departure.instead, dict):
        assert bind_request(exchange.request) == departure.instead
        assert (await ask(served, exchange)).body != exchange.theirs.body
    else:
        check(exchange, await ask(served, exchange))


def complete(dto: Dto, members: Mapping[str, Any]) -> dict[str, Value]:
    """What a request's members are when it is bound, given or by default; the computed ones are the server's own."""
    shown = [one for one in dto.text_members if not one.computed]
    assert members.keys() <= {one.name for one in dto.text_members}
    return {one.name: members.get(one.name, one.default) for one in shown}


@each(BOUND)
async def test_a_request_binds_as_the_original_binds_it(served: Served, exchange: Exchange) -> None:
    theirs = complete(exchange.dto, read_dump(exchange))
    departure = HTTP_DEPARTURES.get(exchange.name)
    if departure is None:
        assert complete(exchange.dto, bind_request(exchange.request)) == theirs
    elif isinstance(departure.instead, dict):
        ours = bind_request(exchange.request)
        assert ours == departure.instead
        assert complete(exchange.dto, ours) != theirs
    else:
        check(exchange, await ask(served, exchange))


async def test_a_good_answer_repeats_the_client_id_of_its_request(served: Served) -> None:
    exchange = EXCHANGES["bind json str int"]
    theirs = json.loads(exchange.theirs.body)
    assert theirs.pop("ResponseStatus")["ErrorCode"] == "DUMP"
    ours = json.loads((await ask_well(served, exchange)).body)
    assert list(ours.items()) == list(theirs.items())


@each(LACKING)
async def test_a_request_without_grant_type_is_refused_in_the_same_format(served: Served, exchange: Exchange) -> None:
    """The original takes it for authorization_code; the documentation says that it is required (decision 10)."""
    ours = await ask(served, exchange)
    headers = {name: value for name, value in exchange.theirs.headers.items() if name != "Content-Disposition"}
    assert (ours.status, ours.reason, ours.headers) == (400, "NotEmpty", headers)
    assert b"'grant_type' should not be empty." in ours.body


@each([EXCHANGES[name] for name, departure in HTTP_DEPARTURES.items() if departure.stock])
async def test_with_other_settings_the_departure_is_gone(tmp_path: Path, exchange: Exchange) -> None:
    stock = HTTP_DEPARTURES[exchange.name].stock
    async with serve_alike(tmp_path, **stock) as served:
        if exchange in BOUND:
            theirs = complete(exchange.dto, read_dump(exchange))
            assert complete(exchange.dto, bind_request(exchange.request, **stock)) == theirs
            assert (await ask(served, exchange)).reason == "NotEmpty"
        else:
            asked = ask_well if exchange in GOOD else ask
            check_same(await asked(served, exchange), exchange.theirs)


@each(DOCUMENTS)
async def test_a_document_is_the_originals_as_far_as_it_was_recorded(served: Served, exchange: Exchange) -> None:
    ours = await ask(served, exchange)
    departure = HTTP_DEPARTURES.get(exchange.name)
    if departure is None:
        assert replace(ours, body=b"") == replace(exchange.theirs, body=b"")
        assert find_title(ours.body) == find_title(exchange.theirs.body)
    else:
        assert isinstance(departure.instead, Answer)
        assert replace(ours, body=ours.body[: len(departure.instead.body)]) == departure.instead
        assert exchange.answer is None or departure.instead != exchange.theirs


def find_title(page: bytes) -> bytes:
    (title,) = re.findall(rb"<title>(.*?)</title>", page)
    return bytes(title)
