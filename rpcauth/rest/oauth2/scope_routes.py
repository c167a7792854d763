"""Which scope a request needs: a table of path prefixes, by the configuration. Pure.

Gateways and upstreams differ in how they read a path: `%61`, `//`, `/../`. Every reading counts here, so that no way of
writing a path asks for less than another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import unquote

from rpcauth.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeRoute:
    """The scope of requests whose path begins with `prefix`; no methods mean all of them, None means no scope."""

    prefix: str
    methods: tuple[str, ...] = ()
    scope: str | None = None


def find_scopes(routes: Sequence[ScopeRoute], method: str, target: str) -> list[str]:
    """The scopes that a request needs, one for each reading of its path, without repetition.

    `target` is the raw path with its query. Of each reading the first route that fits counts; none that fits: no scope.
    """
    found = (_find_route(routes, method, path) for path in dict.fromkeys(_read(target.partition("?")[0])))
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


def _read(path: str) -> Iterator[str]:
    """The path as it stands; decoded; with its backslashes, empty segments and dots as some servers take them."""
    yield path
    decoded = unquote(path)
    yield decoded
    yield _resolve(decoded)


def _resolve(path: str) -> str:
    segments: list[str] = []
    parts = path.replace("\\", "/").split("/")
    for part in parts:
        if part == "..":
            del segments[-1:]
        elif part not in ("", "."):
            segments.append(part)
    end = "/" if segments and parts[-1] in ("", ".", "..") else ""
    return "/" + "/".join(segments) + end
