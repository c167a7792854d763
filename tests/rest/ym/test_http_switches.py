"""Answers that a real server of that version gave by switches of its own: the same values are printed equal.

What they have in common with failures of ours is tested over the whole façade.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest

from rpcauth.rest.ym.failures import Failure
from rpcauth.rest.ym.negotiation import OFFERS
from rpcauth.rest.ym.operations import RESPONSES
from rpcauth.rest.ym.responses import ResponseWriter
from rpcauth.rest.ym.types import Value, Values
from tests.rest.ym.answers import read_date
from tests.rest.ym.comparing import ask, ask_well, check, check_same, each, serve_alike
from tests.rest.ym.exchanges import (
    ELAPSED,
    SWITCHED,
    SWITCHED_TO_BAD,
    SWITCHED_TO_GOOD,
    Exchange,
    find_switch,
    needed_of,
)
from tests.rest.ym.serving import NEW_YORK, SETTINGS, Served
from tests.support.provider import VirtualClock


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serve_alike(tmp_path) as one:
        yield one


def field_error(code: str, field: str, message: str, **meta: Value) -> Values:
    return {"ErrorCode": code, "FieldName": field, "Message": message, **meta}


ISSUED_A: Values = {"access_token": "at+a", "token_type": "Bearer", "expires_in": 3600, "id_token": "h.p.s"}
LEGACY_A: Values = {"AccessToken": "a1b2", "RefreshToken": "rt"}
NULL_ARGUMENT = field_error("ArgumentNullException", "code", "Value cannot be null.\n")
PRINTED: Mapping[tuple[str, str], Values | Failure] = {
    ("OIDCGetAccessToken", "q"): ISSUED_A | {"access_token": 'a,b"c{d}[e]:f\r\ng'},
    ("OIDCGetAccessToken", "nul"): ISSUED_A | {"access_token": "at+nul", "expires_in": None},
    ("OIDCGetAccessToken", "rs"): ISSUED_A | {"ResponseStatus": {}},
    ("OIDCGetAccessToken", "400"): Failure(status=400, code="invalid_grant", message="The code has expired."),
    ("OIDCGetAccessToken", "401"): Failure(status=401, code="Unauthorized", message="Invalid client"),
    ("OIDCGetAccessToken", "403"): Failure(status=403, code="Forbidden", message="nope"),
    ("OIDCGetAccessToken", "404"): Failure(status=404, code="NotFound", message="no such"),
    ("OIDCGetAccessToken", "500"): Failure(status=500, code="Exception", message='boom, with "quotes" {x}'),
    ("OIDCGetAccessToken", "argnull"): Failure(
        status=400,
        code="ArgumentNullException",
        message="Value cannot be null.\nParameter name: code",
        errors=(NULL_ARGUMENT,),
    ),
    ("OIDCGetAccessToken", "validate"): Failure(
        status=400,
        code="NotEmpty",
        message="'client_id' should not be empty.",
        errors=(
            field_error(
                "NotEmpty",
                "client_id",
                "'client_id' should not be empty.",
                Meta={"PropertyName": "client_id", "PropertyValue": None},
            ),
            field_error(
                "NotNull", "code", "The code is missing.", Meta={"PropertyName": "code", "PropertyValue": None}
            ),
        ),
    ),
    ("GetAccessToken", "min"): LEGACY_A,
    ("GetAccessToken", "sec"): LEGACY_A | {"ExpiresOnUtc": read_date("2024-05-03T12:00:00Z")},
    ("GetAccessToken", "unspec"): LEGACY_A | {"ExpiresOnUtc": read_date("2024-05-03T12:00:00.123")},
    ("GetAccessToken", "401"): Failure(status=401, code="Unauthorized", message="Invalid"),
}
"""What that server's service answered with, by the request's DTO and the switch."""


def print_switched(exchange: Exchange, answer: Values | Failure) -> bytes:
    clock = VirtualClock()
    writer = ResponseWriter(replace(SETTINGS, using_redis=True), clock=clock.wall, zone=NEW_YORK)
    clock.advance(seconds=ELAPSED)
    kind = next(one for one, offer in OFFERS.items() if offer.content_type == exchange.theirs.headers["Content-Type"])
    if isinstance(answer, Failure):
        return writer.print(kind, *writer.fail(exchange.dto, answer))
    return writer.print(kind, RESPONSES[exchange.dto.name], writer.succeed({}, answer))


def test_every_switch_has_its_values() -> None:
    assert {(one.dto.name, find_switch(one)) for one in SWITCHED} == PRINTED.keys()


@each(SWITCHED)
def test_the_same_values_are_printed_as_the_original_prints_them(exchange: Exchange) -> None:
    answer = PRINTED[exchange.dto.name, find_switch(exchange) or ""]
    ours = replace(exchange.theirs, body=print_switched(exchange, answer))
    if isinstance(answer, Failure):
        assert (answer.status, answer.code) == (exchange.theirs.status, exchange.theirs.reason)
        check_same(ours, exchange.theirs)
    else:
        check(exchange, ours)


@each(SWITCHED_TO_GOOD)
async def test_special_values_come_under_the_same_head(served: Served, exchange: Exchange) -> None:
    ours = await ask_well(served, exchange)
    assert replace(ours, body=b"") == replace(exchange.theirs, body=b"")


SPOILT: Mapping[str, Mapping[str, str]] = {
    "400": {"code": "unknown"},
    "401": {"client_secret": "wrong", "AppSecert": "wrong"},
    "500": {},
    "validate": {"client_id": "", "code": ""},
}
"""What makes a good request fail alike; for 500 the store is closed. A 403, a 404 and a null argument we have not."""


@each([one for one in SWITCHED_TO_BAD if find_switch(one) in SPOILT])
async def test_a_failure_of_ours_is_answered_as_one_of_that_kind(served: Served, exchange: Exchange) -> None:
    switch = find_switch(exchange) or ""
    needed = needed_of(exchange.dto, await served.provider.issue_code())
    spoilt = {name: SPOILT[switch].get(name, value) for name, value in needed.items()}
    if switch == "500":
        await served.provider.store.close()
    check(exchange, await ask(served, exchange, urlencode(spoilt)))
