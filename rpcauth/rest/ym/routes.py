"""What stands at which path (contract: routes). Tables; a path is looked up, never searched.

Letter case counts in suffixes alone, one slash at the end is nothing, and percent-encoding is undone once, inside the
segments: an encoded slash parts nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, TypeAlias
from urllib.parse import unquote

from rpcauth.rest.ym.negotiation import DOCUMENTED, Format
from rpcauth.rest.ym.operations import OPERATIONS, TABLE
from rpcauth.rest.ym.types import Dto


class RouteKind(Enum):
    SERVICE = auto()
    """A service answers: `dto`."""
    WRONG_METHOD = auto()
    """A predefined route of `dto`, asked with another method than POST: 405."""
    UNKNOWN_OPERATION = auto()
    """A predefined route with a name that no DTO has, `asked`: 405."""
    METADATA_INDEX = auto()
    METADATA = auto()
    """The page of the operation in `?op=`, in `path_format`."""
    TYPES_METADATA = auto()
    TYPESCRIPT = auto()
    OPENAPI = auto()
    JWKS = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """What a method and a path ask for.

    `suffix` and `path_format` are what the path says of the format, to be negotiated. `merges_query`: members may also
    stand in the query. `asked` is the operation's name as the path has it, where the kind needs it.
    """

    kind: RouteKind
    dto: Dto | None = None
    asked: str = ""
    suffix: Format | None = None
    path_format: Format | None = None
    merges_query: bool = False


_Path: TypeAlias = tuple[str, ...]
"""Segments in lower case, decoded, without what an empty last one says."""

_DTOS: Final = {dto.name.lower(): dto for dto in OPERATIONS}
_SUFFIXES: Final[Mapping[str, Format]] = {one.value: one for one in Format}

_PAGES: Final[Mapping[_Path, Route]] = {
    ("metadata",): Route(kind=RouteKind.METADATA_INDEX),
    ("types", "metadata.json"): Route(kind=RouteKind.TYPES_METADATA),
    ("types", "typescript"): Route(kind=RouteKind.TYPESCRIPT),
    ("openapi",): Route(kind=RouteKind.OPENAPI),
    (".well-known", "jwks"): Route(kind=RouteKind.JWKS),
} | {(one.value, "metadata"): Route(kind=RouteKind.METADATA, path_format=one) for one in DOCUMENTED}

_SERVICES: Final[Mapping[_Path, tuple[Dto, Format | None]]] = {
    tuple(route.lower().split("/")[1:]): (one.request, None)
    for one in TABLE
    for route in (one.route, *one.other_routes)
} | {("api", name): (dto, Format.JSON) for name, dto in _DTOS.items()}
_PREDEFINED: Final = {(one.value, verb): one for one in Format for verb in ("reply", "oneway")}


def _build_named() -> Iterator[tuple[tuple[_Path, Format | None], Route]]:
    for path, (dto, path_format) in _SERVICES.items():
        for suffix in (None, *Format):
            named = Route(kind=RouteKind.SERVICE, dto=dto, suffix=suffix, path_format=path_format, merges_query=True)
            yield (path, suffix), named


_NAMED: Final = dict(_build_named())
"""By path and suffix."""

_TREES: Final = {path for path in _PAGES if path[0] != "types"} | {("oauth",), ("api",), ("types",), *_PREDEFINED}
"""How the paths begin that are answered here, be it with 404: nobody else has anything there."""


def find_route(method: str, path: str) -> Route | None:
    """What `method` asks for at `path`, as it stands in the request target; None is 404.

    Methods are told apart by 405 on the predefined routes alone (contract, decision 6).
    """
    segments = _split(path)
    key = _fold(segments)
    if method in ("GET", "HEAD"):
        page = _PAGES.get(key)
        if page is not None:
            return page
    if len(key) == 3 and key[:2] in _PREDEFINED:
        return _find_predefined(method, _PREDEFINED[key[:2]], segments[2])
    return _find_named(path, segments) if method == "POST" else None


def serves(path: str) -> bool:
    """Whether `path`, as it stands in the request target, is answered here at all."""
    key = _fold(_split(path))
    return key[:1] in _TREES or key[:2] in _TREES


def _find_predefined(method: str, path_format: Format, asked: str) -> Route:
    dto = _DTOS.get(_fold([asked])[0])
    if dto is None:
        return Route(kind=RouteKind.UNKNOWN_OPERATION, asked=asked, path_format=path_format)
    kind = RouteKind.SERVICE if method == "POST" else RouteKind.WRONG_METHOD
    return Route(kind=kind, dto=dto, asked=asked, path_format=path_format)


def _find_named(path: str, segments: list[str]) -> Route | None:
    if not segments:
        return None
    stem, _, ending = segments[-1].rpartition(".")
    suffix = None if path.endswith("/") else _SUFFIXES.get(ending)
    if suffix is None:
        return _NAMED.get((_fold(segments), None))
    return _NAMED.get((_fold([*segments[:-1], stem]), suffix))


def _split(path: str) -> list[str]:
    """The decoded segments; none of a path that does not begin with a slash."""
    root, *segments = path.split("/")
    if root or not segments:
        return []
    if len(segments) > 1 and not segments[-1]:
        segments.pop()
    # What came as raw bytes is a surrogate here; it is to be replaced as the encoded bytes are.
    return [unquote(one.encode(errors="surrogatepass")) for one in segments]


def _fold(segments: list[str]) -> _Path:
    # Outside of ASCII two letters may share a lower-case form, and the Kelvin sign is no k.
    return tuple(one.lower() if one.isascii() else one for one in segments)
