"""Every effective setting as one value, and how to walk through it.

`anchor` makes relative paths absolute once, at load.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar, cast

import msgspec
from msgspec import Struct
from msgspec.structs import FieldInfo

from rpcauth.config.address import SqliteUrl, TcpAddress, UnixAddress
from rpcauth.config.sections import Audit, Authz, Console, Keys, Limits, Log, Metrics, OAuth2, Server, Storage, Ym

T = TypeVar("T")

Names = tuple[str, ...]
"""What leads to a setting: the names of its sections and its own."""


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every effective setting."""

    server: Server = Server()
    storage: Storage = Storage()
    keys: Keys = Keys()
    audit: Audit = Audit()
    log: Log = Log()
    metrics: Metrics = Metrics()
    limits: Limits = Limits()
    oauth2: OAuth2 = OAuth2()
    authz: Authz = Authz()
    ym: Ym = Ym()
    console: Console = Console()

    @property
    def base_url(self) -> str | None:
        """Where the world reaches this daemon; None where it listens on unix sockets alone and no setting tells.

        Port 0 stands as it is written: which port was taken is not known here.
        """
        if self.oauth2.base_url is not None:
            return self.oauth2.base_url
        scheme = "http" if self.server.tls.certificate is None else "https"
        address = next((one for one in self.server.listen if isinstance(one, TcpAddress)), None)
        return None if address is None else f"{scheme}://{address}"


def walk_settings(kind: type[Struct] = Config, above: Names = ()) -> Iterator[tuple[Names, FieldInfo]]:
    """Every setting with the names that lead to it, in the order of the example; sections themselves are left out."""
    fields = msgspec.structs.fields(kind)
    for field in fields:
        if not _is_section(field):
            yield (*above, field.name), field
    for field in fields:
        if _is_section(field):
            yield from walk_settings(field.type, (*above, field.name))


def find_section(setting: Names) -> type[Struct]:
    """The Struct of the section that a setting stands in."""
    section: type[Struct] = Config
    for name in setting[:-1]:
        section = next(field.type for field in msgspec.structs.fields(section) if field.name == name)
    return section


def _is_section(field: FieldInfo) -> bool:
    return isinstance(field.type, type) and issubclass(field.type, Struct)


def anchor(value: T, folder: Path) -> T:
    """The same value with `folder` before each relative path in it."""
    return cast(T, _anchor(value, folder))


def _anchor(value: object, folder: Path) -> object:
    match value:
        case Path():
            return folder / value
        case UnixAddress(path=path):
            return UnixAddress(path=folder / path)
        case SqliteUrl(path=path):
            return SqliteUrl(path=folder / path)
        case tuple():
            return tuple(_anchor(item, folder) for item in value)
        case Struct():
            anchored = {name: _anchor(item, folder) for name, item in msgspec.structs.asdict(value).items()}
            return type(value)(**anchored)
        case _:
            return value
