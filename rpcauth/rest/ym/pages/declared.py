"""Every type that the documents for programs declare, in an order in which each stands after what it is made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rpcauth.rest.ym.dto import (
    GET_ACCESS_TOKEN,
    GET_ACCESS_TOKEN_RESPONSE,
    OIDC_GET_ACCESS_TOKEN,
    OIDC_GET_ACCESS_TOKEN_RESPONSE,
)
from rpcauth.rest.ym.types import Dto, EnumType, ListOf, MapOf, Scalar, Type

# The original's order: responses, then requests, except what derives from another. Its clients' diffs stay small.
_MESSAGES: Final = (
    OIDC_GET_ACCESS_TOKEN_RESPONSE,
    GET_ACCESS_TOKEN,
    GET_ACCESS_TOKEN_RESPONSE,
    OIDC_GET_ACCESS_TOKEN,
)


def _needed(kind: Type) -> Iterator[EnumType | Dto]:
    """What `kind` is made of and then itself: the types of its own members, those of its base, the base."""
    match kind:
        case ListOf(item=item) | MapOf(item=item):
            yield from _needed(item)
        case Dto(own=own, base=base):
            for member in own:
                yield from _needed(member.type)
            if base is not None:
                yield from _needed(base)
            yield kind
        case EnumType():
            yield kind
        case Scalar():
            return


def _parts() -> Iterator[EnumType | Dto]:
    for request in (OIDC_GET_ACCESS_TOKEN, GET_ACCESS_TOKEN):
        yield from (one for one in _needed(request) if one is not request)


def _unique(kinds: Iterator[EnumType | Dto]) -> Iterator[EnumType | Dto]:
    seen: set[str] = set()
    for kind in kinds:
        if kind.name not in seen:
            seen.add(kind.name)
            yield kind


PARTS: Final = tuple(_unique(_parts()))
"""Enums, bases and what the messages are made of."""

DECLARED: Final = (*PARTS, *_MESSAGES)
"""PARTS, and then the requests and responses."""
