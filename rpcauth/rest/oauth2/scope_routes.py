"""Which scope a request needs: a table of path prefixes, by the configuration. Pure.

Gateways and upstreams differ in how they read a path: `%61`, `%2561`, `//`, `/../`, `/..;/`. Every reading counts here,
so that no way of writing a path asks for less than another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final
from urllib.parse import unquote

from rpcauth.frozen import dataclass
from rpcauth.rest.oauth2.gateway_requests import GatewayFault

READINGS_LIMIT: Final = 32
"""Ways to read one path. One that can be read in more was written to be misread."""

TEXT_LIMIT: Final = 32_768
"""Code points of all readings of one path: anybody may ask, so it must not take long."""

_PARAMETERS: Final = re.compile(r";[^/]*")
_SLASHES: Final = re.compile(r"/{2,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeRoute:
    """The scope of requests whose path begins with `prefix`; no methods mean all of them, None means no scope."""

    prefix: str
    methods: tuple[str, ...] = ()
    scope: str | None = None


def find_scopes(routes: Sequence[ScopeRoute], method: str, target: str) -> list[str]:
    """The scopes that a request needs, one for each reading of its path, without repetition.

    `target` is the raw path with its query. Of each reading the first route that fits counts; none that fits: no scope.
    Raises GatewayFault for a path that can be read in too many ways.
    """
    # Some servers take `delete` for DELETE.
    found = (_find_route(routes, method.upper(), path) for path in _read(target.partition("?")[0]))
    return list(dict.fromkeys(route.scope for route in found if route is not None and route.scope is not None))


def _find_route(routes: Sequence[ScopeRoute], method: str, path: str) -> ScopeRoute | None:
    # A HEAD shows what the GET would.
    asked = {method, "GET"} if method == "HEAD" else {method}
    return next(
        (
            route
            for route in routes
            if path.startswith(route.prefix) and (not route.methods or not asked.isdisjoint(route.methods))
        ),
        None,
    )


def _read(path: str) -> Iterable[str]:
    """The path as it stands, and as it is after any sequence of steps that servers take."""
    readings, length = [path], len(path)
    for one in readings:
        for step in _STEPS:
            reading = step(one)
            if reading not in readings:
                readings.append(reading)
                length += len(reading)
                if len(readings) > READINGS_LIMIT or length > TEXT_LIMIT:
                    raise GatewayFault("malformed_request")
    return readings


def _resolve(path: str) -> str:
    """Without its dot segments (RFC 3986 §5.2.4)."""
    kept: list[str] = []
    parts = path.split("/")[1:]
    for part in parts:
        if part == "..":
            del kept[-1:]
        elif part != ".":
            kept.append(part)
    end = [""] if parts[-1:] in (["."], [".."]) else []
    return "/" + "/".join(kept + end)


_STEPS: Final[Sequence[Callable[[str], str]]] = (
    unquote,
    _resolve,
    lambda path: path.replace("\\", "/"),
    lambda path: _SLASHES.sub("/", path),
    # Java's servers take them off each segment before its dots are looked at.
    lambda path: _PARAMETERS.sub("", path),
)
