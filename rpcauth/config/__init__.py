"""The daemon's configuration: one TOML file and the environment, read once into frozen values."""

from rpcauth.config.address import Address, SqliteUrl, TcpAddress, UnixAddress
from rpcauth.config.listing import Setting, default_text, list_settings
from rpcauth.config.loading import Reading, load, read
from rpcauth.config.settings import Config, Keys, Limits, Log, Server, Storage, Tls

__all__ = [
    "Address",
    "Config",
    "Keys",
    "Limits",
    "Log",
    "Reading",
    "Server",
    "Setting",
    "SqliteUrl",
    "Storage",
    "TcpAddress",
    "Tls",
    "UnixAddress",
    "default_text",
    "list_settings",
    "load",
    "read",
]
