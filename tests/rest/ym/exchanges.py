"""What a real server of that version was asked and what it answered, as values, and our own answers made comparable.

That server made no tokens: it answered `at+` and the code, and some codes and scopes were switches of its own, which
chose an error or a special answer. `scope=dump` made it tell what it had bound.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from io import StringIO
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode
from xml.etree import ElementTree

from multidict import CIMultiDict, CIMultiDictProxy

from rpcauth.rest.ym.binding import bind
from rpcauth.rest.ym.dto import GET_ACCESS_TOKEN, OIDC_GET_ACCESS_TOKEN, SERVICES
from rpcauth.rest.ym.negotiation import PATH_BODIES
from rpcauth.rest.ym.routes import find_route
from rpcauth.rest.ym.types import Dto, Values
from rpcauth.web.messages import HttpReply, HttpRequest
from tests.rest.ym.answers import DATA
from tests.rest.ym.serving import CLIENT_ID, CLIENT_SECRET
from tests.support.provider import REDIRECT_URI

HEADERS: Final = ("Content-Type", "Content-Disposition", "Vary")
"""What a façade decides. Content-Length and the end of a connection, measured too, are the HTTP server's."""

FORM_TYPE: Final = "application/x-www-form-urlencoded"
STARTED: Final = "2027-01-15T04:00:00{fraction}-04:00"
"""When the provider of the tests was started. JSON alone prints a fraction that is nothing."""
NOW: Final = "2027-01-15T04:00:00.1230000-04:00"
"""What its clock says then."""
ELAPSED: Final = 0.123

SWITCHES: Final = frozenset(
    {"q", "nul", "min", "sec", "unspec", "400", "401", "403", "404", "500", "argnull", "rs", "validate"}
)
"""Codes and scopes that chose an answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as far as a façade decides it."""

    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """`answer` holds the times of these tests in place of that server's; None where none was measured."""

    name: str
    method: str
    target: str
    headers: Mapping[str, str]
    body: str
    answer: Answer | None

    @property
    def theirs(self) -> Answer:
        assert self.answer is not None, f"{self.name} was not measured"
        return self.answer

    @property
    def dto(self) -> Dto:
        return GET_ACCESS_TOKEN if self.target.startswith("/OAuth/GetAccessToken") else OIDC_GET_ACCESS_TOKEN

    @property
    def media_type(self) -> str:
        return self.headers.get("Content-Type", "").partition(";")[0]

    @property
    def request(self) -> HttpRequest:
        return make_request(self.method, self.target, self.headers, self.body)


def make_request(method: str, target: str, headers: Mapping[str, str], body: str) -> HttpRequest:
    path, _, query = target.partition("?")
    sent = CIMultiDictProxy(CIMultiDict(headers))
    return HttpRequest(method=method, path=path, query=query, headers=sent, body=body.encode())


def _read_exchange(recorded: dict[str, Any]) -> Exchange:
    request, response = recorded["request"], recorded["response"]
    answer = None
    if "status" in response:
        shown = {name: response["headers"][name] for name in HEADERS if name in response["headers"]}
        answer = Answer(response["status"], response["reason"], shown, _fill(response["body"]).encode())
    return Exchange(
        name=recorded["name"],
        method=request["method"],
        target=request["target"],
        headers=request["headers"],
        body=request.get("body", ""),
        answer=answer,
    )


def _fill(body: str) -> str:
    """AppInitTime stands before DateCached in every format that has them."""
    started = STARTED.format(fraction=".0000000" if '"AppInitTime"' in body else "")
    return body.replace("<LOCALTIME>", started, 1).replace("<LOCALTIME>", NOW)


RECORDED: Final = json.loads((DATA / "servicestack-http.json").read_text("utf-8"))
EXCHANGES: Final = {one["name"]: _read_exchange(one) for one in RECORDED}


def find_switch(exchange: Exchange) -> str | None:
    """The switch of that test server which the request used."""
    sent = parse_qsl(exchange.body) if exchange.media_type == FORM_TYPE else []
    return next((value for name, value in sent if name.lower() in ("code", "scope") and value in SWITCHES), None)


def is_document(exchange: Exchange) -> bool:
    """A page or a description was asked for, and not a service."""
    return exchange.name.startswith("meta ")


def is_dumped(exchange: Exchange) -> bool:
    """The answer tells what was bound: it was dumped, or there was nothing, not even the `scope` that asks for it."""
    return b'"ErrorCode":"DUMP"' in exchange.theirs.body or b'"access_token":"at+",' in exchange.theirs.body


def read_dump(exchange: Exchange) -> dict[str, Any]:
    """The members that were bound, nulls left out."""
    status = json.loads(exchange.theirs.body).get("ResponseStatus")
    bound: dict[str, Any] = {} if status is None else json.loads(status["Message"])
    return bound


def answer_of(reply: HttpReply, exchange: Exchange) -> Answer:
    """Our answer, with that server's tokens in place of ours."""
    sent = {"Content-Type": reply.content_type, **dict(reply.headers)}
    shown = {name: value for name in HEADERS if (value := sent.get(name)) is not None}
    return Answer(reply.status, reply.reason or HTTPStatus(reply.status).phrase, shown, _disguise(reply.body, exchange))


def _disguise(body: bytes, exchange: Exchange) -> bytes:
    if b"rpa_" in body:
        body = re.sub(rb"\brpa_\w{60}\b", _read_access_token(exchange).encode(), body)
    for pattern, shown in (
        (rb"\brpf_\w{60}\b", b"rt"),
        (rb"\beyJ[\w-]+\.[\w-]+\.[\w-]+", b"h.p.s"),
        (rb"\b2027-01-15T09:00:00\.123Z", b"2024-05-03T12:00:00.1234567Z"),
        (rb"\nDate: 2027-01-1\d \d\d:\d\d:00\n", b"\nDate: 2026-11-21 20:52:59\n"),
    ):
        body = re.sub(pattern, shown, body)
    return body


def _read_access_token(exchange: Exchange) -> str:
    """What that server answered to the request's code."""
    read, _ = _BODIES[exchange.media_type]
    return "a1b2" if exchange.dto is GET_ACCESS_TOKEN else f"at+{read(exchange.body)['code']}"


def needed_of(dto: Dto, code: str) -> dict[str, str]:
    """What a good request for `dto` has to hold, with the secret under the name that the documentation calls old."""
    if dto is GET_ACCESS_TOKEN:
        return {"AppId": CLIENT_ID, "AppSecert": CLIENT_SECRET, "Code": code}
    named = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT_URI}
    return {**named, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}


def write_good(exchange: Exchange, code: str) -> str:
    """The request's body with ours in place of what that server took for good, and with what it did not need."""
    read, write = _BODIES[exchange.media_type]
    real = needed_of(exchange.dto, code)
    known = {**real, "GrantType": "Code", "scope": "openid", "ClientID": "12"}
    return write({name: known[name] for name in read(exchange.body)} | real, exchange.dto)


def bind_request(request: HttpRequest, *, secrets_in_query: bool = False) -> Values:
    """What the façade binds of a request for a service."""
    route = find_route(request.method, request.path)
    assert route is not None and route.dto is not None
    return bind(
        route.dto,
        request,
        path_kind=None if route.path_format is None else PATH_BODIES[route.path_format],
        merges_query=route.merges_query,
        secrets_in_query=secrets_in_query,
    )


_Reader = Callable[[str], Mapping[str, str]]
_Writer = Callable[[Mapping[str, str], Dto], str]


def _read_jsv(body: str) -> Mapping[str, str]:
    pairs = (member.partition(":") for member in body[1:-1].split(","))
    return {name: value for name, _, value in pairs}


def _write_jsv(members: Mapping[str, str], _dto: Dto) -> str:
    quoted = (f'{name}:"{value}"' if ":" in value else f"{name}:{value}" for name, value in members.items())
    return f"{{{','.join(quoted)}}}"


def _read_csv(body: str) -> Mapping[str, str]:
    return next(csv.DictReader(StringIO(body, newline="")))


def _write_csv(members: Mapping[str, str], _dto: Dto) -> str:
    return f"{','.join(members)}\r\n{','.join(members.values())}\r\n"


def _read_xml(body: str) -> Mapping[str, str]:
    return {one.tag.rpartition("}")[2]: one.text or "" for one in ElementTree.fromstring(body)}


def _write_xml(members: Mapping[str, str], dto: Dto) -> str:
    content = "".join(f"<{name}>{value}</{name}>" for name, value in sorted(members.items()))
    return f'<{dto.name} xmlns="{SERVICES}">{content}</{dto.name}>'


_JSV: Final = (_read_jsv, _write_jsv)
_BODIES: Final[Mapping[str, tuple[_Reader, _Writer]]] = {
    FORM_TYPE: (lambda body: dict(parse_qsl(body)), lambda members, _: urlencode(members)),
    "application/json": (json.loads, lambda members, _: json.dumps(members)),
    "application/jsv": _JSV,
    "text/jsv": _JSV,
    "text/csv": (_read_csv, _write_csv),
    "application/xml": (_read_xml, _write_xml),
}
"""By media type."""

_CALLED = [one for one in EXCHANGES.values() if not is_document(one)]
SWITCHED = [one for one in _CALLED if find_switch(one) is not None]
BOUND = [one for one in _CALLED if find_switch(one) is None and is_dumped(one)]
REFUSED = [one for one in _CALLED if find_switch(one) is None and one.theirs.status >= 400]
GOOD = [one for one in _CALLED if find_switch(one) is None and one.theirs.status == 200 and one not in BOUND]
DOCUMENTS = [one for one in EXCHANGES.values() if is_document(one)]
SWITCHED_TO_GOOD = [one for one in SWITCHED if one.theirs.status == 200]
SWITCHED_TO_BAD = [one for one in SWITCHED if one.theirs.status >= 400]
