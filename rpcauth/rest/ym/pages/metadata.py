"""The documentation pages of the services: the list of them, and one page for each service and format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from rpcauth.rest.ym.negotiation import Format
from rpcauth.rest.ym.operations import OPERATIONS, RESPONSES, ROUTES, SUMMARIES
from rpcauth.rest.ym.pages.markup import TITLE, escape, link, page, table
from rpcauth.rest.ym.pages.names import write_csharp
from rpcauth.rest.ym.pages.samples import SampleFacts, make_sample, print_sample
from rpcauth.rest.ym.types import Dto, EnumType, Member

CONTENT_TYPES: Final[Mapping[Format, str]] = {
    Format.JSON: "application/json",
    Format.XML: "application/xml",
    Format.JSV: "text/jsv",
    Format.CSV: "text/csv",
}
"""The formats that have pages, with the media type that each page names."""

_HEADS: Final = ("Name", "Parameter", "Data Type", "Required", "Description")
_DOCUMENTS: Final = ("/types/metadata.json", "/types/typescript", "/openapi")


def metadata_index() -> str:
    """`/metadata`: the services, with their pages in every format, and the machine-readable documents."""
    rows = [[escape(dto.name), *(_link_page(kind, dto) for kind in CONTENT_TYPES)] for dto in OPERATIONS]
    documents = "\n".join(f"<li>{link(address, address)}</li>" for address in _DOCUMENTS)
    return page(
        TITLE,
        f"<h1>{TITLE}</h1>",
        "<p>The following operations are supported.</p>",
        table(rows, caption="Operations"),
        "<p>The same for programs:</p>",
        f"<ul>\n{documents}\n</ul>",
    )


def operation_page(kind: Format, dto: Dto, *, facts: SampleFacts, jsonp: bool) -> str:
    """`/{format}/metadata?op={Dto}`. `jsonp`: the JSON page tells of `?callback=`. Raises KeyError for HTML."""
    return page(
        TITLE,
        f"<h1>{TITLE}</h1>",
        f"<p>{link('/metadata', '<back to all web services')}</p>",
        f"<h2>{escape(dto.name)}</h2>",
        "<p>The following routes are available for this service:</p>",
        table([["POST", escape(ROUTES[dto.name]), escape(SUMMARIES[dto.name])]]),
        *(_describe(one, dto) for one in _documented(dto)),
        *_override(kind, jsonp=jsonp),
        f"<h3>HTTP + {kind.name}</h3>",
        "<p>The following are sample HTTP requests and responses. "
        "The placeholders shown need to be replaced with actual values.</p>",
        *_samples(kind, dto, facts),
    )


def _link_page(kind: Format, dto: Dto) -> str:
    return link(f"/{kind.value}/metadata?op={dto.name}", kind.name)


def _documented(dto: Dto) -> Sequence[Dto]:
    """The classes of the request, then those that the response alone has; each with the derived one first."""
    request, response = dto.lineage[::-1], RESPONSES[dto.name].lineage[::-1]
    return [*request, *(one for one in response if one not in request)]


def _describe(declared: Dto, dto: Dto) -> str:
    """The table of one class. The original calls what a request inherits, and all of a response, `form`."""
    place = "body" if declared is dto else "form"
    rows = [_describe_member(one, place) for one in declared.own if not one.undocumented]
    return table(rows, heads=_HEADS, caption=f"{declared.name} Parameters:")


def _describe_member(member: Member, place: str) -> list[str]:
    # Only the enums of a service's own body have their values listed: Device, which it inherits, does not.
    allowed = _allow(member.type.values) if isinstance(member.type, EnumType) and place == "body" else ""
    return [
        escape(member.name),
        place,
        escape(write_csharp(member)),
        "Yes" if member.required else "No",
        escape(member.description) + allowed,
    ]


def _allow(names: Sequence[str]) -> str:
    values = "\n".join(f"<li>{escape(one)}</li>" for one in names)
    return f"\n<h4>Allowable Values</h4>\n<ul>\n{values}\n</ul>\n"


def _override(kind: Format, *, jsonp: bool) -> Iterator[str]:
    yield (
        "<p>To override the Content-type in your clients, use the HTTP <b>Accept</b> Header, "
        f"append the <b>.{kind.value}</b> suffix or <b>?format={kind.value}</b></p>"
    )
    if jsonp and kind is Format.JSON:
        yield "<p>To embed the response in a jsonp callback, append <b>?callback=myCallback</b></p>"


def _samples(kind: Format, dto: Dto, facts: SampleFacts) -> Iterator[str]:
    media, response = CONTENT_TYPES[kind], RESPONSES[dto.name]
    asked = print_sample(kind, dto, make_sample(dto, facts, facts.asked))
    answered = print_sample(kind, response, make_sample(response, facts, facts.answered))
    body = f"Content-Type: {media}\nContent-Length: length\n\n"
    request = f"POST {ROUTES[dto.name]} HTTP/1.1\nHost: {facts.host}\nAccept: {media}\n{body}{asked}"
    yield f"<pre>{escape(request)}</pre>"
    reply = f"HTTP/1.1 200 OK\n{body}{answered}"
    yield f"<pre>{escape(reply)}</pre>"
