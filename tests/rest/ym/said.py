"""What an answer of a service says, read by its own Content-Type and without the façade's own writers."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from io import StringIO
from typing import Any
from xml.etree import ElementTree

from rpcauth.rest.ym.dto import RESPONSE_STATUS
from rpcauth.rest.ym.formats import jsv
from rpcauth.rest.ym.reading import Node, read_values
from rpcauth.web.messages import HttpReply

NAMES = {
    "json": "application/json",
    "jsv": "application/jsv",
    "csv": "text/csv",
    "xml": "application/xml",
    "html": "text/html",
}
"""The formats of answers, and what asks for each."""

FORMATS = tuple(NAMES)
_INSTANCE = "{http://www.w3.org/2001/XMLSchema-instance}"


@dataclass(frozen=True, slots=True)
class Said:
    """What an answer of a service says: its members as text, and apart from them its ResponseStatus.

    `kind` is its format by its own Content-Type; `bare` tells an ErrorResponse from a response DTO.
    """

    kind: str
    reply: HttpReply
    members: Mapping[str, str]
    error: Mapping[str, Any] | None
    bare: bool

    @property
    def code(self) -> str | None:
        return None if self.error is None else self.error["ErrorCode"]

    @property
    def fields(self) -> list[str]:
        """The members that are at fault."""
        return [one["FieldName"] for one in (self.error or {}).get("Errors", ())]


def read_reply(reply: HttpReply) -> Said:
    """What a service answered, by the Content-Type of the reply. Raises ValueError and more for what is unreadable."""
    kind = kind_of(reply.content_type)
    match kind:
        case "json" | "html":
            text = reply.body.decode() if kind == "json" else _read_block(reply.body.decode())
            return _sort(kind, reply, json.loads(text))
        case "jsv":
            return _sort(kind, reply, _read_jsv(reply.body))
        case "csv":
            return _sort(kind, reply, _read_csv(reply.body))
        case _:
            return _read_xml(reply)


def kind_of(content_type: str | None) -> str:
    """The format that an answer is labelled with; text/json and its like are synonyms."""
    label = (content_type or "").partition(";")[0]
    return next(kind for kind in FORMATS if label in (NAMES[kind], f"text/{kind}"))


def _sort(kind: str, reply: HttpReply, found: Mapping[str, Any]) -> Said:
    """The members of a flat answer. A response DTO has a Device, always."""
    error = found.get("ResponseStatus")
    texts = {name: one if isinstance(one, str) else json.dumps(one) for name, one in found.items() if one is not None}
    texts.pop("ResponseStatus", None)
    return Said(kind, reply, texts, None if error is None else _strip(error), "Device" not in found)


def _read_jsv(body: bytes) -> dict[str, Any]:
    found = dict(jsv.parse(body, RESPONSE_STATUS).members() or ())
    return {name: _read_status(one) if name == "ResponseStatus" else one.text() for name, one in found.items()}


def _read_csv(body: bytes) -> dict[str, Any]:
    """One row under its names. The second row of an answer is also its last."""
    assert body.endswith(b"\r\n")
    names, cells = csv.reader(StringIO(body.decode(), newline=""), strict=True)
    found: dict[str, Any] = {name: cell or None for name, cell in zip(names, cells, strict=True)}
    if found["ResponseStatus"] is not None:
        found["ResponseStatus"] = _read_status(jsv.parse(found["ResponseStatus"].encode(), RESPONSE_STATUS))
    return found


def _read_status(node: Node) -> dict[str, Any]:
    return read_values(RESPONSE_STATUS, node)


def _read_xml(reply: HttpReply) -> Said:
    root = ElementTree.fromstring(reply.body)
    status = root.find("{*}ResponseStatus")
    assert status is not None
    texts = {_local(one): one.text or "" for one in root if one is not status and not _is_nil(one)}
    error = None if _is_nil(status) else _strip(_read_element(status))
    return Said("xml", reply, texts, error, _local(root) == "ErrorResponse")


def _read_element(element: ElementTree.Element) -> Any:
    """ResponseStatus as a tree: its lists hold ResponseError, its maps Key and Value."""
    match _local(element):
        case "Errors":
            return None if _is_nil(element) else [_read_element(one) for one in element]
        case "Meta":
            return None if _is_nil(element) else {(one[0].text or ""): one[1].text for one in element}
        case "ResponseStatus" | "ResponseError":
            return {_local(one): _read_element(one) for one in element}
        case _:
            return None if _is_nil(element) else element.text or ""


def _local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _is_nil(element: ElementTree.Element) -> bool:
    return element.get(f"{_INSTANCE}nil") == "true"


def _strip(tree: Any) -> Any:
    """Without nulls: JSON and its kin leave them out, XML does not."""
    match tree:
        case dict():
            return {name: _strip(one) for name, one in tree.items() if one is not None}
        case list():
            return [_strip(one) for one in tree]
        case _:
            return tree


def _read_block(page: str) -> str:
    """The text of the one pre element of a page."""
    (block,) = _PreReader(page).blocks
    return block


class _PreReader(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self._inside = False
        self.blocks: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "pre":
            self._inside = True
            self.blocks.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "pre"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.blocks[-1] += data


def headers_of(reply: HttpReply) -> dict[str, str]:
    """The headers by name, each of which stands once."""
    headers = dict(reply.headers)
    assert len(headers) == len(reply.headers), reply.headers
    return headers


def holds(reply: HttpReply, secret: str) -> bool:
    """Whether a reply tells a secret, in its body, its head, or its log line."""
    return any(secret in text for text in _walk_texts(reply))


def _walk_texts(reply: HttpReply) -> Iterator[str]:
    yield reply.body.decode()
    yield from (value for _, value in reply.headers)
    yield from (reply.content_type or "", reply.reason or "", repr(reply.log))
