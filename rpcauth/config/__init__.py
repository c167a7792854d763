"""The daemon's configuration: one TOML file and the environment, read once into frozen values."""

from rpcauth.config.address import Address, BaseUrl, Source, SqliteUrl, TcpAddress, UnixAddress, parse_address
from rpcauth.config.listing import Setting, default_text, list_settings
from rpcauth.config.loading import Reading, load, read
from rpcauth.config.sections import Authz, Console, Keys, Limits, Log, OAuth2, ScopeRoute, Server, Storage, Tls, Ym
from rpcauth.config.settings import Config

__all__ = [
    "Address",
    "Authz",
    "BaseUrl",
    "Config",
    "Console",
    "Keys",
    "Limits",
    "Log",
    "OAuth2",
    "Reading",
    "ScopeRoute",
    "Server",
    "Setting",
    "Source",
    "SqliteUrl",
    "Storage",
    "TcpAddress",
    "Tls",
    "UnixAddress",
    "Ym",
    "default_text",
    "list_settings",
    "load",
    "parse_address",
    "read",
]
