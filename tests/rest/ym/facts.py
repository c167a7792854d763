"""What is known of the original in words alone, by the name of what was measured, and where we depart from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.rest.ym.serving import FORM, GET, OIDC

JSON = "application/json; charset=utf-8"
REPLY = "/json/reply/OIDCGetAccessToken"


@dataclass(frozen=True, slots=True)
class Seen:
    """An answer; None for a body that the words do not tell. `attached`: sent as a file."""

    status: int
    content_type: str
    body: str | None = None
    attached: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """`original` is what the words say, an answer or the members that are bound; `instead` is ours where it departs.

    The body that is None here is one that buys tokens.
    """

    says: str
    target: str = OIDC
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    original: Any
    instead: Any = None
    departs: str = ""

    @property
    def expected(self) -> Any:
        return self.instead if self.departs else self.original


def accepting(*types: str) -> Mapping[str, str]:
    return {**FORM, "Accept": ", ".join(types)}


def sending(media_type: str) -> Mapping[str, str]:
    return {"Content-Type": media_type}


NO_ROUTE = Seen(404, "text/plain; charset=utf-8", "404")
GOOD = Seen(200, JSON)
NOT_JSON = "Could not deserialize 'application/json' request using OIDCGetAccessToken"
MALFORMED = (
    f'{{"ResponseStatus":{{"ErrorCode":"SerializationException","Message":"{NOT_JSON}"}},'
    f'"error":"invalid_request","error_description":"{NOT_JSON}"}}'
)
NO_GET = (
    '{"ResponseStatus":{"ErrorCode":"NotImplementedException","Message":"Could not find method named '
    'Get(OIDCGetAccessToken) or Any(OIDCGetAccessToken) on Service Svc"}}'
)

ANSWERED: dict[str, Fact] = {
    "suffix .txt": Fact(says="an unknown suffix: no route", target=f"{OIDC}.txt", headers=FORM, original=NO_ROUTE),
    "suffix .foo": Fact(says="an unknown suffix: no route", target=f"{OIDC}.foo", headers=FORM, original=NO_ROUTE),
    "unknown path": Fact(says="no route: 404, plain text", target="/OAuth/Nope", headers=FORM, original=NO_ROUTE),
    "unknown path xml": Fact(
        says="whatever is accepted", target="/OAuth/Nope", headers=accepting("application/xml"), original=NO_ROUTE
    ),
    "GET route": Fact(says="POST only: 404 and not 405", method="GET", body="", original=NO_ROUTE),
    "PUT route": Fact(says="POST only: 404 and not 405", method="PUT", headers=FORM, original=NO_ROUTE),
    "HEAD route": Fact(says="POST only: 404 and not 405", method="HEAD", body="", original=NO_ROUTE),
    "OPTIONS route": Fact(
        says="200 and empty, by the CORS feature",
        method="OPTIONS",
        body="",
        original=Seen(200, "", ""),
        instead=NO_ROUTE,
        departs="decision 6: a wrong verb like any other, and no page of another origin has business here",
    ),
    "POST + X-Http-Method-Override: GET": Fact(
        says="the override replaces the method: 404",
        headers={**FORM, "X-Http-Method-Override": "GET"},
        original=NO_ROUTE,
        instead=GOOD,
        departs="decision 6: no method override",
    ),
    "api": Fact(
        says="404: this path came with a later version",
        target="/api/OIDCGetAccessToken",
        headers=FORM,
        original=NO_ROUTE,
        instead=GOOD,
        departs="routes: the clients of that later version call it",
    ),
    "format=foo": Fact(
        says="what names no format is ignored",
        target=f"{OIDC}?format=foo",
        headers=accepting("application/xml"),
        original=Seen(200, "application/xml"),
    ),
    "format=JSON": Fact(
        says="it is lower-cased", target=f"{OIDC}?format=JSON", headers=accepting("application/xml"), original=GOOD
    ),
    "format in form body": Fact(
        says="a form field named format is not looked at",
        headers=FORM,
        body="format=xml&grant_type=authorization_code",
        original=Seen(400, JSON),
    ),
    "accept application/json;q=0, application/xml": Fact(
        says="weights are not looked at, not even 0",
        headers=accepting("application/json;q=0", "application/xml"),
        original=GOOD,
        instead=Seen(200, "application/xml"),
        departs="decision 2: weights are honoured",
    ),
    "json/oneway": Fact(
        says="answered as reply is", target="/json/oneway/OIDCGetAccessToken", headers=FORM, original=GOOD
    ),
    "json/reply GET": Fact(
        says="405, in these words", target=REPLY, method="GET", body="", original=Seen(405, JSON, NO_GET)
    ),
    "bind json array": Fact(
        says="JSON that does not start with a brace: 400, with a stack trace",
        headers=sending("application/json"),
        body='[{"code":"a"}]',
        original=Seen(400, JSON),
        instead=Seen(400, JSON, MALFORMED),
        departs="decision 14: without the stack trace",
    ),
    "validation text/csv": Fact(
        says="what a validator refuses is not sent as a file",
        headers=accepting("text/csv"),
        body="grant_type=authorization_code",
        original=Seen(400, "text/csv"),
    ),
}

BOUND: dict[str, Fact] = {
    "bind text/plain body": Fact(
        says="the body is not read", headers=sending("text/plain"), body='{"code":"a"}', original={}
    ),
    "bind case-insens form": Fact(
        says="names in any letter case",
        headers=FORM,
        body="GRANT_TYPE=authorization_code&Code=a&Client_Id=c",
        original={"grant_type": "authorization_code", "code": "a", "client_id": "c"},
    ),
    "G AppID casing": Fact(
        says="names in any letter case",
        target=GET,
        headers=FORM,
        body="AppID=app&AppSecert=s&GrantType=Code&Code=c",
        original={"AppId": "app", "AppSecert": "s", "GrantType": "Code", "Code": "c"},
    ),
    "bind qs + form same": Fact(
        says="the form is stronger than the query",
        target=f"{OIDC}?scope=QS&redirect_uri=QS",
        headers=FORM,
        body="scope=FORM",
        original={"scope": "FORM", "redirect_uri": "QS"},
    ),
    "bind empty qs + json": Fact(
        says="an empty value never overwrites",
        target=f"{OIDC}?code=&scope=",
        headers=sending("application/json"),
        body='{"code":"JSON","scope":"JSON"}',
        original={"code": "JSON", "scope": "JSON"},
    ),
    "json/reply qs+json": Fact(
        says="the query is not merged",
        target=f"{REPLY}?scope=QS&client_id=QS",
        headers=sending("application/json"),
        body='{"scope":"JSON"}',
        original={"scope": "JSON"},
    ),
    "json/reply of no known type": Fact(
        says="the path says how the body is read",
        target=REPLY,
        headers=sending("text/plain"),
        body='{"code":"a"}',
        original={"code": "a"},
    ),
    "json/reply jsv ct": Fact(
        says="the path says how the body is read, and JSV is lost",
        target=REPLY,
        headers=sending("application/jsv"),
        body="{code:a}",
        original={},
        instead={"code": "a"},
        departs="routes: a Content-Type that is known says it first",
    ),
    "bind form device int": Fact(
        says="enums by their number too", headers=FORM, body="Device=1", original={"Device": "IOS"}
    ),
    "bind json number for string": Fact(
        says="a number is a string", headers=sending("application/json"), body='{"code":12}', original={"code": "12"}
    ),
    "bind form readonly props": Fact(
        says="get-only members are ignored, malformed too",
        headers=FORM,
        body="UsingRedis=x&AppInitTime=x&ServerID=x&DateCached=x&code=a",
        original={"code": "a"},
    ),
    "bind json readonly props": Fact(
        says="get-only members are ignored, malformed too",
        headers=sending("application/json"),
        body='{"UsingRedis":"x","AppInitTime":"x","ServerID":[],"DateCached":{},"code":"a"}',
        original={"code": "a"},
    ),
    "bind csv": Fact(
        says="header in any letter case, the first row of values, unknown columns ignored",
        headers=sending("text/csv"),
        body='CODE,Nope,scope\n"a,b",x,s\nsecond,x,s\n',
        original={"code": "a,b", "scope": "s"},
    ),
    "bind csv json body (seed sample style)": Fact(
        says="JSON sent as CSV binds nothing",
        headers=sending("text/csv"),
        body='{"code":"a"}',
        original={},
        instead={"code": "a"},
        departs="decision 4: the documented body is read",
    ),
}
