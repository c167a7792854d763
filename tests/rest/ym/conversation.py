"""Requests of the two services in every format, in the words of either."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import StringIO
from typing import Any
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from multidict import CIMultiDict, CIMultiDictProxy

from rpcauth.web.messages import HttpReply, HttpRequest
from tests.rest.ym.said import NAMES, Said, read_reply
from tests.rest.ym.serving import CLIENT_ID, CLIENT_SECRET, GET, OIDC, Served
from tests.support.provider import REDIRECT_URI

Members = Mapping[str, str]

FORM_TYPE = "application/x-www-form-urlencoded"
_SERVICES_NAMESPACE = "http://schemas.datacontract.org/2004/07/YM.Web.Services.Ams"


@dataclass(frozen=True, slots=True)
class Spoken:
    """One of the two services, and its names for what OAuth calls otherwise; what it has no name for, it has not."""

    path: str
    dto: str
    names: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    omits: frozenset[str] = frozenset()

    def name(self, name: str) -> str:
        return self.names.get(name, name)

    def say(self, members: Members) -> dict[str, str]:
        """OAuth's names and values in this service's words."""
        kept = ((name, text) for name, text in members.items() if name not in self.omits)
        return {self.name(name): self.values.get(text, text) for name, text in kept}


OIDC_SERVICE = Spoken(OIDC, "OIDCGetAccessToken")
GET_SERVICE = Spoken(
    GET,
    "GetAccessToken",
    {
        "grant_type": "GrantType",
        "client_id": "AppId",
        "client_secret": "AppSecret",
        "code": "Code",
        "refresh_token": "RefreshToken",
        "scope": "Scope",
        "access_token": "AccessToken",
    },
    {"authorization_code": "Code", "refresh_token": "RefreshToken"},
    frozenset({"redirect_uri"}),
)
SERVICES = (OIDC_SERVICE, GET_SERVICE)
OWN_CLIENT = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}


async def code_request(served: Served, **code_data: Any) -> dict[str, str]:
    """A good request for tokens by a fresh code, in OAuth's words; `code_data` go into the code."""
    return redemption_of(await served.provider.issue_code(**code_data))


def redemption_of(code: str) -> dict[str, str]:
    return {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT_URI, **OWN_CLIENT}


def refreshing_of(refresh_token: str) -> dict[str, str]:
    return {"grant_type": "refresh_token", "refresh_token": refresh_token, **OWN_CLIENT}


async def post(
    served: Served, members: Members, service: Spoken = OIDC_SERVICE, *, headers: Members | None = None, query: str = ""
) -> HttpReply:
    """A form with `members`, in the words of the service."""
    target = f"{service.path}?{query}" if query else service.path
    return await served.ask(target, urlencode(members), {"Content-Type": FORM_TYPE, **(headers or {})})


async def exchange(served: Served, service: Spoken, kind: str, members: Members) -> Said:
    """A request whose body and whose answer are of one format (of HTML: a form); what the answer says."""
    headers = {"Accept": NAMES[kind], "Content-Type": type_of(kind)}
    reply = await served.ask(service.path, write_body(kind, service.dto, members), headers)
    said = read_reply(reply)
    assert said.kind == kind
    return said


def refuse(served: Served, path: str, status: int, headers: Members) -> HttpReply:
    """The answer to a request whose body was not taken."""
    sent = CIMultiDictProxy(CIMultiDict(headers))
    return served.facade.refuse(HttpRequest(method="POST", path=path, query="", headers=sent), status)


def type_of(kind: str) -> str:
    """The Content-Type of a body that `write_body` has made."""
    return FORM_TYPE if kind in ("form", "html") else NAMES[kind]


def write_body(kind: str, dto: str, members: Members) -> bytes:
    """A request for a DTO."""
    match kind:
        case "json":
            return json.dumps(dict(members)).encode()
        case "jsv":
            return "{{{}}}".format(",".join(f"{name}:{_quote(text)}" for name, text in members.items())).encode()
        case "csv":
            text = StringIO()
            csv.writer(text).writerows((list(members), list(members.values())))
            return text.getvalue().encode()
        case "xml":
            content = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in members.items())
            return f'<{dto} xmlns="{_SERVICES_NAMESPACE}">{content}</{dto}>'.encode()
        case _:
            return urlencode(members).encode()


def _quote(text: str) -> str:
    return '"{}"'.format(text.replace('"', '""'))
