"""Which format answers a request, and which one its body is in (contract, decisions 1, 2 and 4).

The original's rules, precedence and all, with RFC 9110's q-values put before them. Nothing is ever unacceptable: what
no rule decides is answered in the default format.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias


class Format(Enum):
    """A format of answers. The value is its path suffix, path segment and `?format=`."""

    JSON = "json"
    XML = "xml"
    JSV = "jsv"
    CSV = "csv"
    HTML = "html"


class BodyKind(Enum):
    """What a request's body can be."""

    JSON = "json"
    JSV = "jsv"
    CSV = "csv"
    XML = "xml"
    FORM = "form"
    MULTIPART = "multipart"


@dataclass(frozen=True, slots=True)
class Offer:
    """A format, and the Content-Type to label the answer with."""

    format: Format
    content_type: str


OFFERS: Final[Mapping[Format, Offer]] = {
    Format.JSON: Offer(Format.JSON, "application/json; charset=utf-8"),
    Format.XML: Offer(Format.XML, "application/xml"),
    Format.JSV: Offer(Format.JSV, "application/jsv"),
    Format.CSV: Offer(Format.CSV, "text/csv"),
    Format.HTML: Offer(Format.HTML, "text/html"),
}
"""Each format under its own name."""

DOCUMENTED: Final = (Format.JSON, Format.XML, Format.JSV, Format.CSV)
"""The formats that have documentation pages and stand in the descriptions."""

PATH_BODIES: Final[Mapping[Format, BodyKind]] = {
    Format.JSON: BodyKind.JSON,
    Format.JSV: BodyKind.JSV,
    Format.CSV: BodyKind.CSV,
    Format.XML: BodyKind.XML,
}
"""How a body is read whose Content-Type says nothing, on a path that names a format."""

_NAMES: Final[Mapping[str, Offer]] = {
    "application/json": OFFERS[Format.JSON],
    "application/xml": OFFERS[Format.XML],
    "application/jsv": OFFERS[Format.JSV],
    "text/csv": OFFERS[Format.CSV],
    "text/html": OFFERS[Format.HTML],
    # The original documents text/jsv and then does not know it. Whoever asks for a synonym is answered under it.
    "text/json": Offer(Format.JSON, "text/json; charset=utf-8"),
    "text/xml": Offer(Format.XML, "text/xml"),
    "text/jsv": Offer(Format.JSV, "text/jsv"),
}

_BODIES: Final[Mapping[str, BodyKind]] = {
    "application/json": BodyKind.JSON,
    "text/json": BodyKind.JSON,
    "application/jsv": BodyKind.JSV,
    "text/jsv": BodyKind.JSV,
    "text/csv": BodyKind.CSV,
    "application/xml": BodyKind.XML,
    "text/xml": BodyKind.XML,
    "application/x-www-form-urlencoded": BodyKind.FORM,
    "multipart/form-data": BodyKind.MULTIPART,
}

_PREFERRED: Final = (Format.HTML, Format.JSON, Format.XML, Format.JSV)
"""The server's own order, after its default. What is not in it is chosen only when nothing in it is acceptable."""

_WITHIN_QUERY: Final = (Format.JSON, Format.XML, Format.JSV)
"""`?format=` need only contain their names; other formats are named exactly."""

_BEGINNINGS: Final = tuple((offer.content_type.partition(";")[0], offer) for offer in OFFERS.values())
"""The original asks how an accepted type begins: `application/json-x` is JSON."""

_WILDCARD: Final = "*/*"
_WEIGHT: Final = re.compile(r"\s*q\s*=\s*([01](?:\.\d*)?|\.\d+)\s*", re.ASCII | re.IGNORECASE)

_Wish: TypeAlias = Offer | None
"""A type that is accepted; None for any."""


def negotiate(
    *,
    suffix: Format | None,
    path_format: Format | None,
    query_format: str | None,
    accept: Sequence[str],
    content_type: str | None,
    default: Format,
) -> Offer:
    """The strongest wish: the path's suffix, `?format=`, the path's first segment, Accept, the server's default.

    `query_format` is None when the query has no `format`; one that names no format sets the path's segment aside, too.
    `accept` holds the header's values, `content_type` is the request's: who takes `*/*` gets what it sent.
    """
    if suffix is not None:
        return OFFERS[suffix]
    named = path_format if query_format is None else _read_query(query_format)
    return OFFERS[named] if named is not None else _Choice(content_type, default).choose(accept)


def body_format(content_type: str | None) -> BodyKind | None:
    """What a Content-Type says of its body; None where it says nothing that is known."""
    return _BODIES.get(_bare(content_type or ""))


def _read_query(text: str) -> Format | None:
    word = text.partition(".")[0].lower()
    contained = (one for one in _WITHIN_QUERY if one.value in word)
    exact = (one for one in (Format.CSV, Format.HTML) if one.value == word)
    return next(contained, next(exact, None))


class _Choice:
    """What one request makes of the types that it accepts."""

    def __init__(self, content_type: str | None, default: Format) -> None:
        self._default = OFFERS[default]
        self._ranks = {one: rank for rank, one in enumerate(dict.fromkeys((default, *_PREFERRED)))}
        # A form is no format to answer in.
        self._sent = _NAMES.get(_bare(content_type or ""), self._default)

    def choose(self, accept: Iterable[str]) -> Offer:
        """The best of the heaviest types that give anything."""
        weighed: dict[float, list[_Wish]] = {}
        for wish, weight in _read_accept(accept):
            weighed.setdefault(weight, []).append(wish)
        refused = {wish.format for wish in weighed.pop(0.0, ()) if wish is not None}
        return self._choose_among(weighed[max(weighed)], refused) if weighed else self._default

    def _choose_among(self, wishes: Sequence[_Wish], refused: Collection[Format]) -> Offer:
        """The original's choice: what was sent, if that is accepted, else the first in the server's own order."""
        ranked = [wish for wish in wishes if wish is not None and wish.format in self._ranks]
        if self._sent in ranked:
            return self._sent
        if ranked:
            return min(ranked, key=lambda offer: self._ranks[offer.format])
        # Only text/csv and `*/*` are left. Here the first one wins; the original passes text/csv over for `*/*`.
        return wishes[0] or self._choose_any(refused)

    def _choose_any(self, refused: Collection[Format]) -> Offer:
        if self._sent.format not in refused:
            return self._sent
        return next((OFFERS[one] for one in self._ranks if one not in refused), self._default)


def _read_accept(accept: Iterable[str]) -> Iterator[tuple[_Wish, float]]:
    """The types that are known, with their weights, in the header's order."""
    for element in ",".join(accept).split(","):
        name, _, parameters = element.partition(";")
        bare = name.strip().lower()
        offer = _find_offer(bare)
        if offer is not None or bare == _WILDCARD:
            yield offer, _read_weight(parameters)


def _read_weight(parameters: str) -> float:
    """RFC 9110 §12.4.2. A weight that is none counts as absent: it is no reason to refuse."""
    weights = (match[1] for one in parameters.split(";") if (match := _WEIGHT.fullmatch(one)) is not None)
    return min(float(next(weights, "1")), 1.0)


def _find_offer(name: str) -> Offer | None:
    return _NAMES.get(name) or next((offer for begins, offer in _BEGINNINGS if name.startswith(begins)), None)


def _bare(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()
