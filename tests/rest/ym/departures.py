"""Where we do on purpose what the original does not: each vector concerned, why, and what we do instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rpcauth.rest.ym.dates import parse_date
from rpcauth.rest.ym.reading import Fault, Malformed, Unconvertible
from rpcauth.rest.ym.types import Values
from tests.rest.ym.exchanges import EXCHANGES, Answer


@dataclass(frozen=True, slots=True)
class Departure:
    """`instead` is what is read, or the refusal."""

    reason: str
    instead: Values | Malformed | Unconvertible


TEXT_DEPARTURES: Mapping[tuple[str, str], Departure] = {
    ("parse", r'"{\"A\": \"x\", \"B\":\"y\"}"'): Departure(
        "decision 5: JSON sent as JSV is read; the original binds nothing of it", {"A": "x", "B": "y"}
    ),
    ("parse", r'"{I:abc,A:x}"'): Departure(
        "decision 8: a value that does not convert is refused; the original makes it 0",
        Unconvertible([Fault("I", "abc")]),
    ),
    ("parse", r'"{A:\"a\"b,B:y}"'): Departure(
        "decision 14: text behind a closing quote is refused; the original loses what follows", Malformed()
    ),
    ("parse", r'"{D:2024-05-03T12:34:56Z}"'): Departure(
        "none needed: the same instant, in the zone that the text names; the original tells it in the server's",
        {"D": parse_date("2024-05-03T12:34:56Z")},
    ),
}
"""By kind and first column of the row."""


@dataclass(frozen=True, slots=True)
class Likewise:
    """Answered as the exchange of that name is, under `content_type` where that differs."""

    name: str
    content_type: str | None = None


@dataclass(frozen=True, slots=True)
class InPage:
    """Answered by a page of our own, which holds the JSON of the exchange of that name."""

    name: str


@dataclass(frozen=True, slots=True)
class Reworded:
    """Answered as the original answers, in our words: each of its own is replaced where it stands, once.

    `added` stands behind the last member of the JSON.
    """

    words: Mapping[str, str] = field(default_factory=dict)
    added: str = ""
    status: int | None = None


@dataclass(frozen=True, slots=True)
class HttpDeparture:
    """`instead` is our answer, or what we bind. With `stock` settings we answer as the original does."""

    reason: str
    instead: Answer | Likewise | InPage | Reworded | Values
    stock: Mapping[str, bool] = field(default_factory=dict)


_JSON = {"Content-Type": "application/json; charset=utf-8", "Vary": "Accept"}
_DOCUMENT = {"Content-Type": "application/json; charset=utf-8"}
_TEXT = {"Content-Type": "text/plain; charset=utf-8"}
_TYPES = EXCHANGES["meta /types/metadata.json"].theirs.body
_NO_ERROR_MEMBERS = {"oauth_error_fields": False}


def _error_members(error: str, description: str) -> str:
    return f',"error":"{error}","error_description":"{description}"'


def _bare(message: str, *, error: str = "invalid_request", field: str = "", text: str = "") -> Answer:
    """A bare error of a request that was not bound: with the member and what it held, or malformed as a whole."""
    wrong = f"'{text}' is an Invalid value for '{field}'"
    fault = f'{{"ErrorCode":"SerializationException","FieldName":"{field}","Message":"{wrong}"}}'
    errors = f',"Errors":[{fault}]' if field else ""
    status = f'{{"ErrorCode":"SerializationException","Message":"{message}"{errors}}}'
    body = f'{{"ResponseStatus":{status}{_error_members(error, message)}}}'
    return Answer(400, "Bad Request", _JSON, body.encode())


def _refused(message: str) -> Answer:
    """invalid_request of the service itself, in its response DTO."""
    inherited = '"UsingRedis":true,"AppInitTime":"2027-01-15T04:00:00.0000000-04:00","ServerID":"WS-6-183-431"'
    status = f'{{"ErrorCode":"invalid_request","Message":"{message}","Errors":[]}}'
    rest = '"BypassCache":false,"DateCached":"2027-01-15T04:00:00.1230000-04:00","Device":"Desktop"'
    members = f'{inherited},"ClientID":0,"ResponseStatus":{status},{rest}{_error_members("invalid_request", message)}'
    return Answer(400, "invalid_request", _JSON, f"{{{members}}}".encode())


_UNBOUND = "Unable to bind to request 'OIDCGetAccessToken'"
_CLIENT = "Client authentication failed."
_NOT_JSON = "Could not deserialize 'application/json' request using OIDCGetAccessToken"
_NO_CLIENT = {
    "'client_id' should not be empty.": "'code' should not be empty.",
    "client_id": "code",
    "NotNull": "NotEmpty",
    "The code is missing.": "'client_id' should not be empty.",
    "code": "client_id",
}
_VALIDATED = "decision 10: the members in the documented order, and all that are missing are empty"

HTTP_DEPARTURES: Mapping[str, HttpDeparture] = {
    "accept text/xml form body": HttpDeparture(
        "decision 2: a synonym", Likewise("accept application/xml form body", "text/xml")
    ),
    "accept text/jsv form body": HttpDeparture(
        "decision 2: a synonym", Likewise("accept application/jsv form body", "text/jsv")
    ),
    "ct text/jsv accept same": HttpDeparture(
        "decision 2: a synonym", Likewise("ct application/jsv accept same", "text/jsv")
    ),
    "accept text/csv, */* form body": HttpDeparture(
        "decision 2: what is named goes before anything", Likewise("accept text/csv form body")
    ),
    "accept text/html form body": HttpDeparture(
        "none needed: a page of our own around the same JSON", InPage("no accept, form")
    ),
    "accept text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8 form body": HttpDeparture(
        "none needed: a page of our own around the same JSON", InPage("no accept, form")
    ),
    "format=html": HttpDeparture("none needed: a page of our own around the same JSON", InPage("no accept, form")),
    "html/reply": HttpDeparture("none needed: a page of our own around the same JSON", InPage("json/reply lower name")),
    "callback": HttpDeparture(
        "decision 3: the callback is ignored", Likewise("accept application/xml form body"), {"jsonp": True}
    ),
    "GET + X-Http-Method-Override: POST": HttpDeparture("decision 6: no method override", Likewise("suffix .JSON")),
    "bind qs + json same": HttpDeparture(
        "decision 7: a code in the query",
        _refused("Codes, tokens and secrets must not stand in the query; send them in the body."),
        {"secrets_in_query": True},
    ),
    "bind dup form": HttpDeparture(
        "decision 8: a member twice; the original joins the values", _refused("A parameter is given more than once.")
    ),
    "bind json bad enum": HttpDeparture(
        "decision 8: refused in every format; the original makes it the first of the enum",
        _bare(_UNBOUND, error="unsupported_grant_type", field="grant_type", text="password"),
    ),
    "bind json bad int": HttpDeparture(
        "decision 8: refused in every format; the original makes it 0", _bare(_UNBOUND, field="ClientID", text="abc")
    ),
    "bind form bad enum": HttpDeparture(
        "decision 10: error and error_description",
        Reworded(added=_error_members("unsupported_grant_type", _UNBOUND)),
        _NO_ERROR_MEMBERS,
    ),
    "bind form bad int": HttpDeparture(
        "decision 10: error and error_description",
        Reworded(added=_error_members("invalid_request", _UNBOUND)),
        _NO_ERROR_MEMBERS,
    ),
    "bind malformed json": HttpDeparture(
        "decision 14: a torn body is refused; the original binds nothing of it", _bare(_NOT_JSON)
    ),
    "bind not json": HttpDeparture(
        "decision 14: the same refusal without the original's stack trace", _bare(_NOT_JSON)
    ),
    "bind jsv malformed": HttpDeparture(
        "decision 14: the same refusal without the original's stack trace",
        _bare("Could not deserialize 'application/jsv' request using OIDCGetAccessToken"),
    ),
    "bind jsv pretty (seed sample style)": HttpDeparture(
        "decision 5: the documented layout is read; the original binds nothing of it",
        {"grant_type": "authorization_code", "scope": "dump", "code": "a"},
    ),
    "bind xml misordered": HttpDeparture(
        "none needed: XML in any order; the original drops what is out of order", {"code": "a", "scope": "dump"}
    ),
    "bind xml no ns": HttpDeparture(
        "none needed: XML without a namespace too; the original refuses it", {"code": "a", "scope": "dump"}
    ),
    "err 401 application/json": HttpDeparture(
        "decision 10: RFC 6749's words",
        Reworded(
            {"Unauthorized": "invalid_client", "Invalid client": _CLIENT}, _error_members("invalid_client", _CLIENT)
        ),
    ),
    "G 401": HttpDeparture(
        "decision 10: RFC 6749's words", Reworded({"Unauthorized": "invalid_client", "Invalid": _CLIENT})
    ),
    "err 400 text/csv": HttpDeparture(
        "decision 10: one message for all that is wrong with a code",
        Reworded({"The code has expired.": "The authorization code is invalid."}),
    ),
    "err 500 application/xml": HttpDeparture(
        "decision 14: only a store that cannot answer is 503, and nothing else is a fault of ours",
        Reworded(
            {
                "Exception": "ServiceUnavailable",
                'boom, with "quotes" {x}': "The service cannot answer now. Nothing was changed; try again.",
            },
            status=503,
        ),
    ),
    "validation application/json": HttpDeparture(
        _VALIDATED, Reworded(_NO_CLIENT, _error_members("invalid_request", "'code' should not be empty."))
    ),
    "validation application/xml": HttpDeparture(_VALIDATED, Reworded(_NO_CLIENT)),
    "validation application/jsv": HttpDeparture(_VALIDATED, Reworded(_NO_CLIENT)),
    "resp quoting xml": HttpDeparture(
        "none needed: a CR is escaped, or no reader would see it; that server's writer made LF of it",
        Reworded({"f\ng": "f&#xD;\ng"}),
    ),
    "meta /json/metadata?op=Nope": HttpDeparture(
        "none needed: that answer was torn; this is what its source says",
        Answer(403, "Forbidden", _TEXT, b"Service Not Available"),
    ),
    "meta /types/typescript": HttpDeparture(
        "none needed: no Vary, for the document does not",
        Answer(200, "OK", _TEXT, EXCHANGES["meta /types/typescript"].theirs.body),
    ),
    "meta /types/metadata.json": HttpDeparture(
        "none needed: no Vary, and without the settings that list names of .NET",
        Answer(200, "OK", _DOCUMENT, _TYPES.partition(b',"IgnoreTypes":')[0] + b'},"Namespaces":['),
    ),
    "meta /openapi": HttpDeparture(
        "none needed: that server had not the plugin; YM has",
        Answer(200, "OK", _DOCUMENT, b'{"swagger":"2.0",'),
    ),
}
"""By the exchange's name."""
