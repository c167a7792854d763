"""The daemon's configuration: one TOML file and the environment, read once into frozen values."""

from rpcauth.config.address import Address, BaseUrl, SqliteUrl, TcpAddress, UnixAddress
from rpcauth.config.listing import Setting, default_text, list_settings
from rpcauth.config.loading import Reading, load, read
from rpcauth.config.sections import Keys, Limits, Log, OAuth2, Server, Storage, Tls, Ym
from rpcauth.config.settings import Config

__all__ = [
    "Address",
    "BaseUrl",
    "Config",
    "Keys",
    "Limits",
    "Log",
    "OAuth2",
    "Reading",
    "Server",
    "Setting",
    "SqliteUrl",
    "Storage",
    "TcpAddress",
    "Tls",
    "UnixAddress",
    "Ym",
    "default_text",
    "list_settings",
    "load",
    "read",
]
