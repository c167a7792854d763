"""Requests as nobody sends them in good faith: every part random, or good and then spoilt."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast
from urllib.parse import quote, quote_plus

from hypothesis import strategies as st

from tests.rest.ym.conversation import FORM_TYPE, SERVICES, Spoken, write_body
from tests.rest.ym.said import NAMES
from tests.rest.ym.serving import CLIENT_ID, CLIENT_SECRET
from tests.support.provider import REDIRECT_URI

CODE = "code-to-be-issued"
REFRESH_TOKEN = "token-to-be-issued"
"""Stand where a fresh one is to be put in."""

MULTIPART_TYPE = "multipart/form-data; boundary=b"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hostile:
    """A request. `accepted` is the one format that its answer must have, None where another wish may be stronger."""

    method: str
    path: str
    query: str
    headers: Sequence[tuple[str, str]]
    body: bytes
    accepted: str | None


# --- pieces -----------------------------------------------------------------------------------------------------------

PIECES = st.sampled_from([bytes([one]) for one in b'"{}[],:<>&=%\0\n\xff-']) | st.sampled_from(
    [b"", b"\\u0000", b"\\ud800", b"\xef\xbb\xbf", b"--b\r\n", b"<![CDATA[", b"&#0;", b"<!DOCTYPE a>", b"null"]
)
# Header values and targets as they come from the wire: bytes that are no UTF-8 are surrogates.
WIRE_TEXT = st.text(
    st.characters(min_codepoint=32, max_codepoint=126) | st.sampled_from("\u00fc\u20ac\U0001f600\udcff\udc80"),
    max_size=24,
)
TOKENS = st.text(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcxyz!#$%&'*+-.^_`|~09"), min_size=1, max_size=12)
TEXTS = (
    st.sampled_from(["", CODE, REFRESH_TOKEN, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, "public", "openid", "x" * 600])
    | st.sampled_from(["authorization_code", "refresh_token", "Code", "RefreshToken", "0", "1", "2", "-1", "9" * 30])
    | st.sampled_from(
        ["true", "on", "maybe", "Desktop", "[]", "{}", "null", "/Date(0)/", "0001-01-01", "\u0661", "1e3"]
    )
    | st.text(max_size=12)
)
MEMBER_NAMES = st.sampled_from(
    [
        "grant_type",
        "scope",
        "code",
        "refresh_token",
        "redirect_uri",
        "client_id",
        "client_secret",
        "code_verifier",
        "clientId",
        "CLIENT_SECRET",
        "GrantType",
        "AppId",
        "AppSecert",
        "Scope",
        "Code",
        "RefreshToken",
        "AppSecret",
        "UsingRedis",
        "AppInitTime",
        "ServerID",
        "ClientID",
        "ResponseStatus",
        "BypassCache",
        "DateCached",
        "Device",
    ]
)
GOOD = {
    "grant_type": "authorization_code",
    "code": CODE,
    "redirect_uri": REDIRECT_URI,
    "client_id": CLIENT_ID,
    "client_secret": CLIENT_SECRET,
}
GOOD_REFRESH = GOOD | {"grant_type": "refresh_token", "refresh_token": REFRESH_TOKEN}


@st.composite
def members(draw: st.DrawFn, service: Spoken) -> dict[str, str]:
    """Good members, and some that replace or join them."""
    good = service.say(draw(st.sampled_from([GOOD, GOOD, GOOD_REFRESH, {}])))
    return good | draw(st.dictionaries(MEMBER_NAMES, TEXTS, max_size=3))


# --- bodies -----------------------------------------------------------------------------------------------------------


def without_surrogates(found: dict[str, str]) -> dict[str, str]:
    return {name: text.encode(errors="replace").decode() for name, text in found.items()}


@st.composite
def written(draw: st.DrawFn, kind: str, service: Spoken) -> bytes:
    """A good body of a format. XML knows fewer characters than we draw, so some are malformed."""
    found = without_surrogates(draw(members(service)))
    if kind == "multipart":
        parts = (
            f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{one}\r\n' for name, one in found.items()
        )
        return ("".join(parts) + "--b--\r\n").encode()
    return write_body(kind, service.dto, found)


@st.composite
def spoilt(draw: st.DrawFn, kind: str, service: Spoken) -> bytes:
    """A body of a format with up to three cuts, each with something put in its place."""
    body = draw(written(kind, service))
    for _ in range(draw(st.integers(0, 3))):
        at, gone = draw(st.integers(0, len(body))), draw(st.integers(0, 20))
        body = body[:at] + draw(PIECES) + body[at + gone :]
    return body


BRACKETS = [
    *[(b'{"a":', b"}"), (b"[", b"]"), (b"{a:", b"}"), (b"{A:[", b"]}"), (b"<a>", b"</a>"), (b"<Code>", b"</Code>")],
    *[(b'"', b'"'), (b"\\", b"x"), (b"a=1&", b""), (b";", b""), (b"\r\n", b""), (b"--b\r\n", b""), (b"%41", b"=")],
]


@st.composite
def nested(draw: st.DrawFn, service: Spoken) -> bytes:
    """Deep, or long, up to the limit of the front; the ends may be missing."""
    opener, closer = draw(st.sampled_from(BRACKETS))
    count = min(draw(st.sampled_from([1, 15, 16, 17, 200, 65_536])), 65_536 // (len(opener) + len(closer)))
    start = draw(st.sampled_from([b"", b"{", b'{"Device":', b"Code\r\n", f"<{service.dto}>".encode()]))
    middle, ends = draw(st.sampled_from([b"", b"1", b"x:1", b"9" * 400])), draw(st.sampled_from([0, count]))
    whole = start + opener * count + middle + closer * ends
    return whole[:65_536]


def bodies(kind: str, service: Spoken) -> st.SearchStrategy[bytes]:
    return (
        written(kind, service)
        | spoilt(kind, service)
        | spoilt(kind, service)
        | st.binary(max_size=200)
        | nested(service)
    )


# --- heads ------------------------------------------------------------------------------------------------------------

KINDS = {**NAMES, "form": FORM_TYPE, "multipart": MULTIPART_TYPE}
del KINDS["html"]
CONTENT_TYPES = (
    st.sampled_from([*KINDS.values(), "text/json", "text/jsv", "text/xml", "text/html", "text/plain", "", "a/b"])
    | st.sampled_from(["multipart/form-data", 'multipart/form-data; boundary="', "multipart/form-data; boundary*=x''b"])
    | st.sampled_from(["application/json; charset=utf-7", " APPLICATION/JSON ;", "multipart/form-data;" + ";" * 400])
    | WIRE_TEXT
)
ACCEPTS = (
    st.sampled_from([*NAMES.values(), "*/*", "text/jsv", "text/xml", "application/json;q=0, application/xml;q=0.5"])
    | st.sampled_from(["*/*;q=0", "text/csv;q=1.5", "text/html;q=", "application/*", ",", ",".join(["text/csv"] * 500)])
    | WIRE_TEXT
)
AUTHORIZATIONS = (
    st.sampled_from(["Basic", "Basic ", "Bearer x", "basic =", "Basic " + "A" * 4000])
    | st.binary(max_size=30).map(lambda raw: "Basic " + b64encode(raw).decode())
    | st.just("Basic " + b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode())
    | WIRE_TEXT
)
OTHER_HEADERS = st.lists(
    st.tuples(st.sampled_from(["Accept", "Content-Type", "Origin", "X-Http-Method-Override", "Cookie"]), WIRE_TEXT),
    max_size=2,
)
SUFFIXES = st.sampled_from(["", ".json", ".xml", ".jsv", ".csv", ".html", ".txt", ".JSON", "/", ".", ".json/", "//"])
ROOTS = st.sampled_from(
    [
        "/OAuth/OIDC/GetAccessToken",
        "/OAuth/GetAccessToken",
        "/OAuth/GetToken",
        "/api/OIDCGetAccessToken",
        "/oauth",
        "/",
        "/json/reply/OIDCGetAccessToken",
        "/xml/oneway/GetAccessToken",
        "/jsv/reply/GetAccessToken",
        "/csv/reply/Nope",
        "/html/reply/OIDCGetAccessToken",
        "/metadata",
        "/json/metadata",
        "/csv/metadata",
        "/types/metadata.json",
        "/types/typescript",
        "/openapi",
        "/.well-known/jwks",
    ]
)
METHODS = st.sampled_from(["GET", "HEAD", "PUT", "DELETE", "TRACE", "post", "M-SEARCH"]) | TOKENS
QUERY_NAMES = st.sampled_from(["format", "callback", "debug", "op", "jsconfig", "x"]) | MEMBER_NAMES
QUERY_TEXTS = st.sampled_from(["json", "xml", "jsv", "csv", "html", "show", "GetAccessToken", "%", "%ff", "+"]) | TEXTS


def random_case(root: str) -> st.SearchStrategy[str]:
    return st.sampled_from([root, root, root, root.lower(), root.upper(), root.replace("e", "%65")])


def queries() -> st.SearchStrategy[str]:
    pairs = st.lists(st.tuples(QUERY_NAMES, QUERY_TEXTS), max_size=3)
    encoded = pairs.map(lambda found: "&".join(f"{quote(one)}={_quote_loosely(text)}" for one, text in found))
    return st.just("") | encoded | WIRE_TEXT | st.sampled_from(["a&" * 300, "&&&", "=", "%00", "code=%ff"])


def _quote_loosely(text: str) -> str:
    """Text with a percent sign is encoded already, well or not."""
    return text if text.startswith("%") else quote_plus(text.encode(errors="surrogatepass"))


def seldom(draw: st.DrawFn) -> bool:
    """Once in four times."""
    return draw(st.integers(0, 3)) == 3


@st.composite
def plain_requests(draw: st.DrawFn) -> Hostile:
    """A body of any kind to a service that is asked for one format, by Accept alone."""
    service = draw(st.sampled_from(SERVICES))
    kind = draw(st.sampled_from(list(KINDS)))
    accepted = draw(st.sampled_from(list(NAMES)))
    headers = [("Accept", NAMES[accepted]), ("Content-Type", KINDS[kind])]
    return Hostile(
        method="POST",
        path=service.path,
        query="",
        headers=headers,
        body=draw(bodies(kind, service)),
        accepted=accepted,
    )


@st.composite
def odd_requests(draw: st.DrawFn) -> Hostile:
    """Every part as it comes."""
    service = draw(st.sampled_from(SERVICES))
    kind = draw(st.sampled_from(list(KINDS)))
    path = draw(ROOTS.flatmap(random_case)) + (draw(SUFFIXES) if seldom(draw) else "")
    headers = [("Content-Type", KINDS[kind] if draw(st.booleans()) else draw(CONTENT_TYPES))]
    headers += [("Accept", one) for one in draw(st.lists(ACCEPTS, max_size=2))]
    headers += [("Authorization", one) for one in draw(st.lists(AUTHORIZATIONS, max_size=2))]
    return Hostile(
        method=draw(METHODS) if seldom(draw) else "POST",
        path=draw(WIRE_TEXT) if seldom(draw) else path,
        query=draw(queries()),
        headers=[*headers, *draw(OTHER_HEADERS)],
        body=draw(bodies(kind, service)),
        accepted=None,
    )


def hostile_requests() -> st.SearchStrategy[Hostile]:
    return cast("st.SearchStrategy[Hostile]", plain_requests() | plain_requests() | odd_requests())
