"""Queries and forms as names and values: application/x-www-form-urlencoded, and multipart/form-data (RFC 7578)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from typing import Final, TypeAlias
from urllib.parse import parse_qsl

from rpcauth.rest.ym.reading import Malformed, Node, WrongShape

MAX_PAIRS: Final = 200
"""Most pairs of a query, fields of a form, and parts of a multipart body."""

Pairs: TypeAlias = list[tuple[str, str]]

_MAX_HEAD: Final = 1024
"""Longest headers of a part, and longest Content-Type."""

_MAX_SEMICOLONS: Final = 32
"""Most in a header with parameters."""

_MAX_BOUNDARY: Final = 70
"""RFC 2046 §5.1.1."""

_FIELD: Final = re.compile(r"([!-9;-~]+):[ \t]*([^\r\n]*)")
_FOLD: Final = re.compile(r"\r\n[ \t]+")
_BOM: Final = b"\xef\xbb\xbf"
_IDENTITY_ENCODINGS: Final = frozenset({"7bit", "8bit", "binary"})


def parse_urlencoded(text: bytes | str) -> Pairs:
    """The pairs of a form's body, or of a query as it stands in the request target. Pairs without any text are none.

    Raises Malformed when the text, decoded or not, is no UTF-8, and when there are too many pairs.
    """
    try:
        encoded = text if isinstance(text, bytes) else text.encode(errors="surrogateescape")
        return parse_qsl(
            encoded.removeprefix(_BOM).decode(),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MAX_PAIRS,
            separator="&",
        )
    except ValueError:
        raise Malformed from None


def parse_multipart(body: bytes, content_type: str) -> Pairs:
    """The fields of a multipart/form-data body; files are passed over. Lines end in CRLF, text is UTF-8.

    Raises Malformed for anything else, and for too many parts.
    """
    fields = (_read_part(part) for part in _split_parts(body, _read_boundary(content_type)))
    return [field for field in fields if field is not None]


def find_repeated(pairs: Iterable[tuple[str, str]]) -> str | None:
    """The first name that has been there before, in whatever letter case (contract, decision 8)."""
    seen: set[str] = set()
    for name, _ in pairs:
        folded = name.lower()
        if folded in seen:
            return name
        seen.add(folded)
    return None


def form_node(pairs: Sequence[tuple[str, str]]) -> Node:
    """Pairs as a body. Empty values are left out: they overwrite nothing."""
    return _Form(pairs)


@dataclass(frozen=True, slots=True)
class _Form:
    pairs: Sequence[tuple[str, str]]

    def text(self) -> str | None:
        raise WrongShape("")

    def items(self) -> Iterable[Node] | None:
        raise WrongShape("")

    def members(self) -> Iterable[tuple[str, Node]] | None:
        return ((name, _Field(value)) for name, value in self.pairs if value)

    def entries(self) -> Iterable[tuple[str, Node]] | None:
        return self.members()


@dataclass(frozen=True, slots=True)
class _Field:
    """A value of a form: raw text. The members of requests that are more than text mean nothing there: null."""

    value: str

    def text(self) -> str | None:
        return self.value

    def items(self) -> Iterable[Node] | None:
        return None

    def members(self) -> Iterable[tuple[str, Node]] | None:
        return None

    def entries(self) -> Iterable[tuple[str, Node]] | None:
        return None


def _read_boundary(content_type: str) -> bytes:
    if len(content_type) > _MAX_HEAD or not content_type.isascii():
        raise Malformed
    header = Message()
    header["Content-Type"] = content_type
    boundary = _read_parameters(header, "Content-Type").get("boundary")
    # What is no string here is one in the encoding of RFC 2231, which HTTP's parameters do not have.
    if not isinstance(boundary, str) or not 0 < len(boundary) <= _MAX_BOUNDARY:
        raise Malformed
    return boundary.encode()


def _split_parts(body: bytes, boundary: bytes) -> Iterator[bytes]:
    """RFC 2046 §5.1: what stands between delimiters, each part with the CRLF that ends its delimiter's line."""
    _, *pieces = (b"\r\n" + body).split(b"\r\n--" + boundary, MAX_PAIRS + 2)
    for count, piece in enumerate(pieces):
        if piece.startswith(b"--"):
            return
        part = piece.lstrip(b" \t")
        if count == MAX_PAIRS or not part.startswith(b"\r\n"):
            break
        yield part
    raise Malformed


def _read_part(part: bytes) -> tuple[str, str] | None:
    """The name and text of a field; None of a file."""
    head, blank, content = part.partition(b"\r\n\r\n")
    if not blank or len(head) > _MAX_HEAD:
        raise Malformed
    try:
        name = _read_name(_read_headers(head.removeprefix(b"\r\n").decode()))
        return None if name is None else (name, content.decode())
    except UnicodeDecodeError:
        raise Malformed from None


def _read_headers(head: str) -> Message:
    """The header fields, folded ones in one line. The library's own parser goes on to judge the body by them."""
    headers = Message()
    for line in _FOLD.sub(" ", head).split("\r\n") if head else ():
        field = _FIELD.fullmatch(line)
        if field is None:
            raise Malformed
        headers[field[1]] = field[2]
    return headers


def _read_name(headers: Message) -> str | None:
    """A field's name. Raises Malformed for content that would have to be decoded."""
    if len(headers.get_all("Content-Disposition", [])) != 1:
        raise Malformed
    if headers.get("Content-Transfer-Encoding", "binary").strip().lower() not in _IDENTITY_ENCODINGS:
        raise Malformed
    parameters = _read_parameters(headers, "Content-Disposition")
    name = parameters.get("name")
    if next(iter(parameters), "") != "form-data" or not isinstance(name, str):
        raise Malformed
    return None if "filename" in parameters else name


def _read_parameters(headers: Message, header: str) -> Mapping[str, object]:
    """A header's parameters, behind what stands before them. Raises Malformed for too many and for one given twice."""
    # The parser takes the square of their number.
    if headers.get(header, "").count(";") > _MAX_SEMICOLONS:
        raise Malformed
    pairs = [(name.lower(), value) for name, value in headers.get_params([], header)]
    parameters = dict(pairs)
    if len(parameters) != len(pairs):
        raise Malformed
    return parameters
