"""The two documents that the services are known by: what they show is read whole, and printed to the byte."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Final

import pytest

from rpcauth.model import Millis
from rpcauth.rest.ym.dates import TICKS, DateTime
from rpcauth.rest.ym.dto import (
    GET_ACCESS_TOKEN,
    GET_ACCESS_TOKEN_RESPONSE,
    OIDC_GET_ACCESS_TOKEN,
    OIDC_GET_ACCESS_TOKEN_RESPONSE,
)
from rpcauth.rest.ym.formats import csv as csv_format
from rpcauth.rest.ym.formats import json, jsv
from rpcauth.rest.ym.negotiation import Format
from rpcauth.rest.ym.reading import read_values
from rpcauth.rest.ym.responses import ResponseWriter
from rpcauth.rest.ym.types import Values
from tests.rest.ym.answers import DATA
from tests.rest.ym.exchanges import bind_request, make_request, needed_of
from tests.rest.ym.serving import NEW_YORK, SETTINGS, Served, content_of, serve
from tests.support.provider import CLIENT, VirtualClock


@dataclass(frozen=True, slots=True)
class Message:
    """A sample as the document shows it: the words of its first line, its headers, and its body."""

    start: list[str]
    headers: Mapping[str, str]
    body: str


def read_samples(document: str) -> tuple[Message, Message]:
    """The request and the response."""
    shown = (DATA / document).read_bytes().decode()
    request, response = ("POST /" + shown.partition("\n\nPOST /")[2]).split("\nHTTP/1.1 200 OK\n")
    return _read_message(request), _read_message(f"HTTP/1.1 200 OK\n{response}")


def _read_message(text: str) -> Message:
    head, _, body = text.partition("\n\n")
    start, *lines = head.split("\n")
    headers = dict(line.rstrip().split(": ") for line in lines)
    # Its value is the word `length`, and the HTTP server's business.
    assert headers.pop("Content-Length") == "length"
    return Message(start.split(), headers, body)


OIDC_REQUEST, OIDC_RESPONSE = read_samples("ym-oidc-get-access-token.txt")
REQUEST, RESPONSE = read_samples("ym-get-access-token.txt")


def at(second: str, hundreds_of_nanoseconds: int) -> DateTime:
    """A time four hours behind UTC."""
    since = datetime.fromisoformat(second) - datetime.min
    return DateTime((since.days * 86_400 + since.seconds) * TICKS + hundreds_of_nanoseconds, -240)


STATUS: Final[Values] = {
    "ErrorCode": "String",
    "Message": "String",
    "StackTrace": "String",
    "Errors": [
        {"ErrorCode": "String", "FieldName": "String", "Message": "String", "Meta": {"String": "String"}},
    ],
    "Meta": {"String": "String"},
}
OIDC_STRINGS: Final[Values] = dict.fromkeys(
    ("scope", "code", "refresh_token", "redirect_uri", "client_id", "client_secret"), "String"
)
STRINGS: Final[Values] = dict.fromkeys(("AppId", "AppSecert", "Scope", "Code", "RefreshToken", "AppSecret"), "String")
OIDC_SERVER: Final[Values] = {
    "UsingRedis": True,
    "AppInitTime": at("2024-05-03T08:24:51", 9748751),
    "ServerID": "WS-6-183-431",
}
SERVER: Final[Values] = {
    "UsingRedis": True,
    "AppInitTime": at("2024-05-03T01:23:34", 4285027),
    "ServerID": "WS-4-69-031",
}
SHARED: Final[Values] = {"BypassCache": False, "Device": "Desktop"}
OIDC_TOKENS: Final[Values] = dict.fromkeys(("access_token", "token_type", "refresh_token", "id_token"), "String") | {
    "expires_in": 0
}
TOKENS: Final[Values] = {"AccessToken": "String", "GrantType": "Code", **STRINGS}


def test_the_documents_show_what_is_tested_here() -> None:
    assert OIDC_REQUEST.start == ["POST", "/OAuth/OIDC/GetAccessToken", "HTTP/1.1"]
    assert REQUEST.start == ["POST", "/OAuth/GetAccessToken", "HTTP/1.1"]
    host = {"Host": "ws.yourmembership.com"}
    assert OIDC_REQUEST.headers == {**host, "Accept": "text/jsv", "Content-Type": "text/jsv"}
    assert REQUEST.headers == {**host, "Accept": "text/csv", "Content-Type": "text/csv"}
    assert OIDC_RESPONSE.start == RESPONSE.start == ["HTTP/1.1", "200", "OK"]
    assert OIDC_RESPONSE.headers == {"Content-Type": "text/jsv"}
    assert RESPONSE.headers == {"Content-Type": "text/csv"}


def test_every_member_of_the_jsv_request_is_read() -> None:
    values = read_values(OIDC_GET_ACCESS_TOKEN, jsv.parse(OIDC_REQUEST.body.encode(), OIDC_GET_ACCESS_TOKEN))
    assert values == {
        "grant_type": "authorization_code",
        **OIDC_STRINGS,
        **OIDC_SERVER,
        **SHARED,
        "ClientID": 0,
        "ResponseStatus": STATUS,
        "DateCached": at("2024-05-03T08:41:03", 5705299),
    }


def test_every_member_of_the_request_that_is_labelled_csv_is_read() -> None:
    values = read_values(GET_ACCESS_TOKEN, csv_format.parse(REQUEST.body.encode(), GET_ACCESS_TOKEN))
    assert values == {
        "GrantType": "Code",
        **STRINGS,
        **SERVER,
        **SHARED,
        "ResponseStatus": STATUS,
        "DateCached": at("2024-05-03T02:06:58", 4723478),
    }


@pytest.mark.parametrize(
    ("sample", "bound"),
    [
        (OIDC_REQUEST, {"grant_type": "authorization_code", **OIDC_STRINGS, "ClientID": 0, **SHARED}),
        (REQUEST, {"GrantType": "Code", **STRINGS, **SHARED}),
    ],
    ids=["OIDCGetAccessToken", "GetAccessToken"],
)
def test_a_request_as_it_stands_binds_all_but_what_is_the_servers(sample: Message, bound: Values) -> None:
    method, path, _ = sample.start
    assert bind_request(make_request(method, path, sample.headers, sample.body)) == bound


def test_the_jsv_response_is_printed_to_the_byte() -> None:
    values = {
        **OIDC_TOKENS,
        **OIDC_SERVER,
        **SHARED,
        "ClientID": 0,
        "ResponseStatus": STATUS,
        "DateCached": at("2024-05-03T08:41:03", 5914433),
    }
    assert jsv.print_values(OIDC_GET_ACCESS_TOKEN_RESPONSE, values, pretty=True) == OIDC_RESPONSE.body.encode()


def test_the_json_response_is_printed_to_the_byte() -> None:
    cached = at("2024-05-03T02:06:58", 4773515)
    values = {**TOKENS, **SERVER, **SHARED, "ResponseStatus": STATUS, "DateCached": cached}
    assert json.print_values(GET_ACCESS_TOKEN_RESPONSE, values) == RESPONSE.body.encode()


def test_the_writer_adds_what_the_samples_have_of_the_server() -> None:
    """The clock counts milliseconds: the last four digits of a sample's times are 0 here."""
    body = OIDC_RESPONSE.body.replace("9748751-04:00", "9740000-04:00").replace("5914433-04:00", "5910000-04:00")
    started, now = Millis(1_714_739_091_974), Millis(1_714_740_063_591)
    writer, clock = start_writer("WS-6-183-431", started)
    clock.time = now
    values = writer.succeed({}, {**OIDC_TOKENS, "ResponseStatus": STATUS})
    assert writer.print(Format.JSV, OIDC_GET_ACCESS_TOKEN_RESPONSE, values, pretty=True) == body.encode()


def test_the_writer_adds_what_the_other_samples_have_of_the_server() -> None:
    body = RESPONSE.body.replace("4285027-04:00", "4280000-04:00").replace("4773515-04:00", "4770000-04:00")
    started, now = Millis(1_714_713_814_428), Millis(1_714_716_418_477)
    writer, clock = start_writer("WS-4-69-031", started)
    clock.time = now
    values = writer.succeed({}, {**TOKENS, "ResponseStatus": STATUS})
    assert writer.print(Format.JSON, GET_ACCESS_TOKEN_RESPONSE, values) == body.encode()


def start_writer(server_id: str, started: Millis) -> tuple[ResponseWriter, VirtualClock]:
    clock = VirtualClock(started)
    settings = replace(SETTINGS, server_id=server_id, using_redis=True)
    return ResponseWriter(settings, clock=clock.wall, zone=NEW_YORK), clock


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serve(tmp_path) as one:
        yield one


def fill_in(sample: Message, real: Mapping[str, str], separator: str) -> str:
    """The sample's body with real values; each stands once behind its name, in place of "String"."""
    body = sample.body
    for name, value in real.items():
        shown = separator % (name, "String")
        assert body.count(shown) == 1
        body = body.replace(shown, separator % (name, value))
    return body


async def test_the_jsv_sample_with_real_values_buys_tokens(served: Served) -> None:
    code = await served.provider.issue_code(scope="openid")
    needed = needed_of(OIDC_GET_ACCESS_TOKEN, code) | {"scope": "openid"}
    body = fill_in(OIDC_REQUEST, {name: needed[name] for name in needed if name != "grant_type"}, "\t%s: %s,\n")
    reply = await served.ask(OIDC_REQUEST.start[1] + "?debug", body, OIDC_REQUEST.headers)
    assert (reply.status, reply.content_type) == (200, OIDC_RESPONSE.headers["Content-Type"]), reply
    assert list_names(reply.body.decode()) == [
        name for name in list_names(OIDC_RESPONSE.body) if name != "ResponseStatus"
    ]
    tokens = read_values(OIDC_GET_ACCESS_TOKEN_RESPONSE, jsv.parse(reply.body, OIDC_GET_ACCESS_TOKEN_RESPONSE))
    assert await served.provider.is_live(str(tokens["access_token"]))


def list_names(laid_out: str) -> list[str]:
    """The outermost members of JSV as the document lays it out."""
    return [line[1:].partition(":")[0] for line in laid_out.split("\n") if line[:1] == "\t" and line[1:2].isalpha()]


async def test_the_other_sample_with_real_values_buys_tokens(served: Served) -> None:
    """Its answer is CSV, and not the JSON that the page shows under that name (decision 4)."""
    needed = needed_of(GET_ACCESS_TOKEN, await served.provider.issue_code(scope="a"))
    real = {**needed, "AppSecret": CLIENT["client_secret"], "Scope": "a"}
    reply = await served.ask(REQUEST.start[1], fill_in(REQUEST, real, '"%s":"%s"'), REQUEST.headers)
    assert (reply.status, reply.content_type) == (200, RESPONSE.headers["Content-Type"]), reply
    (row,) = csv.DictReader(StringIO(reply.body.decode(), newline=""))
    assert list(row) == list(content_of(replace(reply, body=RESPONSE.body.encode())))
    assert await served.provider.is_live(row["AccessToken"])
    assert (row["AppId"], row["AppSecert"], row["AppSecret"], row["Code"]) == ("", "", "", "")


@pytest.mark.parametrize("sample", [OIDC_REQUEST, REQUEST], ids=["OIDCGetAccessToken", "GetAccessToken"])
async def test_a_sample_as_it_stands_is_refused_as_of_an_unknown_client(served: Served, sample: Message) -> None:
    reply = await served.ask(sample.start[1], sample.body, sample.headers)
    assert (reply.status, reply.reason, reply.content_type) == (401, "invalid_client", sample.headers["Accept"])
    assert b"{ErrorCode:invalid_client,Message:Client authentication failed.,Errors:[]}" in reply.body
