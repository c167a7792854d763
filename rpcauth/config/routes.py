"""The rules of [authz] scopes: each route is well-formed, and each can be reached."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from rpcauth.config.sections import ScopeRoute
from rpcauth.source.lines import Pointer
from rpcauth.source.problems import Problems

_PREFIX: Final = re.compile(r"/[!-~]*")
_METHOD: Final = re.compile(r"[A-Z][A-Z-]*")
_SCOPE: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*")  # RFC 6749 §3.3


def find_route_problems(routes: Sequence[ScopeRoute], at: Pointer, problems: Problems) -> None:
    """Adds every broken rule of the routes to `problems`."""
    if not problems.is_clean(at):
        return
    for number, route in enumerate(routes):
        _find_flaws(route, (*at, number), problems)
        if any(_covers(earlier, route) for earlier in routes[:number]):
            what = "is never reached: one before it takes all that it would"
            problems.add((*at, number), what, "put the longer prefix first")


def _find_flaws(route: ScopeRoute, at: Pointer, problems: Problems) -> None:
    if not _PREFIX.fullmatch(route.prefix) or "?" in route.prefix or "%" in route.prefix:
        problems.add((*at, "prefix"), "is no path", 'write how the path begins, decoded: "/v1/"')
    if route.scope is not None and not _SCOPE.fullmatch(route.scope):
        problems.add((*at, "scope"), "is no scope", 'write scope tokens with single blanks between them: "read write"')
    for place, method in enumerate(route.methods):
        if not _METHOD.fullmatch(method):
            problems.add((*at, "methods", place), "is no method", 'write it in capitals: "GET"')


def _covers(earlier: ScopeRoute, route: ScopeRoute) -> bool:
    methods = set(earlier.methods)
    has_methods = not methods or (bool(route.methods) and methods.issuperset(route.methods))
    return has_methods and route.prefix.startswith(earlier.prefix)
