"""What a running daemon takes over of a configuration that was read again, and what waits for its next start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

from rpcauth.config.settings import Config, Names, walk_settings

S = TypeVar("S", bound=Struct)

RELOADABLE: Final[frozenset[Names]] = frozenset(
    {
        ("authz",),
        ("limits",),
        ("log",),
        ("oauth2",),
        ("server", "allowed_origins"),
        ("server", "batch_limit"),
        ("server", "behind_tls_proxy"),
        ("server", "body_limit"),
        ("server", "body_timeout"),
        ("server", "cache_seconds"),
        ("server", "drain_timeout"),
        ("server", "header_timeout"),
        ("server", "idle_timeout"),
        ("server", "max_connections"),
        ("server", "request_timeout"),
        ("server", "tls"),
        ("server", "trusted_proxies"),
        ("ym",),
    }
)
"""Settings, and sections with all of theirs. Whatever is not named here takes a restart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """`config` is what is in force once `taken` are taken over; `waiting` differ in the file, and take a restart."""

    config: Config
    taken: tuple[str, ...]
    waiting: tuple[str, ...]


def find_changes(old: Config, new: Config) -> Changes:
    """How a configuration in force changes when it is read again."""
    different = [names for names, _ in walk_settings() if _value_at(old, names) != _value_at(new, names)]
    return Changes(
        config=_merge(old, new, ()),
        taken=tuple(".".join(names) for names in different if is_reloadable(names)),
        waiting=tuple(".".join(names) for names in different if not is_reloadable(names)),
    )


def is_reloadable(names: Names) -> bool:
    """Whether a setting, or the section that it stands in, is taken over by a running daemon."""
    return any(names[:length] in RELOADABLE for length in range(1, len(names) + 1))


def _merge(old: S, new: S, above: Names) -> S:
    """The new values of what is reloadable, the old ones of the rest."""
    values = {}
    for name in old.__struct_fields__:
        before, after = getattr(old, name), getattr(new, name)
        if is_reloadable((*above, name)):
            values[name] = after
        else:
            values[name] = _merge(before, after, (*above, name)) if isinstance(before, Struct) else before
    return msgspec.structs.replace(old, **values)


def _value_at(value: object, names: Names) -> object:
    for name in names:
        value = getattr(value, name)
    return value
